"""The timeline: one bounded, thread-safe store of what both ends of every connection did.

    writers ──► write lock, three appends ──► raw chunks and notes of each end
    readers ──► read lock, `refresh`      ──► ends paired and numbered, bytes decoded, rows in arrival order

Writers are the threads of servers and clients; they never wait for a reader (design.md, invariant 3): the write lock is held
for three appends, or for letting whole chunks go. Readers decode lazily and one at a time, under the read lock.

Bounds: `keep` rows and `keep_bytes` raw bytes. The oldest rows go first; the decoder at the base of their stream advances over
their bytes, so whatever stays decodes exactly as it did. Nobody has to read for that: a writer that finds the store full
makes a little room itself, unless a reader is at it already.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Literal

from wslab.timeline.connection import Connection
from wslab.timeline.ends import Address, End, Note
from wslab.timeline.pairing import Pairing
from wslab.timeline.records import PREVIEW, Detail, Dropped, Row
from wslab.timeline.transcript import transcript
from wslab.wire import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_COMPACT = 4096


class Timeline:
    """Everything that was recorded.

    Args:
        keep: How many rows to keep, at least 1.
        keep_bytes: How many raw bytes to keep, counting both ends, at least 1.

    Attributes:
        started: When it began, in seconds since the epoch.
        write_lock: Held by writers for an instant. Not for readers of rows.

    Raises:
        ValueError: A bound is no positive integer.
    """

    def __init__(self, *, keep: int = 100_000, keep_bytes: int = 64 * 1024 * 1024) -> None:
        for name, value in (("keep", keep), ("keep_bytes", keep_bytes)):
            whole: object = value  # callers need not have read the annotation
            if not isinstance(whole, int) or isinstance(whole, bool) or whole < 1:
                raise ValueError(f"{name} must be a positive whole number, not {value!r}; leave it out for the default")
        self.keep = keep
        self.keep_bytes = keep_bytes
        self.keep_chunks = 4 * keep + 4096  # a chunk of a few bytes still costs a hundred
        self.full_bytes = keep_bytes + keep_bytes // 16  # past it a writer makes room itself, at once for many chunks
        self.full_chunks = self.keep_chunks + self.keep_chunks // 16
        self.raw = 0
        self.chunks = 0
        self.write_lock = threading.Lock()
        self.started = time.time()
        self._started = perf_counter_ns()
        self._read_lock = threading.RLock()
        self._new: list[End] = []
        self._dirty: list[End] = []
        self._quiet = True
        self._watchers: list[partial[None]] = []
        self._notes: deque[Note] = deque()
        self._noted = 0
        self._numbered = 0
        self._connections: dict[int, Connection] = {}
        self._pairing = Pairing(self._make_connection)
        self._rows: list[Row] = []
        self._gone = 0  # rows let go at the front of _rows and not compacted yet
        self._first = 0
        self._end = 0
        self._dropped_rows = 0
        self._dropped_bytes = 0

    # Writing

    def client_end(self, label: str = "client", *, port: int | None = None) -> End:
        """Record a client that was just made.

        Args:
            label: What it is called where both ends are named.
            port: The port it is about to connect to, where that is known.
        """
        return self._add(End(self, "client", label, port))

    def server_end(self, label: str, local: Any, remote: Any) -> End:
        """Record a connection that a server just accepted.

        Args:
            label: The server's name.
            local: The server's address, as sockets name it.
            remote: The client's.
        """
        end = End(self, "server", label)
        end.local, end.remote = Address.of(local), Address.of(remote)
        return self._add(end)

    def note(
        self, name: str, text: str = "", *, kind: Literal["note", "print", "fault"] = "note", problem: str = ""
    ) -> None:
        """Record a row of the lab's own: a server started, a port was taken over."""
        note = Note(0, kind, name, one_line(text, PREVIEW), problem=problem)
        with self.write_lock:
            note.time = perf_counter_ns()
            self._notes.append(note)
            self.chunks += 1
            wake, self._quiet = self._quiet, False
        if wake:
            self._wake()
        if self.chunks > self.full_chunks:
            self.make_room()

    def touch(self, end: End) -> None:
        """Say that an end has recorded something."""
        with self.write_lock:
            if not end.dirty:
                end.dirty = True
                self._dirty.append(end)
            wake, self._quiet = self._quiet, False
        if wake:
            self._wake()

    def make_room(self) -> None:
        """Called by a writer that finds the store full: it decodes a little and lets the oldest go.

        Returns at once when a reader is at work, which makes room too.
        """
        if self._read_lock.acquire(blocking=False):
            try:
                self._refresh(little=True)
            finally:
                self._read_lock.release()

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
            rows.sort(key=lambda row: row.time)
            self._rows += rows
            self._end += len(rows)
            self._bound(behind=partial)

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

    def linked(self, row: Row) -> int | None:
        """Arrival position of the row whose bytes caused this row, or that this row caused; None where there is none."""
        if row.link is None:
            return None
        source, offset = row.link
        offset += source.startswith(
            row.source
        )  # a call is linked to its first byte, an event to the byte behind its last
        with self._read_lock:
            for index in range(len(self._rows) - 1, self._gone - 1, -1):
                other = self._rows[index]
                if other.connection == row.connection and other.source == source and other.start < offset <= other.stop:
                    return index - self._gone + self._first
        return None

    def connections(self) -> list[Connection]:
        """The connections of which anything is kept, by number."""
        with self._read_lock:
            return [self._connections[number] for number in sorted(self._connections)]

    def connection_of(self, end: End) -> int | None:
        """Public number of the connection that an end belongs to; None while that cannot be said yet."""
        with self._read_lock:
            return end.connection.number if end.connection else None

    def unsettled(self) -> list[str]:
        """What is still under way, one sentence each; empty when everything that was sent is received."""
        with self._read_lock:
            self.refresh()
            out = [f"connection {c.number} {what}" for c in self.connections() if (what := c.unsettled())]
            if self._pairing.waiting:
                out.append("an accepted connection is not matched to its client yet")
            return out

    def transcript(self, by: Literal["cause", "direction"] = "cause", *, times: bool = False) -> str:
        """The timeline as text, the same for the same conversation. See `wslab.timeline.transcript`."""
        with self._read_lock:
            self.refresh()
            return transcript(self.rows(), self.connections(), by=by, times=times, dropped=self.dropped)

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told when something was recorded.

        Args:
            callback: Called now, and then once after each `refresh` that is followed by something new. It may come from any
                thread and must return at once: the network waits for it.

        Returns:
            A function that ends the watch.
        """
        entry = partial(callback)  # an object of its own, even where the same function watches twice
        self._watchers.append(entry)
        callback()

        def unwatch() -> None:  # without a lock: a collector may call it in the middle of a write
            with contextlib.suppress(ValueError):
                self._watchers.remove(entry)

        return unwatch

    def clear(self) -> None:
        """Let every row go. Connections live on, and their numbers go on."""
        with self._read_lock:
            self.refresh()
            self._drop(len(self._rows) - self._gone, count_it=False)
        self._wake()

    def __repr__(self) -> str:
        lost = f", {self._dropped_rows} dropped" if self._dropped_rows else ""
        return f"<Timeline of {self.end - self.first} rows in {len(self._connections)} connections{lost}>"

    # Inside

    def _add(self, end: End) -> End:
        with self.write_lock:
            self._new.append(end)
            end.dirty = True
            self._dirty.append(end)
            wake, self._quiet = self._quiet, False
        if wake:
            self._wake()
        return end

    def _wake(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()

    def _again(self, connection: Connection) -> None:
        """Look at a connection again at the next refresh. Watchers were told of what is not decoded yet."""
        with self.write_lock:
            for end in connection.ends:
                if not end.dirty:
                    end.dirty = True
                    self._dirty.append(end)

    def _make_connection(self) -> Connection:
        self._numbered += 1
        connection = Connection(self._numbered, self._started)
        self._connections[self._numbered] = connection
        return connection

    def _lab_rows(self, count: int, until: int) -> list[Row]:
        rows = []
        for _ in range(count):
            if self._notes[0].time > until:
                break
            note = self._notes.popleft()
            when = note.time - self._started
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

    def _forget(self, connection: Connection) -> None:
        """Let a connection go of which no row is kept, once it is over."""
        if connection.open or connection.behind or any(end.notes for end in connection.ends):
            return
        self._pairing.forget(connection)
        del self._connections[connection.number]
        size, chunks, counted = connection.empty(self.write_lock)
        self._account(size, chunks, counted)
