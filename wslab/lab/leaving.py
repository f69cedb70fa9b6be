"""Labs come and go: taking over, closing, the watch over blocked servers, and the end of the process.

a second Lab("x")    closes the first in the background, on the first one's own thread, and inherits its ports
await lab.close()    closes everything, awaited
the process exits    1001 to everybody, half a second at most, then silence
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from wslab.lab.hosting import NoLab
from wslab.net import act, guarded, is_contained

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future

    from websockets.asyncio.client import ClientConnection

    from wslab.lab.lab import Lab
    from wslab.net import LoopThread, Server, WebSocket
    from wslab.timeline import End, Timeline

T = TypeVar("T")

EXIT_LIMIT = 0.5
"""How long the end of the process may take, in seconds."""

_GOODBYE = 0.4
_BLOCKED = 2.0  # after so many seconds of a blocked server a row says so
_labs: dict[str, Lab] = {}


def enter(lab: Lab) -> tuple[dict[str, int], Future[None] | None]:
    """Register a lab; one of the same name is closed.

    Returns:
        The ports by server name that it inherits, and what is done once the other is gone.
    """
    old = _labs.pop(lab.name, None)
    _labs[lab.name] = lab  # the newest last
    return old.hand_over() if old is not None else ({}, None)


def current_lab(name: str | None = None) -> Lab:
    """The newest open lab, or the open one of a name.

    Raises:
        NoLab: There is none.
    """
    if name is None:
        if not _labs:
            raise NoLab("there is no lab yet; run: from wslab import Lab; lab = Lab()")
        return next(reversed(_labs.values()))
    if name not in _labs:
        there = f"the labs are {', '.join(map(repr, _labs))}" if _labs else "there is none yet"
        raise NoLab(f"there is no lab named {name!r}, {there}; run: lab = Lab({name!r})")
    return _labs[name]


def leave(lab: Lab) -> None:
    """Forget a lab that is closing."""
    if _labs.get(lab.name) is lab:
        del _labs[lab.name]


async def wait_gone(gone: Future[None] | None) -> None:
    """Wait until the lab before is gone, for a few seconds at most."""
    if gone is not None and not gone.done():
        await asyncio.wait({asyncio.wrap_future(gone)}, timeout=4)


def fulfil(result: Future[T], function: Callable[[], T]) -> None:
    """Run a function for somebody who waits on another thread, unless they have given up."""
    if not result.set_running_or_notify_cancel():
        return
    try:
        result.set_result(function())
    except BaseException as error:  # raised where it is waited for
        result.set_exception(error)
        if not is_contained(error):  # and here, where it is the user who interrupts
            raise


async def turn(servers: list[Server]) -> None:
    """Let every server's loop, and this one, take a turn."""
    for server in servers:
        await server.turn()
    await asyncio.sleep(0)


async def watch(timeline: Timeline, servers: dict[str, Server]) -> None:
    """Look after the servers: one whose handler blocks it gets a row, once."""
    told: set[Server] = set()
    while True:
        await asyncio.sleep(0.5)
        for server in list(servers.values()):
            try:
                _look_after(server, timeline, told)
            except Exception as error:  # noqa: BLE001  (the others are looked after all the same)
                timeline.failed(f"the watch over server {server.name} failed", error)


def _look_after(server: Server, timeline: Timeline, told: set[Server]) -> None:
    if not server.running:
        return
    stuck = server.blocked_for()
    if stuck is None:
        told.discard(server)
        server.probe()
    elif stuck[0] >= _BLOCKED and server not in told and (verdict := server.blocked_row()):
        told.add(server)
        timeline.note(*verdict, problem="nobody else is served meanwhile")


async def all_of(timeline: Timeline, *goodbyes: Coroutine[Any, Any, None]) -> None:
    """Wait for all of these. What one of them raises is told, and keeps none of the others, and no lab, from ending."""
    for result in await asyncio.gather(*goodbyes, return_exceptions=True):
        if isinstance(result, Exception):
            timeline.failed("closing the lab failed", result)


async def say_goodbye(
    sockets: tuple[WebSocket, ...],
    clients: dict[End, tuple[ClientConnection, asyncio.AbstractEventLoop]],
    thread: LoopThread | None,
) -> None:
    """Close clients with 1001, and abort those that have not closed soon after."""
    for socket in sockets:
        socket.go_away()
    for end, (connection, loop) in clients.items():
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(guarded(_close, partial(end.failed, "the goodbye failed")), connection, end)
    deadline = time.monotonic() + _GOODBYE
    awaited = [socket.end for socket in sockets] + [end for end, (_, loop) in clients.items() if loop.is_running()]
    while time.monotonic() < deadline and any(end.closed is None for end in awaited):  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    for socket in sockets:
        if socket.end.closed is None and thread is not None:
            socket.abort()


def _close(connection: ClientConnection, end: End) -> None:
    connection.faults.release("the lab closes")  # type: ignore[attr-defined]  # else its Close frame may never leave
    act(lambda: connection.close(1001), end)


@atexit.register
def _exit() -> None:
    deadline = time.monotonic() + EXIT_LIMIT
    waits = []
    for lab in list(_labs.values()):
        try:
            waits.append(lab.hand_over(leaving=True)[1])
        except Exception as error:  # noqa: BLE001  (the others say goodbye all the same)
            lab.timeline.failed("the goodbye failed", error)
    for gone in waits:
        if gone is not None:
            with contextlib.suppress(Exception):
                gone.result(max(0.0, deadline - time.monotonic()))
