"""One conversation is one connection, whenever its two ends appear and whoever reads in between."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timeline.conversations import SIDES, Plan, Play, plans, turns, wire
from tests.timeline.pair import held
from wslab.timeline import Row, Timeline

if TYPE_CHECKING:
    from wslab.timeline import Detail

Said = tuple[object, ...]


def said(timeline: Timeline, play: Play, by: str = "cause") -> list[list[str]]:
    """The transcript conversation by conversation, without numbers: those depend on who was seen first."""
    lines: dict[int, list[str]] = {}
    for line in timeline.transcript(by).splitlines():  # type: ignore[arg-type]
        number, _, rest = line.partition(" ")
        lines.setdefault(int(number[1:]), []).append(rest.strip())
    numbers = [timeline.connection_of(ends["client"]) for ends in play.ends]
    return [lines.pop(number or 0, []) for number in numbers] + list(lines.values())


def meaning(row: Row) -> Said:
    """What a row says, beside its number and what may become known later: its exact time and its link."""
    return row.source, row.index, row.kind, row.name, row.text, row.size, row.frames, row.start, row.stop, row.problem


def opened(detail: Detail) -> Said:
    return detail.lines, detail.payload, detail.frames, detail.problem


def check(timeline: Timeline, play: Play) -> None:
    """Each conversation is one connection, with both ends, and each of its frames is there once."""
    assert len(timeline.connections()) == len(play.plans)
    rows = timeline.rows()
    assert max(Counter(row.id for row in rows).values(), default=1) == 1
    for number, (plan, ends) in enumerate(zip(play.plans, play.ends, strict=True)):
        known = {timeline.connection_of(ends[side]) for side in SIDES}
        assert len(known) == 1
        (public,) = known
        connection = timeline.connection(public or 0)
        assert connection is not None
        assert (connection.client_end, connection.server_end) == (ends["client"], ends["server"])
        for side in SIDES:
            mine = [row for row in rows if row.connection == public and row.source.startswith(f"{side} to")]
            assert [row.index for row in mine] == list(range(len(mine)))
            assert [row.text for row in mine if row.name == "text" and not row.problem] == (
                [f"{number} {side} {text}" for text in plan.said[side]] if plan.bytes_go_by else []
            )
            assert sum(row.stop - row.start for row in mine) == len(wire(number, side, plan))


@settings(max_examples=300)
@given(plans=plans, turns=turns)
def test_whoever_reads_whenever_ends_appear_a_conversation_is_one_connection(
    plans: list[Plan], turns: list[int]
) -> None:
    calm, wild = Timeline(), Timeline()
    quiet, play, shown = Play(calm, plans), Play(wild, plans), list[tuple[Row, Said]]()
    quiet.go(turns, lambda: None)

    def read() -> None:
        numbers = [each.number for each in wild.connections()]
        rows = wild.rows()
        assert {row.connection for row in rows} <= set(numbers)
        shown.extend((row, opened(wild.detail(row))) for row in rows)

    play.go(turns, read)
    check(wild, play)
    for by in ("cause", "direction"):
        assert said(wild, play, by) == said(calm, quiet, by)
    now = {row.id: row for row in wild.rows()}
    for row, detail in shown:
        connection = wild.connection(row.connection)
        assert connection is not None
        same = now[connection.number, row.source, row.index]
        if "incomplete" in row.problem:  # the rest was at the other end
            assert same.start == row.start
        else:
            assert meaning(same) == meaning(row)
            assert opened(wild.detail(row)) == detail == opened(wild.detail(same))
    ends = [end for each in play.ends for end in each.values()]
    assert (wild.raw, wild.chunks) == held(wild, *ends)


@settings(max_examples=300)
@given(plans=plans, turns=turns, keep=st.integers(1, 12), keep_bytes=st.sampled_from([1, 60, 10**6]))
def test_ends_find_each_other_although_their_rows_and_bytes_are_dropped(
    plans: list[Plan], turns: list[int], keep: int, keep_bytes: int
) -> None:
    whole, part = Timeline(), Timeline(keep=keep, keep_bytes=keep_bytes)
    full, play = Play(whole, plans), Play(part, plans)
    full.go(turns, lambda: None)

    def read() -> None:
        for row in part.rows():
            part.detail(row)

    play.go(turns, read)
    numbers = [{part.connection_of(ends[side]) for side in SIDES} for ends in play.ends]
    assert [len(known) for known in numbers] == [1] * len(plans)
    assert len(set.union(*numbers)) == len(plans)
    assert {connection.number for connection in part.connections()} <= set.union(*numbers)
    assert part.first + len(part.rows()) == part.end
    ends = [end for each in play.ends for end in each.values()]
    assert (part.raw, part.chunks) == held(part, *ends)
    assert part.raw <= keep_bytes
    assert len(part.rows()) <= keep
    names = dict(zip([whole.connection_of(ends["client"]) for ends in full.ends], range(len(plans)), strict=True))
    kept = dict(zip([part.connection_of(ends["client"]) for ends in play.ends], range(len(plans)), strict=True))
    said = {(names[row.connection], row.source, row.index): meaning(row) for row in whole.rows()}
    for row in part.rows():
        if not row.problem:
            assert meaning(row) == said[kept[row.connection], row.source, row.index]
