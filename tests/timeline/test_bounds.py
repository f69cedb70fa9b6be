"""`keep` counts rows, `keep_bytes` raw bytes; what was dropped is counted (design: bounds)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.pair import Pair, held, short
from wslab.timeline import Dropped, Timeline


def talk(pair: Pair, count: int, size: int = 10) -> None:
    for i in range(count):
        pair.text("client" if i % 2 else "server", f"{i}".ljust(size))


@pytest.mark.parametrize("bad", [0, -1, 1.5, "9", None, True])
@pytest.mark.parametrize("name", ["keep", "keep_bytes"])
def test_a_bound_that_is_no_positive_whole_number_is_refused_by_name(name: str, bad: Any) -> None:
    with pytest.raises(
        ValueError, match=f"{name} must be a positive whole number, not .*; leave it out for the default"
    ):
        Timeline(**{name: bad})


def test_the_newest_rows_are_kept_and_the_dropped_ones_counted() -> None:
    timeline = Timeline(keep=10)
    talk(Pair(timeline), 50)
    assert [row.text.strip() for row in timeline.rows()] == [str(i) for i in range(40, 50)]
    assert (timeline.first, timeline.end) == (42, 52)
    assert timeline.dropped.rows == 42
    assert timeline.dropped.bytes > 0
    assert repr(timeline) == "<Timeline of 10 rows in 1 connections, 42 dropped>"


def test_nothing_is_dropped_within_the_bounds() -> None:
    timeline = Timeline(keep=52)
    talk(Pair(timeline), 50)
    assert timeline.dropped == Dropped(0, 0)
    assert timeline.first == 0


@given(keep=st.integers(1, 40), reads=st.lists(st.booleans(), min_size=60, max_size=60), deflate=st.booleans())
def test_rows_kept_and_dropped_always_add_up_and_positions_never_move(
    keep: int, reads: list[bool], deflate: bool
) -> None:
    timeline, whole = Timeline(keep=keep), Timeline()
    seen: dict[int, Any] = {}
    pairs = [Pair(t, deflate=deflate) for t in (timeline, whole)]
    for i, read in enumerate(reads):
        for pair in pairs:
            pair.text("client" if i % 3 else "server", f"message {i}")
        if read:
            assert timeline.end - timeline.first == len(timeline.rows()) <= keep
            assert timeline.dropped.rows == timeline.first
            for position, row in enumerate(timeline.rows(), timeline.first):
                assert seen.setdefault(position, row) is row
    timeline.refresh()
    assert [row.id for row in timeline.rows()] == [row.id for row in whole.rows()[-keep:]]


def test_raw_bytes_stay_within_their_bound_and_what_is_gone_is_counted() -> None:
    timeline = Timeline(keep_bytes=20_000)
    pair = Pair(timeline)
    for _ in range(20):
        talk(pair, 20, size=100)
        timeline.refresh()
        assert timeline.raw <= 20_000
    total = 2 * (pair.client.sent.stop + pair.client.received.stop)
    assert timeline.raw == held(timeline, pair.client, pair.server)[0]
    assert timeline.dropped.bytes + timeline.raw == total
    assert timeline.raw > 15_000, "more was dropped than had to be"


def test_chunks_are_bounded_too_for_a_byte_by_itself_costs_a_hundred() -> None:
    timeline = Timeline(keep=10)
    pair = Pair(timeline, instant=False)
    wire = bytearray(b"\x81\x7e\xff\xff") + bytes(65_535)
    record = pair._record["server"][0]
    pair.arrive("client")
    for byte in wire:
        record(bytes([byte]))
    timeline.refresh()
    assert timeline.chunks <= timeline._intake.keep_chunks
    assert timeline.chunks == held(timeline, pair.client, pair.server)[1]


@pytest.mark.parametrize("fin", [True, False])
def test_a_giant_message_that_does_not_end_is_bounded_and_its_row_says_that_only_the_end_was_kept(fin: bool) -> None:
    timeline = Timeline(keep_bytes=100_000)
    pair = Pair(timeline)
    pair.write("client", b"\x82\xff" + (3_000_000).to_bytes(8, "big") + b"abcd")
    for _ in range(300):
        pair.write("client", bytes(10_000))
        assert timeline.raw <= timeline._intake.full_bytes + 20_000
    (row,) = timeline.rows()
    assert (row.size, row.problem) == (3_000_000, "only the end of it was kept")
    assert timeline.detail(row).payload is None
    assert timeline.raw == held(timeline, pair.client, pair.server)[0] <= 100_000
    assert timeline.dropped.rows == 2
    pair.text("client", "and then")
    assert timeline.rows()[-1].text == "and then"


def test_a_giant_message_in_endless_fragments_is_bounded() -> None:
    timeline = Timeline(keep_bytes=100_000)
    pair = Pair(timeline, deflate=True)
    pair.frame("client", 2, bytes(1000), fin=False)
    for _ in range(300):
        pair.frame("client", 0, bytes(range(256)) * 40, fin=False)
        assert timeline.raw <= timeline._intake.full_bytes + 21_000
    pair.frame("client", 0, b"end")
    assert timeline.rows()[-1].size == 1000 + 300 * 10_240 + 3
    pair.text("client", "and then, in the context of it")
    assert timeline.detail(timeline.rows()[-1]).payload == b"and then, in the context of it"


def test_bytes_that_arrive_for_rows_long_gone_go_as_well_and_cost_no_other_row() -> None:
    timeline = Timeline(keep_bytes=100_000)
    calm, busy = Pair(timeline), Pair(timeline)
    talk(calm, 20)
    busy.instant = False
    for _ in range(40):
        busy.frame("server", 2, bytes(9000))
        timeline.refresh()
    busy.arrive("server")
    timeline.refresh()
    assert timeline.raw == held(timeline, calm.client, calm.server, busy.client, busy.server)[0] <= 100_000
    kept = timeline.end - timeline.first
    calm.text("client", "still")
    for _ in range(3):
        timeline.refresh()
    assert timeline.end - timeline.first == kept + 1


def test_notes_are_bounded_when_nobody_reads() -> None:
    timeline = Timeline(keep=10)
    pair = Pair(timeline)
    for i in range(10_000):
        pair.client.printed(f"line {i}")
        assert len(pair.client.notes) <= timeline._intake.full_chunks + 1
    assert short(timeline)[-1][3] == "line 9999"
    assert timeline.chunks == held(timeline, pair.client, pair.server)[1]
    assert timeline.end == 10_002


def test_long_printed_lines_count_as_raw_bytes() -> None:
    timeline = Timeline(keep_bytes=100_000)
    pair = Pair(timeline)
    for i in range(100):
        pair.server.printed(f"{i} ".ljust(20_000, "x"))
    timeline.refresh()
    assert timeline.raw <= 100_000
    kept = timeline.rows()
    assert 5 <= len(kept) <= 10
    assert all(len(timeline.detail(row).lines[0]) == 10_000 for row in kept)
    timeline.clear()
    assert timeline.raw == held(timeline, pair.client, pair.server)[0] < 1000


def test_rows_of_the_labs_own_are_counted_when_they_are_dropped() -> None:
    timeline = Timeline(keep=5)
    for i in range(20):
        timeline.note(f"note {i}")
    assert [row.id for row in timeline.rows()] == [(0, "lab", i) for i in range(15, 20)]
    assert timeline.dropped == Dropped(15, 0)


def test_rows_of_the_labs_own_are_bounded_when_nobody_reads() -> None:
    timeline = Timeline(keep=10)
    for i in range(10_000):
        timeline.note(f"note {i}")
        assert len(timeline._notes) <= timeline._intake.full_chunks + 1
    assert timeline.dropped.rows == timeline.first == 9990
    assert timeline.chunks == 0


def test_clearing_lets_every_row_go_and_counts_nothing_as_dropped() -> None:
    timeline = Timeline()
    pair, over = Pair(timeline), Pair(timeline)
    talk(pair, 10)
    over.write("client", b"\x81\x85abcd")  # a message that never ends
    over.lost()
    before = len(short(timeline))
    timeline.clear()
    assert (timeline.first, timeline.end, timeline.rows()) == (before, before, [])
    assert timeline.dropped == Dropped(0, 0)
    assert (
        (timeline.raw, timeline.chunks) == (0, 0) == held(timeline, pair.client, pair.server, over.client, over.server)
    )
    assert repr(timeline) == "<Timeline of 0 rows in 1 connections>"


def test_clearing_takes_in_what_nobody_has_read_yet() -> None:
    timeline = Timeline()
    talk(Pair(timeline), 10)
    timeline.clear()
    assert (timeline.first, timeline.end, short(timeline)) == (12, 12, [])


def test_a_connection_lives_on_after_clearing_and_its_indexes_and_numbers_go_on() -> None:
    timeline = Timeline()
    pair = Pair(timeline, deflate=True)
    pair.text("client", "before before")
    timeline.clear()
    pair.text("client", "before and after")
    Pair(timeline)
    row = timeline.rows()[0]
    assert (row.id, row.text) == ((1, "client to server", 2), "before and after")
    assert timeline.detail(row).payload == b"before and after"
    assert [connection.number for connection in timeline.connections()] == [1, 2]


def test_clearing_in_the_middle_of_a_message_keeps_all_of_that_message() -> None:
    timeline = Timeline()
    pair = Pair(timeline, deflate=True)
    pair.frame("server", 1, b"one ", fin=False)
    timeline.clear()
    pair.frame("server", 0, b"two")
    (row,) = timeline.rows()
    assert timeline.detail(row).payload == b"one two"
    assert len(timeline.detail(row).frames) == 2


def test_the_detail_of_a_dropped_row_says_that_its_bytes_are_gone() -> None:
    timeline = Timeline(keep=5)
    pair = Pair(timeline)
    pair.text("client", "old")
    old = timeline.rows()[-1]
    talk(pair, 40)
    detail = timeline.detail(old)
    assert (detail.payload, detail.frames, detail.problem) == (None, (), "its bytes are no longer kept")
    pair.lost()
    timeline.clear()
    with pytest.raises(LookupError, match="connection 1 is no longer kept"):
        timeline.detail(old)
