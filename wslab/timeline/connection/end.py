"""One end of a connection, as the thing that records it sees it.

An end has an identity of its own when it appears; which connection it belongs to, and that connection's public number, is
found out when somebody reads (`wslab.timeline.pairing`). Everything here may be called from the end's own thread at any
rate: it takes one short lock, and never waits for a reader.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Literal

from wslab.timeline.failures.reporting import GOES_ON, NOTHING_DONE, forgotten_words
from wslab.timeline.records.address import Address
from wslab.timeline.records.bytestream import ByteStream
from wslab.timeline.records.row import PREVIEW

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from wslab.timeline.connection.message_index import About
    from wslab.timeline.connection.state import Connection
    from wslab.timeline.recorder import Recorder
    from wslab.timeline.records.row import Kind, Source

NOTE_LIMIT = 10_000
"""The most characters that a note carries."""

TCP_ENDED = "TCP ended"
"""The note that every end leaves last. It becomes a row only where the closing handshake was not complete."""


def weight(text: str) -> int:
    """What a note's text counts as raw bytes: nothing while its row carries it whole anyway."""
    return len(text) if len(text) > PREVIEW else 0


@dataclass(slots=True)
class Note:
    """A row of an end's own: an API event or call, a printed line, a remark.

    A call is noted before the network has taken it: while it is `pending` its `link` is not known, and its row has none yet.
    Who cannot see bytes says what the note is `about` instead, and readers find the `link` (`wslab.timeline.rows.remote`).
    """

    time: int
    kind: Kind
    name: str
    text: str = ""
    size: int | None = None
    link: tuple[Source, int] | None = None
    problem: str = ""
    pending: bool = False
    binary: bool = False
    about: About | None = None


