"""What travels to the browser: rows come out as they went in, and nothing is unbounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.view.reading import unpack
from wslab.timeline import KINDS, PREVIEW, SOURCES, Detail, Row
from wslab.view.log.pack import MOST_FRAMES, MOST_LINES, describe_detail, pack
from wslab.wire import Frame

ANY_ROW = st.builds(
    Row,
    connection=st.integers(0, 2**32 - 1),
    source=st.sampled_from(SOURCES),
    index=st.just(0),
    kind=st.sampled_from(KINDS),
    time=st.integers(0, 2**53),
    name=st.text(max_size=20),
    text=st.text(max_size=PREVIEW),
    size=st.none() | st.integers(0, 2**53),
    frames=st.integers(0, 5),
    compressed=st.booleans(),
    link=st.none() | st.just(("client to server", 5)),
    problem=st.text(max_size=20),
)


@given(st.lists(ANY_ROW, max_size=20), st.integers(0, 2**50))
def test_rows_come_out_as_they_went_in(rows: list[Row], start: int) -> None:
    positions = range(start, start + len(rows))
    for position, row, seen in zip(positions, rows, unpack(len(rows), pack(positions, rows)), strict=True):
        assert (seen.position, seen.time, seen.size) == (position, row.time, -1 if row.size is None else row.size)
        assert (seen.connection, seen.kind, seen.source) == (row.connection, row.kind, row.source)
        assert seen.flags == row.compressed + 2 * (row.frames > 1) + 4 * (row.link is not None)
        assert (seen.name, seen.text, seen.problem) == (row.name, row.text, row.problem)


def test_text_that_breaks_its_promise_is_cut_and_cannot_break_the_block() -> None:
    rows = [
        Row(1, "client", 0, "print", 0, "n" * 10_000, "\ud800" + "t" * 10_000),
        Row(2, "server", 0, "note", 1, "after"),
    ]
    first, second = unpack(2, pack([0, 1], rows))
    assert len(first.name) == len(first.text) == PREVIEW + 1
    assert second.name == "after"


def test_a_detail_is_bounded_whatever_a_peer_sent() -> None:
    frames = tuple(
        Frame(False, False, False, False, 0, True, b"\x01\x02\x03\x04", 0, b"", b"\x00" * 6) for _ in range(5000)
    )
    row = Row(1, "client to server", 0, "message", 0, "text", size=0, frames=5000)
    told = describe_detail(Detail(row, lines=("x" * 100_000,) * 5000, frames=frames))
    assert len(told["frames"]) == MOST_FRAMES
    assert told["frameCount"] == 5000
    assert told["wire"] == 30_000
    assert len(told["lines"]) == MOST_LINES
    assert told["moreLines"] == 5000 - MOST_LINES
    assert max(map(len, told["lines"])) <= 4096
    assert told["frames"][0]["key"] == "01 02 03 04"
