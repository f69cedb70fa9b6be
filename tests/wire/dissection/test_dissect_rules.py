"""Every rule of the framing, broken once: named with section and level, and answered as websockets answers."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import EXTERNAL_CLOSE_CODES
from websockets.protocol import CLIENT, SERVER, Protocol, State

from wslab.wire import RULES, close_body, dissect, frame

UP, DOWN = "client to server", "server to client"
PLAIN = b"abcd"


def verdict(data: bytes, direction: str, *, deflate: bool = False, max_size: int | None = None) -> int | None:
    """The close code with which websockets fails the connection, or None."""
    protocol = Protocol(SERVER if direction == UP else CLIENT, state=State.OPEN, max_size=max_size)
    protocol.extensions = [PerMessageDeflate(False, False, 15, 15)] if deflate else []
    protocol.receive_data(data)
    if protocol.parser_exc is None or protocol.close_sent is None:
        return None
    return int(protocol.close_sent.code)


# What breaks a rule: the bytes, options, the rule, its section and level, the close code.
BROKEN: dict[str, tuple[bytes, dict[str, Any], str, str, str, int]] = {
    "reserved data opcode": (frame("x", 3), {}, "opcode", "5.2", "MUST", 1002),
    "reserved control opcode": (frame("x", 0xB), {}, "opcode", "5.2", "MUST", 1002),
    "no mask from a client": (frame("x"), {"direction": UP}, "client-mask", "5.1", "MUST", 1002),
    "a mask from a server": (frame("x", mask=PLAIN), {"direction": DOWN}, "server-mask", "5.1", "MUST NOT", 1002),
    "RSV1 without extension": (frame("x", rsv1=True), {}, "reserved-bit", "5.2", "MUST", 1002),
    "RSV2": (frame("x", rsv2=True), {}, "reserved-bit", "5.2", "MUST", 1002),
    "RSV3": (frame("x", rsv3=True), {"deflate": True}, "reserved-bit", "5.2", "MUST", 1002),
    "RSV1 on a ping": (frame("x", 9, rsv1=True), {"deflate": True}, "compressed-bit", "7692 section 6", "MUST NOT", 1002),
    "RSV1 on a continuation": (
        frame(b"\xf2\x48\xcd", 2, fin=False, rsv1=True) + frame(b"\xc9\xc9\x07\x00", 0, rsv1=True), {"deflate": True},
        "compressed-bit", "7692 section 6", "MUST NOT", 1002,
    ),
    "a long ping": (frame("x" * 126, 9), {}, "control-length", "5.5", "MUST", 1002),
    "a fragmented ping": (frame("x", 9, fin=False), {}, "control-fragmented", "5.5", "MUST NOT", 1002),
    "a stray continuation": (frame("x", 0), {}, "stray-continuation", "5.4", "", 1002),
    "two messages at once": (frame("x", fin=False) + frame("y"), {}, "interleaved", "5.4", "MUST NOT", 1002),
    "a Close body of one byte": (frame(b"\x03", 8), {}, "close-body", "5.5.1", "MUST", 1002),
    "close code 999": (frame(close_body(999), 8), {}, "close-code-range", "7.4.2", "", 1002),
    "close code 1004": (frame(close_body(1004), 8), {}, "close-code-reserved", "7.4.1", "", 1002),
    "close code 1005": (frame(close_body(1005), 8), {}, "close-code", "7.4.1", "MUST NOT", 1002),
    "close code 1015": (frame(close_body(1015), 8), {}, "close-code", "7.4.1", "MUST NOT", 1002),
    "close code 2999": (frame(close_body(2999), 8), {}, "close-code-range", "7.4.2", "", 1002),
    "close code 5000": (frame(close_body(5000), 8), {}, "close-code-range", "7.4.2", "", 1002),
    "a reason without UTF-8": (frame(close_body(1000, b"\xff"), 8), {}, "close-reason", "8.1", "MUST", 1007),
    "too large": (frame("x" * 11), {"max_size": 10}, "size", "7.4.1", "", 1009),
    "too large in pieces": (
        frame("x" * 6, fin=False) + frame("x" * 5, 0), {"max_size": 10}, "size", "7.4.1", "", 1009,
    ),
    "does not inflate": (frame(b"\xff" * 9, 1, rsv1=True), {"deflate": True}, "inflate", "7692 section 7.2.2", "", 1002),
    "inflates too large": (
        frame(zlib.compress(bytes(99), wbits=-15)[:-1] + b"\x00", 2, rsv1=True), {"deflate": True, "max_size": 50},
        "size", "7.4.1", "", 1009,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_named_as_the_rfc_and_answered_as_websockets(case: str) -> None:
    data, options, rule, section, level, code = BROKEN[case]
    found = dissect(data, **options)
    assert [each.rule for each in found.violations] == [rule]
    (only,) = found.violations
    assert only.section.endswith(section)
    assert (only.level, only.close_code, only.frame_index) == (level, code, len(found) - 1)
    assert only.what
    assert only.section in str(only)
    direction = str(options.get("direction", UP if found[0].masked else DOWN))
    limit = options.get("max_size")
    assert verdict(data, direction, deflate=bool(options.get("deflate")), max_size=limit) == code


def test_the_close_codes_that_may_travel_are_those_that_websockets_takes() -> None:
    for code in (*range(5010), 65535):
        taken = code in EXTERNAL_CLOSE_CODES or 3000 <= code < 5000
        assert (dissect(frame(close_body(code), "close")).violations == ()) is taken, code


@pytest.mark.parametrize("bits", [16, 64])
def test_a_length_that_is_not_the_shortest_is_named(bits: int) -> None:
    found = dissect(frame("x", length_bits=bits))
    assert [each.rule for each in found.violations] == ["length-shortest"]
    assert (found[0].shortest, found[0].length_bits, found[0].payload) == (False, bits, b"x")
    for each, short in ((found[0], False), (dissect(frame("x" * (126 if bits == 16 else 65536)))[0], True)):
        assert ("a shorter length field could say" not in each.fields[7].meaning) is short
    assert [each.rule for each in dissect(frame("x" * 126, length_bits=64)).violations] == ["length-shortest"]


def test_a_length_with_its_top_bit_set_is_named_although_no_frame_is_whole() -> None:
    found = dissect(frame("x", length=2**63))
    assert [each.rule for each in found.violations] == ["length-top-bit"]
    assert (len(found), found.violations[0].frame_index) == (0, 0)


@pytest.mark.parametrize("behind", [frame("x"), frame("x", 0), frame("x", fin=False)])
def test_data_behind_a_close_frame_is_named(behind: bytes) -> None:
    found = dissect(frame(b"", "close") + behind)
    assert "after-close" in [each.rule for each in found.violations]
    assert dissect(frame(b"", "close") + frame(b"", "pong") + frame(b"", "close")).violations == ()


@pytest.mark.parametrize(
    ("pieces", "broken"),
    [
        ((b"\xff",), 0),
        ((b"\xc3\xa9",), None),
        ((b"\xc3", b"\xa9"), None),
        ((b"\xc3", b"", b"\xa9"), None),
        ((b"ok", b"\xc3", b"("), 2),
        ((b"ok\xc3", b""), 1),
        ((b"\xed\xa0", b"\x80"), 1),  # a surrogate: broken with its last byte
        ((b"\xf4\x90", b"\x80\x80"), 0),  # above U+10FFFF
        ((b"\xff", b"\xff", b"\xff"), 0),
    ],
)
def test_text_is_judged_over_its_fragments_at_the_frame_that_breaks_it(
    pieces: tuple[bytes, ...], broken: int | None
) -> None:
    last = len(pieces) - 1
    wire = b"".join(frame(piece, 0 if i else 1, fin=i == last) for i, piece in enumerate(pieces))
    found = dissect(wire)
    assert [(each.rule, each.frame_index) for each in found.violations] == (
        [] if broken is None else [("utf-8", broken)]
    )
    assert [each.close_code for each in found.violations] == ([] if broken is None else [1007])


def test_a_binary_message_may_hold_anything() -> None:
    assert dissect(frame(b"\xff", fin=False) + frame(b"\xff", 0)).violations == ()


def test_text_is_judged_inflated() -> None:
    wire = zlib.compress(b"\xff", wbits=-15)[:-1] + b"\x00"
    assert [each.rule for each in dissect(frame(wire, "text", rsv1=True), deflate=True).violations] == ["utf-8"]


def test_masking_is_not_judged_and_size_is_not_judged_when_nothing_was_said_about_them() -> None:
    assert dissect(frame("x") + frame("x" * 10**6, mask=True)).violations == ()


def test_every_rule_is_broken_by_a_test() -> None:
    elsewhere = {"length-shortest", "length-top-bit", "after-close", "utf-8"}
    assert {case[2] for case in BROKEN.values()} | elsewhere == set(RULES)
    for rule in RULES.values():
        assert rule.section.startswith("RFC ")
        assert rule.level in ("MUST", "MUST NOT", "")
        assert not rule.level or rule.level in rule.words
