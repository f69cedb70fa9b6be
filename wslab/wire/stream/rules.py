"""The rules of the framing, one by one: the words of the RFC, how receivers answer, and what breaks the rule.

    of a frame     judged by its header and by what went before it    `broken_by_frame`
    of a Close     judged by its body                                 `broken_by_close`
    of a message   judged where its content is read                   `wslab.wire.stream.receiver`

The rules stand in the order in which receivers usually look, so the first violation is the one that a receiver would name.
Behind each rule stands its check, which says what is wrong, or nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.wire.close_codes import NEVER_SENT, close_code_name, may_be_sent
from wslab.wire.frames import CONTINUATION, OPCODES, opcode_name
from wslab.wire.stream.violation import Arrival, Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CONTROL_PAYLOAD = 125
"""The most payload bytes of a control frame."""


def broken_by_frame(frame: Arrival, index: int = 0) -> tuple[Violation, ...]:
    """Judge a frame by its header and by what went before it.

    Args:
        frame: The frame.
        index: Which frame it is, for the violations.
    """
    found = ((rule, check(frame)) for rule, check in _OF_FRAMES)
    return tuple(Violation(what, rule, index) for rule, what in found if what)


def broken_by_close(body: bytes, index: int = 0) -> tuple[Violation, ...]:
    """Judge the body of a Close frame (RFC 6455 section 5.5.1 and 7.4).

    Args:
        body: Its payload, unmasked.
        index: Which frame it is, for the violations.
    """
    if len(body) < 2:
        what = "the body has one byte; it is empty or begins with a code of two bytes"
        return (Violation(what, _BODY, index),) if body else ()
    found = ((rule, check(body)) for rule, check in _OF_CLOSES)
    return tuple(Violation(what, rule, index) for rule, what in found if what)


# Checks of frames


def _client_mask(frame: Arrival) -> str:
    if frame.client is True and not frame.masked:
        return "a client must mask its frames, and this one is not masked"
    return ""


def _server_mask(frame: Arrival) -> str:
    if frame.client is False and frame.masked:
        return "a server must not mask its frames, and this one is masked"
    return ""


def _shortest(frame: Arrival) -> str:
    if (frame.bits == 16 and frame.length < 126) or (frame.bits == 64 and frame.length < 65536):
        short = "7 bits" if frame.length < 126 else "7+16 bits"
        return f"a length of {frame.length} fits in {short} and is encoded in 7+{frame.bits}"
    return ""


def _size(frame: Arrival) -> str:
    size = frame.length if frame.begins else frame.before + frame.length
    if frame.control or frame.max_size is None or size <= frame.max_size:
        return ""
    return f"the message has {size} bytes so far, more than the limit of {frame.max_size}"


def _compressed(frame: Arrival) -> str:
    if not frame.first & 0x40 or not frame.deflated or frame.begins:
        return ""
    return f"RSV1 is set on {'a control frame' if frame.control else 'a frame that does not begin its message'}"


def _reserved(bit: int) -> Callable[[Arrival], str]:
    says = f"RSV{bit} is set, and no extension was agreed on that gives it a meaning"
    return lambda frame: says if frame.first & 0x80 >> bit and not (bit == 1 and frame.deflated) else ""


def _control_length(frame: Arrival) -> str:
    if frame.control and frame.length > MAX_CONTROL_PAYLOAD:
        return f"a {opcode_name(frame.opcode)} frame of {frame.length} bytes; {MAX_CONTROL_PAYLOAD} are allowed"
    return ""


def _control_fragmented(frame: Arrival) -> str:
    if frame.control and not frame.first & 0x80:
        return f"a {opcode_name(frame.opcode)} frame without FIN: it must not be fragmented"
    return ""


def _stray(frame: Arrival) -> str:
    if frame.opcode == CONTINUATION and not frame.inside:
        return "a continuation of no message: none has begun that is not finished"
    return ""


def _interleaved(frame: Arrival) -> str:
    return "a new message begins before the one before it is finished" if frame.begins and frame.inside else ""


# Checks of the bodies of Close frames


def _reason(body: bytes) -> str:
    try:
        body[2:].decode()
    except UnicodeDecodeError as error:
        return f"the reason is not UTF-8: {error.reason} at byte {error.start} of it"
    return ""


def _code(says: str, wrong: Callable[[int], bool]) -> Callable[[bytes], str]:
    def check(body: bytes) -> str:
        code = int.from_bytes(body[:2], "big")
        return f"close code {code} ({close_code_name(code)}) {says}" if wrong(code) else ""

    return check


# The list

_FRAMING, _MESSAGES, _CONTROL = "RFC 6455 section 5.2", "RFC 6455 section 5.4", "RFC 6455 section 5.5"
_CONTROL_FRAMES = "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented."
_UTF_8 = (
    "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in fact, a valid UTF-8 "
    "stream, that endpoint MUST _Fail the WebSocket Connection_."
)
_RESERVED = Rule(
    "reserved-bit", _FRAMING, "MUST", "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values.",
    1002, field="RSV",
)  # fmt: skip
_BODY = Rule(
    "close-body", "RFC 6455 section 5.5.1", "MUST",
    "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer (in network byte order) representing "
    "a status code", 1002, field="Payload data",
)  # fmt: skip

_OF_FRAMES: tuple[tuple[Rule, Callable[[Arrival], str]], ...] = (
    (Rule(
        "opcode", _FRAMING, "MUST",
        "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_.", 1002, field="opcode",
    ), lambda frame: f"opcode {frame.opcode:#x} is reserved" if frame.opcode not in OPCODES else ""),
    (Rule(
        "client-mask", "RFC 6455 section 5.1", "MUST", "a client MUST mask all frames that it sends to the server", 1002,
        "the server must close the connection; 1002 is what it MAY send before", field="MASK",
    ), _client_mask),
    (Rule(
        "server-mask", "RFC 6455 section 5.1", "MUST NOT", "A server MUST NOT mask any frames that it sends to the client.", 1002,
        "the client must close the connection; 1002 is what it MAY send before", field="MASK",
    ), _server_mask),
    (Rule(
        "length-top-bit", _FRAMING, "MUST",
        "If 127, the following 8 bytes interpreted as a 64-bit unsigned integer (the most significant bit MUST be 0) are the "
        "payload length.", 1002, "a receiver with a size limit answers 1009 instead", field="Extended payload length",
    ), lambda frame: "the most significant bit of the 64-bit length is set" if frame.length >> 63 else ""),
    (Rule(
        "length-shortest", _FRAMING, "MUST",
        "Note that in all cases, the minimal number of bytes MUST be used to encode the length", 1002,
        "many receivers take it as it is, websockets among them", field="Extended payload length",
    ), _shortest),
    (Rule(
        "size", "RFC 6455 section 7.4.1", "",
        "1009 indicates that an endpoint is terminating the connection because it has received a message that is too big for "
        "it to process.", 1009, "the limit is the receiver's own; section 10.4 says it MUST protect itself", field="Payload len",
    ), _size),
    (Rule(
        "compressed-bit", "RFC 7692 section 6", "MUST NOT",
        'An endpoint MUST NOT set the "Per-Message Compressed" bit of control frames and non-first fragments of a data message.',
        1002, field="RSV1",
    ), _compressed),
    (_RESERVED, _reserved(1)),
    (_RESERVED, _reserved(2)),
    (_RESERVED, _reserved(3)),
    (Rule("control-length", _CONTROL, "MUST", _CONTROL_FRAMES, 1002, field="Payload len"), _control_length),
    (Rule("control-fragmented", _CONTROL, "MUST NOT", _CONTROL_FRAMES, 1002, field="FIN"), _control_fragmented),
    (Rule(
        "stray-continuation", _MESSAGES, "",
        "A fragmented message consists of a single frame with the FIN bit clear and an opcode other than 0, followed by zero "
        "or more frames with the FIN bit clear and the opcode set to 0, and terminated by a single frame with the FIN bit set "
        "and an opcode of 0.", 1002, field="opcode",
    ), _stray),
    (Rule(
        "interleaved", _MESSAGES, "MUST NOT",
        "The fragments of one message MUST NOT be interleaved between the fragments of another message unless an extension "
        "has been negotiated that can interpret the interleaving.", 1002, field="opcode",
    ), _interleaved),
    (Rule(
        "after-close", "RFC 6455 section 5.5.1", "MUST NOT",
        "The application MUST NOT send any more data frames after sending a Close frame.", None,
        "receivers discard what comes behind a Close frame", field="opcode",
    ), lambda frame: "a data frame behind a Close frame" if frame.closed and not frame.control else ""),
)  # fmt: skip

_OF_CLOSES: tuple[tuple[Rule, Callable[[bytes], str]], ...] = (
    (Rule("close-reason", "RFC 6455 section 8.1", "MUST", _UTF_8, 1007, "some receivers answer 1002", field="Reason"), _reason),
    (Rule(
        "close-code", "RFC 6455 section 7.4.1", "MUST NOT",
        "is a reserved value and MUST NOT be set as a status code in a Close control frame by an endpoint.", 1002,
        field="Status code",
    ), _code("never travels", lambda code: code in NEVER_SENT)),
    (Rule(
        "close-code-reserved", "RFC 6455 section 7.4.1", "",
        "Reserved. The specific meaning might be defined in the future.", 1002, field="Status code",
    ), _code("has no meaning yet", lambda code: code == 1004)),
    (Rule(
        "close-code-range", "RFC 6455 section 7.4.2", "",
        "Status codes in the range 0-999 are not used. Status codes in the range 1000-2999 are reserved for definition by "
        "this protocol, its future revisions, and extensions", 1002, field="Status code",
    ), _code("is not defined", lambda code: not (may_be_sent(code) or code in NEVER_SENT or code == 1004))),
)  # fmt: skip

_OF_MESSAGES = (
    Rule("utf-8", "RFC 6455 section 8.1", "MUST", _UTF_8, 1007, field="Payload data"),
    Rule(
        "inflate", "RFC 7692 section 7.2.2", "", "Decompress the resulting data using DEFLATE.", 1002,
        "some receivers answer 1007", field="Payload data",
    ),
)  # fmt: skip

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (*(rule for rule, _ in _OF_FRAMES), _BODY, *(rule for rule, _ in _OF_CLOSES), *_OF_MESSAGES)
}
"""Every rule by its name, in the order in which receivers usually look."""
