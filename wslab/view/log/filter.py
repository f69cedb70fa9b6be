"""Which rows a log shows: the filter, the index of what passes it, and the census of what there is.

The browser never holds all rows, so filtering happens here, over the master copy, and incrementally: each flush
looks only at rows it has not seen yet. Three small machines, none of which knows about threads or widgets:

    Filter   what the reader asked for: hidden kinds, a text, a connection
    Index    the arrival positions that pass one filter, in order, each with an *ordinal*
    Census   how many rows of each kind are kept

An ordinal is a row's place among the rows that pass. Like an arrival position it is never reused while the filter
stands: rows that are dropped move ``lo`` up, they do not renumber the rest, so a view can keep its place.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.timeline import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wslab.timeline import Row

KIND_CODE = {kind: code for code, kind in enumerate(KINDS)}
"""The number of a kind in the buffers that go to the browser."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the reader wants to see.

    Attributes:
        hidden: The kinds that are left out.
        text: Rows must contain it in what they show (whose they are where another process told of them, name, text,
            problem), whatever the case. A word such as ``#2`` asks for that connection instead.
    """

    hidden: frozenset[str] = frozenset({"control"})
    text: str = ""

    def test(self, label: Callable[[Row], str] = lambda _: "") -> Callable[[Row], bool]:
        """A function that says whether a row passes, made once for many rows.

        Args:
            label: What the end is called whose row it is, such as ``browser``; empty where no such name is shown.
        """
        hidden = self.hidden
        words = self.text.casefold().split()
        numbers = {int(word[1:]) for word in words if _is_number(word)}
        wanted = " ".join(word for word in words if not _is_number(word))

        def passes(row: Row) -> bool:
            if row.kind in hidden or (numbers and row.connection not in numbers):
                return False
            if not wanted:
                return True
            shown = f"{label(row)} {row.name} {row.text} {row.problem}"
            return wanted in " ".join(shown.casefold().split())

        return passes


def _is_number(word: str) -> bool:
    """Whether a word of the filter names a connection, as in ``#2``."""
    return word.startswith("#") and word[1:].isascii() and word[1:].isdigit() and len(word) < 12


class Index:
    """The arrival positions that pass a filter.

    Args:
        passes: Says whether a row passes.
        start: The first arrival position to look at.
    """

    def __init__(self, passes: Callable[[Row], bool], start: int = 0) -> None:
        self._passes = passes
        self._positions = array("Q")
        self._head = 0  # entries before it are dropped and wait to be cut off in one go
        self._cut = 0  # entries cut off so far
        self.scanned = start

    @property
    def lo(self) -> int:
        """The ordinal of the oldest row that is kept and passes."""
        return self._cut + self._head

    @property
    def hi(self) -> int:
        """The ordinal behind the newest."""
        return self._cut + len(self._positions)

    def extend(self, rows: Sequence[Row], stop: int) -> None:
        """Look at the rows that end before arrival position ``stop``."""
        passes = self._passes
        start = stop - len(rows)
        self._positions.extend(position for position, row in enumerate(rows, start) if passes(row))
        self.scanned = stop

    def drop(self, first: int) -> None:
        """Forget all positions before ``first``."""
        self._head = bisect_left(self._positions, first, self._head)
        self.scanned = max(self.scanned, first)
        if self._head > 4096 and self._head * 2 > len(self._positions):
            del self._positions[: self._head]
            self._cut += self._head
            self._head = 0

    def positions(self, start: int, stop: int) -> Sequence[int]:
        """The arrival positions of the ordinals ``start`` to ``stop``, clamped to what is kept."""
        start, stop = max(start, self.lo), min(stop, self.hi)
        return self._positions[start - self._cut : max(start, stop) - self._cut]

    def find(self, position: int) -> tuple[int, bool]:
        """The ordinal of an arrival position (or the nearest behind it) and whether it passes itself."""
        place = bisect_left(self._positions, position, self._head)
        exact = place < len(self._positions) and self._positions[place] == position
        return self._cut + place, exact


class Census:
    """How many rows of each kind are kept, whatever the filter."""

    def __init__(self, start: int = 0) -> None:
        self._codes = bytearray()
        self._start = start
        self.scanned = start
        self.counts = [0] * len(KINDS)

    def extend(self, rows: Iterable[Row], stop: int) -> None:
        """Count the rows that end before arrival position ``stop``."""
        codes = bytes([KIND_CODE[row.kind] for row in rows])
        if (
            stop - len(codes) > self.scanned
        ):  # rows in between were dropped before anybody looked, and so were all before them
            self.drop(stop - len(codes))
        self._codes += codes
        self.scanned = stop
        self._count(codes, 1)

    def drop(self, first: int) -> None:
        """Stop counting the rows before arrival position ``first``."""
        gone = min(max(first - self._start, 0), len(self._codes))
        self._count(self._codes[:gone], -1)
        del self._codes[:gone]
        self._start += gone
        if not self._codes:
            self._start = max(first, self.scanned)
        self.scanned = max(self.scanned, first)

    def _count(self, codes: bytes | bytearray, sign: int) -> None:
        """Add or take away what ``codes`` hold."""
        for code in range(len(self.counts)):
            self.counts[code] += sign * codes.count(code)
