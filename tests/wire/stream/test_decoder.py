"""A decoded stream says what websockets wrote, however it was cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame
from websockets.streams import StreamReader

from tests.wire.talk import (
    DOWN,
    PLAIN,
    REQUEST,
    UP,
    Agreed,
    Meant,
    Say,
    agreements,
    conversations,
    cut,
    directions,
    feed,
    meant_by,
    opened,
    places,
    serialize,
)
from wslab.wire import StreamDecoder, parse_head

if TYPE_CHECKING:
    from collections.abc import Generator


def their_messages(wire: bytes, direction: str, agreed: Agreed) -> list[tuple[int, bytes]]:
    """What websockets' own parser makes of the stream: every control frame and message."""
    reader, extensions, out = StreamReader(), agreed.receiver(), []
    reader.feed_data(wire)
    open_message: list[bytes] = []
    first = 0
    while reader.buffer:
        frame = run(Frame.parse(reader.read_exact, mask=direction == UP, extensions=extensions))
        if frame.opcode >= 8:
            out.append((int(frame.opcode), bytes(frame.data)))
            continue
        first = int(frame.opcode) or first
        open_message.append(bytes(frame.data))
        if frame.fin:
            out.append((first, b"".join(open_message)))
            open_message = []
    return out


def run(parser: Generator[None, None, Any]) -> Any:
    """The result of a parser that has all it needs."""
    try:
        while True:
            next(parser)
    except StopIteration as done:
        return done.value


@given(direction=directions, agreed=agreements, says=conversations, cuts=places)
def test_it_agrees_with_websockets_on_any_conversation_cut_anywhere(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int]
) -> None:
    decoder = opened(direction, agreed)
    begin = decoder.position
    wire, meant = serialize(says, direction, agreed, begin)
    decoder.keep = 10_000
    items = feed(decoder, cut(wire, cuts))
    assert meant_by(items) == meant
    assert [(item.opcode, item.data) for item in items] == their_messages(wire, direction, agreed)
    # The payloads are random bytes, and Close does not come last.
    assert {each.rule for item in items for each in item.violations} <= {"utf-8", "close-reason", "after-close"}
    assert all(item.problem == (item.violations[0].brief if item.violations else "") for item in items)
    assert (decoder.position, decoder.fed, decoder.begun) == (begin + len(wire),) * 3
    assert decoder.finish() == []


@given(direction=directions, agreed=agreements, says=conversations, cuts=places)
def test_a_preview_is_the_beginning_of_the_payload_and_the_size_is_all_of_it(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int]
) -> None:
    decoder = opened(direction, agreed)
    wire, meant = serialize(says, direction, agreed, decoder.position)
    decoder.keep = 7
    for item, want in zip(feed(decoder, cut(wire, cuts)), meant, strict=True):
        assert item.data == (want.payload[:7] if item.kind == "message" else want.payload)
        assert item.size == len(want.payload)


@given(direction=directions, agreed=agreements, says=conversations, cuts=places)
def test_any_split_of_a_whole_stream_handshake_included_gives_the_same(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int]
) -> None:
    head = REQUEST if direction == UP else agreed.response(direction)
    wire = head + serialize(says, direction, agreed)[0]
    response = parse_head(agreed.response(direction).removesuffix(b"\r\n\r\n"))
    one, many = StreamDecoder(direction), StreamDecoder(direction)
    for decoder in (one, many):
        if direction == UP:
            decoder.negotiate(response)
    assert feed(one, [wire]) == feed(many, cut(wire, cuts))
    assert one.finish() == many.finish() == []


