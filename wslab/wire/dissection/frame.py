"""A frame taken apart. Made by the hundred thousand, so whatever can wait is worked out when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wslab.wire.close_codes import close_code_name
from wslab.wire.dissection.fields import Field, fields_of
from wslab.wire.dissection.message import preview
from wslab.wire.frames import CLOSE, TEXT, opcode_name, parse_close, unmask_piece
from wslab.wire.text import one_line

if TYPE_CHECKING:
    from wslab.wire.dissection.message import Message
    from wslab.wire.stream import Violation

_SHOWN = 60


class CloseBody(NamedTuple):
    """What a Close frame says. `code` is None for an empty body, and for one of a single byte."""

    code: int | None
    name: str
    reason: str


_SHORT = 1024  # a payload up to so many bytes is unmasked once and kept


class XorStep(NamedTuple):
    """How one byte is masked: ``payload = wire ^ key``, with byte `key_index` of the masking key; `place` counts payload bytes."""

    place: int
    wire: int
    key_index: int
    key: int
    payload: int


class DissectedFrame:
    """One whole frame (RFC 6455 section 5.2) and what there is to know about it.

    Attributes:
        index: Which frame of the dissection, from 0.
        offset: Where it begins in the data.
        header_size: Bytes before the payload, 2 to 14.
        masking_key: Four bytes, or none.
        payload_length: Bytes of payload.
        message: The message that this frame is a part of; None for control frames and for continuations of no message.
        unpacked: What a compressed payload inflates to; None where that is not known.
        content_reason: Why `content` is None; empty where it is known.
        violations: Every rule that this frame breaks, the one that a receiver would name first in front.
    """

    __slots__ = (
        "_at", "_first", "_payload", "_source", "content_reason", "header_size", "index", "masking_key", "message",
        "offset", "payload_length", "unpacked", "violations",
    )  # fmt: skip

    def __init__(
        self, source: bytes, at: int, first: int, masking_key: bytes, payload_length: int, header_size: int, index: int,
        offset: int, violations: tuple[Violation, ...], payload: bytes = b"",
    ) -> None:  # fmt: skip
        self._source, self._at, self._first = source, at, first
        self.masking_key, self.payload_length, self.header_size = masking_key, payload_length, header_size
        self.index, self.offset, self.violations = index, offset, violations
        self.message: Message | None = None
        self.unpacked: bytes | None = None
        self.content_reason = ""
        self._payload = payload if payload_length <= _SHORT else b""

    @property
    def fin(self) -> bool:
        """Whether this is the last frame of its message."""
        return bool(self._first & 0x80)

    @property
    def rsv1(self) -> bool:
        """Set on the first frame of a message that permessage-deflate compressed (RFC 7692 section 6)."""
        return bool(self._first & 0x40)

    @property
    def rsv2(self) -> bool:
        """Reserved."""
        return bool(self._first & 0x20)

    @property
    def rsv3(self) -> bool:
        """Reserved."""
        return bool(self._first & 0x10)

    @property
    def opcode(self) -> int:
        """0 to 15; `name` says it in words."""
        return self._first & 0x0F

    @property
    def name(self) -> str:
        """``text``, ``continuation``, ``reserved 0x3``."""
        return opcode_name(self._first & 0x0F)

    @property
    def masked(self) -> bool:
        """Whether the payload travelled masked, as every client's must (RFC 6455 section 5.1)."""
        return bool(self.masking_key)

    @property
    def wire(self) -> bytes:
        """The exact bytes of the frame."""
        return self._source[self._at : self._at + self.header_size + self.payload_length]

    @property
    def payload(self) -> bytes:
        """The payload, unmasked; still compressed where it was."""
        payload = self._payload
        if not payload:
            start = self._at + self.header_size
            payload = unmask_piece(self._source, start, start + self.payload_length, self.masking_key)
            if len(payload) <= _SHORT:
                self._payload = payload
        return payload

    @property
    def length_bits(self) -> int:
        """How the payload length is encoded: in 7, 16 or 64 bits."""
        return {2: 7, 4: 16}.get(self.header_size - len(self.masking_key), 64)

    @property
    def shortest(self) -> bool:
        """Whether the length is encoded in the fewest bytes, as it must be."""
        return self.length_bits == (7 if self.payload_length < 126 else 16 if self.payload_length < 65536 else 64)

    @property
    def compressed(self) -> bool:
        """Whether the payload is a piece of a compressed message."""
        return self.message is not None and self.message.compressed

    @property
    def content(self) -> bytes | None:
        """What the payload says: inflated where it is compressed; None where that cannot be known."""
        if self.message is not None and self.message.compressed:
            return self.unpacked
        return self.payload

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in order, with its bits, its value and its meaning."""
        return fields_of(self.wire, compressed=self.compressed)

    def fields_at(self, byte: int, bit: int | None = None) -> tuple[Field, ...]:
        """The fields to which a byte belongs.

        Args:
            byte: Which byte of the frame, from 0.
            bit: Which bit of it, 0 the most significant; None for any.

        Returns:
            The fields, an enclosing one before its parts.
        """
        if bit is None:
            return tuple(field for field in self.fields if field.bytes[0] <= byte < field.bytes[1])
        return tuple(field for field in self.fields if field.bits[0] <= byte * 8 + bit < field.bits[1])

    @property
    def close(self) -> CloseBody | None:
        """Code and reason of a Close frame; None for every other frame."""
        if self.opcode != CLOSE:
            return None
        code, reason = parse_close(self.payload)
        return CloseBody(code, "no code" if code is None else close_code_name(code), reason)

    def xor(self, start: int = 0, stop: int | None = None) -> list[XorStep]:
        """How the payload is masked, byte by byte (RFC 6455 section 5.3).

        Args:
            start: The first payload byte.
            stop: The one behind the last; None for all of them.

        Returns:
            A step for each byte; none for a frame that is not masked.
        """
        key, begin = self.masking_key, self._at + self.header_size
        if not key:
            return []
        places = range(self.payload_length)[start:stop]
        wire = self._source
        return [XorStep(i, wire[begin + i], i % 4, key[i % 4], wire[begin + i] ^ key[i % 4]) for i in places]

    def __repr__(self) -> str:
        rsv = "".join(f"RSV{n} " for n in (1, 2, 3) if self._first & 0x80 >> n)
        head = f"{'FIN ' * self.fin}{rsv}{self.name.upper()}{' masked' * self.masked}, length {self.payload_length}"
        return f"<Frame {self.index} at {self.offset}: {head}>"

    def __str__(self) -> str:
        bits = [
            name
            for name, on in (("FIN", self.fin), ("RSV1", self.rsv1), ("RSV2", self.rsv2), ("RSV3", self.rsv3))
            if on
        ]
        says = f"{' '.join([*bits, self.name])}{', masked' * self.masked}, length {self.payload_length}"
        if self.opcode == CLOSE and self.close is not None:
            code, name, reason = self.close
            said = name if code is None else f"{code} {name}{f': {one_line(reason, _SHOWN)!r}' if reason else ''}"
        else:
            said = preview(self.content, text=self.opcode == TEXT) if self.content_reason == "" else "compressed"
        return f"{self.offset:>6}  {says}{'  ' * bool(said)}{said}"
