"""The readers' side of a timeline: rows in arrival order, what they open into, and the bounds.

    writers ──► write lock, three appends ──► raw chunks and notes of each end        (`wslab.timeline.recorder`)
    readers ──► read lock, `reading`      ──► ends paired and numbered, bytes decoded, rows in arrival order

Readers decode lazily and one at a time, under the read lock. Whoever reads finds everything whose recording ended before, and
waits for nothing: every member that reads takes in first what has arrived.

What readers were shown stays so, and may become more: an end whose other end is not known is a connection with a number, and
when the other appears, however late, the two are one under the number that was given first. `detail`, `linked` and
`connection` know the other number too; it is given to nobody else. A row that is *said anew* has this number, the time when the sender
wrote its bytes, or the link and text that were not known before; a row that was there twice is there once, and those in front of
it move up. `revision` counts how often that was to be seen.

Bounds: `keep` rows and `keep_bytes` raw bytes. The oldest rows go first; the decoder at the base of their stream advances over
their bytes, so whatever stays decodes exactly as it did. Nobody has to read for that: a writer that finds the store full
makes a little room itself, unless a reader is at it already.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from time import perf_counter_ns
from typing import TYPE_CHECKING

from wslab.timeline.connections import Connections
from wslab.timeline.recorder import Recorder
from wslab.timeline.records import Detail, Dropped, Row
from wslab.timeline.rows import (
    ahead,
    decode,
    diagnosis_of,
    drop_all,
    drop_decoded,
    drop_row,
    drop_unneeded,
    open_row,
    restate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline.connection import Connection, EndState
    from wslab.timeline.diagnosis import Diagnosis

_COMPACT = 4096


class Store(Recorder):
    """Everything that was recorded, as far as the bounds allow. See `wslab.timeline.Timeline`."""

    def __init__(self, *, keep: int, keep_bytes: int) -> None:
        super().__init__(keep=keep, keep_bytes=keep_bytes)
        self._read_lock = threading.RLock()
        self._held = 0  # readers that hold it still, one inside the other
        self._noted = 0
        self._known = Connections(self.zero, self._diagnosis_of)
        self._markers = False
        self.revision = 0
        self._rows: list[Row] = []
        self._gone = 0  # rows let go at the front of _rows and not compacted yet
        self._first = 0
        self._end = 0
        self._dropped_rows = 0
        self._dropped_bytes = 0

    def make_room(self) -> None:
        """Called by a writer that finds the store full: it decodes a little and lets the oldest go.

        Returns at once when a reader is at work, which makes room too.
        """
        if self._read_lock.acquire(blocking=False):
            try:
                self._take_in(little=True)
            except Exception as error:  # noqa: BLE001  (whoever writes is not to blame, and writes on)
                self.failed("making room in the timeline failed", error)
            finally:
                self._read_lock.release()

    def expect_markers(self) -> None:
        """From now on a connection that was accepted a moment ago has not settled before its request line is there.

        Pages, and other processes, mark the URLs of their sockets: see `witness_end`.
        """
        self._markers = True

    # Reading

    @property
    def first(self) -> int:
        """Arrival position of the oldest row still kept."""
        with self.reading():
            return self._first

    @property
    def end(self) -> int:
        """Arrival position behind the newest row."""
        with self.reading():
            return self._end

    @property
    def dropped(self) -> Dropped:
        """What the bounds have cost so far."""
        with self.reading():
            return Dropped(self._dropped_rows, self._dropped_bytes)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Take in what has arrived, and hold it still for as long as the context lasts."""
        self.failures.flush()
        with self._read_lock:
            self._take_in()
            self._held += 1
            try:
                yield
            finally:
                self._held -= 1

    def refresh(self) -> None:
        """Read, without wanting anything: watchers are told of what comes later. Cheap when nothing is new."""
        with self.reading():
            pass

    def rows(self, start: int | None = None, stop: int | None = None) -> list[Row]:
        """Rows by arrival position.

        Args:
            start: The first position; the oldest row by default.
            stop: The position behind the last; all that there are by default.

        Returns:
            The rows in that range that are still kept.
        """
        with self.reading():
            low = self._first if start is None else max(start, self._first)
            high = self._end if stop is None else min(stop, self._end)
            shift = self._gone - self._first
            return self._rows[low + shift : max(low, high) + shift]

    def detail(self, row: Row) -> Detail:
        """Open a row into the layers below it: header lines or payload, frames, and when each end saw it.

        Args:
            row: A row of this timeline.

        Raises:
            LookupError: Nothing of its connection is kept any more.
        """
        with self.reading():
            if row.connection == 0:
                return Detail(row, tuple(row.text.splitlines()))
            connection = self.connection(row.connection)
            if connection is None:
                raise LookupError(f"connection {row.connection} is no longer kept; a larger Lab(keep=...) keeps more")
            return open_row(connection, row)

    def connections(self) -> list[Connection]:
        """The connections of which anything is kept, by number."""
        with self.reading():
            for connection in self._known.unseen():
                self._known.number(connection)
            return self._known.known()

    def connection(self, number: int) -> Connection | None:
        """The connection of a number, also of one that it had before its two ends found each other; None where nothing of it is kept."""
        with self.reading():
            return self._known.get(number)

    def connection_of(self, end: EndState) -> int | None:
        """Public number of the connection that an end belongs to; None where the end has appeared since `reading` began."""
        with self.reading():
            return None if end.connection is None else self._known.number(end.connection)

    # Inside

    def _diagnosis_of(self, connection: Connection) -> Diagnosis | None:
        with self.reading():
            return diagnosis_of(connection)

    def _take_in(self, *, little: bool = False) -> None:
        """Pair and number ends, decode bytes, append rows, keep to the bounds. The caller holds the read lock."""
        if self.frozen or self._held or not (self._intake.dirty or self._notes or self._known.past):
            return
        intake = self._intake
        with intake.lock:
            dirty, intake.dirty = intake.dirty, []
            for end in dirty:
                end.dirty = False
            noted = len(self._notes)
            intake.quiet = True
            # Everything that was recorded before this moment is there, and nothing that comes later has an earlier time:
            # what is decoded up to here leaves no row behind that belongs in front of it.
            now = perf_counter_ns()
        connections = self._known.assign(dirty)
        soon = min((time for c in connections if (time := ahead(c)) is not None), default=now) if little else now
        until, partial = min(now, soon), soon < now
        rows = self._lab_rows(noted, until)
        for connection in connections:
            rows += decode(connection, until, partial=partial)
            self._restate(connection)
            self._account(0, connection.notes_read, 0)
            self._tidy(connection)
            if partial:
                self._again(connection)
        rows.sort(key=lambda row: row.time)
        self._rows += rows
        self._end += len(rows)
        self._bound(behind=partial)
        for connection in self._known.outlived():
            self._forget_for_good(connection)

    def _restate(self, connection: Connection) -> None:
        """Say rows of a connection anew, where more is known of them."""
        gone, seen = restate(connection, self._rows, self._gone)
        self._first += gone
        self.revision += seen

    def _again(self, connection: Connection) -> None:
        """Look at a connection again at the next reading. Watchers were told of what is not decoded yet."""
        with self.write_lock:
            for end in connection.members:
                self._intake.mark(end)

    def _lab_rows(self, count: int, until: int) -> list[Row]:
        rows = []
        for _ in range(count):
            if self._notes[0].time > until:
                break
            note = self._notes.popleft()
            when = note.time - self.zero
            rows.append(Row(0, "lab", self._noted, note.kind, when, note.name, note.text, problem=note.problem))
            self._noted += 1
        self._account(0, len(rows), 0)
        return rows

    def _tidy(self, connection: Connection) -> None:
        """Let go what no row needs: bytes, and the whole connection once it is over."""
        size, chunks, counted = drop_unneeded(connection, self.write_lock)
        self._account(size, chunks, counted)
        if not connection.kept:
            self._forget(connection)

    def _bound(self, *, behind: bool) -> None:
        intake, over = self._intake, len(self._rows) - self._gone - self.keep
        if over > 0:
            self._drop(over)
        while (intake.raw > self.keep_bytes or intake.chunks > intake.keep_chunks) and len(self._rows) > self._gone:
            self._drop(1 + (len(self._rows) - self._gone) // 64)
        if not behind and (intake.raw > self.keep_bytes or intake.chunks > intake.keep_chunks):
            for connection in self._known.known():
                size, chunks = drop_decoded(connection, self.write_lock)
                self._account(size, chunks, size)

    def _drop(self, count: int, *, count_it: bool = True) -> None:
        size, touched = 0, {}
        for row in self._rows[self._gone : self._gone + count]:
            connection = self._known.get(row.connection)
            if connection is not None:
                touched[row.connection] = connection
                size += drop_row(connection, row, count=count_it)
        self._first += count
        self._dropped_rows += count if count_it else 0
        self._account(size, 0, size if count_it else 0)
        for connection in touched.values():
            self._tidy(connection)
        self._gone += count
        if self._gone > _COMPACT and self._gone * 2 > len(self._rows):
            del self._rows[: self._gone]
            self._gone = 0

    def _account(self, size: int, chunks: int, dropped: int) -> None:
        with self.write_lock:
            self._intake.raw -= size
            self._intake.chunks -= chunks
            self._dropped_bytes += dropped

    def _forget(self, connection: Connection) -> None:
        """Let a connection go of which no row is kept, once it is over. Its number is kept for an end that is noticed late."""
        if connection.open or connection.behind or any(end.notes for end in connection.members):
            return
        if not connection.silent:
            self._let_go(connection)
        if not self._known.remember(connection):
            self._forget_for_good(connection)

    def _forget_for_good(self, connection: Connection) -> None:
        self._let_go(connection)
        self._known.forget(connection)

    def _let_go(self, connection: Connection) -> None:
        if self._known.hide(connection):
            size, chunks, counted = drop_all(connection, self.write_lock)
            self._account(size, chunks, counted)
