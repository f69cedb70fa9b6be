"""Building frames by hand: legal ones, and on purpose illegal ones to see what a receiver says."""

from __future__ import annotations

import os

from wslab.wire.errors import BadType, BadValue, came, octets
from wslab.wire.frames import BINARY, CLOSE, OPCODES, TEXT, unmask

_NAMES = {name: opcode for opcode, name in OPCODES.items()}
_MAX_LENGTHS = {7: 125, 16: 0xFFFF, 64: 2**64 - 1}


def frame(
    data: str | bytes | bytearray | memoryview = b"",
    opcode: int | str | None = None,
    *,
    fin: bool = True,
    rsv1: bool = False,
    rsv2: bool = False,
    rsv3: bool = False,
    mask: bool | bytes = False,
    length: int | None = None,
    length_bits: int | None = None,
) -> bytes:
    """Build the bytes of a frame (RFC 6455 section 5.2), legal or not.

    Args:
        data: The payload, before masking. A str is sent as UTF-8.
        opcode: 0 to 15 or a name such as ``"ping"``; text for a str and binary for bytes when left out.
        fin: Whether it is the last frame of its message.
        rsv1: Whether to set RSV1. The payload is sent as it is; compress it before.
        rsv2: Whether to set RSV2.
        rsv3: Whether to set RSV3.
        mask: True masks with a random key, four bytes with this one. A client must mask, a server must not.
        length: What the header says about the payload's length, when it shall not be the truth.
        length_bits: 7, 16 or 64: how to encode the length; the shortest form when left out.

    Returns:
        The bytes to send.

    Raises:
        BadType: An argument has the wrong type.
        BadValue: An argument fits in no frame.
    """
    payload = _payload(data)
    first = _opcode(opcode, text=isinstance(data, str))
    for bit, on in ((0x80, fin), (0x40, rsv1), (0x20, rsv2), (0x10, rsv3)):
        first |= bit if on else 0
    size = _whole(length, "length", "length=5 to claim 5 bytes") if length is not None else len(payload)
    if not 0 <= size < 2**64:
        raise BadValue(f"expected length from 0 to 2**64 - 1, got {came(size)}; a length field has 64 bits at most")
    key = _key(mask)
    header = bytearray([first])
    bits = _bits(length_bits, size)
    second = size if bits == 7 else 126 if bits == 16 else 127
    header.append(second | (0x80 if key else 0))
    if bits != 7:
        header += size.to_bytes(bits // 8, "big")
    return bytes(header) + key + unmask(payload, key)


def close_body(code: int, reason: str | bytes = "") -> bytes:
    """Build the body of a Close frame (RFC 6455 section 5.5.1), legal or not.

    Args:
        code: 0 to 65535. Those that must not travel are built too.
        reason: Why, as text; bytes to send what is no UTF-8.

    Returns:
        The payload for ``frame(..., "close")``.

    Raises:
        BadType: An argument has the wrong type.
        BadValue: `code` does not fit in two bytes, or `reason` has no UTF-8.
    """
    _whole(code, "code", "close_body(1000, 'bye')")
    if not 0 <= code <= 0xFFFF:
        raise BadValue(f"expected a code from 0 to 65535, got {came(code)}; write close_body(1000, 'bye')")
    return code.to_bytes(2, "big") + _payload(reason)


def _payload(data: object) -> bytes:
    if not isinstance(data, str):
        return octets(data, "write frame('hi') for text, frame(b'\\x01\\x02') for bytes, or str(...) around a number")
    try:
        return data.encode()
    except UnicodeEncodeError:
        raise BadValue(
            "expected text that has UTF-8, got a lone surrogate; to send what is not UTF-8, write frame(b'\\xff', 'text')"
        ) from None


def _opcode(opcode: object, *, text: bool) -> int:
    if opcode is None:
        return TEXT if text else BINARY
    if isinstance(opcode, str):
        if opcode.lower() not in _NAMES:
            got = repr(opcode[:20])
            raise BadValue(f"expected an opcode of {', '.join(_NAMES)}, got {got}; write its number for a reserved one")
        return _NAMES[opcode.lower()]
    if isinstance(opcode, bool) or not isinstance(opcode, int):
        raise BadType(f"expected opcode as a number or a name, got {came(opcode)}; write opcode=9 or opcode='ping'")
    if not 0 <= opcode <= 15:
        raise BadValue(f"expected an opcode from 0 to 15 (four bits), got {came(opcode)}; {CLOSE} is close, 9 is ping")
    return int(opcode)


def _key(mask: object) -> bytes:
    if isinstance(mask, bool):
        return os.urandom(4) if mask else b""
    key = octets(mask, "write mask=True for a random key, or four bytes such as mask=bytes.fromhex('37fa213d')")
    if len(key) != 4:
        raise BadValue(f"expected a masking key of 4 bytes, got {len(key)}; write mask=bytes.fromhex('37fa213d')")
    return key


def _bits(wanted: object, size: int) -> int:
    if wanted is None:
        return 7 if size <= 125 else 16 if size <= 0xFFFF else 64
    bits = _whole(wanted, "length_bits", "length_bits=16")
    if bits not in _MAX_LENGTHS:
        raise BadValue(f"expected length_bits of 7, 16 or 64, got {came(wanted)}; leave it out for the shortest form")
    if size > _MAX_LENGTHS[bits]:
        raise BadValue(
            f"expected a length of at most {_MAX_LENGTHS[bits]} for {bits} bits, got {size}; write length_bits=64"
        )
    return bits


def _whole(number: object, name: str, advice: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise BadType(f"expected {name} as a whole number, got {came(number)}; write {advice}")
    return number
