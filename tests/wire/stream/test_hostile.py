"""Whatever comes, a decoder never raises, never hoards, and says what is wrong."""

from __future__ import annotations

import sys
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.talk import (
    DOWN,
    REQUEST,
    UP,
    Agreed,
    Say,
    agreements,
    conversations,
    cut,
    directions,
    feed,
    opened,
    places,
    serialize,
)
from wslab.wire import Decoded, StreamDecoder, parse_head

RSV = "RSV{} is set, and no extension was agreed on that gives it a meaning (RFC 6455 section 5.2)"
MASKED = "a server must not mask its frames, and this one is masked (RFC 6455 section 5.1)"
UNMASKED = "a client must mask its frames, and this one is not masked (RFC 6455 section 5.1)"


def problems(direction: str, data: bytes, agreed: Agreed | None = None) -> list[str]:
    """The problem of each thing decoded behind a handshake."""
    decoder = opened(direction, agreed)
    return [item.problem for item in decoder.feed(data) + decoder.finish()]


def masked(data: str) -> bytes:
    """A frame in hex, its masking key all zeros."""
    raw = bytes.fromhex(data)
    return bytes([raw[0], raw[1] | 0x80]) + bytes(4) + raw[2:]


@given(direction=directions, data=st.binary(max_size=600), cuts=places, agreed=agreements)
def test_random_bytes_behind_a_handshake_raise_nothing_and_any_split_gives_the_same(
    direction: str, data: bytes, cuts: list[int], agreed: Agreed
) -> None:
    one, many = opened(direction, agreed), opened(direction, agreed)
    assert feed(one, [data]) == feed(many, cut(data, cuts))
    assert one.copy().finish() == many.copy().finish()
    assert one.fed == many.fed == len(data) + opened(direction, agreed).fed
    assert_whole(feed(opened(direction, agreed), [data]) + one.finish(), opened(direction, agreed).fed, one.fed)


def assert_whole(items: list[Decoded], begin: int, end: int) -> None:
    """Every byte belongs to something: messages and the control frames outside of them cover the stream, in order."""
    at = begin
    for item in sorted(items, key=lambda item: item.start):
        assert item.start <= at, "bytes that belong to nothing"
        at = max(at, item.stop)
    assert at == end


@given(direction=directions, data=st.binary(max_size=400), cuts=places)
def test_random_bytes_from_the_first_on_raise_nothing_and_any_split_gives_the_same(
    direction: str, data: bytes, cuts: list[int]
) -> None:
    one, many = StreamDecoder(direction), StreamDecoder(direction)
    assert feed(one, [data]) == feed(many, cut(data, cuts))
    assert one.finish() == many.finish()
    one.negotiate(parse_head(data))


@given(
    direction=directions, agreed=agreements, says=conversations, cuts=places,
    flips=st.lists(st.tuples(st.integers(0, 2**16), st.integers(1, 255)), min_size=1, max_size=5),
)  # fmt: skip
def test_a_stream_with_flipped_bits_raises_nothing_and_any_split_gives_the_same(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int], flips: list[tuple[int, int]]
) -> None:
    head = REQUEST if direction == UP else agreed.response(direction)
    wire = bytearray(head + serialize(says, direction, agreed)[0])
    for place, flip in flips:
        wire[place % len(wire)] ^= flip
    one, many = StreamDecoder(direction), StreamDecoder(direction)
    response = parse_head(agreed.response(direction).removesuffix(b"\r\n\r\n"))
    for decoder in (one, many):
        if direction == UP:
            decoder.negotiate(response)
    assert feed(one, [bytes(wire)]) == feed(many, cut(bytes(wire), cuts))
    assert one.finish() == many.finish()


def test_a_length_field_that_promises_everything_costs_nothing() -> None:
    decoder = opened(DOWN)
    tracemalloc.start()
    try:
        decoder.feed(b"\x82\x7f" + b"\xff" * 8)
        for _ in range(500):
            assert decoder.feed(bytes(10_000)) == []
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 20_000
    assert peak < 100_000
    (item,) = decoder.finish()
    assert (item.size, len(item.data) < 1000, item.problem) == (
        5_000_000,
        True,
        "the most significant bit of the 64-bit length is set (RFC 6455 section 5.2)",
    )


def test_a_control_frame_that_promises_everything_costs_nothing() -> None:
    decoder = opened(DOWN)
    decoder.feed(b"\x89\x7f" + b"\xff" * 8)
    for _ in range(500):
        assert decoder.feed(bytes(10_000)) == []
    assert sum(sys.getsizeof(getattr(decoder, name)) for name in decoder.__slots__) < 20_000
    (item,) = decoder.finish()
    assert (item.opcode, len(item.data) < 1000, item.size) == (9, True, 5_000_000)


def test_a_message_of_a_hundred_thousand_fragments_costs_nothing() -> None:
    decoder = opened(DOWN)
    decoder.feed(b"\x01\x01a")
    tracemalloc.start()
    try:
        for _ in range(100):
            decoder.feed(b"\x00\x01a" * 1000)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 100_000
    (item,) = decoder.feed(b"\x80\x00")
    assert (item.frames, item.size) == (100_002, 100_001)


