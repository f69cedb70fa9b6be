"""The fields of a frame as RFC 6455 section 5.2 draws them, each with its bits, its value and what it means.

A field is told as soon as its bytes are there, so a frame that is not whole yet has fields too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from wslab.wire.close_codes import close_code_name
from wslab.wire.frames import CLOSE, CONTINUATION, OPCODES, TEXT, unmask
from wslab.wire.text import counted, one_line

Octets: TypeAlias = bytes  # `Field` has a member called bytes

_FRAMING = "RFC 6455 section 5.2"
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one frame.

    Attributes:
        name: As the RFC calls it.
        bits: First bit and the one behind the last, counted from the frame's first bit (the most significant of byte 0).
        bytes: First byte that holds some of it and the one behind the last.
        value: A number, or bytes for the masking key and the payload (as on the wire).
        meaning: What this value says.
        section: Where the RFC defines it.
        inside: The field that it is a part of, where it is one.
    """

    name: str
    bits: tuple[int, int]
    bytes: tuple[int, int]
    value: int | Octets
    meaning: str
    section: str
    inside: str = ""

    def __str__(self) -> str:
        first, stop = self.bits
        bits = f"bit {first}" if stop == first + 1 else f"bits {first}-{stop - 1}" if stop > first else "no bits"
        return f"{self.name} ({bits}): {self.meaning} [{self.section}]"


def fields_of(wire: bytes, *, compressed: bool = False) -> tuple[Field, ...]:
    """Tell the fields of a frame.

    Args:
        wire: The bytes of one frame, whole or its beginning.
        compressed: Whether the payload is a piece of a message that permessage-deflate compressed.

    Returns:
        Every field whose bytes have come, in order; of the payload, what has come.
    """
    if not wire:
        return ()
    first = wire[0]
    opcode = first & 0x0F
    found = [
        _bit("FIN", 0, first & 0x80, _fin(opcode, bool(first & 0x80)), _FRAMING),
        _bit("RSV1", 1, first & 0x40, *_rsv1(opcode, bool(first & 0x40), compressed=compressed)),
        *(_bit(f"RSV{n}", n, first & 0x80 >> n, _rsv(bool(first & 0x80 >> n)), _FRAMING) for n in (2, 3)),
        Field("opcode", (4, 8), (0, 1), opcode, _opcode(opcode), _FRAMING),
    ]
    if len(wire) < 2:
        return tuple(found)
    masked, length, at = wire[1] & 0x80, wire[1] & 0x7F, 2
    found.append(_bit("MASK", 8, masked, _mask(bool(masked)), "RFC 6455 section 5.3"))
    extra = {126: 2, 127: 8}.get(length, 0)
    meaning = (
        f"{length}: the next {extra} bytes hold the payload length"
        if extra
        else f"the payload has {counted(length, 'byte')}"
    )
    found.append(Field("Payload len", (9, 16), (1, 2), length, meaning, _FRAMING))
    if extra:
        if len(wire) < 2 + extra:
            return tuple(found)
        at += extra
        length = int.from_bytes(wire[2:at], "big")
        found.append(_field("Extended payload length", 2, at, length, _extended(length, extra), _FRAMING))
    key = b""
    if masked:
        if len(wire) < at + 4:
            return tuple(found)
        key = wire[at : at + 4]
        meaning = f"byte i of the payload was XORed with byte i mod 4 of {key.hex(' ')}"
        found.append(_field("Masking-key", at, at + 4, key, meaning, "RFC 6455 section 5.3"))
        at += 4
    payload = wire[at:]
    meaning = _payload(opcode, length, len(payload), bool(key), compressed=compressed)
    found.append(_field("Payload data", at, len(wire), payload, meaning, _section(opcode, compressed=compressed)))
    if opcode == CLOSE and len(payload) >= 2:
        found += _close(payload, key, at)
    return tuple(found)


def _field(name: str, start: int, stop: int, value: int | bytes, meaning: str, section: str, inside: str = "") -> Field:
    return Field(name, (start * 8, stop * 8), (start, stop), value, meaning, section, inside)


