"""A connection: its two ends, and the rows their bytes and notes decode to.

    client.sent ─┐                                        ┌─ server.received
                 ├─ client to server: one decoder, rows ──┤
    client own rows                                     server own rows
                 ├─ server to client: one decoder, rows ──┤
    client.received ─┘                                    └─ server.sent

Of a page's socket, or another process's, only the rows of its own are told: a witness stands where the client's end would.

A frame is one thing although two ends saw it, at the same offset of the same byte stream. So each direction is decoded once,
from the sender's bytes where that end was recorded, and the other end's bytes only say when they arrived.
Decoding is lazy: it happens when somebody reads.

An end that stands alone is a connection too, until its other end appears: then one of the two takes in the other, and what
rows said before that is said anew (`wslab.timeline.rows.restating`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.connection.direction import Direction, describe
from wslab.timeline.connection.end import weight
from wslab.timeline.rows.facts import diagnosis_of
from wslab.timeline.records.row import Detail, Row, Source
from wslab.timeline.rows.detail import open_row
from wslab.timeline.rows.remote import heard, linked
from wslab.timeline.rows.restating import Anew, follow, relink
from wslab.timeline.settling import row_of_note

if TYPE_CHECKING:
    import threading

    from wslab.timeline.connection.end import End, Note
    from wslab.timeline.connection.message_index import What
    from wslab.timeline.diagnosis.result import Diagnosis
    from wslab.timeline.records.bytestream import ByteStream
    from wslab.wire import Decoded, Head


class Connection:
    """A connection as readers see it.

    Attributes:
        number: Its public number, from 1; 0 while nobody has seen anything of it.
        client_end: The client's end, where it is recorded.
        server_end: The server's end, where it is recorded.
        witness: The client's end where only what its code did is known, and not its bytes.
        started: When the timeline began, in `time.perf_counter_ns`.
        also: Numbers under which a part of it was shown before its two ends had found each other.
        directions: Its two byte streams and their decoders.
        response: The head of the server's response, once it is read; credentials are overwritten.
        remarks: The rows of the ends' own that may tell how it ended: notes, faults, calls to close; as long as they are kept.
        long_texts: What rows of an end's own carry only the beginning of, by side and index.
        unlinked: The notes of rows whose bytes are not known yet, each with its end, by side and index.
        kept: How many of its rows are still kept.
        notes_read: How many notes the last `decode` took off its ends.
        behind: Whether the last `decode` left something to decode.
        own: How many rows of their own the ends have had, by side.
        anew: What is to be said anew of its rows.
        restating: How many rows that is, of those that were kept before the last `decode`.
        heard: How many handshakes and messages an end has told of that it received, by side.
    """

    def __init__(self, number: int, started: int) -> None:
        self.number = number
        self.client_end: End | None = None
        self.server_end: End | None = None
        self.witness: End | None = None
        self.started = started
        self.also: list[int] = []
        self.directions: dict[Source, Direction] = {
            "client to server": Direction("client to server"),
            "server to client": Direction("server to client"),
        }
        self.response: Head | None = None
        self.remarks: dict[tuple[str, int], Row] = {}
        self.long_texts: dict[tuple[str, int], str] = {}
        self.unlinked: dict[tuple[str, int], tuple[End, Note]] = {}
        self.own: dict[str, int] = {"client": 0, "server": 0}
        self.kept = 0
        self.notes_read = 0
        self.behind = False
        self.anew = Anew()
        self.restating = 0
        self.heard: dict[tuple[str, What], int] = {}

    def place(self, *ends: End) -> None:
        """Give it its ends."""
        for end in ends:
            if end.witness:
                self.witness = end
            elif end.side == "client":
                self.client_end = end
            else:
                self.server_end = end
            end.connection = self

    @property
    def ends(self) -> list[End]:
        """The ends whose bytes are recorded, the client's first."""
        return [end for end in (self.client_end, self.server_end) if end is not None]

    @property
    def members(self) -> list[End]:
        """All ends that may have rows of their own: those that are recorded, and the witness. The client's first."""
        return [end for end in (self.client_end, self.witness, self.server_end) if end is not None]

    @property
    def whole(self) -> bool:
        """Whether it has both ends."""
        return self.server_end is not None and (self.client_end is not None or self.witness is not None)

    @property
    def seen(self) -> bool:
        """Whether anything has happened at its ends: a client is made by somebody, a server's end is accepted by itself."""
        server = self.server_end
        if server is None or self.whole:
            return True
        return bool(server.notes or server.sent.stop or server.received.stop)

    @property
    def client(self) -> str:
        """What the client is called."""
        end = self.client_end or self.witness
        return end.label if end else "client"

    @property
    def server(self) -> str:
        """What the server is called."""
        return self.server_end.label if self.server_end else "server"

    @property
    def open(self) -> bool:
        """Whether any end of it still lives, as far as is known."""
        return any(end.closed is None for end in self.members)

    @property
    def silent(self) -> bool:
        """Whether it has never had a row."""
        return not any(self.own.values()) and not any(direction.count for direction in self.directions.values())

    @property
    def diagnosis(self) -> Diagnosis | None:
        """How it ended, what that most likely means and what to do, with the evidence; None while it lives.

        It is made of recorded bytes alone: None also where nobody records them.
        """
        if not self.ends or any(end.closed is None for end in self.ends):
            return None
        with self.ends[0].reading():
            return diagnosis_of(self)

    def __repr__(self) -> str:
        return f"<Connection {self.number}: {self.client} to {self.server}, {'open' if self.open else 'closed'}>"

    def ahead(self) -> int | None:
        """Until when a little of what is not decoded yet was recorded; None when there is no more than that."""
        self._follow()
        times = [time for direction in self.directions.values() if (time := direction.ahead()) is not None]
        return min(times, default=None)

    def decode(self, until: int, *, partial: bool = False) -> list[Row]:
        """Decode what both ends have recorded since the last time.

        Args:
            until: Leave what was recorded after this time, in `time.perf_counter_ns`, for later. Everything that was
                recorded up to it must be there already.
            partial: Whether more than a little was left for later on purpose.

        Returns:
            The new rows, in the order in which they were first seen.
        """
        up, down = self._follow()
        up_stop, down_stop = up.stop(until), down.stop(until)
        found: list[Row] = []
        for item in down.decode(down_stop):
            if self.response is None and item.head is not None:
                self.response = item.head.hidden
                up.base.negotiate(item.head)
            found.append(self._row(down, item))
        if self.response is not None:
            found += [self._row(up, item) for item in up.head.negotiate(self.response)]
        for item in up.decode(up_stop):
            found.append(self._row(up, item))
        self.behind = partial or up.behind or down.behind
        if not partial:
            for direction in (up, down):
                for item in direction.finish():
                    direction.broken = self._row(direction, item)
                    found.append(direction.broken)
        relink(self)
        self.restating = self.kept if self.anew.all else len(self.anew.links)
        found += [row for end, note in self._take_notes(until) if (row := self._note(end, note))]
        found.sort(key=lambda row: row.time)
        self.kept += len(found)
        for row in found:
            self.remember(row)
        return found

    def remember(self, row: Row) -> None:
        """Keep a row at hand if it may tell how the connection ended. Rows come in the order in which they go."""
        if row.source in self.own and (row.kind in ("note", "fault") or row.name == "close()"):
            self.remarks[row.source, row.index] = row

    def detail(self, row: Row) -> Detail:
        """Open a row into the layers below it. See `wslab.timeline.Timeline.detail`."""
        return open_row(self, row)

    def forget(self, row: Row, *, count: bool) -> int:
        """Drop the oldest row of this connection; its bytes go with the next `trim`.

        Args:
            row: The row.
            count: Whether what goes with it counts as dropped.

        Returns:
            How many raw bytes its note counted as.
        """
        self.kept -= 1
        direction = self.directions.get(row.source)
        if direction is None:
            own = (row.source, row.index)
            self.remarks.pop(own, None)
            self.unlinked.pop(own, None)
            return weight(self.long_texts.pop(own, ""))
        if direction.rows and direction.rows[0][0].index == row.index:
            direction.rows.popleft()
        direction.counted = count
        return 0

    def trim(self, lock: threading.Lock) -> tuple[int, int, int]:
        """Drop the bytes that no row needs any more, however late they came.

        Returns:
            How many raw bytes and chunks are gone, and how many of the bytes count as dropped.
        """
        size = chunks = counted = 0
        for source, direction in self.directions.items():
            if direction.count == len(direction.rows):
                continue  # all its rows are kept
            gone = direction.release(direction.needed(), self._streams(source), lock)
            size, chunks = size + gone[0], chunks + gone[1]
            counted += gone[0] if direction.counted else 0
        return size, chunks, counted

    def empty(self, lock: threading.Lock) -> tuple[int, int, int]:
        """Drop every byte of a connection that is over.

        Returns:
            As `trim` does.
        """
        size = chunks = counted = 0
        for source, direction in self.directions.items():
            for stream in self._streams(source):
                count = stream.count
                with lock:
                    gone = stream.drop(count)
                size, chunks = size + gone, chunks + count
                counted += gone if direction.counted else 0
        return size, chunks, counted

    def cut(self, lock: threading.Lock) -> tuple[int, int]:
        """Drop every byte that is decoded already, even of messages that are still incomplete."""
        size = chunks = 0
        for source, direction in self.directions.items():
            if direction.rows:
                continue
            direction.head.cut()
            gone = direction.release(direction.head.fed, self._streams(source), lock)
            size, chunks = size + gone[0], chunks + gone[1]
        return size, chunks

    def _streams(self, source: Source) -> list[ByteStream]:
        up = source == "client to server"
        return [end.sent if (end.side == "client") == up else end.received for end in self.ends]

    def _row(self, direction: Direction, item: Decoded) -> Row:
        stream = direction.stream
        assert stream is not None
        name, text = describe(item)
        size = None if item.kind in ("handshake", "close") else item.size
        when = stream.time_of(item.stop) or stream.time_of(stream.stop) or self.started
        row = Row(
            self.number, direction.source, direction.count, item.kind, when - self.started, name, text, size,
            item.frames, item.compressed, item.start, item.stop, None, item.problem, item.kind == "message" and item.opcode == 2,
            item.violations,
        )  # fmt: skip
        direction.add(row, item)
        return row

    def _follow(self) -> tuple[Direction, Direction]:
        follow(self)
        return self.directions["client to server"], self.directions["server to client"]

    def _take_notes(self, until: int) -> list[tuple[End, Note]]:
        notes = []
        for end in self.members:
            while end.notes and end.notes[0].time <= until:
                notes.append((end, end.notes.popleft()))
        self.notes_read = len(notes)
        return notes

    def _note(self, end: End, note: Note) -> Row | None:
        heard(self, end, note)
        known = linked(self, end, note)
        row = row_of_note(self, end, note, self.own[end.side])
        if row is not None:
            self.own[end.side] += 1
            own = (row.source, row.index)
            if row.text != note.text:
                self.long_texts[own] = note.text
            if not known:
                self.unlinked[own] = (end, note)
        return row
