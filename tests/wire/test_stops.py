"""Where frames end, told without decoding them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.wire.talk import DOWN, PLAIN, Agreed, Say, agreements, conversations, cut, places, serialize
from wslab.wire import FrameStops, StreamDecoder


@given(agreed=agreements, says=conversations, cuts=places)
def test_it_agrees_with_the_decoder_on_the_end_of_the_head_and_of_every_frame(
    agreed: Agreed, says: list[Say], cuts: list[int]
) -> None:
    wire = agreed.response(DOWN) + serialize(says, DOWN, agreed)[0]
    decoder, stops = StreamDecoder(DOWN), FrameStops()
    decoder.bounds = []
    items = decoder.feed(wire)
    ends = [stop for _, stop in decoder.bounds] + [item.stop for item in items if item.kind != "message"]
    assert [stop for piece in cut(wire, cuts) for stop in stops.feed(piece)] == sorted(ends)


@given(data=st.binary(max_size=300), cuts=places)
def test_it_agrees_with_the_decoder_on_random_bytes_too(data: bytes, cuts: list[int]) -> None:
    wire = PLAIN + data
    decoder, stops = StreamDecoder(DOWN), FrameStops()
    decoder.bounds = []
    items = decoder.feed(wire)
    ends = {stop for _, stop in decoder.bounds} | {
        item.stop for item in items if item.kind in {"control", "close", "handshake"}
    }
    assert [stop for piece in cut(wire, cuts) for stop in stops.feed(piece)] == sorted(ends)


def test_a_stop_is_told_with_the_byte_that_completes_the_frame() -> None:
    stops = FrameStops()
    told = [stops.feed(bytes([byte])) for byte in PLAIN + b"\x81\x02hi" + b"\x89\x00"]
    size = len(PLAIN)
    assert [(at, stop) for at, found in enumerate(told, 1) for stop in found] == [
        (n, n) for n in (size, size + 4, size + 6)
    ]


def test_a_head_without_an_end_is_not_hoarded() -> None:
    stops = FrameStops()
    for _ in range(100):
        assert stops.feed(b"X" * 10_000) == []
    assert len(stops._held) <= 64 * 1024
