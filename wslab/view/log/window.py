"""What a log shows of its timeline: the rows that pass the filter, by ordinal, and the state every page needs to know.

The master copy stays in the timeline; a window holds arrival positions and counts, and reads rows when they are wanted. All
of its methods may be called from any thread: those of pages that ask, and the screen's thread that runs new rows through.

Rows that were said anew (`Timeline.revision`) may have other positions and pass the filter no longer, or only now: then a new
generation begins, as with a new filter, and pages ask for the rows they are looking at once more.
"""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING, Any

from wslab.view.log.filter import Census, Filter, Index
from wslab.view.log.pack import MOST_ROWS, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wslab.timeline import Row, Timeline

BUDGET = 0.04
"""How long one `scan` may look at rows, in seconds, before it says how far it has come."""

TAIL = 100
"""How many of the newest rows are pushed at most: what a page that follows the end can show."""

Answer = tuple[dict[str, Any], list[bytes]]
"""A message to a page: what it says, and its buffers."""

_SCAN = 1000
_END_SOURCES = ("client", "server")  # sources of rows of an end's own


class Window:
    """The rows of a timeline that pass a filter.

    Args:
        timeline: Where the rows are.

    Attributes:
        lock: Hold it where several calls must see the same state.
        stopped: Whether nothing new will come.
        problem: What went wrong in reading, for the status line.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.lock = threading.RLock()
        self.stopped = False
        self.problem = ""
        self._generation = 0
        self._seq = itertools.count(1)
        self._filter = Filter()
        self._names: dict[str, list[str]] = {}  # of the ends whose rows are being filtered
        self._sent = 0  # ordinal up to which rows were pushed
        self._last_news: tuple[Any, ...] = ()
        self._dropped = 0
        self._left = True  # whether the last scan has left rows to look at
        self._begin()

    def change(self, wanted: Filter) -> bool:
        """Filter anew: a new generation begins. Returns whether this is another filter than before."""
        with self.lock:
            if wanted == self._filter:
                return False
            self._filter = wanted
            self._index = Index(wanted.test(self._label), self.timeline.first)
            self._generation += 1
            self._sent, self._left = 0, True
        return True

    def scan(self) -> bool:
        """Run new rows through census and filter, for `BUDGET` seconds at most. Returns whether rows are left."""
        timeline = self.timeline
        timeline.refresh()  # before the lock is taken: there may be much to decode
        deadline = time.monotonic() + BUDGET
        while True:
            with self.lock, timeline.reading():
                self._renew()
                end, first = timeline.end, timeline.first
                for part in (self._index, self._census):
                    part.drop(first)
                    if part.scanned < end:
                        stop = min(part.scanned + _SCAN, end)
                        rows = timeline.rows(part.scanned, stop)
                        if part is self._index and self._filter.text:
                            self._names = self._ends({row.connection for row in rows})
                        part.extend(rows, stop)
                self._dropped = timeline.dropped.rows
                self._left = min(self._index.scanned, self._census.scanned) < end
                if not self._left:
                    return False
            if time.monotonic() > deadline:
                return True
            time.sleep(0)  # other threads first: they serve connections and run cells

    def state(self) -> dict[str, Any]:
        """What every page needs to know; ``seq`` says which of two states is newer."""
        with self.lock:
            return {
                "gen": self._generation,
                "seq": next(self._seq),
                "lo": self._index.lo,
                "hi": self._index.hi,
                "counts": list(self._census.counts),
                "scanning": self._left,
                "dropped": self._dropped,
                "stopped": self.stopped,
                "problem": self.problem,
            }

    def news(self) -> Answer | None:
        """State, and the rows at the end that were not sent yet, `TAIL` at most; None when nothing has changed."""
        with self.lock:
            state = self.state()
            news = tuple(str(value) for key, value in state.items() if key != "seq")
            if news == self._last_news:
                return None
            self._last_news = news
            start, self._sent = max(self._sent, self._index.hi - TAIL), self._index.hi
            content, buffers = self.block(start, self._index.hi)
        return {**state, **content}, buffers

    def tail(self) -> Answer:
        """State and the newest rows: all that a page shows which has just come."""
        with self.lock:
            content, buffers = self.block(self._index.hi - TAIL, self._index.hi)
            return {**self.state(), **content}, buffers

    def rows(self, generation: object, start: int, stop: int) -> Answer:
        """State and the rows of some ordinals; no rows where the question was about an older filter."""
        with self.lock:
            content, buffers = self.block(start, stop if generation == self._generation else 0)
            return {**self.state(), **content}, buffers

    def find(self, position: int) -> Answer:
        """State and the ordinal of an arrival position, or of the next row that passes."""
        with self.lock:
            at, exact = self._index.find(position)
            return {**self.state(), "at": at, "exact": exact, "pos": position}, []

    def block(self, start: int, stop: int) -> Answer:
        """The rows of some ordinals, `MOST_ROWS` at most, packed. Call with the lock held."""
        with self.timeline.reading():
            # Where that differs, others stand at these positions by now; the next scan says who.
            if self.timeline.revision != self._revision:
                return {"at": start, "n": 0}, []
            start = max(start, self._index.lo)
            positions, rows = self._read(self._index.positions(start, min(stop, start + MOST_ROWS)))
            if not rows:
                return {"at": start, "n": 0}, []
            at, _ = self._index.find(positions[0])
            ends = self._ends({row.connection for row in rows})
        return {"at": at, "n": len(rows), "ends": ends}, [pack(positions, rows)]

    def _begin(self) -> None:
        """Begin to look at all rows."""
        with self.timeline.reading():
            first, self._revision = self.timeline.first, self.timeline.revision
        self._index = Index(self._filter.test(self._label), first)
        self._census = Census(first)

    def _renew(self) -> None:
        """Begin anew where rows were said anew. The caller holds the timeline still."""
        if self.timeline.revision != self._revision:
            self._begin()
            self._generation += 1
            self._sent = 0

    def _ends(self, numbers: set[int]) -> dict[str, list[str]]:
        """What the ends are called whose rows another process told: a page, or Node."""
        found = [each for number in numbers if (each := self.timeline.connection(number)) is not None]
        return {
            str(connection.number): [str(end.label)[:20] if end is not None and end.is_remote else "" for end in ends]
            for connection in found
            for ends in [(connection.witness, connection.server_end)]
            if any(end is not None and end.is_remote for end in ends)
        }

    def _label(self, row: Row) -> str:
        """What the end is called that a row is about, as the log shows it: ``browser``; empty where it has no such name."""
        names = self._names.get(str(row.connection)) if row.source in _END_SOURCES else None
        return names[_END_SOURCES.index(row.source)] if names else ""

    def _read(self, positions: Sequence[int]) -> tuple[Sequence[int], list[Row]]:
        """The rows at these positions that are still kept; rows go at the front, so what is left is the end."""
        if not positions:
            return positions, []
        rows: list[Row] = []
        if positions[-1] - positions[0] < 4 * len(positions):
            stretch = self.timeline.rows(positions[0], positions[-1] + 1)
            base = positions[-1] + 1 - len(stretch)
            rows = [stretch[position - base] for position in positions if position >= base]
        else:
            for position in positions:
                rows += self.timeline.rows(position, position + 1)
        return positions[len(positions) - len(rows) :], rows
