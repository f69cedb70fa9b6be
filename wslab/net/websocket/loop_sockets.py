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

from wslab.timeline import CONTAINED

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from wslab.net.websocket.events import Dispatching

GOODBYE = 0.4
"""How long the end of a loop may wait for its sockets to have closed, in seconds."""


class Page:
    """The sockets of one home loop."""

    def __init__(self) -> None:
        self.sockets: set[Dispatching] = set()
        self._watch = self._until_it_ends()
        with contextlib.suppress(StopIteration):
            self._watch.__anext__().send(None)  # it runs up to its `yield`, at once, and the loop knows it

    async def _until_it_ends(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            leaving = tuple(self.sockets)
            for socket in leaving:
                try:
                    socket.leave()
                except CONTAINED as error:  # the others leave all the same
                    socket.end.failed("leaving its page failed", error)
            deadline = time.monotonic() + GOODBYE
            while unfinished(leaving) and time.monotonic() < deadline:  # noqa: ASYNC110  (another thread closes them)
                await asyncio.sleep(0.002)


def unfinished(sockets: Iterable[Dispatching]) -> bool:
    """Whether TCP of one of these still lives."""
    return any(socket.end.closed is None for socket in sockets)


_PAGES: WeakKeyDictionary[asyncio.AbstractEventLoop, Page] = WeakKeyDictionary()


def page_of(loop: asyncio.AbstractEventLoop) -> Page:
    """The page of the loop that runs now."""
    page = _PAGES.get(loop)
    if page is None:
        page = _PAGES[loop] = Page()
    return page
