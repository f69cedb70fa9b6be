"""Which rules a frame breaks: by its header, where it stands among the others, and by the body of a Close frame.

The order is that in which receivers usually look, so the first violation is the one a receiver would name.
"""

from __future__ import annotations

from wslab.wire.close_codes import close_code_name
from wslab.wire.fields import opcode_name
from wslab.wire.frames import CLOSE, CONTINUATION, OPCODES
from wslab.wire.rules import RULES, Violation

_NEVER = (1005, 1006, 1015)
_TAIL_OF_RSV = "set, and no extension was agreed on that gives it a meaning"


def check_header(
    first: int, length: int, bits: int, *, masked: bool, index: int, client: bool | None, deflated: bool, inside: bool,
    closed: bool, before: int, max_size: int | None,
) -> tuple[Violation, ...]:  # fmt: skip
    """Judge a frame by its header and its place.

    Args:
        first: Byte 0.
        length: The payload length that the header says.
        bits: 7, 16 or 64: how the length is encoded.
        masked: Whether MASK is set.
        index: Which frame it is, for the violations.
        client: Whether a client sent it; None when nobody knows.
        deflated: Whether RSV1 may mean permessage-deflate.
        inside: Whether a fragmented message has begun and is not finished.
        closed: Whether a Close frame came before.
        before: Payload bytes of the message that came before.
        max_size: The receiver's limit for a message, in bytes, or None.

    Returns:
        The violations, most of the time none.
    """
    opcode = first & 0x0F
    if (  # the frames of an ordinary stream, out of the way at once
        first & 0x70 == 0
        and (opcode in (1, 2) if not inside else opcode == 0)
        and (bits == 7 or (125 < length < 65536 if bits == 16 else 65535 < length < 1 << 63))
        and (client is None or client is masked)
        and not closed
        and (max_size is None or before + length <= max_size)
    ):
        return ()
    found: list[tuple[str, str]] = []
    if opcode not in OPCODES:
        found.append(("opcode", f"opcode {opcode:#x} is reserved"))
    if client is not None and client is not masked:
        found.append(
            ("client-mask", "a client must mask its frames, and this one is not masked")
            if client
            else ("server-mask", "a server must not mask its frames, and this one is masked")
        )
    if length >> 63:
        found.append(("length-top-bit", "the most significant bit of the 64-bit length is set"))
    if (bits == 16 and length < 126) or (bits == 64 and length < 65536):
        short = "7 bits" if length < 126 else "7+16 bits"
        found.append(("length-shortest", f"a length of {length} fits in {short} and is encoded in 7+{bits}"))
    if opcode < CLOSE:
        size = before + length if opcode == CONTINUATION else length
        if max_size is not None and size > max_size:
            found.append(("size", f"the message has {size} bytes so far, more than the limit of {max_size}"))
    found += _check_bits(first, opcode, deflated=deflated)
    if opcode >= CLOSE:
        if length > 125:
            found.append(("control-length", f"a {opcode_name(opcode)} frame of {length} bytes; 125 are allowed"))
        if not first & 0x80:
            found.append(
                ("control-fragmented", f"a {opcode_name(opcode)} frame without FIN: it must not be fragmented")
            )
    elif opcode == CONTINUATION and not inside:
        found.append(("stray-continuation", "a continuation of no message: none has begun that is not finished"))
    elif opcode != CONTINUATION and inside:
        found.append(("interleaved", "a new message begins before the one before it is finished"))
    if closed and opcode < CLOSE:
        found.append(("after-close", "a data frame behind a Close frame"))
    return tuple(Violation(what, RULES[rule], index) for rule, what in found)


def _check_bits(first: int, opcode: int, *, deflated: bool) -> list[tuple[str, str]]:
    found = []
    if first & 0x40:
        if CONTINUATION < opcode < CLOSE:
            if not deflated:
                found.append(("reserved-bit", f"RSV1 is {_TAIL_OF_RSV}"))
        elif deflated:
            where = "a control frame" if opcode >= CLOSE else "a frame that does not begin its message"
            found.append(("compressed-bit", f"RSV1 is set on {where}"))
        else:
            found.append(("reserved-bit", f"RSV1 is {_TAIL_OF_RSV}"))
    found += [("reserved-bit", f"RSV{n} is {_TAIL_OF_RSV}") for n in (2, 3) if first & 0x80 >> n]
    return found


def check_close(body: bytes, index: int) -> tuple[Violation, ...]:
    """Judge the unmasked body of a Close frame (RFC 6455 section 5.5.1 and 7.4).

    Args:
        body: The payload.
        index: Which frame it is, for the violations.

    Returns:
        The violations.
    """
    if not body:
        return ()
    if len(body) == 1:
        what = "the body has one byte; it is empty or begins with a code of two bytes"
        return (Violation(what, RULES["close-body"], index),)
    found = []
    try:
        body[2:].decode()
    except UnicodeDecodeError as error:
        what = f"the reason is not UTF-8: {error.reason} at byte {error.start} of it"
        found.append(Violation(what, RULES["close-reason"], index))
    code = int.from_bytes(body[:2], "big")
    said = f"close code {code} ({close_code_name(code)})"
    if code in _NEVER:
        found.append(Violation(f"{said} never travels", RULES["close-code"], index))
    elif code == 1004:
        found.append(Violation(f"{said} has no meaning yet", RULES["close-code-reserved"], index))
    elif code < 1000 or 1014 < code < 3000 or code >= 5000:
        found.append(Violation(f"{said} is not defined", RULES["close-code-range"], index))
    return tuple(found)
