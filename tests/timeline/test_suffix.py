"""Whatever is dropped, what stays decodes to the same rows and the same payloads (design: bounds)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.pair import Pair, taps
from tests.wire.talk import DOWN, UP, Agreed, Say, agreements, conversations, cut, directions, places, serialize
from wslab.timeline import Detail, Row, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = b"GET / HTTP/1.1\r\n\r\n"


def play(
    timeline: Timeline, direction: str, agreed: Agreed, says: list[Say], cuts: list[int], read: Callable[[int], bool]
) -> None:
    """A conversation in one direction, both ends recorded, its bytes cut differently at each end."""
    pair = Pair(timeline, begin=False)
    pair.write("client", REQUEST)
    head = agreed.response(direction)
    pair.write("server", head)
    begin = len(REQUEST) if direction == UP else len(head)
    wire, _ = serialize(says, direction, agreed, begin)
    sender, receiver = (pair.client, pair.server) if direction == UP else (pair.server, pair.client)
    sent, received = taps(sender)[0], taps(receiver)[1]
    for turn, piece in enumerate(cut(wire, cuts)):
        sent(piece)
        if read(2 * turn):
            timeline.refresh()
        for part in cut(piece, [7, 70]):
            received(part)
        if read(2 * turn + 1):
            timeline.refresh()
    pair.lost()
    timeline.refresh()


def opened(timeline: Timeline, row: Row) -> Detail:
    """A row's detail without its times, which differ between two timelines."""
    detail = timeline.detail(row)
    plain = Row(row.connection, row.source, row.index, row.kind, 0, row.name, row.text)
    return Detail(plain, detail.lines, detail.payload, detail.frames, problem=detail.problem)


def same(row: Row) -> tuple[object, ...]:
    return (
        row.id,
        row.kind,
        row.name,
        row.text,
        row.size,
        row.frames,
        row.compressed,
        row.start,
        row.stop,
        row.problem,
    )


def unmasked(detail: Detail) -> tuple[object, ...]:
    """What does not depend on the masking keys, which websockets draws at random."""
    frames = [(frame.fin, frame.opcode, frame.payload, len(frame.wire)) for frame in detail.frames]
    return (detail.row, detail.lines, detail.payload, frames, detail.problem)


@given(
    direction=directions, agreed=agreements, says=conversations, cuts=places, keep=st.integers(1, 30),
    reads=st.lists(st.booleans(), min_size=1, max_size=9),
)  # fmt: skip
def test_dropping_rows_leaves_the_rows_and_payloads_of_the_rest_as_they_were(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int], keep: int, reads: list[bool]
) -> None:
    whole, part = Timeline(), Timeline(keep=keep)
    play(whole, direction, agreed, says, cuts, lambda turn: False)
    play(part, direction, agreed, says, cuts, lambda turn: reads[turn % len(reads)])
    ids = {row.id for row in part.rows()}
    kept = [row for row in whole.rows() if row.id in ids]
    assert sorted(map(same, part.rows())) == sorted(map(same, kept))
    others = {row.id: row for row in part.rows()}
    for row in kept:
        assert unmasked(opened(part, others[row.id])) == unmasked(opened(whole, row))


@given(
    direction=directions, agreed=agreements, says=conversations, cuts=places, keep_bytes=st.integers(1, 3000),
    reads=st.lists(st.booleans(), min_size=1, max_size=9),
)  # fmt: skip
def test_dropping_by_bytes_leaves_the_rows_of_the_rest_as_they_were_and_their_payloads_whole_or_absent(
    direction: str, agreed: Agreed, says: list[Say], cuts: list[int], keep_bytes: int, reads: list[bool]
) -> None:
    whole, part = Timeline(), Timeline(keep_bytes=keep_bytes)
    play(whole, direction, agreed, says, cuts, lambda turn: False)
    play(part, direction, agreed, says, cuts, lambda turn: reads[turn % len(reads)])
    assert part.raw <= keep_bytes
    by_id = {row.id: row for row in whole.rows()}
    for row in part.rows():
        detail = part.detail(row)
        if row.problem == "only the end of it was kept" or detail.problem == "its bytes are no longer kept":
            assert detail.payload is None
            continue
        assert same(row) == same(by_id[row.id])
        assert unmasked(opened(part, row)) == unmasked(opened(whole, by_id[row.id]))


@pytest.mark.parametrize("takeover", [True, False])
@pytest.mark.parametrize("bound", [{"keep": 300}, {"keep_bytes": 40_000}, {"keep": 1}])
def test_a_long_compressed_stream_can_be_opened_at_every_row_that_is_kept(
    takeover: bool, bound: dict[str, int]
) -> None:
    timeline, agreed = Timeline(**bound), Agreed(15, takeover)
    texts = [
        f"message {i} of a long and repetitive stream, {zlib.crc32(bytes([i % 256]))}".encode() for i in range(1500)
    ]
    says = [Say(1, (text,), ((),), True) for text in texts]
    play(timeline, DOWN, agreed, says, list(range(0, 60_000, 97)), lambda turn: turn % 5 == 0)
    rows = [row for row in timeline.rows() if row.name == "text"]
    assert [timeline.detail(row).payload for row in rows] == texts[len(texts) - len(rows) :]


def test_pings_inside_a_message_do_not_let_its_first_bytes_go_before_its_row() -> None:
    """Their rows are older than the message's, and dropped before it, but they stand behind its beginning."""
    timeline = Timeline(keep=3)
    pair = Pair(timeline)
    pair.frame("server", 1, b"one ", fin=False)
    for _ in range(5):
        pair.frame("server", 9, b"ping")
        timeline.refresh()
    pair.frame("server", 0, b"two")
    rows = timeline.rows()
    assert [row.name for row in rows] == ["ping", "ping", "text"]
    assert [timeline.detail(row).payload for row in rows] == [b"ping", b"ping", b"one two"]


def test_places_to_enter_a_compressed_stream_are_kept_along_it_and_go_with_its_rows() -> None:
    timeline = Timeline(keep=4000)
    pair = Pair(timeline, deflate=True)
    for i in range(5000):
        pair.text("server", f"message {i}")
    (connection,) = timeline.connections()
    direction = connection.directions["server to client"]
    offsets = [at for at, _ in direction.marks]
    assert 10 <= len(offsets) <= 4000 // 256 + 2
    assert len(set(offsets)) == len(offsets)
    assert direction.base.fed <= offsets[0]
    first = next(row for row in timeline.rows() if row.name == "text")
    assert direction.enter(timeline.rows()[-1].start).fed >= offsets[-1] > first.start
    timeline.clear()
    assert len(direction.marks) <= 1
