"""A frame taken apart. Made by the hundred thousand, so whatever can wait is worked out when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wslab.wire.close_codes import close_code_name
from wslab.wire.fields import Field, fields_of, opcode_name
from wslab.wire.frames import CLOSE, TEXT, parse_close, unmask
from wslab.wire.message import shown
from wslab.wire.text import one_line

if TYPE_CHECKING:
    from wslab.wire.contents import Contents
    from wslab.wire.message import Message
    from wslab.wire.rules import Violation

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
        length_bits: How the payload length is encoded: 7, 16 or 64 bits.
        header_size: Bytes before the payload, 2 to 14.
        masking_key: Four bytes, or none.
        payload_length: Bytes of payload.
        message: The message that this frame is a part of; None for control frames and for continuations of no message.
    """

    __slots__ = (
        "_at", "_contents", "_first", "_found", "_payload", "_source", "header_size", "index", "known", "late", "length_bits",
        "masking_key", "message", "offset", "payload_length",
    )  # fmt: skip

    def __init__(
        self, source: bytes, at: int, first: int, payload_length: int, length_bits: int, header_size: int,
        masking_key: bytes, index: int, offset: int, contents: Contents, found: tuple[Violation, ...],
    ) -> None:  # fmt: skip
        self._source, self._at, self._first = source, at, first
        self.payload_length, self.length_bits, self.header_size = payload_length, length_bits, header_size
        self.masking_key, self.index, self.offset = masking_key, index, offset
        self._contents, self._found = contents, found
        self._payload: bytes | None = None
        self.message: Message | None = None
        self.known: tuple[bytes | None, str] | None = None
        self.late: tuple[Violation, ...] = ()

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
        if payload is None:
            start = self._at + self.header_size
            payload = unmask(self._source[start : start + self.payload_length], self.masking_key)
            if len(payload) <= _SHORT:
                self._payload = payload
        return payload

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
        if not self.compressed:
            return self.payload
        self._contents.up_to(self.index)
        assert self.known is not None
        return self.known[0]

    @property
    def content_reason(self) -> str:
        """Why `content` is None; empty where it is known."""
        if not self.compressed:
            return ""
        self._contents.up_to(self.index)
        assert self.known is not None
        return self.known[1]

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

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every rule that this frame breaks, the one that a receiver would name first."""
        if self.message is not None and self._contents.read <= self.index:
            self._contents.up_to(self.index)
        return self._found + self.late

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
            said = shown(self.content, text=self.opcode == TEXT) if self.content_reason == "" else "compressed"
        return f"{self.offset:>6}  {says}{'  ' * bool(said)}{said}"
