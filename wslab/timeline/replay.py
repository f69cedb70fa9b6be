"""A recording once more, step by step: the rows of a timeline appear one after the other in another one.

    recording ──copy──► replay ──step──► replay.timeline ──► log, ladder, inspector

A step is a row, in the order in which the rows arrived when they were recorded: the same at each replay. A row opens into all
that is known of it, also when its bytes arrived at the other end later than the next row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.records import RecordingError, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline.timeline import Timeline


class Replay:
    """A replay, which begins with an empty timeline. Made by `Timeline.replay`.

    Args:
        timeline: A copy of the recording, for this replay alone.

    Attributes:
        timeline: Where the rows appear. Any log may show it.
        rows: All rows of the recording, in the order in which they will appear.
        position: How many of them have appeared.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        rows, connections = timeline.withdraw()
        self.rows = tuple(rows)
        self.position = 0
        self._hidden = {connection.number: connection for connection in connections}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        """Let the rows that are left appear one by one, and give each of them."""
        while self.position < len(self.rows):
            yield self.step()[0]

    @property
    def next(self) -> Row | None:
        """The row that the next step will show; None at the end."""
        return self.rows[self.position] if self.position < len(self.rows) else None

    def step(self, n: int = 1) -> list[Row]:
        """Let the next rows appear.

        Args:
            n: How many, at least 0.

        Returns:
            Those that appeared: fewer than asked for at the end of the recording.

        Raises:
            RecordingError: `n` is no whole number, or is below 0.
        """
        given: object = n  # callers need not have read the annotation
        if not isinstance(given, int) or isinstance(given, bool) or given < 0:
            raise RecordingError(
                f"step takes a number of rows, 0 or more, not {n!r}; a replay goes forward only, timeline.replay() begins anew"
            )
        return self._go(self.position + n)

    def to(self, where: Row | float) -> list[Row]:
        """Let all rows appear up to a place.

        Args:
            where: A row, which appears too; or seconds since the recording began.

        Returns:
            Those that appeared: none where the place has passed already.

        Raises:
            RecordingError: The recording has no such row, or `where` is neither.
        """
        given: object = where
        if isinstance(given, Row):
            for index, row in enumerate(self.rows):
                if row.id == given.id:
                    return self._go(index + 1)
            raise RecordingError(f"{given!r} is no row of this recording; replay.rows lists them")
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            until = given * 1e9 + 0.5  # seconds are a float: the time of a row, in seconds, must still name that row
            later = (i for i in range(self.position, len(self.rows)) if self.rows[i].time > until)
            return self._go(next(later, len(self.rows)))
        raise RecordingError(f"to takes a row or a time in seconds, not {where!r}; replay.step(n) goes on by n rows")

    def rest(self) -> list[Row]:
        """Let all rows appear that are left.

        Returns:
            These rows.
        """
        return self._go(len(self.rows))

    def __repr__(self) -> str:
        what = f"next {self.next!r}" if self.next else "at its end"
        return f"<Replay at {self.position} of {len(self.rows)} rows, {what}>"

    def _go(self, position: int) -> list[Row]:
        rows = list(self.rows[self.position : position])
        if rows:
            self.position += len(rows)
            last = self.position == len(self.rows)
            numbers = set(self._hidden) if last else {row.connection for row in rows} & self._hidden.keys()
            self.timeline.reveal(rows, [self._hidden.pop(number) for number in sorted(numbers)])
        return rows
