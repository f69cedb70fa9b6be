"""What is wrong with a frame that goes by: one short sentence with its section of RFC 6455, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.wire.frames import CLOSE, CONTINUATION, OPCODES

if TYPE_CHECKING:
    from wslab.wire.frames import FrameHeader

RESERVED_BIT = "a reserved bit is set without an extension (RFC 6455 section 5.2)"


def problem_of_mask(header: FrameHeader, *, client: bool) -> str:
    """Whether it is masked as its sender must: a client always, a server never (RFC 6455 section 5.1).

    Args:
        header: The frame's header.
        client: Whether the client sent it.
    """
    if header.masked == client:
        return ""
    who = "a client must mask" if client else "a server must not mask"
    return f"{who} its frames (RFC 6455 section 5.1)"


def problem_of_frame(header: FrameHeader, *, client: bool, deflated: bool, interrupts: bool = False) -> str:
    """The first thing that is wrong with a control frame, or with the first frame of a message.

    Args:
        header: The frame's header.
        client: Whether the client sent it.
        deflated: Whether RSV1 means a compressed message here (RFC 7692 section 6).
        interrupts: Whether it begins a message before the one before it was finished.
    """
    opcode = header.first & 0x0F
    if opcode not in OPCODES:
        return f"reserved opcode {opcode:#x} (RFC 6455 section 5.2)"
    if wrong := problem_of_mask(header, client=client):
        return wrong
    if opcode == CONTINUATION:
        return "a continuation of no message (RFC 6455 section 5.4)"
    if interrupts:
        return "it began before the message before it was finished (RFC 6455 section 5.4)"
    if header.first & 0x30 or (header.first & 0x40 and (opcode >= CLOSE or not deflated)):
        return RESERVED_BIT
    if opcode >= CLOSE and header.payload_length > 125:
        return "a control frame of more than 125 bytes (RFC 6455 section 5.5)"
    if opcode >= CLOSE and not header.first & 0x80:
        return "a fragmented control frame (RFC 6455 section 5.5)"
    if opcode == CLOSE and header.payload_length == 1:
        return "the body of a Close frame is empty or begins with a two-byte code (RFC 6455 section 5.5.1)"
    length, extended = header.payload_length, header.size - len(header.masking_key) - 2
    if (extended == 2 and length < 126) or (extended == 8 and length < 65536):
        return f"a length of {length} in {8 * extended} bits, not the shortest form (RFC 6455 section 5.2)"
    return ""
