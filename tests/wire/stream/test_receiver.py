"""What is wrong with frames, messages and Close frames, as the log says it while they go by."""

from __future__ import annotations

import itertools
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.talk import DOWN, UP, Agreed, cut, feed, opened, places
from wslab.wire import INFLATE_LIMIT, Decoded, Deflate, Inflater, Receiver, StreamDecoder, close_body, dissect, frame
from wslab.wire.stream.decoder import MAX_VIOLATIONS
from wslab.wire.stream.rules import broken_by_frame
from wslab.wire.stream.violation import Arrival


def rows(data: bytes, direction: str = DOWN, agreed: Agreed | None = None) -> list[Decoded]:
    """What the log says of frames."""
    decoder = opened(direction, agreed)
    return decoder.feed(data) + decoder.finish()


def rules(data: bytes, direction: str = DOWN, agreed: Agreed | None = None) -> list[list[str]]:
    """The rules that each row breaks."""
    return [[found.rule for found in item.violations] for item in rows(data, direction, agreed)]


def deflated(data: bytes) -> bytes:
    """A payload as permessage-deflate sends it."""
    z = zlib.compressobj(wbits=-15)
    return (z.compress(data) + z.flush(zlib.Z_SYNC_FLUSH))[:-4]


LENGTHS = [
    (length, bits)
    for length in (0, 125, 126, 65535, 65536, 1 << 63)
    for bits in (7, 16, 64)
    if length < {7: 126, 16: 65536, 64: 1 << 64}[bits]
]


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("closed", [False, True])
def test_a_frame_that_is_out_of_the_way_at_once_breaks_no_rule_of_the_list(
    deflated: bool, inside: bool, closed: bool
) -> None:
    for client, limit in itertools.product((None, False, True), (None, 200)):
        receiver = Receiver(client=client, inflater=Inflater(Deflate()) if deflated else None, max_size=limit)
        for first, (length, bits), masked in itertools.product(range(256), LENGTHS, (False, True)):
            receiver.leave(inside=inside, closed=closed)
            receiver.begin(first, b"abcd" * masked, length, {7: 2, 16: 4, 64: 10}[bits] + 4 * masked, 7)
            arrival = Arrival(first, length, bits, masked, client, deflated, inside, closed, 0, limit)
            assert receiver.found == broken_by_frame(arrival, 7)


# Each of them passed for right in the log once, or was called by another name than `dissect` has for it.
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (frame(b"\xff\xfe", "text"), "the text is not UTF-8: invalid start byte near 0xff (RFC 6455 section 8.1)"),
        (frame(b"ab\xe2\x82", "text"), "the text is not UTF-8: unexpected end of data at its end (RFC 6455 section 8.1)"),
        (frame(close_body(999), "close"), "close code 999 (not used) is not defined (RFC 6455 section 7.4.2)"),
        (frame(close_body(0), "close"), "close code 0 (not used) is not defined (RFC 6455 section 7.4.2)"),
        (frame(close_body(1005), "close"), "close code 1005 (no status received) never travels (RFC 6455 section 7.4.1)"),
        (frame(close_body(1006), "close"), "close code 1006 (abnormal closure) never travels (RFC 6455 section 7.4.1)"),
        (frame(close_body(1015), "close"), "close code 1015 (TLS handshake failure) never travels (RFC 6455 section 7.4.1)"),
        (frame(close_body(5000), "close"), "close code 5000 (out of range) is not defined (RFC 6455 section 7.4.2)"),
        (
            frame(close_body(1000, b"\xff"), "close"),
            "the reason is not UTF-8: invalid start byte at byte 0 of it (RFC 6455 section 8.1)",
        ),
        (frame(b"", "close") + frame("x"), "a data frame behind a Close frame (RFC 6455 section 5.5.1)"),
        (frame("x", length=2**63), "the most significant bit of the 64-bit length is set (RFC 6455 section 5.2)"),
    ],
)  # fmt: skip
def test_the_log_shows_the_first_violation_with_its_section(data: bytes, problem: str) -> None:
    last = rows(data)[-1]
    assert last.problem == problem == last.violations[0].brief
    assert str(dissect(data, direction=DOWN).violations[-1]).startswith(problem[:-1])


def test_a_row_keeps_everything_that_is_wrong_in_the_order_in_which_receivers_look() -> None:
    (only,) = rows(frame(close_body(1005, b"\xff"), 8, fin=False, rsv2=True, mask=b"abcd"))
    named = ["server-mask", "reserved-bit", "control-fragmented", "close-reason", "close-code"]
    assert [found.rule for found in only.violations] == named
    assert only.problem == "a server must not mask its frames, and this one is masked (RFC 6455 section 5.1)"


