"""One direction of one connection, decoded as it streams by: first an HTTP head, then frames, then messages.

    head ──► (client: wait for what the server agreed to) ──► frames      101 Switching Protocols
                                                          └─► raw         anything else: the rest is no WebSocket

The decoder never holds a payload: it keeps a preview and counts the rest, so a length field costs nothing. It knows where
in the stream everything began and ended, and `copy` freezes its state (frame, message and inflate context), so the bytes
before that place can be thrown away and all that follows still decodes to the same. It never raises on any input.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Literal

from wslab.wire.deflate import Inflater
from wslab.wire.frames import CLOSE
from wslab.wire.handshake import HEAD_LIMIT, Head, negotiated_deflate, parse_head
from wslab.wire.stream.decoded import Decoded
from wslab.wire.stream.receiver import PREVIEW_BYTES, Receiver
from wslab.wire.stream.walker import HeadSeen, Walker

if TYPE_CHECKING:
    from wslab.wire.stream.violation import Violation

MAX_VIOLATIONS = 20
"""The most violations that are kept of a message; behind them only the first of each other rule."""

_INCOMPLETE = "incomplete: the connection ended in the middle of it"
_BROKEN_OFF = "never finished: another message began (RFC 6455 section 5.4)"
_BEHEADED = "only the end of it was kept"


class StreamDecoder:
    """Decodes one direction.

    Args:
        direction: ``client to server`` or ``server to client``.

    Attributes:
        keep: How many payload bytes of a message to keep in `Decoded.data`.
        closed: Offset behind the first Close frame, or -1 while none has gone by.
    """

    __slots__ = (
        "_agreed", "_beheaded", "_client", "_first", "_message_start", "_receiver", "_upgraded", "_walker", "_wrong", "closed",
        "direction",
    )  # fmt: skip

    def __init__(self, direction: str) -> None:
        self.direction = direction
        self.closed = -1
        self._client = direction == "client to server"
        self._walker = Walker()
        self._receiver = Receiver(client=self._client, keep=PREVIEW_BYTES)
        self._agreed = self._upgraded = False
        self._first = 0  # byte 0 of the frame that goes by
        self._message_start = 0
        self._wrong: tuple[Violation, ...] = ()  # with the message so far
        self._beheaded = False  # the bytes with which the message began are gone: it is not judged

    @property
    def keep(self) -> int:
        return self._receiver.keep

    @keep.setter
    def keep(self, size: int) -> None:
        self._receiver.keep = size

    @property
    def position(self) -> int:
        """Offset of the first byte not understood yet."""
        return self._walker.position

    @property
    def fed(self) -> int:
        """Offset behind the last byte that was fed."""
        return self._walker.fed

    @property
    def begun(self) -> int:
        """Offset where the oldest thing that is still incomplete began; `position` when nothing is."""
        return self._message_start if self._receiver.inside else self._walker.begun

    @property
    def deflated(self) -> bool:
        """Whether messages of this direction may depend on the ones before them."""
        return self._receiver.inflates

    @property
    def waiting(self) -> bool:
        """Whether the request is read and the response is needed to go on."""
        return self._walker.where == "wait"

    def copy(self) -> StreamDecoder:
        """Freeze this place: a decoder that goes on from here on its own."""
        twin = copy.copy(self)
        twin._walker, twin._receiver = self._walker.copy(), self._receiver.copy()  # noqa: SLF001  (a twin of our own)
        return twin

    def jump(self, offset: int, *, inside: bool = False) -> StreamDecoder:
        """A decoder that stands at a frame's first byte elsewhere in the stream, no message but perhaps one being open there.

        Args:
            offset: Where a frame begins. A compressed stream goes on there with the next message.
            inside: Whether it stands in the middle of a message, whose beginning is gone.
        """
        twin = self.copy()
        twin._stand(offset, inside=inside)  # noqa: SLF001
        return twin

    def _stand(self, offset: int, *, inside: bool) -> None:
        self._walker = Walker(self._walker.where, offset)
        self.closed = self.closed if self.closed <= offset else -1
        self._receiver.leave(inside=inside, closed=self.closed >= 0)
        self._message_start, self._wrong, self._beheaded = offset, (), inside

    def negotiate(self, response: Head) -> list[Decoded]:
        """Tell the client's direction what the server agreed to; what was held back is decoded now.

        Args:
            response: The head of the server's response.
        """
        if self._agreed:
            return []
        self._agree(response)
        if not self.waiting:
            return []
        self._walker.go_on(frames=self._upgraded)
        return self.feed(b"")

    def cut(self) -> None:
        """Say that the bytes of the incomplete message so far are gone."""
        self._beheaded = self._receiver.inside

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes of the stream.

        Args:
            data: Any number of bytes, cut anywhere.

        Returns:
            What became complete with them, in order.
        """
        out: list[Decoded] = []
        receiver = self._receiver
        for seen in self._walker.feed(data):
            if isinstance(seen, HeadSeen):
                out.append(self._end_head(seen))
                receiver = self._receiver
                continue
            first, key, length, size, start, phase, source, at, to, begins = seen
            if begins:
                goes_on = first & 0x0F == 0 and receiver.inside
                if not goes_on and not first & 0x08:
                    if receiver.inside:
                        out.append(self._whole(start, _BROKEN_OFF))
                    self._message_start, self._wrong, self._beheaded = start, (), False
                self._first = first
                receiver.begin(first, key, length, size, receiver.frames if goes_on else 0)
            if to > at:
                receiver.take(source, at, to, key, phase)
            if phase + to - at == length:
                whole, stop = receiver.end(), start + size + length
                if first & 0x08:
                    out.append(self._control(first & 0x0F, length, start, stop))
                else:
                    if receiver.found:
                        self._add(receiver.found)
                    if whole:
                        out.append(self._whole(stop))
        return out

    def finish(self) -> list[Decoded]:
        """End the stream: what was begun and never completed.

        Returns:
            At most one thing, its `problem` saying that it is incomplete.
        """
        walker, receiver, stop = self._walker, self._receiver, self.fed
        start, control = walker.begun, self._first & 0x08 != 0
        if walker.where == "head" and walker.held:
            return [Decoded("handshake", start, stop, problem=_INCOMPLETE, head=parse_head(walker.held), since=start)]
        if receiver.inside or (walker.left and not control):
            if walker.left:
                self._add(receiver.found)
            broken_off = self._whole(stop, _INCOMPLETE)
            receiver.inside = False  # nothing more is needed of it
            return [broken_off]
        if walker.left:
            return [self._control(self._first & 0x0F, walker.phase, start, stop, _INCOMPLETE)]
        if walker.where == "frames" and walker.held:
            return [Decoded("control", start, stop, frames=1, problem=_INCOMPLETE, since=start)]
        return []

    def _end_head(self, seen: HeadSeen) -> Decoded:
        head = parse_head(seen.data)
        problem = "" if seen.whole else f"a head of more than {HEAD_LIMIT >> 10} KiB"
        if not head.is_http:
            problem = "this is not an HTTP/1.1 head (RFC 6455 section 4)"
        if seen.whole and not self._client:
            self._agree(head)
            self._walker.go_on(frames=self._upgraded)
        elif seen.whole and (self._agreed or not head.is_http):
            self._walker.go_on(frames=self._upgraded and head.is_http)
        return Decoded("handshake", seen.start, seen.stop, problem=problem, head=head, since=seen.start)

    def _agree(self, response: Head) -> None:
        self._agreed = True
        self._upgraded = response.status == 101
        deflate = negotiated_deflate(response, self.direction)
        self._receiver = Receiver(client=self._client, inflater=Inflater(deflate) if deflate else None, keep=self.keep)

    def _control(self, opcode: int, size: int, start: int, stop: int, problem: str = "") -> Decoded:
        """What is known of the control frame that ends here."""
        found = self._receiver.found
        kind: Literal["close", "control"] = "close" if opcode == CLOSE and not problem else "control"
        if kind == "close" and self.closed < 0:
            self.closed = stop
        return Decoded(
            kind, start, stop, opcode, self._receiver.control, size, frames=1, problem=found[0].brief if found else problem,
            since=self._message_start if self._receiver.inside else start, violations=found,
        )  # fmt: skip

    def _add(self, found: tuple[Violation, ...]) -> None:
        """Keep what is wrong with a message."""
        for each in found:
            if len(self._wrong) < MAX_VIOLATIONS or all(kept.broken is not each.broken for kept in self._wrong):
                self._wrong += (each,)

    def _whole(self, stop: int, problem: str = "") -> Decoded:
        """What is known of the message that ends here."""
        receiver, start, found = self._receiver, self._message_start, self._wrong
        if self._beheaded:
            found, problem = (), _BEHEADED
        elif found:
            problem = found[0].brief
        elif receiver.compressed:
            problem = problem or receiver.unread
        return Decoded(
            "message", start, stop, receiver.opcode, receiver.kept, receiver.size, receiver.frames, receiver.compressed, problem,
            None, start, found,
        )  # fmt: skip
