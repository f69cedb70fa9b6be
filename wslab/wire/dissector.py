"""Taking a stream of bytes apart as it comes: an HTTP head if it begins with one, then frames.

    head? ──► frames         a request, or 101 Switching Protocols
          └─► nothing more   any other response, or a head that has no end: the rest is no WebSocket

However the bytes are cut, the frames are the same. A length field costs nothing: bytes are kept only when they have come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wslab.wire.checks import check_close, check_header
from wslab.wire.contents import Contents
from wslab.wire.deflate import negotiated_deflate
from wslab.wire.dissected import DissectedFrame
from wslab.wire.dissection import Dissection, PartialFrame
from wslab.wire.errors import octets
from wslab.wire.fields import fields_of
from wslab.wire.frames import CLOSE, CONTINUATION, parse_header
from wslab.wire.handshake import HEAD_LIMIT, Head, parse_head
from wslab.wire.message import Message
from wslab.wire.missing import begins_a_head, may_begin_a_head, to_end_of_head, to_whole_frame
from wslab.wire.options import DOWN, UP, DeflateOption, check_options, inflater_of

if TYPE_CHECKING:
    from wslab.wire.rules import Violation

_END_OF_HEAD = b"\r\n\r\n"
_BITS = (7, 16, 64)  # a header without its key has 2, 4 or 10 bytes
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
        self._deflate: DeflateOption = deflate
        self._max_size = max_size
        self._phase: Literal["start", "head", "frames", "raw"] = "start"
        self._held = bytearray()
        self._need = 1  # how many held bytes it takes to get on
        self._position = 0  # of the first byte held
        self._message: Message | None = None
        self._closed = False
        self._searched = 0  # how far the head has been searched for its end
        self._client: bool | None = None
        self._deflated = False
        self._contents = Contents(None, unknown=False, max_size=None)
        self._known()

    @property
    def frames(self) -> tuple[DissectedFrame, ...]:
        """Every frame so far."""
        return tuple(self._contents.frames)

    def feed(self, data: bytes | bytearray | memoryview) -> list[DissectedFrame]:
        """Take the next bytes.

        Args:
            data: Any number of bytes, cut anywhere.

        Returns:
            The frames that became complete with them.

        Raises:
            BadType: This is not bytes.
        """
        data = octets(data, _ADVICE)
        if self._phase == "raw" or len(self._held) + len(data) < self._need:
            self._held += data
            return []
        if self._phase == "start" and not self._held and data and not may_begin_a_head(data[:7]):
            self._phase = "frames"
        if self._phase in ("start", "head"):
            self._held += data[:HEAD_LIMIT]
            data = data[HEAD_LIMIT:]
            if not self._begin():
                self._held += data
                return []
        if self._held:
            data = bytes(self._held) + data
            self._held.clear()
        before = len(self._contents.frames)
        at = self._take(data)
        self._position += at
        self._held += data[at:]
        return self._contents.frames[before:]

    def dissection(self) -> Dissection:
        """What there is so far. A message that is not complete goes on growing in it when more is fed."""
        rest = bytes(self._held)
        size = self._position + len(rest)
        partial, missing, sentence = None, 0, ""
        if self._phase == "raw":
            sentence = self._why_raw()
        elif rest and self._phase != "frames":
            missing = self._need - len(rest) if self._phase == "start" else to_end_of_head(rest)
            sentence = "the HTTP head is not whole: it ends in an empty line"
        elif rest:
            partial = self._partial(rest)
            missing = partial.missing
            sentence = f"frame {len(self._contents.frames)} is not whole: at least {_count(missing)} missing"
        elif self._message is not None:
            sentence = f"message {self._message.index} is not whole: a continuation with FIN is still to come"
        return Dissection(
            self.frames, tuple(self.messages), self.head, self.head_size, self.direction, size, rest, partial, missing,
            sentence,
        )  # fmt: skip

    def _known(self) -> None:
        """Settle what is judged by what is known of direction and compression."""
        deflate, inflater = self._deflate, inflater_of(self._deflate)
        self._client = None if self.direction is None else self.direction == UP
        self._deflated = inflater is not None or deflate == "unknown"
        self._contents = Contents(inflater, unknown=deflate == "unknown", max_size=self._max_size)

    def _begin(self) -> bool:
        """Read a head, if there is one. Returns whether frames follow."""
        held = self._held
        if self._phase == "start":
            start = bytes(held[:7])
            if not may_begin_a_head(start):
                self._phase = "frames"
                return True
            if not begins_a_head(start):
                self._need = len(held) + 1
                return False
            self._phase = "head"
        stop = held.find(_END_OF_HEAD, max(0, self._searched - 3), HEAD_LIMIT)
        if stop < 0:
            self._searched, self._need = len(held), len(held) + 1
            if len(held) >= HEAD_LIMIT:
                self._phase = "raw"
            return False
        self.head_size = self._position = stop + 4
        self.head = head = parse_head(bytes(held[:stop]))
        del held[: stop + 4]
        upgraded = head.is_http and head.status in (None, 101)
        self._phase, self._need = "frames" if upgraded else "raw", 1
        if self.direction is None:
            self.direction = DOWN if head.start_line.startswith("HTTP/") else UP
        if self._deflate is None and head.status == 101:
            self._deflate = negotiated_deflate(head, DOWN)
        elif self._deflate is None and any("permessage-deflate" in v for v in head.values("sec-websocket-extensions")):
            self._deflate = "unknown"  # offered; the server's answer is not in this direction
        self._known()
        return upgraded

    def _take(self, data: bytes) -> int:
        """Take whole frames; returns where the first one begins that is not whole."""
        at, size, base = 0, len(data), self._position
        contents, client, deflated, limit = self._contents, self._client, self._deflated, self._max_size
        frames = contents.frames
        while True:
            header = parse_header(data, at)
            if header is None:
                self._need = size - at + 1
                return at
            first, key, length, header_size = header
            if size - at - header_size < length:
                self._need = header_size + length
                return at
            message, index = self._message, len(frames)
            bits = _BITS[(header_size - len(key)) // 4]
            found = check_header(
                first, length, bits, masked=bool(key), index=index, client=client, deflated=deflated,
                inside=message is not None, closed=self._closed, before=message.size if message else 0, max_size=limit,
            )  # fmt: skip
            frame = DissectedFrame(
                data, at, first, length, bits, header_size, key, index, base + at, contents, found
            )  # fmt: skip
            frames.append(frame)
            at += header_size + length
            opcode = first & 0x0F
            if opcode >= CLOSE:
                if opcode == CLOSE:
                    self._closed = True
                    frame.late = check_close(frame.payload, index)
            else:
                self._join(frame, message, first)

    def _join(self, frame: DissectedFrame, message: Message | None, first: int) -> None:
        """Put a data frame into its message."""
        if first & 0x0F != CONTINUATION:
            if message is not None:
                message.interrupted = True
            message = Message(len(self.messages), frame, compressed=bool(first & 0x40))
            self.messages.append(message)
        elif message is None:
            return
        else:
            message.take(frame)
        frame.message = message
        message.size += frame.payload_length
        message.complete = bool(first & 0x80)
        self._message = None if message.complete else message

    def _partial(self, rest: bytes) -> PartialFrame:
        header = parse_header(rest)
        found: tuple[Violation, ...] = ()
        message = self._message
        if header is not None:
            bits = _BITS[(header.size - len(header.masking_key)) // 4]
            found = check_header(
                header.first, header.payload_length, bits, masked=header.masked, index=len(self._contents.frames),
                client=self._client, deflated=self._deflated, inside=message is not None, closed=self._closed,
                before=message.size if message else 0, max_size=self._max_size,
            )  # fmt: skip
            missing = header.size + header.payload_length - len(rest)
        else:
            missing = to_whole_frame(rest)
        opcode = rest[0] & 0x0F
        compressed = (
            bool(rest[0] & 0x40) if 0 < opcode < CLOSE else opcode == 0 and message is not None and message.compressed
        )
        return PartialFrame(self._position, rest, fields_of(rest, compressed=compressed), found, missing)

    def _why_raw(self) -> str:
        if self.head is None:
            return f"the HTTP head has no end within {HEAD_LIMIT >> 10} KiB"
        if not self.head.is_http:
            return "it begins like an HTTP head and is none, so the rest is no WebSocket"
        return f"behind {self.head.name} the rest is no WebSocket" if self._held else ""


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


def _count(size: int) -> str:
    return "1 byte is" if size == 1 else f"{size} bytes are"