class End:
    """One end of a connection. Made by `Timeline.client_end`, `Timeline.server_end` and `Timeline.witness_end`.

    Attributes:
        side: ``client`` or ``server``.
        label: What it is called where both ends are named.
        created: When it appeared, in `time.perf_counter_ns`.
        target: The port a client is about to connect to, while its own address is not known yet.
        local: Its own address.
        remote: The address of its peer.
        established: When a client's end said that TCP is up; None before that, and for a server's end, which is made then.
        sent: The bytes it sent.
        received: The bytes it received.
        closed: When its TCP connection ended, or never came to be; None while it lives.
        ending: How TCP ended, in words; empty for an orderly end.
        fin: When the peer ended its direction (FIN); None while it has not.
        connection: Where readers have placed it; None while they have not.
        left: Offset behind the last byte of `sent` that really left, where a fault has kept the rest back for ever; else None.
        otherwise: Bytes that a fault has changed at this end: the direction, the offset, and what stood there on the other
            side of the fault. In `sent` and `received` stand the bytes on the wire and those that were received.
        marker: The one-time marker of its URL, by which a page's or another process's end finds the server's; empty where there is none.
        told: Whether its rows come from another process: their times are when they were told here.
        witness: Whether its bytes are not recorded, only what its code did.
    """

    __slots__ = (
        "_store",
        "closed",
        "connection",
        "created",
        "dirty",
        "ending",
        "established",
        "fin",
        "label",
        "left",
        "local",
        "marker",
        "notes",
        "otherwise",
        "received",
        "remote",
        "sent",
        "side",
        "target",
        "told",
        "witness",
    )

    def __init__(
        self, store: Recorder, side: Literal["client", "server"], label: str, target: int | None = None
    ) -> None:
        self._store = store
        self.side = side
        self.label = label
        self.created = perf_counter_ns()
        self.target = target
        self.local: Address | None = None
        self.remote: Address | None = None
        self.established: int | None = None
        self.sent = ByteStream()
        self.received = ByteStream()
        self.closed: int | None = None
        self.ending = ""
        self.fin: int | None = None
        self.notes: deque[Note] = deque()
        self.dirty = False
        self.connection: Connection | None = None
        self.left: int | None = None
        self.otherwise: list[tuple[Source, int, bytes]] = []
        self.marker = ""
        self.told = False
        self.witness = False

    def connected(self, local: Any, remote: Any) -> None:
        """Say that TCP is up between these two addresses (as sockets name them)."""
        self.established = perf_counter_ns()
        self.local, self.remote = Address.of(local), Address.of(remote)
        self._store.touch(self)

    def peer_ended(self) -> None:
        """Say that the peer has ended its direction: FIN came."""
        if self.fin is None:
            self.fin = perf_counter_ns()

    def lost(self, ending: str = "") -> None:
        """Say that TCP is over.

        Args:
            ending: How, in words, where it was no orderly end.
        """
        if self.closed is None:
            self.ending = ending
            self._note(Note(0, "note", TCP_ENDED, ending[:NOTE_LIMIT]), last=True)

    def note(
        self,
        kind: Kind,
        name: str,
        text: str = "",
        *,
        size: int | None = None,
        link: tuple[Source, int] | None = None,
        problem: str = "",
        pending: bool = False,
        binary: bool = False,
        about: About | None = None,
    ) -> Note:
        """Record a row of this end's own.

        Args:
            kind: What it is.
            name: What happened.
            text: What it carried; cut at `NOTE_LIMIT` characters.
            size: Bytes of its payload.
            link: The bytes that caused it, or that it caused: ``(source, offset)``.
            problem: What is wrong about it.
            pending: Whether `resolve` will be called with this note.
            binary: Whether its payload is no text, and `text` shows it in hex.
            about: Instead of a `link`, for who cannot see bytes: the nth message, from 0, or handshake or control frame, of a
                byte stream. The row has a link as soon as those bytes are there.

        Returns:
            The note.
        """
        return self._note(Note(0, kind, name, text[:NOTE_LIMIT], size, link, problem, pending, binary, about))

    def _note(self, note: Note, *, last: bool = False) -> Note:
        """Take a note in. The last comes in one step with the end's end: whoever sees that it is over finds its row too."""
        store = self._store
        with store.write_lock:
            note.time = perf_counter_ns()  # inside: notes of one end stand in the order of their times
            self.notes.append(note)
            store.chunks += 1
            store.raw += weight(note.text)
            if last:
                store.mark(self)
                self.closed = note.time
        if last or not self.dirty:
            store.touch(self)
        if store.raw > store.full_bytes or store.chunks > store.full_chunks:
            store.make_room()
        return note

    def reading(self) -> AbstractContextManager[None]:
        """Hold what was recorded still, with all of it taken in. See `wslab.timeline.recorder.Recorder.reading`."""
        return self._store.reading()

    def printed(self, text: str) -> None:
        """Record what this end's own code printed."""
        self.note("print", "print", text)

    def failed(self, what: str, error: BaseException) -> None:
        """Say that something of wslab's own failed at this end. See `wslab.timeline.recorder.Recorder.failed`."""
        self._store.failures.tell(what, error, lambda name, text: self.note("note", name, text, problem=GOES_ON))

    def forgotten(self, write: str) -> None:
        """Say that something was asked for, and never awaited. See `wslab.timeline.recorder.Recorder.forgotten`."""
        self._store.failures.remark(
            lambda name, text: self.note("note", name, text, problem=NOTHING_DONE), *forgotten_words(write)
        )

    def resolve(self, note: Note, link: tuple[Source, int] | None) -> None:
        """Say which bytes a pending note caused, or None when it caused none."""
        note.link = link
        note.pending = False
        if not self.dirty:
            self._store.touch(self)

    def tap(self, stream: ByteStream) -> Callable[[bytes], None]:
        """Make the function that records one direction.

        It is on the path of every byte, so it is flat: one lock, three appends, one comparison.

        Args:
            stream: `sent` or `received` of this end.

        Returns:
            A function to call with each chunk, before it is written or after it is read.
        """
        store = self._store
        lock, now, touch = store.write_lock, perf_counter_ns, store.touch
        chunks, starts, times = stream.chunks.append, stream.starts.append, stream.times.append
        full_bytes, full_chunks = store.full_bytes, store.full_chunks

        def record(data: bytes) -> None:
            with lock:
                times(now())
                starts(stream.stop)
                chunks(data)
                size = len(data)
                stream.stop += size
                store.raw += size
                store.chunks += 1
            if not self.dirty:
                touch(self)
            if store.raw > full_bytes or store.chunks > full_chunks:
                store.make_room()

        return record

    def history(self) -> tuple[list[bytes], int]:
        """What was received and is still kept, and the offset behind it."""
        with self._store.write_lock:
            return [data for _, _, data in self.received.timed()], self.received.stop

    def written(self, start: int = 0, stop: int | None = None) -> bytes:
        """The bytes of `sent` as they were written, before a fault changed any.

        Args:
            start: Offset of the first byte.
            stop: Offset behind the last; all when left out.
        """
        stop = self.sent.stop if stop is None else stop
        data, own = bytearray(self.sent.read(start, stop)), f"{self.side} to"
        base = max(start, self.sent.first)
        for way, offset, before in self.otherwise:
            if way.startswith(own) and base <= offset and offset + len(before) <= stop:
                data[offset - base : offset - base + len(before)] = before
        return bytes(data)

    def __repr__(self) -> str:
        if self.witness:
            return f"<End {self.side} {self.label!r} {'open' if self.closed is None else 'closed'}, only told of>"
        state = "closed" if self.closed is not None else "open" if self.local else "connecting"
        return f"<End {self.side} {self.label!r} {state}, sent {self.sent.stop} B, received {self.received.stop} B>"