def test_each_violation_says_which_frame_of_the_row_it_is() -> None:
    data = frame("a", fin=False) + frame("b", 9) + frame("c", 0, fin=False, rsv3=True) + frame(b"\xff", 0)
    ping, message = rows(data)
    assert ping.violations == ()
    assert [(found.rule, found.frame_index) for found in message.violations] == [("reserved-bit", 1), ("utf-8", 2)]


def test_a_continuation_of_no_message_stands_alone() -> None:
    items = rows(frame("a", 0, fin=False) + frame("b", 0) + frame("c"))
    assert [(item.opcode, item.data, item.frames) for item in items] == [(0, b"a", 1), (0, b"b", 1), (1, b"c", 1)]
    assert [[found.rule for found in item.violations] for item in items] == [["stray-continuation"]] * 2 + [[]]


@given(text=st.one_of(st.text(), st.binary()), cuts=places, pieces=places)
def test_text_is_judged_the_same_however_its_frames_and_its_bytes_are_cut(
    text: str | bytes, cuts: list[int], pieces: list[int]
) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    parts = cut(data, pieces) or [b""]
    wire = b"".join(
        frame(part, 0 if place else 1, fin=place == len(parts) - 1, mask=b"key!") for place, part in enumerate(parts)
    )
    (row,) = feed(opened(UP), cut(wire, cuts))
    try:
        data.decode()
        wrong: list[str] = []
    except UnicodeDecodeError:
        wrong = ["utf-8"]
    assert [found.rule for found in row.violations] == wrong
    assert row.violations == dissect(wire, direction=UP).violations


@pytest.mark.parametrize("compressed", [False, True])
def test_a_long_text_is_read_without_a_mistake_at_any_border(compressed: bool) -> None:
    text = "\u20ac\U0001f600\u00e9x".encode() * 40_000
    agreed = Agreed(15) if compressed else None
    payload = deflated(text) if compressed else text
    assert rules(frame(payload, "text", rsv1=compressed), DOWN, agreed) == [[]]
    broken = text[:-7] + b"\xff" + text[-6:]
    payload = deflated(broken) if compressed else broken
    assert rules(frame(payload, "text", rsv1=compressed), DOWN, agreed) == [["utf-8"]]


def test_a_text_that_inflates_to_what_is_not_utf_8_says_so_at_the_frame_that_breaks_it() -> None:
    payload = deflated(b"ok" * 50 + b"\xff")
    (row,) = rows(frame(payload[:3], 1, fin=False, rsv1=True) + frame(payload[3:], 0), DOWN, Agreed(15))
    assert [(found.rule, found.frame_index) for found in row.violations] == [("utf-8", 1)]


def test_a_binary_message_and_one_whose_compression_nobody_agreed_on_are_not_read_as_text() -> None:
    assert rules(frame(b"\xff", "binary")) == [[]]
    assert rules(frame(b"\xff", "text", rsv1=True)) == [["reserved-bit"]]


def test_what_inflates_wrongly_says_so_and_nothing_else_of_that_frame_is_judged_however_it_is_cut() -> None:
    wire = frame(deflated(b"\xff" * 9000) + b"\x00\x00\xff\xff" + b"\x07", "text", rsv1=True)
    for step in (1, 7, len(wire)):
        (row,) = feed(opened(DOWN, Agreed(15)), cut(wire, range(0, len(wire), step)))
        assert [found.rule for found in row.violations] == ["inflate"]


def test_a_message_past_the_budget_is_not_judged() -> None:
    z = zlib.compressobj(9, wbits=-15)
    bomb = z.compress(bytes(INFLATE_LIMIT + 1)) + z.compress(b"\xff") + z.flush(zlib.Z_SYNC_FLUSH)[:-4]
    wire = frame(bomb, "text", rsv1=True)
    (row,) = rows(wire, DOWN, Agreed(15))
    assert (row.violations, row.problem) == ((), "it inflates to more than 64 MiB")
    assert dissect(wire, deflate=True).violations == ()


def test_a_close_of_more_than_125_bytes_is_too_long_and_nobody_reads_it() -> None:
    assert rules(frame(close_body(1005, b"\xff" * 200), "close")) == [["control-length"]]
    assert [found.rule for found in dissect(frame(close_body(1005, b"\xff" * 200), "close")).violations] == [
        "control-length"
    ]


# What the end of the connection cuts off