@given(agreed=agreements, says=conversations, cuts=places, late=st.integers(0, 2**16))
def test_a_client_that_did_not_wait_for_the_response_is_decoded_once_it_is_known(
    agreed: Agreed, says: list[Say], cuts: list[int], late: int
) -> None:
    wire, meant = serialize(says, UP, agreed, len(REQUEST))
    decoder, pieces = StreamDecoder(UP), cut(REQUEST + wire, [*cuts, len(REQUEST)])
    late %= len(pieces) + 1
    items = feed(decoder, pieces[:late])
    assert len(items) == decoder.waiting == (sum(map(len, pieces[:late])) >= len(REQUEST))
    items += decoder.negotiate(parse_head(agreed.response(UP).removesuffix(b"\r\n\r\n")))
    assert not decoder.waiting
    items += feed(decoder, pieces[late:])
    assert [item.kind for item in items[:1]] == ["handshake"]
    assert [(i.opcode, i.start, i.stop) for i in items[1:]] == [(m.opcode, m.start, m.stop) for m in meant]


@given(direction=directions, agreed=agreements, says=conversations, cuts=places, place=st.integers(0, 2**16))
def test_a_copy_made_anywhere_goes_on_to_say_the_same(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int], place: int
) -> None:
    head = REQUEST if direction == UP else agreed.response(direction)
    wire = head + serialize(says, direction, agreed)[0]
    place %= len(wire) + 1
    original = StreamDecoder(direction)
    if direction == UP:
        original.negotiate(parse_head(agreed.response(direction).removesuffix(b"\r\n\r\n")))
    feed(original, cut(wire[:place], cuts))
    twin = original.copy()
    rest = cut(wire[place:], cuts)
    said = feed(original, rest)  # first, so that the twin would notice what they shared
    assert feed(twin, rest) == said
    assert (twin.position, twin.fed, twin.begun, twin.closed) == (
        original.position, original.fed, original.begun, original.closed,
    )  # fmt: skip


@given(direction=directions, says=conversations)
def test_a_stream_without_compression_can_be_entered_at_every_message_and_control_frame(
    direction: str, says: list[Say]
) -> None:
    decoder = opened(direction)
    begin = decoder.position
    wire, meant = serialize(says, direction, Agreed(), begin)
    decoder.keep = 10_000
    feed(decoder, [wire])
    for want in meant:
        entered = decoder.jump(want.start)
        entered.keep = 10_000
        assert want in meant_by(entered.feed(wire[want.start - begin : want.stop - begin]))


@pytest.mark.parametrize("direction", [UP, DOWN])
@pytest.mark.parametrize("takeover", [True, False])
@pytest.mark.parametrize("bits", range(9, 16))
def test_long_compressed_messages_inflate_with_every_window_and_either_context(
    direction: str, takeover: bool, bits: int
) -> None:
    agreed = Agreed(bits, takeover)
    texts = [bytes(f"{word} {i} " * 900, "ascii") for i, word in enumerate(["to be", "or not", "to be", "to be"])]
    says = [Say(1, (text[:5000], text[5000:]), ((), ((9, b"beat"),)), True) for text in texts]
    decoder = opened(direction, agreed)
    decoder.keep = 100_000
    wire, meant = serialize(says, direction, agreed, decoder.position)
    assert len(wire) < sum(map(len, texts)) / 4
    assert meant_by(feed(decoder, cut(wire, range(0, len(wire), 100)))) == meant


def test_a_window_of_256_bytes_inflates_what_a_larger_window_wrote_within_reach() -> None:
    """zlib cannot deflate with 8 bits, but a peer may, and its 8 bits may be agreed to."""
    decoder = opened(DOWN, Agreed(8))
    wire, _ = serialize([Say(1, (b"hello " * 20,), ((),), True)], DOWN, Agreed(9), decoder.position)
    (item,) = decoder.feed(wire)
    assert (item.data, item.problem) == (b"hello " * 20, "")


def test_messages_that_are_not_compressed_may_stand_between_compressed_ones() -> None:
    agreed = Agreed(15)
    decoder = opened(DOWN, agreed)
    says = [Say(1, (b"abc" * 9,), ((),), compressed) for compressed in (True, False, True)]
    items = decoder.feed(serialize(says, DOWN, agreed)[0])
    assert [(item.compressed, item.data) for item in items] == [(c, b"abc" * 9) for c in (True, False, True)]


