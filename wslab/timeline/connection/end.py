"""One end of a connection, as the thing that records it sees it.

An end has an identity of its own when it appears; which connection it belongs to, and that connection's public number, is
found out when somebody reads (`wslab.timeline.pairing`). Everything here may be called from the end's own thread at any
rate: it takes one short lock, and never waits for a reader.
"""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Literal

from wslab.timeline.connection.note import NOTE_LIMIT, TCP_ENDED, Note, weight
from wslab.timeline.connection.state import EndState
from wslab.timeline.failures import GOES_ON, NOTHING_DONE, forgotten_words
from wslab.timeline.records import Address

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline.connection.intake import Intake
    from wslab.timeline.connection.note import Nth
    from wslab.timeline.records import ByteStream, Kind, Source


class End(EndState):
    """One end of a connection. Made by `Timeline.client_end`, `Timeline.server_end` and `Timeline.witness_end`.

    Args:
        intake: That of the timeline it writes to.
        side: ``client`` or ``server``.
        label: What it is called where both ends are named.
        target: The port a client is about to connect to.
    """

    __slots__ = ("_intake",)

    def __init__(
        self, intake: Intake, side: Literal["client", "server"], label: str, target: int | None = None
    ) -> None:
        super().__init__(side, label, target)
        self._intake = intake

    def connected(self, local: Any, remote: Any) -> None:
        """Say that TCP is up between these two addresses (as sockets name them)."""
        self.established = perf_counter_ns()
        self.local, self.remote = Address.of(local), Address.of(remote)
        self._intake.touch(self)

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
        about: Nth | None = None,
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
        intake = self._intake
        with intake.lock:
            note.time = perf_counter_ns()  # inside: notes of one end stand in the order of their times
            self.notes.append(note)
            intake.chunks += 1
            intake.raw += weight(note.text)
            if last:
                intake.mark(self)
                self.closed = note.time
        if last or not self.dirty:
            intake.touch(self)
        if intake.raw > intake.full_bytes or intake.chunks > intake.full_chunks:
            intake.make_room()
        return note

    def printed(self, text: str) -> None:
        """Record what this end's own code printed."""
        self.note("print", "print", text)

    def failed(self, what: str, error: BaseException) -> None:
        """Say that something of wslab's own failed at this end. See `wslab.timeline.Timeline.failed`."""
        self._intake.failures.tell(what, error, lambda name, text: self.note("note", name, text, problem=GOES_ON))

    def forgotten(self, write: str) -> None:
        """Say that something was asked for, and never awaited. See `wslab.timeline.Timeline.forgotten`."""
        self._intake.failures.remark(
            lambda name, text: self.note("note", name, text, problem=NOTHING_DONE), *forgotten_words(write)
        )

    def resolve(self, note: Note, link: tuple[Source, int] | None) -> None:
        """Say which bytes a pending note caused, or None when it caused none."""
        note.link = link
        note.pending = False
        if not self.dirty:
            self._intake.touch(self)

    def tap(self, stream: ByteStream) -> Callable[[bytes], None]:
        """Make the function that records one direction.

        It is on the path of every byte, so it is flat: one lock, three appends, one comparison.

        Args:
            stream: `sent` or `received` of this end.

        Returns:
            A function to call with each chunk, before it is written or after it is read.
        """
        intake = self._intake
        lock, now, touch = intake.lock, perf_counter_ns, intake.touch
        chunks, starts, times = stream.chunks.append, stream.starts.append, stream.times.append
        full_bytes, full_chunks = intake.full_bytes, intake.full_chunks

        def record(data: bytes) -> None:
            with lock:
                times(now())
                starts(stream.stop)
                chunks(data)
                size = len(data)
                stream.stop += size
                intake.raw += size
                intake.chunks += 1
            if not self.dirty:
                touch(self)
            if intake.raw > full_bytes or intake.chunks > full_chunks:
                intake.make_room()

        return record

    def history(self) -> tuple[list[bytes], int]:
        """What was received and is still kept, and the offset behind it."""
        with self._intake.lock:
            return [data for _, _, data in self.received.timed()], self.received.stop
