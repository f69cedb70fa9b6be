"""The rows of a timeline say which rules their bytes break, and go on to when bytes are dropped, saved and loaded."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from tests.timeline.pair import Pair
from tests.timeline.saved import again, contents
from tests.wire.streams import stream
from wslab.timeline import Row, Timeline
from wslab.wire import close_body, dissect, frame

if TYPE_CHECKING:
    from pathlib import Path

LATE = "a data frame behind a Close frame (RFC 6455 section 5.5.1)"


def last(timeline: Timeline) -> Row:
    timeline.refresh()
    return timeline.rows()[-1]


def test_a_row_shows_the_first_violation_and_keeps_all() -> None:
    timeline = Timeline()
    Pair(timeline).write("server", frame(close_body(1005, b"\xff"), "close", rsv3=True))
    row = last(timeline)
    assert [each.rule for each in row.violations] == ["reserved-bit", "close-reason", "close-code"]
    assert row.problem == row.violations[0].brief
    assert f"[{row.problem}]" in timeline.transcript()


@pytest.mark.parametrize("deflate", [False, True])
def test_data_behind_a_close_is_named_when_the_close_is_no_longer_kept(deflate: bool, tmp_path: Path) -> None:
    timeline = Timeline(keep=4)
    pair = Pair(timeline, deflate=deflate)
    pair.frame("server", 8, close_body(1000))
    for number in range(20):
        pair.text("server", f"late late late {number}")
    timeline.refresh()
    loaded = again(timeline, tmp_path)
    for each in (timeline, loaded, again(loaded, tmp_path)):
        assert [row.problem for row in each.rows()] == [LATE] * 4
        assert [each.detail(row).payload for row in each.rows()] == [b"late late late %d" % n for n in range(16, 20)]
        for direction in each.connections()[0].directions.values():
            late = direction.source == "server to client"
            items = list(direction.walk(100))
            assert [[found.rule for found in item.violations] for item in items] == [["after-close"]] * len(items)
            assert (len(items) == 4) is late
    pair.text("server", "the last")
    assert last(timeline).problem == LATE


def test_any_stream_of_legal_and_illegal_parts_is_saved_and_loaded_with_its_violations(tmp_path: Path) -> None:
    timeline, broken = Timeline(), 0
    for seed in range(60):
        given = stream(seed)
        pair = Pair(timeline, begin=True)
        pair.write("client" if given.up else "server", given.wire)
        pair.lost()
    timeline.refresh()
    broken = sum(bool(row.violations) for row in timeline.rows())
    assert broken > 40
    assert contents(again(timeline, tmp_path)) == contents(timeline)


def test_a_message_whose_beginning_was_dropped_is_not_judged() -> None:
    timeline = Timeline(keep_bytes=20_000)
    pair = Pair(timeline)
    pair.frame("server", 1, b"x" * 15_000, fin=False)
    timeline.refresh()
    pair.frame("server", 0, b"\xff" * 15_000, fin=False)
    timeline.refresh()
    pair.frame("server", 0, b"\xff")
    pair.text("server", "whole")
    timeline.refresh()
    message, whole = timeline.rows()[-2:]
    assert (message.problem, message.violations) == ("only the end of it was kept", ())
    assert (whole.problem, whole.violations) == ("", ())


def test_the_log_and_dissect_say_the_same_of_a_connection_that_goes_wrong() -> None:
    timeline, wire = Timeline(), b""
    pair = Pair(timeline, deflate=True)
    z = zlib.compressobj(wbits=-15)
    good = (z.compress(b"hello") + z.flush(zlib.Z_SYNC_FLUSH))[:-4]
    for data in (
        frame(good, "text", rsv1=True), frame("x", 9, rsv1=True), frame(b"\xc3", fin=False, opcode=1), frame(b"(", 0),
        frame(b"\xff\xff\xff", "binary", rsv1=True), frame(b"\x03", "close"), frame("more"),
    ):  # fmt: skip
        wire += data
        pair.write("server", data)
    timeline.refresh()
    rows = [row for row in timeline.rows() if row.source == "server to client"][1:]
    found = dissect(wire, direction="server to client", deflate=True)
    assert [each.what for row in rows for each in row.violations] == [each.what for each in found.violations]
    assert [each.rule for each in found.violations] == [
        "compressed-bit",
        "utf-8",
        "inflate",
        "close-body",
        "after-close",
    ]