@pytest.mark.parametrize(
    ("data", "broken"),
    [
        (b"\x83", []),  # the header is not whole
        (b"\x83\x05a", ["opcode"]),
        (b"\x89\xfe", []),
        (b"\x89\x7e\x00\x7ex", ["control-length"]),
        (b"\x88\x05\x03\xed", []),  # its body is not whole
        (b"\x81\x05\xff", ["utf-8"]),
        (b"\x81\x05\xe2\x82", []),  # the rest of the character may still come
        (b"\x01\x01a\x80\x85abcd", ["server-mask"]),
        (b"\x01\x01a\x8f\x05x", ["opcode"]),
    ],
)
def test_of_what_is_not_whole_is_judged_what_has_come(data: bytes, broken: list[str]) -> None:
    for pieces in ([data], [bytes([byte]) for byte in data]):
        decoder = opened(DOWN)
        feed(decoder, pieces)
        (item,) = decoder.finish()
        assert [found.rule for found in item.violations] == broken
        assert item.problem == (
            item.violations[0].brief if broken else "incomplete: the connection ended in the middle of it"
        )
    found = dissect(data, direction=DOWN)
    assert [each.rule for each in found.violations] == broken


def test_of_a_message_that_ended_with_the_connection_nothing_more_is_needed() -> None:
    decoder = opened(DOWN)
    decoder.feed(frame("a", fin=False) + frame("b", 0, fin=False))
    assert decoder.begun < decoder.fed
    assert [item.frames for item in decoder.finish()] == [2]
    assert decoder.begun == decoder.fed
    assert decoder.finish() == []


# Places to go on from


@given(data=st.lists(st.sampled_from([b"\xe2", b"\x82", b"\xac", b"\xff", b"a"]), max_size=8), place=st.integers(0, 40))
def test_a_copy_knows_the_character_that_has_begun(data: list[bytes], place: int) -> None:
    wire = b"".join(frame(part, 0 if i else 1, fin=i == len(data) - 1) for i, part in enumerate(data))
    place %= len(wire) + 1
    original = opened(DOWN)
    before = original.feed(wire[:place])
    twin = original.copy()
    rest = original.feed(wire[place:])
    assert twin.feed(wire[place:]) == rest
    assert before + rest == opened(DOWN).feed(wire)


def test_a_jump_knows_whether_a_close_went_by_before() -> None:
    close, text = frame(close_body(1000), "close"), frame("late")
    decoder = opened(DOWN)
    begin = decoder.fed
    decoder.feed(text + close + text)
    for offset, late in ((begin, []), (begin + len(text), []), (begin + len(text + close), ["after-close"])):
        entered = decoder.jump(offset)
        (item,) = entered.feed(text)
        assert [found.rule for found in item.violations] == late
        assert entered.closed == (begin + len(text + close) if late else -1)
        assert [found.rule for found in entered.copy().feed(text)[0].violations] == late


def test_a_message_whose_beginning_is_gone_is_not_judged() -> None:
    for decoder in (opened(DOWN), opened(DOWN).jump(1000, inside=True)):
        decoder.feed(frame("a", fin=False) if decoder.fed < 1000 else b"")
        decoder.cut()
        items = decoder.feed(
            frame("ping", 9) + frame(b"\xff", 0, fin=False, rsv2=True) + frame(b"\xff", 0) + frame(b"\xff", 1)
        )
        assert [item.violations == () for item in items] == [True, True, False]
        assert [item.problem for item in items[:2]] == ["", "only the end of it was kept"]


def test_nothing_is_cut_where_no_message_is_open() -> None:
    decoder = opened(DOWN)
    decoder.cut()
    (item,) = decoder.feed(frame("whole"))
    assert item.problem == ""


# Bounds


def test_of_a_message_that_breaks_rules_without_end_only_some_violations_are_kept() -> None:
    decoder = opened(DOWN)
    decoder.feed(b"\x01\x01a")
    tracemalloc.start()
    try:
        for _ in range(50):
            decoder.feed(b"\x20\x01a" * 1000)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 300_000
    (item,) = decoder.feed(frame(b"\xff", 0))
    assert item.frames == 50_002
    assert [found.rule for found in item.violations] == ["reserved-bit"] * MAX_VIOLATIONS + ["utf-8"]


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_a_head_that_is_none_and_random_frames_behind_it_are_no_websocket(direction: str) -> None:
    decoder = StreamDecoder(direction)
    items = decoder.feed(b"nonsense\r\n\r\n" + b"\x83\x00" * 20)
    assert [item.kind for item in items] == ["handshake"]
    assert decoder.finish() == []
