"""How long a check waits: as long as something moves, and not by the clock. So a busy machine changes no verdict.

    a loop that does not turn    is blocked, once so many looks in a row have found its thread in the learner's code
    an answer that waits         waits for ever, once so many looks in a row have found it on one line, and nothing moved
    a reply that does not come   is missing, once so many pongs have come after the message, each later than the one before

Between two looks lie `LOOK` seconds, so a number of looks is a time on a machine that has nothing else to do. On a busy one the
looks come as late as everything else does.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from websockets.asyncio.connection import Connection

LOOK = 0.05
"""Seconds between two looks."""

_A_SECOND = 20
"""Looks that make a second, on a machine with time to spare."""

LONGEST_WAIT = 20.0
"""Seconds for what comes for certain, and soon: only a defect reaches them."""

BLOCKED = 0.5
"""Seconds that a thread stays in the learner's code, while its loop does not turn, before it is called blocked; in looks."""


def looks(seconds: float) -> int:
    """How many looks a time is."""
    return max(1, round(seconds * _A_SECOND))


class Beat:
    """Asks a loop on another thread to show that it turns."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._came = threading.Event()
        self._loop = loop
        try:
            loop.call_soon_threadsafe(self._came.set)
        except RuntimeError:  # the loop is closed
            self._came.set()

    @property
    def came(self) -> bool:
        """Whether it has turned since."""
        return self._came.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it has turned, or never will. Never on that loop's own thread."""
        return any(self._came.wait(LOOK) or self._loop.is_closed() for _ in range(looks(seconds)))


def turns(
    loop: asyncio.AbstractEventLoop,
    stands: Callable[[], object],
    seconds: float = BLOCKED,
    over: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether a loop on another thread still turns, or is done. Never call it on that loop's own thread.

    Args:
        loop: The loop.
        stands: Says whether its thread is in the learner's code right now. A loop that is only late is waited for.
        seconds: How long it may be there, in looks.
        over: Says whether the loop is done: it will not turn again then.
    """
    beat, found = Beat(loop), 0
    for _ in range(looks(LONGEST_WAIT)):
        if beat.wait(LOOK) or over():
            return True
        found = found + 1 if stands() else 0
        if found >= looks(seconds):
            return False
    return False


async def _hopes() -> bool:
    return False


async def next_message(
    connection: Connection, seconds: float, hopeless: Callable[[], Awaitable[bool]] = _hopes
) -> str | bytes | None:
    """Wait for a message that should come at once.

    Args:
        connection: Where it should come.
        seconds: How long pongs may come, and the message not.
        hopeless: Asked now and then while no pong comes either: whether to give up.

    Returns:
        The message, or None where none came.

    Raises:
        websockets.exceptions.ConnectionClosed: The connection has ended.
    """
    coming = asyncio.ensure_future(connection.recv())
    try:
        for _ in range(looks(seconds)):
            if not await _pong_comes(connection, coming, hopeless):
                break
            await asyncio.wait({coming}, timeout=LOOK)
            if coming.done():
                break
        return coming.result() if coming.done() else None
    finally:
        coming.cancel()


async def _pong_comes(
    connection: Connection, coming: asyncio.Future[str | bytes], hopeless: Callable[[], Awaitable[bool]]
) -> bool:
    """Ping, and say whether a pong came before anything else did."""
    try:
        pong: asyncio.Future[Any] = asyncio.ensure_future(await connection.ping())
    except ConnectionClosed:  # what came before the end can still be received
        await asyncio.wait({coming})
        return False
    for _ in range(looks(LONGEST_WAIT)):
        await asyncio.wait({coming, pong}, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
        if coming.done() or pong.done():
            return not coming.done()
        if await hopeless():
            return False
    return False


async def stays_open(connection: Connection, seconds: float = 2.0) -> bool:
    """Whether a connection stays open while pongs come, for so many seconds."""
    try:
        for _ in range(looks(seconds)):
            async with asyncio.timeout(LONGEST_WAIT):
                await (await connection.ping())
            await asyncio.sleep(LOOK)
    except ConnectionClosed:
        return False
    except TimeoutError:  # nobody is there, and nobody has said so
        return True
    return True


async def turned(loop: asyncio.AbstractEventLoop, times: int = 20) -> None:
    """Wait until a loop on another thread has turned so often: whatever follows from what it has received has happened then."""
    for _ in range(times):
        await asyncio.to_thread(Beat(loop).wait, LONGEST_WAIT)
