"""The frames that are to be made wrong in one direction of one end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.net.faults.corrupter import Change, Corrupter

if TYPE_CHECKING:
    from wslab.net.faults.settings import Way
    from wslab.timeline import End


class Corruption:
    """Makes frames wrong, with a corrupter while there is one to come; true while there is one.

    Args:
        end: The end, which gets a row for each change.
        way: The direction.
        written: Whether this end writes what goes by, or else receives it.
    """

    def __init__(self, end: End, way: Way, *, written: bool) -> None:
        self._end = end
        self._way = way
        self._written = written
        self._corrupter: Corrupter | None = None

    def __bool__(self) -> bool:
        return self._corrupter is not None

    def want(self, what: str) -> None:
        """Make the next frame wrong."""
        self._corrupter = self._corrupter or self._begin()
        self._corrupter.wanted.append(what)

    def alter(self, data: bytes) -> bytes:
        """Change bytes that go by, or keep some back for a moment."""
        if self._corrupter is None:
            return data
        data = self._corrupter.feed(data)
        return data if self._corrupter.wanted else data + self.rest()

    def rest(self) -> bytes:
        """The bytes that were kept back for a moment; nothing more is changed."""
        corrupter, self._corrupter = self._corrupter, None
        return b"" if corrupter is None else corrupter.rest()

    def _begin(self) -> Corrupter:
        if self._written:  # whoever writes, writes whole frames
            stop = self._end.sent.stop
            return Corrupter((), stop, self._changed, in_head=not stop)
        before, stop = self._end.history()  # what comes may stand in the middle of a frame
        whole = sum(map(len, before)) == stop
        return Corrupter(before if whole else (), stop, self._changed, in_head=whole)

    def _changed(self, what: str, change: Change) -> None:
        self._end.otherwise.append((self._way, change.offset, change.before))
        texts = ("as written", "on the wire") if self._written else ("on the wire", "as received")
        said = f"{self._way}: {texts[0]} {change.before.hex(' ')}, {texts[1]} {change.after.hex(' ')}"
        self._end.note("fault", f"corrupted: {what}", said, link=(self._way, change.offset))
