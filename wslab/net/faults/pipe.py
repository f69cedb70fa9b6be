"""One direction of a faulty link: bytes wait in it, in order, until they are due.

    put ──► [ due, bytes ] [ due, bytes ] [ due, what to do ] ──► deliver

Whatever must not overtake the bytes, such as the end of the stream, waits in the same queue. There is one timer at most.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from typing import TYPE_CHECKING

from wslab.net.faults.settings import DirectionSettings
from wslab.net.tasks import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

_TICK_SECONDS = 0.02  # under a bandwidth limit bytes come in parts of what passes in this time


class Pipe:
    """Holds the bytes of one direction. Lives on the loop of its connection.

    Args:
        deliver: Takes the bytes that are due.
        moved: Called after some have left.
        failed: Told what raised later, when bytes were due.

    Attributes:
        settings: What the bytes suffer; after a change call `pump`.
        gated: Whether nothing may leave because whoever is behind it takes nothing; after a change call `pump`.
        size: How many bytes wait.
    """

    def __init__(
        self,
        deliver: Callable[[bytes], None],
        moved: Callable[[], None],
        failed: Callable[[BaseException], object],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._pump_later = guarded(self._woken, failed)
        self._deliver = deliver
        self._moved = moved
        self._items: deque[tuple[float, bytes | Callable[[], None]]] = deque()
        self._at = 0  # how much of the first item has left
        self._line_free = 0.0
        self._timer: asyncio.Handle | None = None
        self._pumping = False
        self.settings = DirectionSettings()
        self.gated = False
        self.size = 0

    def __bool__(self) -> bool:
        return bool(self._items)

    def put(self, item: bytes | Callable[[], None]) -> None:
        """Add bytes, or something to do when all bytes before it have left."""
        settings = self.settings
        due = self._loop.time() + settings.latency + (settings.jitter * random.random() if settings.jitter else 0.0)
        self._items.append((due, item))
        if isinstance(item, bytes):
            self.size += len(item)
        self.pump()

    def pump(self) -> None:
        """Let go what is due."""
        if self._pumping:  # whoever took a piece has put something in, or changed the settings: the loop below sees it
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pumping = True
        try:
            while self._items and not self.gated and not self.settings.stalled and self._step():
                pass
        finally:
            self._pumping = False
        self._moved()

    def hurry(self) -> None:
        """Let everything go that waits, in order."""
        self._items = deque((0.0, item) for _, item in self._items)
        self._line_free = 0.0
        self.pump()

    def clear(self) -> int:
        """Throw away what waits.

        Returns:
            How many bytes that were.
        """
        size, self.size, self._at = self.size, 0, 0
        self._items.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return size

    def _step(self) -> bool:
        """Let one piece go. Returns whether the next one may follow at once."""
        due, item = self._items[0]
        now, settings = self._loop.time(), self.settings
        if not isinstance(item, bytes):
            if due > now:
                return self._wake(due)
            self._items.popleft()
            item()
            return True
        left = len(item) - self._at
        count = min(left, settings.slice or left)
        if settings.bandwidth:
            count = min(count, max(1, int(settings.bandwidth * _TICK_SECONDS)))
            due = max(due, self._line_free) + count / settings.bandwidth
        if due > now:
            return self._wake(due)
        if settings.bandwidth:
            self._line_free = due
        piece = item if count == len(item) else item[self._at : self._at + count]
        self._at += count
        if count == left:
            self._items.popleft()
            self._at = 0
        self.size -= count
        self._deliver(piece)
        if self.settings.slice and self._items:  # a segment of its own: nothing else in this turn of the loop
            self._timer = self._loop.call_soon(self._pump_later)
            return False
        return True

    def _wake(self, due: float) -> bool:
        self._timer = self._loop.call_at(due, self._pump_later)
        return False

    def _woken(self) -> None:
        self._timer = None
        self.pump()
