"""When a connection is to be dropped: after so many bytes, so many seconds, or so long without a byte."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wslab.net.faults.settings import DropTrigger
from wslab.net.tasks import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.faults.settings import Way


class Countdown:
    """Counts for one connection, on its loop.

    Args:
        drop: Called when time is up, with what was waited for. (When the bytes are, `count` says so.)
        failed: Told what that raised.
    """

    def __init__(self, drop: Callable[[str], None], failed: Callable[[BaseException], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._failed = failed
        self._drop = drop
        self._trigger = DropTrigger()
        self._bytes: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._touched = 0.0

    @property
    def words(self) -> str:
        """What it waits for, in words."""
        return self._trigger.words

    def start(self, trigger: DropTrigger) -> None:
        """Count from now on; nothing for a `DropTrigger` that never is."""
        self.stop()
        self._trigger, self._bytes, self._touched = trigger, trigger.bytes, self._loop.time()
        if trigger.seconds is not None:
            self._timer = self._loop.call_later(trigger.seconds, guarded(self._up, self._failed))
        elif trigger.idle is not None:
            self._look(trigger.idle)

    def stop(self) -> None:
        """Count no more."""
        self._bytes = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def count(self, size: int, way: Way) -> int | None:
        """Count bytes that go by.

        Returns:
            How many of them may still pass before the connection drops; None while it does not.
        """
        self._touched = self._loop.time()
        if self._bytes is None or (self._trigger.way is not None and self._trigger.way != way):
            return None
        if size < self._bytes:
            self._bytes -= size
            return None
        passing, self._bytes = self._bytes, None
        return passing

    def _look(self, limit: float) -> None:
        due = self._touched + limit
        if self._loop.time() >= due:
            self._up()
        else:
            self._timer = self._loop.call_at(due, guarded(self._look, self._failed), limit)

    def _up(self) -> None:
        self._timer = None
        self._drop(f"after {self._trigger.words}")
