"""Closing a lab: goodbyes to its sockets and clients, each of which may fail and keeps none of the others from ending."""

from __future__ import annotations

import asyncio
import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from wslab.net import act, guarded

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future

    from websockets.asyncio.client import ClientConnection

    from wslab.net import LoopThread, WebSocket
    from wslab.timeline import End, Timeline

_GOODBYE = 0.4  # how long a client may take to close, in seconds


async def wait_gone(gone: Future[None] | None) -> None:
    """Wait until the lab before is gone, for a few seconds at most."""
    if gone is not None and not gone.done():
        await asyncio.wait({asyncio.wrap_future(gone)}, timeout=4)


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
