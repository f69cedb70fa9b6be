"""Walking along a stream: where the head and every frame begin and end, without a look at what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as TheirFrame
from websockets.streams import StreamReader

from tests.wire.stream.test_decoder import run
from tests.wire.talk import (
    PLAIN,
    REQUEST,
    UP,
    Agreed,
    Say,
    agreements,
    conversations,
    cut,
    directions,
    places,
    serialize,
)
from wslab.wire import HeadSeen, Part, Walker
from wslab.wire.handshake import HEAD_LIMIT


def spans_of(wire: bytes, at: int, agreed: Agreed) -> list[tuple[int, int]]:
    """Where each frame stands, by websockets' parser."""
    reader, spans, extensions = StreamReader(), [], agreed.receiver()
    reader.feed_data(wire)
    while reader.buffer:
        before = len(reader.buffer)
        run(TheirFrame.parse(reader.read_exact, mask=bool(reader.buffer[1] & 0x80), extensions=extensions))
        size = before - len(reader.buffer)
        spans.append((at, at + size))
        at += size
    return spans


def walk(walker: Walker, pieces: list[bytes]) -> tuple[list[HeadSeen], list[Part]]:
    """Every head and every part; frames follow a head that is whole."""
    heads: list[HeadSeen] = []
    parts: list[Part] = []
    for piece in pieces:
        for seen in walker.feed(piece):
            if isinstance(seen, Part):
                parts.append(seen)
                continue
            heads.append(seen)
            if seen.whole:
                walker.go_on()
    return heads, parts


@given(direction=directions, agreed=agreements, says=conversations, cuts=places)
def test_every_frame_begins_and_ends_where_websockets_says(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int]
) -> None:
    head = REQUEST if direction == UP else agreed.response(direction)
    wire = serialize(says, direction, agreed)[0]
    heads, parts = walk(Walker(), cut(head + wire, cuts))
    spans = spans_of(wire, len(head), agreed)
    assert heads == [HeadSeen(0, len(head), head.removesuffix(b"\r\n\r\n"), whole=True)]
    assert [(each.start, each.stop) for each in parts if each.whole] == spans
    assert [each.start for each in parts if each.begins] == [start for start, _ in spans]
    walker = Walker()
    stops = [stop for piece in cut(head + wire, cuts) for stop in walker.frame_boundaries(piece)]
    assert stops == [len(head), *(stop for _, stop in spans)]


@given(direction=directions, agreed=agreements, says=conversations, cuts=places)
def test_the_parts_of_a_frame_hold_its_header_and_its_whole_payload(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int]
) -> None:
    wire = serialize(says, direction, agreed)[0]
    frames = bytearray()
    for part in walk(Walker("frames"), cut(wire, cuts))[1]:
        if part.begins:
            frames += part.data[part.at - part.size : part.at]
            assert part.phase == 0
        assert part.start + part.size + part.phase == len(frames)
        frames += part.data[part.at : part.to]
    assert frames == wire


@given(data=st.binary(max_size=300), cuts=places)
def test_random_bytes_are_cut_into_the_same_frames_whichever_way_they_come(data: bytes, cuts: list[int]) -> None:
    one, many, head = Walker(), Walker(), len(PLAIN)
    stops = one.frame_boundaries(PLAIN + data)
    assert [stop for piece in cut(PLAIN + data, cuts) for stop in many.frame_boundaries(piece)] == stops
    assert stops[0] == head
    assert (one.position, one.held, one.left, one.begun, one.missing) == (
        many.position, many.held, many.left, many.begun, many.missing,
    )  # fmt: skip
    assert one.fed == many.fed == head + len(data)


def test_a_stop_is_told_with_the_byte_that_completes_the_frame() -> None:
    walker = Walker()
    told = [walker.frame_boundaries(bytes([byte])) for byte in PLAIN + b"\x81\x02hi" + b"\x89\x00"]
    size = len(PLAIN)
    assert [(at, stop) for at, found in enumerate(told, 1) for stop in found] == [
        (n, n) for n in (size, size + 4, size + 6)
    ]


def test_a_head_without_an_end_is_given_up_and_not_hoarded() -> None:
    walker = Walker()
    heads = [seen for _ in range(100) for seen in walker.feed(b"X" * 10_000)]
    assert heads == [HeadSeen(0, HEAD_LIMIT, b"X" * HEAD_LIMIT, whole=False)]
    assert (walker.where, walker.held, walker.position) == ("raw", b"", 1_000_000)


def test_what_comes_before_it_is_said_what_follows_the_head_is_held_up_to_a_limit() -> None:
    walker = Walker()
    assert [seen.whole for seen in walker.feed(PLAIN + b"\x81\x02")] == [True]
    assert [*walker.feed(b"hi")] == []
    walker.go_on()
    (part,) = walker.feed(b"")
    assert (part.start, part.whole, walker.held) == (len(PLAIN), True, b"")
    for late in (b"x" * HEAD_LIMIT, b"x"):
        walker, held = Walker(), len(late)
        assert len([*walker.feed(PLAIN + late)]) == 1
        assert len(walker.held) == held
    walker = Walker()
    assert len([*walker.feed(PLAIN + b"x" * HEAD_LIMIT + b"x")]) == 1
    assert (walker.where, walker.held) == ("raw", b"")


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"", "start"), (b"G", "start"), (b"HTTP/1", "start"), (b"HTTP/1.", "head"), (b"GET ", "head"), (b"GEX", "frames"),
        (b"\x81", "frames"),
    ],
)  # fmt: skip
def test_seven_bytes_tell_whether_a_head_comes_first(data: bytes, where: str) -> None:
    for pieces in ([data], [bytes([byte]) for byte in data]):
        walker = Walker("start")
        for piece in pieces:
            assert not [seen for seen in walker.feed(piece) if isinstance(seen, HeadSeen)]
        assert walker.where == where


def test_a_copy_goes_on_by_itself() -> None:
    walker = Walker("frames", 100)
    assert [seen.start for seen in walker.feed(b"\x82\x05ab")] == [100]
    twin = walker.copy()
    for each in (walker, twin):
        assert (each.begun, each.left, each.missing, each.fed) == (100, 3, 3, 104)
        (part,) = each.feed(b"cde")
        assert isinstance(part, Part)
        assert (part.start, part.phase, part.data[part.at : part.to], part.whole, part.begins) == (
            100, 2, b"cde", True, False,
        )  # fmt: skip
