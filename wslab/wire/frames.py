"""Frames as RFC 6455 section 5.2 lays them out.

    byte 0   FIN RSV1 RSV2 RSV3 opcode(4)
    byte 1   MASK length(7)            126: two more length bytes, 127: eight more
             masking key (4 bytes)     only when MASK is set
             payload                   XORed with the masking key when MASK is set

`parse_header` reads a header that may not be complete yet; `Frame` is a whole frame taken from its exact bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

OPCODES: dict[int, str] = {
    CONTINUATION: "continuation",
    TEXT: "text",
    BINARY: "binary",
    CLOSE: "close",
    PING: "ping",
    PONG: "pong",
}


def opcode_name(opcode: int) -> str:
    """What an opcode is called: ``text``, ``reserved 0x3``."""
    return OPCODES.get(opcode, f"reserved {opcode:#x}")


class FrameHeader(NamedTuple):
    """The header of one frame. `size` counts the header's own bytes, 2 to 14."""

    first: int
    masking_key: bytes
    payload_length: int
    size: int

    @property
    def opcode(self) -> int:
        """The four low bits of the first byte."""
        return self.first & 0x0F

    @property
    def masked(self) -> bool:
        """Whether there is a masking key."""
        return bool(self.masking_key)


def parse_header(data: bytes, start: int = 0) -> FrameHeader | None:
    """Read a frame header.

    Args:
        data: Bytes that hold the header, perhaps not all of it yet.
        start: Where it begins.

    Returns:
        The header, or None when more bytes are needed.
    """
    found = read_header(data, start)
    return None if found is None else FrameHeader(*found)


def read_header(data: bytes, start: int) -> tuple[int, bytes, int, int] | None:
    """Read a frame header as a plain tuple, of what `FrameHeader` names: for those who read very many."""
    have = len(data) - start
    if have < 2:
        return None
    first, second = data[start], data[start + 1]
    length, size = second & 0x7F, 2
    if length == 126:
        size = 4
        if have < size:
            return None
        length = int.from_bytes(data[start + 2 : start + 4], "big")
    elif length == 127:
        size = 10
        if have < size:
            return None
        length = int.from_bytes(data[start + 2 : start + 10], "big")
    if not second & 0x80:
        return first, b"", length, size
    if have < size + 4:
        return None
    return first, data[start + size : start + size + 4], length, size + 4


def xor(payload: bytes | memoryview, key: bytes) -> bytes:
    """XOR in Python alone, for platforms without websockets' compiled part.

    One XOR over two big integers: byte by byte would cost a hundred times more.
    """
    size = len(payload)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(stream, "little")).to_bytes(size, "little")


_LONG = 4096
_apply: Callable[[bytes | memoryview, bytes], bytes]
try:
    from websockets.speedups import apply_mask as _apply
except ImportError:
    _apply = xor


def unmask(payload: bytes, key: bytes, phase: int = 0) -> bytes:
    """XOR a payload with its masking key (RFC 6455 section 5.3). Masking and unmasking are the same step.

    Args:
        payload: The bytes.
        key: Four bytes, or none at all for a frame that is not masked.
        phase: How many bytes of the frame's payload came before these.

    Returns:
        As many bytes.
    """
    if not key or not payload:
        return payload
    turn = phase & 3
    return _apply(payload, key[turn:] + key[:turn] if turn else key)


def unmask_piece(data: bytes, at: int, to: int, key: bytes, phase: int = 0) -> bytes:
    """Unmask a piece where it stands: a long one is not copied before.

    Args:
        data: Bytes in which it stands.
        at: Where it begins in them.
        to: Where it ends in them.
        key: As for `unmask`.
        phase: As for `unmask`.
    """
    long = key and to - at >= _LONG
    return unmask(memoryview(data)[at:to] if long else data[at:to], key, phase)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, whole (RFC 6455 section 5.2).

    Attributes:
        fin: Whether this is the last frame of its message.
        rsv1: Set on the first frame of a message that permessage-deflate compressed (RFC 7692 section 6).
        rsv2: Reserved.
        rsv3: Reserved.
        opcode: 0 to 15; `OPCODES` names the known ones.
        masked: Whether the payload travelled masked, as every client's must (section 5.1).
        masking_key: Four bytes, or none.
        payload_length: Bytes of payload.
        payload: The payload, unmasked; still compressed where `rsv1` said so.
        wire: The exact bytes as they travelled.
    """

    fin: bool
    rsv1: bool
    rsv2: bool
    rsv3: bool
    opcode: int
    masked: bool
    masking_key: bytes
    payload_length: int
    payload: bytes
    wire: bytes

    @classmethod
    def take(cls, data: bytes, start: int = 0) -> Frame | None:
        """Take one whole frame out of bytes.

        Args:
            data: Bytes in which a frame begins at `start`.
            start: Where it begins.

        Returns:
            The frame, or None when it is not complete.
        """
        header = parse_header(data, start)
        if header is None:
            return None
        begin = start + header.size
        stop = begin + header.payload_length
        if stop > len(data):
            return None
        first = header.first
        return cls(
            fin=bool(first & 0x80),
            rsv1=bool(first & 0x40),
            rsv2=bool(first & 0x20),
            rsv3=bool(first & 0x10),
            opcode=first & 0x0F,
            masked=header.masked,
            masking_key=header.masking_key,
            payload_length=header.payload_length,
            payload=unmask(data[begin:stop], header.masking_key),
            wire=data[start:stop],
        )

    def __repr__(self) -> str:
        name = OPCODES.get(self.opcode, f"opcode {self.opcode:#x}").upper()
        return f"<Frame {'FIN ' * self.fin}{name}{' masked' * self.masked}, length {self.payload_length}>"


def parse_close(payload: bytes) -> tuple[int | None, str]:
    """Read the body of a Close frame (RFC 6455 section 5.5.1).

    Args:
        payload: The unmasked payload.

    Returns:
        The code, or None for an empty body (or one of a single byte, which is no code), and the reason. Bytes of the
        reason that are not UTF-8 become U+FFFD.
    """
    if len(payload) < 2:
        return None, ""
    return int.from_bytes(payload[:2], "big"), payload[2:].decode("utf-8", "replace")