def _bit(name: str, place: int, value: int, meaning: str, section: str) -> Field:
    return Field(name, (place, place + 1), (place // 8, place // 8 + 1), int(bool(value)), meaning, section)


def _fin(opcode: int, fin: bool) -> str:  # noqa: FBT001  (a bit)
    if opcode >= CLOSE:
        return "1, as on every control frame" if fin else "0, but a control frame must not be fragmented"
    if not fin:
        return "more frames of this message follow"
    return "the last frame of its message" if opcode == CONTINUATION else "the message is whole in this frame"


def _rsv1(opcode: int, bit: bool, *, compressed: bool) -> tuple[str, str]:  # noqa: FBT001  (a bit)
    if bit and CONTINUATION < opcode < CLOSE:
        if compressed:
            return "the message that begins here is compressed with permessage-deflate", "RFC 7692 section 6"
        return "set: only an extension that was agreed on gives it a meaning", _FRAMING
    if bit:
        return "set, but only the first frame of a data message may carry it", "RFC 7692 section 6"
    if opcode == CONTINUATION and compressed:
        return "0: that the message is compressed was said in its first frame", "RFC 7692 section 6"
    return _rsv(bit), _FRAMING


def _rsv(bit: bool) -> str:  # noqa: FBT001  (a bit)
    return "reserved, and must be 0 unless an extension gives it a meaning" if bit else "reserved, 0"


def _mask(masked: bool) -> str:  # noqa: FBT001  (a bit)
    if masked:
        return "a masking key follows, as in every frame from client to server"
    return "no masking key, as in every frame from server to client"


def _opcode(opcode: int) -> str:
    if opcode == CONTINUATION:
        return "continuation: goes on with the message that an earlier frame began"
    if opcode not in OPCODES:
        return f"{opcode:#x} is reserved for {'control' if opcode >= CLOSE else 'data'} frames yet to be defined"
    if opcode < CLOSE:
        return f"{OPCODES[opcode]}: a message begins, of {'UTF-8 text' if opcode == TEXT else 'any bytes'}"
    return f"{OPCODES[opcode]}: a control frame"


def _extended(length: int, extra: int) -> str:
    if length >> 63:
        return "the most significant bit is set, which is never allowed"
    text = f"the payload has {counted(length, 'byte')}"
    shortest = length > 125 if extra == 2 else length > 0xFFFF
    return text if shortest else f"{text}, which a shorter length field could say"


def _section(opcode: int, *, compressed: bool) -> str:
    if compressed:
        return "RFC 7692 section 7.2"
    return {8: "RFC 6455 section 5.5.1", 9: "RFC 6455 section 5.5.2", 10: "RFC 6455 section 5.5.3"}.get(
        opcode, "RFC 6455 section 5.6" if opcode in (1, 2) else _FRAMING
    )


def _payload(opcode: int, length: int, have: int, masked: bool, *, compressed: bool) -> str:  # noqa: FBT001  (a bit)
    if not length:
        return "empty"
    size = counted(length, "byte") if have == length else f"{have} of {length} bytes have come"
    kind = "compressed" if compressed else {1: "UTF-8 text", 8: "code and reason"}.get(opcode, "")
    return ", ".join(filter(None, [size, "masked" if masked else "", kind]))


def _close(payload: bytes, key: bytes, at: int) -> list[Field]:
    body = unmask(payload, key)
    code, reason = int.from_bytes(body[:2], "big"), body[2:].decode("utf-8", "replace")
    section = "RFC 6455 section 7.4"
    parts = [_field("Status code", at, at + 2, code, f"{code}, {close_code_name(code)}", section, "Payload data")]
    if len(payload) > 2:
        stop, meaning = at + len(payload), f'"{one_line(reason, _SHOWN)}"'
        parts.append(_field("Reason", at + 2, stop, payload[2:], meaning, "RFC 6455 section 7.1.6", "Payload data"))
    return parts