@pytest.mark.parametrize("takeover", [True, False])
def test_a_bomb_is_bounded_and_says_so_and_what_follows_says_so_where_it_depends_on_it(takeover: bool) -> None:
    agreed = Agreed(15, takeover)
    decoder = opened(DOWN, agreed)
    z = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(z.compress(bytes(1 << 20)) for _ in range(70)) + z.flush(zlib.Z_SYNC_FLUSH)[:-4]
    wire = b"\xc2\x7f" + len(bomb).to_bytes(8, "big") + bomb
    tracemalloc.start()
    try:
        (item,) = feed(decoder, cut(wire, range(0, len(wire), 4096)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 << 20
    assert item.problem == "it inflates to more than 64 MiB"
    assert (item.data, item.size) == (b"", 0)
    after, _ = serialize([Say(1, (b"hello hello",), ((),), True)], DOWN, agreed)
    (next_item,) = decoder.feed(after)
    assert next_item.problem == (item.problem if takeover else "")
    assert next_item.data == (b"" if takeover else b"hello hello")
    (plain,) = decoder.feed(b"\x81\x02hi")
    assert (plain.data, plain.problem) == (b"hi", "")


@pytest.mark.parametrize("takeover", [True, False])
def test_broken_deflate_says_so_and_what_follows_says_so_where_it_depends_on_it(takeover: bool) -> None:
    agreed = Agreed(15, takeover)
    decoder = opened(UP, agreed)
    (item,) = decoder.feed(masked("c104ffffffff"))
    assert item.problem.startswith("the message cannot be read: it does not inflate (")
    assert item.problem.endswith(" (RFC 7692 section 7.2.2)")
    (next_item,) = decoder.feed(serialize([Say(1, (b"hello hello",), ((),), True)], UP, agreed)[0])
    assert next_item.problem.startswith("it does not inflate (") is takeover
    assert next_item.violations == ()
    assert next_item.data == (b"" if takeover else b"hello hello")


@pytest.mark.parametrize(
    ("direction", "data", "problem"),
    [
        (DOWN, "8302abcd", "opcode 0x3 is reserved (RFC 6455 section 5.2)"),
        (DOWN, "8f00", "opcode 0xf is reserved (RFC 6455 section 5.2)"),
        (DOWN, "8002abcd", "a continuation of no message: none has begun that is not finished (RFC 6455 section 5.4)"),
        (DOWN, "c102abcd", RSV.format(1)),
        (DOWN, "a102abcd", RSV.format(2)),
        (DOWN, "c900", RSV.format(1)),
        (DOWN, "897e007e" + "00" * 126, "a ping frame of 126 bytes; 125 are allowed (RFC 6455 section 5.5)"),
        (DOWN, "0900", "a ping frame without FIN: it must not be fragmented (RFC 6455 section 5.5)"),
        (DOWN, "818061626364", MASKED),
        (DOWN, "898061626364", MASKED),
        (UP, "8102abcd", UNMASKED),
        (UP, "8900", UNMASKED),
        (
            DOWN,
            "8801" + "03",
            "the body has one byte; it is empty or begins with a code of two bytes (RFC 6455 section 5.5.1)",
        ),
    ],
)
def test_a_frame_that_breaks_a_rule_says_which(direction: str, data: str, problem: str) -> None:
    assert problems(direction, bytes.fromhex(data)) == [problem]


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ("c00162", RSV.format(1)),
        ("908162626262" + "00", MASKED),
        ("808161616161" + "62", MASKED),
    ],
)
def test_a_continuation_that_breaks_a_rule_says_which(second: str, problem: str) -> None:
    assert problems(DOWN, bytes.fromhex("010161" + second)) == [problem]


def test_rsv1_on_a_continuation_is_wrong_even_where_compression_was_agreed() -> None:
    """RFC 7692 section 6: only the first fragment carries the bit."""
    (found,) = problems(DOWN, bytes.fromhex("010161" + "c00162"), Agreed(15))
    assert found == "RSV1 is set on a frame that does not begin its message (RFC 7692 section 6)"


def test_a_message_that_another_interrupts_has_a_row_of_its_own() -> None:
    decoder = opened(DOWN)
    begin = decoder.position
    items = decoder.feed(b"\x01\x02ab" + b"\x81\x02cd")
    assert [(item.data, item.start - begin, item.stop - begin) for item in items] == [(b"ab", 0, 4), (b"cd", 4, 8)]
    assert items[0].problem == "never finished: another message began (RFC 6455 section 5.4)"
    assert items[1].problem == "a new message begins before the one before it is finished (RFC 6455 section 5.4)"


@pytest.mark.parametrize(
    ("data", "start", "opcode", "payload"),
    [
        (b"\x81", 0, -1, b""),
        (b"\x81\x7e\x01", 0, -1, b""),
        (b"\x81\x05ab", 0, 1, b"ab"),
        (b"\x01\x02ab", 0, 1, b"ab"),
        (b"\x01\x02ab\x00\x05c", 0, 1, b"abc"),
        (b"\x01\x02ab\x89\x05c", 0, 1, b"ab"),
        (b"\x89\x05ab", 0, 9, b"ab"),
        (b"\x81\x01a\x88\x05ab", 3, 8, b"ab"),
    ],
)
def test_what_the_end_of_the_connection_cut_short_says_so(data: bytes, start: int, opcode: int, payload: bytes) -> None:
    decoder = opened(DOWN)
    begin = decoder.position
    decoder.feed(data)
    (item,) = decoder.finish()
    assert (item.start - begin, item.stop - begin) == (start, len(data))
    assert (item.opcode, item.data) == (opcode, payload)
    assert item.problem == "incomplete: the connection ended in the middle of it"


def test_a_text_of_the_longest_characters_has_a_preview_that_shows_it_was_cut() -> None:
    decoder = opened(DOWN)
    payload = "\U0001f600".encode() * 300
    (item,) = decoder.feed(b"\x81\x7e" + len(payload).to_bytes(2, "big") + payload)
    assert len(item.data.decode()) > 200