def test_the_first_close_frame_is_remembered_and_what_follows_is_still_decoded() -> None:
    decoder = opened(DOWN)
    begin = decoder.position
    assert decoder.closed == -1
    items = decoder.feed(b"\x88\x02\x03\xe8" + b"\x81\x02hi" + b"\x88\x00")
    assert [item.kind for item in items] == ["close", "message", "close"]
    assert decoder.closed == begin + 4


@pytest.mark.parametrize("size", [3, 70_000])
def test_the_rest_of_a_response_that_is_not_101_is_no_websocket(size: int) -> None:
    decoder = StreamDecoder(DOWN)
    head = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\n"
    (item,) = decoder.feed(head + b"\x81" * size)
    assert (item.kind, item.stop, item.problem) == ("handshake", len(head), "")
    assert item.head is not None
    assert item.head.status == 403
    assert (decoder.feed(b"\x81\x01a"), decoder.finish()) == ([], [])
    assert decoder.position == decoder.fed == len(head) + size + 3


def test_the_client_of_a_refused_handshake_says_no_frames_either() -> None:
    decoder = StreamDecoder(UP)
    decoder.feed(REQUEST + b"\x81\x80abcd")
    assert decoder.negotiate(parse_head(b"HTTP/1.1 403 Forbidden")) == []
    assert (decoder.feed(b"\x81\x80abcd"), decoder.finish(), decoder.waiting) == ([], [], False)


def test_only_the_first_response_counts() -> None:
    decoder = StreamDecoder(UP)
    decoder.feed(REQUEST)
    decoder.negotiate(parse_head(PLAIN.removesuffix(b"\r\n\r\n")))
    decoder.negotiate(parse_head(b"HTTP/1.1 403 Forbidden"))
    assert [item.opcode for item in decoder.feed(b"\x89\x80abcd")] == [9]


def test_an_item_says_where_the_oldest_thing_began_that_was_incomplete_with_it() -> None:
    decoder = opened(DOWN)
    begin = decoder.position
    items = decoder.feed(b"\x89\x00" + b"\x01\x01a" + b"\x89\x00" + b"\x89\x00" + b"\x80\x01b" + b"\x89\x00")
    assert [item.since - begin for item in items] == [0, 2, 2, 2, 12]


def test_what_meant_is_compared_with_is_not_empty() -> None:
    wire, meant = serialize([Say(1, (b"a", b"b"), ((), ((9, b"p"),)), False)], DOWN, Agreed(), 10)
    assert meant == [Meant(9, b"p", 1, False, 13, 16), Meant(1, b"ab", 2, False, 10, 19)]
    assert len(wire) == 9


def test_half_a_frame_header_after_a_ping_carries_nothing_of_the_ping() -> None:
    decoder = StreamDecoder("server to client")
    decoder.feed(b"HTTP/1.1 101 x\r\n\r\n" + b"\x89\x02hi" + b"\x81")
    (left,) = decoder.finish()
    assert (left.data, left.size, left.start, left.stop) == (b"", 0, 22, 23)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (b"\x81\x05", ""),
        (b"\x81\x7e\x00\x05", "a length of 5 fits in 7 bits and is encoded in 7+16 (RFC 6455 section 5.2)"),
        (
            b"\x81\x7f" + bytes(7) + b"\x05",
            "a length of 5 fits in 7 bits and is encoded in 7+64 (RFC 6455 section 5.2)",
        ),
        (b"\x89\x7e\x00\x05", "a length of 5 fits in 7 bits and is encoded in 7+16 (RFC 6455 section 5.2)"),
    ],
)
def test_a_length_that_is_not_in_its_shortest_form_is_named(header: bytes, problem: str) -> None:
    decoder = StreamDecoder("server to client")
    decoder.feed(b"HTTP/1.1 101 x\r\n\r\n")
    (found,) = decoder.feed(header + b"Hello")
    assert (found.data, found.problem) == (b"Hello", problem)
