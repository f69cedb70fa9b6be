"""A recording once more, step by step."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.pair import Pair
from tests.timeline.saved import again, contents
from wslab.timeline import RecordingError, Timeline
from wslab.view import Log

if TYPE_CHECKING:
    from pathlib import Path


def conversation(*, keep: int = 1000) -> Timeline:
    timeline = Timeline(keep=keep)
    timeline.note("server started", "ws://127.0.0.1:8000")
    for deflate in (False, True):
        pair = Pair(timeline, deflate=deflate)
        for index in range(5):
            pair.text("client" if index % 2 else "server", f"message {index}")
        pair.close()
    return timeline


@given(st.lists(st.integers(0, 9), max_size=10), st.sampled_from([4, 1000]))
def test_at_its_end_a_replay_shows_what_was_recorded(steps: list[int], keep: int) -> None:
    timeline = conversation(keep=keep)
    expected = contents(timeline)
    replay = timeline.replay()
    assert (len(replay), replay.position, replay.timeline.rows()) == (len(expected["rows"]), 0, [])
    for step in steps:
        shown = replay.step(step)
        assert replay.timeline.rows() == expected["rows"][: replay.position]
        assert replay.timeline.rows()[len(replay.timeline.rows()) - len(shown) :] == shown
        numbers = {row.connection for row in replay.timeline.rows()} - {0}
        if replay.next:
            assert {connection.number for connection in replay.timeline.connections()} == numbers
    replay.rest()
    assert contents(replay.timeline) == expected
    assert replay.next is None
    assert replay.step() == []


def test_a_loaded_recording_is_replayed_as_the_original(tmp_path: Path) -> None:
    timeline = conversation()
    replay = again(timeline, tmp_path).replay()
    assert list(replay) == timeline.rows()
    assert contents(replay.timeline) == contents(timeline)


def test_to_goes_up_to_a_row_or_a_time() -> None:
    timeline = conversation()
    rows = timeline.rows()
    replay = timeline.replay()
    assert replay.to(rows[4]) == rows[:5]
    assert replay.to(rows[2]) == []
    assert replay.to(rows[7].time / 1e9) == [row for row in rows[5:] if row.time <= rows[7].time]
    assert replay.to(0) == []
    assert replay.to(10**9)[-1] == rows[-1]
    assert replay.position == len(replay) == len(rows)


def test_the_time_of_a_row_in_seconds_reaches_that_row_although_seconds_are_rounded() -> None:
    replay = conversation().replay()
    short = next(time for time in range(1, 10**6) if time / 1e9 * 1e9 < time)
    replay.rows = (dataclasses.replace(replay.rows[0], time=short), *replay.rows[1:])
    assert replay.to(short / 1e9) == [replay.rows[0]]


@pytest.mark.parametrize("bad", [-1, 1.5, "2", None, True])
def test_a_step_that_is_no_count_is_refused(bad: Any) -> None:
    with pytest.raises(RecordingError, match=r"0 or more, not .*; a replay goes forward only"):
        conversation().replay().step(bad)


@pytest.mark.parametrize("bad", ["open", None, True])
def test_to_takes_a_row_or_a_time_and_nothing_else(bad: Any) -> None:
    with pytest.raises(RecordingError, match="to takes a row or a time in seconds"):
        conversation().replay().to(bad)


def test_a_row_of_another_recording_is_refused() -> None:
    other = Timeline()
    other.note("one")
    other.note("two")
    other.refresh()
    with pytest.raises(RecordingError, match="is no row of this recording"):
        conversation().replay().to(other.rows()[1])


def test_the_repr_says_where_it_is() -> None:
    replay = conversation().replay()
    assert repr(replay) == "<Replay at 0 of 19 rows, next <Row 0 lab[0] server started 'ws://127.0.0.1:8000'>>"
    replay.rest()
    assert repr(replay) == "<Replay at 19 of 19 rows, at its end>"


def test_a_watcher_is_told_of_every_step() -> None:
    replay = conversation().replay()
    told: list[int] = []
    replay.timeline.watch(lambda: told.append(replay.timeline.end))
    replay.step()
    replay.step(3)
    assert told == [0, 1, 4]


def test_a_log_of_a_replay_shows_the_rows_that_have_appeared() -> None:
    replay = conversation().replay()
    log = Log(replay.timeline, "replay")
    for expected in (0, 3, 19):
        replay.step(expected - replay.position)
        log._window.scan()
        assert log._window.state()["hi"] == expected
    log.close()


def test_a_replay_can_be_cleared_in_the_middle() -> None:
    replay = conversation().replay()
    replay.step(5)
    replay.timeline.clear()
    assert replay.timeline.rows() == []
    rest = replay.rest()
    assert replay.timeline.rows() == rest
    assert [replay.timeline.detail(row).row for row in rest] == rest


def test_two_replays_do_not_know_each_other() -> None:
    timeline = conversation()
    one, two = timeline.replay(), timeline.replay()
    one.rest()
    assert two.timeline.rows() == []
    two.step(2)
    assert len(one.timeline.rows()) == 19
