"""Taking a stream of bytes apart as it comes: an HTTP head if it begins with one, then frames.

    head? ──► frames         a request, or 101 Switching Protocols
          └─► nothing more   any other response, or a head that has no end: the rest is no WebSocket

However the bytes are cut, the frames are the same. A length field costs nothing: bytes are kept only when they have come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.wire.deflate import INFLATE_LIMIT
from wslab.wire.dissection.dissection import Dissection, PartialFrame
from wslab.wire.dissection.fields import fields_of
from wslab.wire.dissection.frame import DissectedFrame
from wslab.wire.dissection.message import Message
from wslab.wire.dissection.options import DOWN, UP, DeflateOption, check_options, inflater_of
from wslab.wire.errors import octets
from wslab.wire.frames import CLOSE, CONTINUATION, parse_header
from wslab.wire.handshake import HEAD_LIMIT, Head, negotiated_deflate, parse_head
from wslab.wire.stream import HeadSeen, Part, Receiver, Walker
from wslab.wire.text import counted

if TYPE_CHECKING:
    from wslab.wire.stream import Violation

_ADVICE = "write dissect(bytes.fromhex('81 02 68 69')), or message.encode() for text"


class Dissector:
    """Takes one direction of a connection apart.

    Args:
        direction: ``client to server`` or ``server to client``: then masking is judged. None when nobody knows; a head
            at the beginning tells it.
        deflate: What permessage-deflate means here: None or False when it was not agreed on, True or a `Deflate` when it
            was, an `Inflater` when messages came before, ``"unknown"`` when nobody saw what was agreed on.
        max_size: What a receiver takes, in bytes a message; None for no limit.

    Raises:
        BadType: An argument has the wrong type.
        BadValue: `direction` is no direction, or `max_size` is negative.
    """

    def __init__(
        self,
        *,
        direction: str | None = None,
        deflate: DeflateOption = None,
        max_size: int | None = None,
    ) -> None:
        check_options(direction, deflate, max_size)
        self.direction = direction
        self.head: Head | None = None
        self.head_size = 0
        self.messages: list[Message] = []
        self._frames: list[DissectedFrame] = []
        self._deflate: DeflateOption = deflate
        self._max_size = max_size
        self._walker = Walker("start")
        self._rest = bytearray()  # what has come of a frame whose header is whole, or all that is no WebSocket
        self._receiver = self._receive()

    @property
    def frames(self) -> tuple[DissectedFrame, ...]:
        """Every frame so far."""
        return tuple(self._frames)

    def feed(self, data: bytes | bytearray | memoryview) -> list[DissectedFrame]:
        """Take the next bytes.

        Args:
            data: Any number of bytes, cut anywhere.

        Returns:
            The frames that became complete with them.

        Raises:
            BadType: This is not bytes.
        """
        data, before, pending = octets(data, _ADVICE), len(self._frames), self._walker.held
        if self._walker.where == "raw":
            self._rest += data
        for seen in self._walker.feed(data):
            if isinstance(seen, HeadSeen):
                if not self._take_head(seen):
                    self._rest += (pending + data)[self.head_size :]
            else:
                self._take(seen)
        return self._frames[before:]

    def dissection(self) -> Dissection:
        """What there is so far. A message that is not complete goes on growing in it when more is fed."""
        walker = self._walker
        rest = bytes(self._rest) or walker.held
        partial, missing, sentence = None, walker.missing, ""
        if walker.where == "raw":
            sentence = self._why_raw()
        elif rest and walker.where != "frames":
            sentence = "the HTTP head is not whole: it ends in an empty line"
        elif rest:
            partial = self._partial(rest)
            sentence = f"frame {len(self._frames)} is not whole: at least {counted(missing, 'byte')} {'is' if missing == 1 else 'are'} missing"
        elif self._receiver.inside:
            sentence = f"message {self.messages[-1].index} is not whole: a continuation with FIN is still to come"
        return Dissection(
            self.frames, tuple(self.messages), self.head, self.head_size, self.direction, walker.fed, rest, partial, missing,
            sentence,
        )  # fmt: skip

    def _receive(self) -> Receiver:
        """A receiver that knows what is known of direction and compression."""
        client = None if self.direction is None else self.direction == UP
        inflater = inflater_of(self._deflate)
        if inflater is not None:
            inflater.budget = INFLATE_LIMIT
        return Receiver(client=client, inflater=inflater, unknown=self._deflate == "unknown", max_size=self._max_size)

    def _take_head(self, seen: HeadSeen) -> bool:
        """Read a head; returns whether frames follow."""
        if not seen.whole:
            return False
        self.head_size = seen.stop
        self.head = head = parse_head(seen.data)
        upgraded = head.is_http and head.status in (None, 101)
        self._walker.go_on(frames=upgraded)
        if self.direction is None:
            self.direction = DOWN if head.start_line.startswith("HTTP/") else UP
        if self._deflate is None and head.status == 101:
            self._deflate = negotiated_deflate(head, DOWN)
        elif self._deflate is None and any("permessage-deflate" in v for v in head.values("sec-websocket-extensions")):
            self._deflate = "unknown"  # offered; the server's answer is not in this direction
        self._receiver = self._receive()
        return upgraded

    def _take(self, part: Part) -> None:
        """Take what came of a frame; it is taken apart once it is whole."""
        first, key, length, size, start, phase, data, at, to, begins = part
        whole = phase + to - at == length
        if begins:
            at -= size
        if not whole or not begins:
            self._rest += data[at:to]
            if not whole:
                return
            data, at = bytes(self._rest), 0
            self._rest.clear()
        receiver, index, messages = self._receiver, len(self._frames), self.messages
        goes_on = first & 0x0F == CONTINUATION and receiver.inside
        receiver.begin(first, key, length, size, index)
        plain = receiver.take(data, at + size, at + size + length, key)
        receiver.end()
        frame = DissectedFrame(data, at, first, key, length, size, index, start, receiver.found, plain)
        self._frames.append(frame)
        if goes_on:
            message = messages[-1]
            message.take(frame)
        elif 0 < first & 0x0F < CLOSE:
            if messages and not messages[-1].complete:
                messages[-1].interrupted = True
            message = Message(len(messages), frame, compressed=first & 0x40 != 0)
            messages.append(message)
        else:
            return
        frame.message = message
        message.complete = first & 0x80 != 0
        if message.compressed:
            frame.unpacked = None if receiver.unread else receiver.inflated
            frame.content_reason = receiver.unread

    def _partial(self, rest: bytes) -> PartialFrame:
        """Judge as much as has come of a frame that is not whole."""
        walker, receiver, header = self._walker, self._receiver.copy(), parse_header(rest)
        opcode = rest[0] & 0x0F
        compressed = bool(rest[0] & 0x40) and 0 < opcode < CLOSE
        if opcode == CONTINUATION and receiver.inside:
            compressed = self.messages[-1].compressed
        found: tuple[Violation, ...] = ()
        if header is not None:
            receiver.begin(*header, len(self._frames))
            receiver.take(rest, header.size, len(rest), header.masking_key)
            found = receiver.found
        return PartialFrame(walker.begun, rest, fields_of(rest, compressed=compressed), found, walker.missing)

    def _why_raw(self) -> str:
        if self.head is None:
            return f"the HTTP head has no end within {HEAD_LIMIT >> 10} KiB"
        if not self.head.is_http:
            return "it begins like an HTTP head and is none, so the rest is no WebSocket"
        return f"behind {self.head.name} the rest is no WebSocket" if self._rest else ""


def dissect(
    data: bytes | bytearray | memoryview,
    *,
    direction: str | None = None,
    deflate: DeflateOption = None,
    max_size: int | None = None,
) -> Dissection:
    """Take bytes apart into frames, fields and messages (RFC 6455 section 5).

    Args:
        data: Bytes of one direction, an HTTP head before the frames or not.
        direction: ``client to server`` or ``server to client``: then masking is judged.
        deflate: What permessage-deflate means here, see `Dissector`.
        max_size: What a receiver takes, in bytes a message.

    Returns:
        What the bytes say. What is not a whole frame is its `rest`.

    Raises:
        BadType: An argument has the wrong type.
        BadValue: `direction` is no direction, or `max_size` is negative.
    """
    dissector = Dissector(direction=direction, deflate=deflate, max_size=max_size)
    dissector.feed(data)
    return dissector.dissection()
