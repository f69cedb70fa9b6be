"""The readers' side of a timeline: rows in arrival order, what they open into, and the bounds.

    writers ──► write lock, three appends ──► raw chunks and notes of each end        (`wslab.timeline.recorder`)
    readers ──► read lock, `refresh`      ──► ends paired and numbered, bytes decoded, rows in arrival order

Readers decode lazily and one at a time, under the read lock.

Bounds: `keep` rows and `keep_bytes` raw bytes. The oldest rows go first; the decoder at the base of their stream advances over
their bytes, so whatever stays decodes exactly as it did. Nobody has to read for that: a writer that finds the store full
makes a little room itself, unless a reader is at it already.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from time import perf_counter_ns
from typing import TYPE_CHECKING

from wslab.timeline.connection import Connection
from wslab.timeline.pairing import Pairing
from wslab.timeline.recorder import Recorder
from wslab.timeline.records import Detail, Dropped, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPACT = 4096
_SILENT = 1000  # connections over and without a row, whose number is kept for a server's end that is noticed late


class Store(Recorder):
    """Everything that was recorded, as far as the bounds allow. See `wslab.timeline.Timeline`."""

    def __init__(self, *, keep: int, keep_bytes: int) -> None:
        super().__init__(keep=keep, keep_bytes=keep_bytes)
        self._read_lock = threading.RLock()
        self._noted = 0
        self._numbered = 0
        self._connections: dict[int, Connection] = {}
        self._silent: dict[int, Connection] = {}
        self._pairing = Pairing(self._make_connection)
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
                self._refresh(little=True)
            except Exception as error:  # noqa: BLE001  (whoever writes is not to blame, and writes on)
                self.failed("making room in the timeline failed", error)
            finally:
                self._read_lock.release()

    def expect_markers(self) -> None:
        """From now on a server's end waits for its request line, for a moment, before it counts as an unknown client's.

        Pages, and other processes, mark the URLs of their sockets: see `witness_end`.
        """
        self._pairing.markers = True

    # Reading

    @property
    def first(self) -> int:
        """Arrival position of the oldest row still kept."""
        return self._first

    @property
    def end(self) -> int:
        """Arrival position behind the newest row."""
        return self._end

    @property
    def dropped(self) -> Dropped:
        """What the bounds have cost so far."""
        return Dropped(self._dropped_rows, self._dropped_bytes)

    def refresh(self) -> None:
        """Take in what has arrived: pair and number ends, decode bytes, append rows, keep to the bounds.

        Any thread may call it at any time; it is cheap when nothing is new.
        """
        self._refresh()

    def _refresh(self, *, little: bool = False) -> None:
        if self.frozen:
            return
        self.failures.flush()
        with self._read_lock:
            with self.write_lock:
                new, self._new = self._new, []
                dirty, self._dirty = self._dirty, []
                for end in dirty:
                    end.dirty = False
                noted = len(self._notes)
                self._quiet = True
                # Everything that was recorded before this moment is there, and whatever comes later will have a later
                # time: what is decoded up to here leaves no row behind that belongs in front of it.
                now = perf_counter_ns() - 1
            self._pairing.add(new)
            connections = {}
            for end in dirty:
                if end.connection is not None:
                    connections[end.connection.number] = end.connection
                else:
                    self.touch(end)  # it waits for its client; whoever reads next looks again
            ahead = (
                min((time for c in connections.values() if (time := c.ahead()) is not None), default=now)
                if little
                else now
            )
            until, partial = min(now, ahead), ahead < now
            rows = self._lab_rows(noted, until)
            for number, connection in connections.items():
                self._connections[number] = connection  # it may have been let go, and a handler of it still prints
                rows += connection.decode(until, partial=partial)
                self._account(0, connection.notes_read, 0)
                self._tidy(connection)
                if partial:
                    self._again(connection)
                elif connection.waiting:
                    self.touch(connection.members[0])  # whoever reads next looks again
            rows.sort(key=lambda row: row.time)
            self._rows += rows
            self._end += len(rows)
            self._bound(behind=partial)
            self._forget_silent()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Take in what has arrived, and hold it still for as long as the context lasts."""
        with self._read_lock:
            self._refresh()
            yield

    def rows(self, start: int | None = None, stop: int | None = None) -> list[Row]:
        """Rows by arrival position.

        Args:
            start: The first position; the oldest row by default.
            stop: The position behind the last; all that there are by default.

        Returns:
            The rows in that range that are still kept.
        """
        with self._read_lock:
            low = self._first if start is None else max(start, self._first)
            high = self.end if stop is None else min(stop, self.end)
            shift = self._gone - self._first
            return self._rows[low + shift : max(low, high) + shift]

    def detail(self, row: Row) -> Detail:
        """Open a row into the layers below it: header lines or payload, frames, and when each end saw it.

        Args:
            row: A row of this timeline.

        Raises:
            LookupError: Nothing of its connection is kept any more.
        """
        with self._read_lock:
            if row.connection == 0:
                return Detail(row, tuple(row.text.splitlines()))
            connection = self._connections.get(row.connection)
            if connection is None:
                raise LookupError(f"connection {row.connection} is no longer kept; a larger Lab(keep=...) keeps more")
            return connection.detail(row)

    def connections(self) -> list[Connection]:
        """The connections of which anything is kept, by number."""
        with self._read_lock:
            return [self._connections[number] for number in sorted(self._connections)]

    # Inside

    def _again(self, connection: Connection) -> None:
        """Look at a connection again at the next refresh. Watchers were told of what is not decoded yet."""
        with self.write_lock:
            for end in connection.members:
                self.mark(end)

    def _make_connection(self) -> Connection:
        self._numbered += 1
        connection = Connection(self._numbered, self.zero)
        self._connections[self._numbered] = connection
        return connection

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
        size, chunks, counted = connection.trim(self.write_lock)
        self._account(size, chunks, counted)
        if not connection.kept:
            self._forget(connection)

    def _bound(self, *, behind: bool) -> None:
        over = len(self._rows) - self._gone - self.keep
        if over > 0:
            self._drop(over)
        while (self.raw > self.keep_bytes or self.chunks > self.keep_chunks) and len(self._rows) > self._gone:
            self._drop(1 + (len(self._rows) - self._gone) // 64)
        if not behind and (self.raw > self.keep_bytes or self.chunks > self.keep_chunks):
            for connection in self.connections():
                size, chunks = connection.cut(self.write_lock)
                self._account(size, chunks, size)

    def _drop(self, count: int, *, count_it: bool = True) -> None:
        size, touched = 0, {}
        for row in self._rows[self._gone : self._gone + count]:
            connection = self._connections.get(row.connection)
            if connection is not None:
                touched[row.connection] = connection
                size += connection.forget(row, count=count_it)
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
            self.raw -= size
            self.chunks -= chunks
            self._dropped_bytes += dropped

    def _forget(self, connection: Connection, *, wait: bool = True) -> None:
        """Let a connection go of which no row is kept, once it is over.

        Args:
            connection: The connection.
            wait: Whether one that never had a row waits for a server's end that is noticed late, and would have rows.
        """
        if connection.open or connection.behind or any(end.notes for end in connection.members):
            return
        if wait and connection.silent and self._pairing.expects(connection):
            self._silent[connection.number] = connection
            return
        self._pairing.forget(connection)
        del self._connections[connection.number]
        size, chunks, counted = connection.empty(self.write_lock)
        self._account(size, chunks, counted)

    def _forget_silent(self) -> None:
        """Let connections without a row go that have waited for long enough, or in vain."""
        for number, connection in list(self._silent.items()):
            if len(self._silent) <= _SILENT and self._pairing.expects(connection):
                break
            del self._silent[number]
            if not connection.kept:
                self._forget(connection, wait=False)
