"""A saved recording, played step by step into the same log and sequence diagram as a lab's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.view.traffic import Conversation
from wslab import BadType, RecordingError, Timeline, play

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recording() -> Timeline:
    timeline = Timeline()
    talk = Conversation(timeline)
    for word in ("one", "two", "three"):
        talk.text(word, up=True)
        talk.text(word, up=False)
    timeline.refresh()
    return timeline


def test_nothing_has_appeared_before_the_first_step(recording: Timeline) -> None:
    player = play(recording)
    assert player.replay.timeline.rows() == []
    assert repr(player) == f"<Player of 'replay': 0 of {len(recording.rows())} rows>"
    assert "next: GET /chat" in player.where.value
    player.close()


def test_the_buttons_step_and_end_with_the_whole_recording(recording: Timeline) -> None:
    player, rows = play(recording), recording.rows()
    player.step_button.click()
    assert player.replay.timeline.rows() == rows[:1]
    player.step_button.click()
    assert player.replay.timeline.rows() == rows[:2]
    player.rest_button.click()
    assert player.replay.timeline.rows() == rows
    assert "at its end" in player.where.value
    assert [button.disabled for button in (player.step_button, player.large_step_button, player.rest_button)] == [
        True
    ] * 3
    player.close()


def test_it_plays_a_file_and_draws_what_has_appeared(recording: Timeline, tmp_path: Path) -> None:
    player = play(recording.export(tmp_path / "talk.jsonl"))
    assert repr(player).startswith("<Player of 'talk.jsonl'")
    player.replay.step(3)
    assert '"one"' in repr(player.ladder())
    assert '"three"' not in repr(player.ladder())
    player.large_step_button.click()
    assert '"three"' in repr(player.ladder())
    player.close()


def test_the_recording_itself_stays_as_it_was_and_can_be_played_again(recording: Timeline) -> None:
    rows = recording.rows()
    for _ in range(2):
        player = play(recording)
        player.rest_button.click()
        player.close()
        assert recording.rows() == rows


def test_the_name_of_a_row_is_never_markup() -> None:
    timeline = Timeline()
    timeline.note("<img src=x onerror=alert(1)>")
    player = play(timeline)
    assert "<img" not in player.where.value
    player.close()


@pytest.mark.parametrize("wrong", [5, None, b"talk.jsonl", ["talk.jsonl"]])
def test_what_is_no_recording_is_refused_with_what_to_type(wrong: Any) -> None:
    with pytest.raises(BadType, match=r'save one first: lab\.timeline\.export\("talk\.jsonl"\)'):
        play(wrong)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"talk\.jsonl"):
        play(tmp_path / "talk.jsonl")
