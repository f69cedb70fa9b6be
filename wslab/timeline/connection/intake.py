"""The intake of a timeline: what all who write to it share, its lock, its counts, and which ends have news.

    ends, recorder ──► lock, appends, counts ──┬─► `touch`: watchers are told once, the next reader takes the news
                                               └─► past a bound: `make_room`, at once for many chunks

A writer never waits for a reader: the lock is held for three appends, or for letting whole chunks go.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from wslab.timeline.failures import Failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline.connection.state import EndState


class Intake:
    """Where ends write, in the order in which things happen.

    Args:
        keep: How many rows the timeline keeps.
        keep_bytes: How many raw bytes.
        wake: Called when something is new for the first time since a reader was there.
        make_room: Called by a writer that finds the timeline full.
        failed: Makes a row of the lab's own, with this name and text, of something that failed in wslab itself.

    Attributes:
        lock: Held by writers for an instant. Not for readers of rows.
        raw: How many raw bytes are kept, counting both ends.
        chunks: How many chunks and notes.
        keep_chunks: How many of them are kept at most: a chunk of a few bytes still costs a hundred.
        full_bytes: How many raw bytes there are when a writer makes room itself, at once for many chunks.
        full_chunks: How many chunks and notes.
        dirty: The ends that have news for the next reader.
        quiet: True while nothing is new.
        failures: Tells what failed in wslab itself.
    """

    def __init__(
        self,
        keep: int,
        keep_bytes: int,
        *,
        wake: Callable[[], None],
        make_room: Callable[[], None],
        failed: Callable[[str, str], object],
    ) -> None:
        self.lock = threading.Lock()
        self.raw = 0
        self.chunks = 0
        self.keep_chunks = 4 * keep + 4096
        self.full_bytes = keep_bytes + keep_bytes // 16
        self.full_chunks = self.keep_chunks + self.keep_chunks // 16
        self.dirty: list[EndState] = []
        self.quiet = True
        self.wake = wake
        self.make_room = make_room
        self.failures = Failures(failed, self.lock)

    def touch(self, end: EndState) -> None:
        """Say that an end has recorded something."""
        with self.lock:
            self.mark(end)
            wake, self.quiet = self.quiet, False
        if wake:
            self.wake()

    def mark(self, end: EndState) -> None:
        """Let the next reader look at an end. The caller holds the lock."""
        if not end.dirty:
            end.dirty = True
            self.dirty.append(end)
