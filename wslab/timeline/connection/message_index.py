"""Where the nth message of a byte stream stands, for somebody who counts messages and cannot see bytes.

A page knows that it was told its third message; where the bytes of that message are, the stream's own decoder knows. So each
direction keeps the places of what it decoded, by what it was and how many of its kind came before: the newest `KEPT` of each.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.timeline.connection.note import Countable
    from wslab.timeline.records import Row

KEPT = 65_536
"""How many places of one kind are kept at least."""


class _Run:
    """The places of one kind: offsets of first bytes and behind last bytes."""

    __slots__ = ("gone", "starts", "stops")

    def __init__(self) -> None:
        self.gone = 0
        self.starts = array("q")
        self.stops = array("q")


class MessageIndex:
    """The places of what one direction was decoded to."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}

    def add(self, row: Row) -> None:
        """Keep the place of a row that was just decoded."""
        what = row.name if row.kind == "control" else row.kind
        run = self._runs.get(what)
        if run is None:
            run = self._runs[what] = _Run()
        run.starts.append(row.start)
        run.stops.append(row.stop)
        if len(run.starts) >= 2 * KEPT:
            del run.starts[:KEPT], run.stops[:KEPT]
            run.gone += KEPT

    def take_back(self, row: Row) -> None:
        """Forget the place of the row that was added last."""
        run = self._runs[row.name if row.kind == "control" else row.kind]
        run.starts.pop()
        run.stops.pop()

    def count(self, what: Countable) -> int:
        """How many of a kind there have been."""
        run = self._runs.get(what)
        return run.gone + len(run.starts) if run is not None else 0

    def find(self, what: Countable, n: int) -> tuple[int, int] | None:
        """Where the nth of a kind begins and ends; None where it has not come, or its place is no longer kept."""
        run = self._runs.get(what)
        if run is None or not run.gone <= n < run.gone + len(run.starts):
            return None
        return run.starts[n - run.gone], run.stops[n - run.gone]
