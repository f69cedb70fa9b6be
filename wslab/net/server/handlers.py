"""The handler a learner writes: checked before it serves, watched while it runs.

A handler is what `websockets.serve` takes, ``async def handler(connection)``; what is deployed is what is taught.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from wslab.net.errors import BadType
from wslab.timeline import error_and_line, raised_at
from wslab.wire import close_code_name

if TYPE_CHECKING:
    from wslab.timeline import End

Handler = Callable[[ServerConnection], Awaitable[None]]

_SHAPE = "async def handler(connection):\n    async for message in connection:\n        await connection.send(message)"


async def echo(connection: ServerConnection) -> None:
    """Send every message back as it came. The ready-made handler of `Lab.serve`.

    Args:
        connection: The server's end of a connection, as `websockets` gives it.
    """
    async for message in connection:
        await connection.send(message)


def check_handler(handler: Any) -> Handler:
    """See that something can serve as a handler.

    Raises:
        BadType: It cannot; the message shows the shape of one that can.
    """
    name = getattr(handler, "__name__", type(handler).__name__)
    if inspect.iscoroutine(handler):
        handler.close()
        raise BadType(
            f"the handler was called: write its name without brackets, {handler.__name__} and not {handler.__name__}(...)"
        )
    if not callable(handler):
        raise BadType(
            f"a handler is an async function of one argument, not {type(handler).__name__} {handler!r:.60}. "
            f"Leave it out for an echo server, or write:\n{_SHAPE}"
        )
    inner = handler
    while isinstance(inner, functools.partial):
        inner = inner.func
    called = getattr(type(inner), "__call__", None)  # noqa: B004  (not whether it is callable: what a call would run)
    if not (inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(called)):
        raise BadType(f"{name} must be written with `async def`, because it awaits messages:\n{_SHAPE}")
    try:
        inspect.signature(handler).bind(None)
    except TypeError as error:
        raise BadType(
            f"{name} is called with one argument, the connection ({error}). "
            f"The path of the request is connection.request.path:\n{_SHAPE}"
        ) from None
    except ValueError:
        pass  # a callable without a signature: it will show
    return handler  # type: ignore[no-any-return]


def explain_end(end: End, error: BaseException, name: str) -> None:
    """Leave a row that says why a handler ended.

    Args:
        end: The server's end of its connection.
        error: What came out of the handler.
        name: The handler's name.
    """
    if isinstance(error, ConnectionClosed):
        place = raised_at(error)
        at = f" at {place}" if place else ""
        received, sent = error.rcvd, error.sent
        if received is None and sent is not None:
            why = f"the server failed the connection with {sent.code} ({close_code_name(sent.code)})"
        elif received is None:
            why = "the connection was lost without a Close frame"
        else:
            why = f"the client closed with {received.code} ({close_code_name(received.code)})"
        end.note("note", f"handler {name} stopped", f"{why}{at}")
        return
    explain_raise(end, error, f"handler {name}", "the server closes with 1011")


def explain_raise(end: End, error: BaseException, who: str, so: str) -> None:
    """Leave a row that says what was raised, on which line, and what the server does about it."""
    end.note("note", f"{who} raised", error_and_line(error), problem=so)
