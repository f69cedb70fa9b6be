"""The home loop as a page: when it ends, its sockets close with 1001, silently, as when a browser's page is left.

`asyncio.run` closes every async generator that was begun on its loop before it closes the loop itself
(`loop.shutdown_asyncgens`). So one such generator is begun for each home loop, and what stands behind its `yield` is run in
time: the only documented way to be told. A loop that is closed without that is noticed when the next event cannot be delivered.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from wslab.net.tcp import GOODBYE_SECONDS
from wslab.timeline import CONTAINED

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from wslab.timeline import End


class LoopSockets:
    """What holds the sockets of one home loop.

    Attributes:
        leaving: By the end of each open socket, how it leaves: closes with 1001, and tells nobody any more.
    """

    def __init__(self) -> None:
        self.leaving: dict[End, Callable[[], None]] = {}
        self._watch = self._until_it_ends()
        with contextlib.suppress(StopIteration):
            self._watch.__anext__().send(None)  # it runs up to its `yield`, at once, and the loop knows it

    async def _until_it_ends(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            leaving = dict(self.leaving)
            for end, leave in leaving.items():
                try:
                    leave()
                except CONTAINED as error:  # the others leave all the same
                    end.failed("leaving its page failed", error)
            deadline = time.monotonic() + GOODBYE_SECONDS
            while unfinished(leaving) and time.monotonic() < deadline:  # noqa: ASYNC110  (another thread closes them)
                await asyncio.sleep(0.002)


def unfinished(ends: Iterable[End]) -> bool:
    """True while TCP of one of these still lives."""
    return any(end.closed is None for end in ends)


_OF_LOOP: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopSockets] = WeakKeyDictionary()


def sockets_of(loop: asyncio.AbstractEventLoop) -> LoopSockets:
    """What holds the sockets of the loop that runs now."""
    found = _OF_LOOP.get(loop)
    if found is None:
        found = _OF_LOOP[loop] = LoopSockets()
    return found
