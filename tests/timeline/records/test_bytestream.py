"""Chunks, offsets and times of one direction at one end."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from wslab.timeline import Timeline

if TYPE_CHECKING:
    from wslab.timeline.records.bytestream import ByteStream

chunk_lists = st.lists(st.binary(max_size=9), max_size=30)


def stream_of(chunks: list[bytes]) -> ByteStream:
    end = Timeline().client_end()
    record = end.tap(end.sent)
    for chunk in chunks:
        record(chunk)
    return end.sent


@given(chunks=chunk_lists, start=st.integers(0, 300), stop=st.integers(0, 300))
def test_any_range_reads_as_the_same_range_of_all_bytes(chunks: list[bytes], start: int, stop: int) -> None:
    stream, whole = stream_of(chunks), b"".join(chunks)
    assert stream.read(start, stop) == whole[start:stop]
    assert all(stream.pieces(start, stop))
    assert (stream.first, stream.stop, stream.count) == (0, len(whole), len(chunks))


@given(chunks=chunk_lists, drops=st.lists(st.integers(0, 300), max_size=4), start=st.integers(0, 300))
def test_what_is_kept_reads_the_same_after_any_drops(chunks: list[bytes], drops: list[int], start: int) -> None:
    stream, whole, gone = stream_of(chunks), b"".join(chunks), 0
    for offset in drops:
        count, stop = stream.droppable(offset)
        assert stop <= max(offset, stream.first)
        gone += stream.drop(count)
        assert stream.first == max(gone, stop) == gone
        assert stream.count == len(chunks) - count if len(drops) == 1 else True
    assert stream.read(0, 300) == whole[gone:]
    assert stream.read(start, 300) == whole[max(start, gone) :]


@given(chunks=chunk_lists, offset=st.integers(0, 300))
def test_every_chunk_that_ends_at_or_before_an_offset_can_go_and_no_other(chunks: list[bytes], offset: int) -> None:
    stream = stream_of(chunks)
    count, _ = stream.droppable(offset)
    stops = [sum(map(len, chunks[: i + 1])) for i in range(len(chunks))]
    assert count == sum(stop <= offset for stop in stops)


def test_a_byte_was_seen_when_the_chunk_that_holds_it_went_by() -> None:
    stream = stream_of([b"abc", b"", b"de", b"f"])
    times = stream.times
    assert [stream.time_of(stop) for stop in range(8)] == [None, *[times[0]] * 3, times[2], times[2], times[3], None]
    stream.drop(1)
    assert [stream.time_of(stop) for stop in range(7)] == [None] * 4 + [times[2], times[2], times[3]]


def test_dropping_one_by_one_keeps_the_lists_short() -> None:
    stream = stream_of([b"x"] * 10_000)
    for _ in range(9_990):
        stream.drop(1)
    assert stream.read(0, 10_000) == b"x" * 10
    assert len(stream.chunks) == len(stream.starts) == len(stream.times) < 3000


@given(chunks=chunk_lists, drop=st.integers(0, 30))
def test_what_had_gone_by_at_the_time_of_a_chunk_ends_with_that_chunk(chunks: list[bytes], drop: int) -> None:
    stream = stream_of(chunks)
    stream.times[:] = array("q", range(10, 10 * len(chunks) + 10, 10))
    gone = stream.drop(min(drop, len(chunks)))
    for index in range(len(chunks)):
        stop = len(b"".join(chunks[: index + 1]))
        assert stream.stop_at(10 * index + 15) == max(stop, gone)
    assert stream.stop_at(0) == stream.first


@given(
    chunks=st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=30),
    offset=st.integers(0, 100),
    count=st.integers(1, 9),
)
def test_a_little_ahead_is_so_many_chunks_or_so_many_bytes_and_always_one_chunk(
    chunks: list[bytes], offset: int, count: int
) -> None:
    stream = stream_of(chunks)
    stream.times[:] = array("q", range(len(chunks)))
    at = sum(stop <= offset for stop in (len(b"".join(chunks[: i + 1])) for i in range(len(chunks))))
    offset = min(offset, stream.stop)
    last = at + count
    assert stream.time_ahead(offset, count, 10_000) == (last - 1 if last < len(chunks) else None)
    if at + 1 < len(chunks):
        assert stream.time_ahead(offset, 10_000, 1) == at
