"""A connection: its two ends, and the rows their bytes and notes decode to.

    client.sent ─┐                                        ┌─ server.received
                 ├─ client to server: one decoder, rows ──┤
    client own rows                                     server own rows
                 ├─ server to client: one decoder, rows ──┤
    client.received ─┘                                    └─ server.sent

A frame is one thing although two ends saw it, at the same offset of the same byte stream. So each direction is decoded once,
from the sender's bytes where that end was recorded, and the other end's bytes only say when they arrived.
Decoding is lazy: it happens when somebody reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wslab.timeline.direction import Direction, describe
from wslab.timeline.ends import TCP_ENDED, weight
from wslab.timeline.records import PREVIEW, Detail, Row, Seen, Source
from wslab.wire import Decoded, Frame, Head, one_line

if TYPE_CHECKING:
    import threading

    from wslab.timeline.bytestream import ByteStream
    from wslab.timeline.ends import End, Note

PAYLOAD_LIMIT = 16 * 1024 * 1024
"""The most payload bytes that a `Detail` carries."""


class Connection:
    """A connection as readers see it.

    Attributes:
        number: Its public number, from 1.
        client_end: The client's end, where it is recorded.
        server_end: The server's end, where it is recorded.
        kept: How many of its rows are still kept.
        notes_read: How many notes the last `decode` took off its ends.
        behind: Whether the last `decode` left something to decode.
    """

    def __init__(self, number: int, started: int) -> None:
        self.number = number
        self.client_end: End | None = None
        self.server_end: End | None = None
        self.started = started
        self._directions: dict[Source, Direction] = {
            "client to server": Direction("client to server"),
            "server to client": Direction("server to client"),
        }
        self._response: Head | None = None
        self._long: dict[tuple[str, int], str] = {}
        self._own: dict[str, int] = {"client": 0, "server": 0}
        self.kept = 0
        self.notes_read = 0
        self.behind = False

    @property
    def ends(self) -> list[End]:
        """The recorded ends, the client's first."""
        return [end for end in (self.client_end, self.server_end) if end is not None]

    @property
    def client(self) -> str:
        """What the client is called."""
        return self.client_end.label if self.client_end else "client"

    @property
    def server(self) -> str:
        """What the server is called."""
        return self.server_end.label if self.server_end else "server"

    @property
    def open(self) -> bool:
        """Whether any recorded end of it still lives."""
        return any(end.closed is None for end in self.ends)

    def __repr__(self) -> str:
        return f"<Connection {self.number}: {self.client} to {self.server}, {'open' if self.open else 'closed'}>"

    def ahead(self) -> int | None:
        """Until when a little of what is not decoded yet was recorded; None when there is no more than that."""
        self._follow()
        times = [time for direction in self._directions.values() if (time := direction.ahead()) is not None]
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
        until = self._held_back(until)
        up_stop, down_stop = up.stop(until), down.stop(until)
        found: list[Row] = []
        for item in down.decode(down_stop):
            if self._response is None and item.head is not None:
                self._response = item.head
                up.base.negotiate(item.head)
            found.append(self._row(down, item))
        if self._response is not None:
            found += [self._row(up, item) for item in up.head.negotiate(self._response)]
        for item in up.decode(up_stop):
            found.append(self._row(up, item))
        self.behind = partial or up.behind or down.behind
        if not partial:
            for direction in (up, down):
                found += [self._row(direction, item) for item in direction.finish()]
        found += [row for end, note in self._take_notes(until) if (row := self._note(end, note))]
        found.sort(key=lambda row: row.time)
        self.kept += len(found)
        return found

    def detail(self, row: Row) -> Detail:
        """Open a row into the layers below it. See `wslab.timeline.Timeline.detail`."""
        client, server = self._seen(row)
        if row.source not in self._directions:
            text = self._long.get((row.source, row.index), row.text)
            return Detail(
                row, tuple(one_line(line, PAYLOAD_LIMIT) for line in text.splitlines()), None, (), client, server
            )
        direction = self._directions[row.source]
        try:
            decoder = direction.enter(row.start)
        except LookupError as error:
            return Detail(row, (), None, (), client, server, str(error))
        assert direction.stream is not None
        for chunk in direction.stream.pieces(decoder.fed, row.start):
            decoder.feed(chunk)
        decoder.keep, decoder.bounds = PAYLOAD_LIMIT, []
        wire = direction.stream.read(decoder.fed, row.stop)
        found = decoder.feed(wire) + decoder.finish()
        item = next((item for item in found if item.start == row.start), None)
        if row.kind == "handshake":
            head = item.head if item else None
            body = (
                b""
                if head is None or head.status in (None, 101)
                else direction.stream.read(row.stop, row.stop + PREVIEW * 4)
            )
            return Detail(row, head.lines if head else (), body or None, (), client, server, row.problem)
        spans = decoder.bounds if row.kind == "message" else [(row.start, row.stop)]
        taken = [Frame.take(direction.stream.read(*span)) for span in spans or ()]
        frames = tuple(frame for frame in taken if frame is not None)
        data = item.data if item else b""
        problem = row.problem
        if not problem and item and len(data) < item.size:
            problem = f"only the first {len(data)} of {item.size} bytes are shown"
        return Detail(row, (), data, frames, client, server, problem)

    def forget(self, row: Row, *, count: bool) -> int:
        """Drop the oldest row of this connection; its bytes go with the next `trim`.

        Args:
            row: The row.
            count: Whether what goes with it counts as dropped.

        Returns:
            How many raw bytes its note counted as.
        """
        self.kept -= 1
        direction = self._directions.get(row.source)
        if direction is None:
            return weight(self._long.pop((row.source, row.index), ""))
        if direction.rows and direction.rows[0][0] is row:
            direction.rows.popleft()
        direction.counted = count
        return 0

    def trim(self, lock: threading.Lock) -> tuple[int, int, int]:
        """Drop the bytes that no row needs any more, however late they came.

        Returns:
            How many raw bytes and chunks are gone, and how many of the bytes count as dropped.
        """
        size = chunks = counted = 0
        for source, direction in self._directions.items():
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
        for source, direction in self._directions.items():
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
        for source, direction in self._directions.items():
            if direction.rows:
                continue
            direction.head.cut()
            gone = direction.release(direction.head.fed, self._streams(source), lock)
            size, chunks = size + gone[0], chunks + gone[1]
        return size, chunks

    def unsettled(self) -> str:
        """What is still under way, in words; empty when this connection has settled."""
        client, server = self.client_end, self.server_end
        if client is not None and client.closed is None and client.local is None:
            return "is still connecting"
        if any(end.notes for end in self.ends):
            return "has a call that the network has not taken yet"
        if self.open and any(direction.head.closed >= 0 for direction in self._directions.values()):
            return "is still closing"
        if client is None or server is None:
            return ""
        if (client.closed is None) != (server.closed is None):
            return "is closed at one end only"
        if client.closed is not None:
            return ""
        for sender, receiver in ((client, server), (server, client)):
            if (missing := sender.sent.stop - receiver.received.stop) > 0:
                return f"has {missing} bytes on the way from {sender.side} to {receiver.side}"
        return ""

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
            item.frames, item.compressed, item.start, item.stop, None, item.problem,
        )  # fmt: skip
        direction.count += 1
        direction.rows.append((row, item.since))
        return row

    def _follow(self) -> tuple[Direction, Direction]:
        up, down = self._directions["client to server"], self._directions["server to client"]
        up.follow(self.client_end, self.server_end)
        down.follow(self.server_end, self.client_end)
        return up, down

    def _held_back(self, until: int) -> int:
        """The moment before the first call whose bytes are not known yet: its row comes before theirs."""
        for end in self.ends:
            for index in range(len(end.notes)):
                note = end.notes[index]
                if note.time > until:
                    break
                if note.pending and end.closed is None:
                    until = note.time - 1
                    break
        return until

    def _take_notes(self, until: int) -> list[tuple[End, Note]]:
        notes = []
        for end in self.ends:
            while end.notes and end.notes[0].time <= until:
                notes.append((end, end.notes.popleft()))
        self.notes_read = len(notes)
        return notes

    def _note(self, end: End, note: Note) -> Row | None:
        name = self._tcp_ended(end) if note.name == TCP_ENDED else note.name
        if not name:
            return None
        index = self._own[end.side]
        self._own[end.side] = index + 1
        text = one_line(note.text, PREVIEW)
        if text != note.text:
            self._long[end.side, index] = note.text
        when = note.time - self.started
        return Row(
            self.number, end.side, index, note.kind, when, name, text, note.size, link=note.link, problem=note.problem
        )

    def _tcp_ended(self, end: End) -> str:
        """What to say of a TCP connection that ended; nothing where a closing handshake, or a refusal, came before."""
        if self._response is None:
            return "TCP ended before the server answered a handshake" if end.side == "server" else ""
        if self._response.status != 101:
            return ""
        up, down = (direction.head.closed for direction in self._directions.values())
        sent, received = (up, down) if end.side == "client" else (down, up)
        closes = (0 <= sent <= end.sent.stop) + (0 <= received <= end.received.stop)
        return ("TCP ended without a Close frame", "TCP ended after one Close frame only", "")[closes]

    def _seen(self, row: Row) -> tuple[Seen, Seen]:
        return self._seen_by("client", self.client_end, row), self._seen_by("server", self.server_end, row)

    def _seen_by(self, side: Literal["client", "server"], end: End | None, row: Row) -> Seen:
        if end is None:
            return Seen("unrecorded")
        if row.source not in self._directions:
            return Seen("recorded", row.time) if row.source == side else Seen("unrecorded")
        stream = end.sent if row.source.startswith(side) else end.received
        if stream.stop >= row.stop:
            when = stream.time_of(row.stop)
            return Seen("recorded", None if when is None else when - self.started)
        # Both ends were recorded: with one only, the row would have come from its own bytes.
        return Seen("lost" if end.closed is not None else "on the way")
