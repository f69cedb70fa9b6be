"""How each end saw a row: recorded, on the way, lost or unrecorded."""

from __future__ import annotations

import pytest

from tests.timeline.pair import Pair
from wslab.timeline import Row, Timeline


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def states(timeline: Timeline, text: str) -> tuple[str, str]:
    """How the client and the server saw the row with this text."""
    detail = timeline.detail(find(timeline, text))
    for seen in (detail.client, detail.server):
        assert (seen.time is not None) == (seen.state == "recorded")
    return detail.client.state, detail.server.state


def find(timeline: Timeline, text: str) -> Row:
    (row,) = [row for row in timeline.rows() if row.text == text]
    return row


def test_what_both_ends_saw_is_recorded_at_both_with_the_time_of_each(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.text("client", "hi")
    assert states(timeline, "hi") == ("recorded", "recorded")
    detail = timeline.detail(find(timeline, "hi"))
    assert detail.client.time is not None
    assert detail.server.time is not None
    assert detail.client.time < detail.server.time
    assert detail.row.time == detail.client.time


@pytest.mark.parametrize("sender", ["client", "server"])
def test_what_has_not_arrived_yet_is_on_the_way_and_then_recorded(timeline: Timeline, sender: str) -> None:
    pair = Pair(timeline)
    pair.instant = False
    pair.text(sender, "hi")
    expected = ("recorded", "on the way") if sender == "client" else ("on the way", "recorded")
    assert states(timeline, "hi") == expected
    pair.arrive(sender)
    assert states(timeline, "hi") == ("recorded", "recorded")


@pytest.mark.parametrize("sender", ["client", "server"])
def test_half_a_frame_is_not_there_yet(timeline: Timeline, sender: str) -> None:
    pair = Pair(timeline)
    pair.instant = False
    wire = pair.text(sender, "hello")
    pair._way[sender].clear()
    pair._way[sender].extend([wire[:-1], wire[-1:]])
    pair.arrive(sender, 1)
    assert "on the way" in states(timeline, "hello")
    pair.arrive(sender)
    assert states(timeline, "hello") == ("recorded", "recorded")


@pytest.mark.parametrize("sender", ["client", "server"])
def test_what_never_arrived_is_lost_once_the_receiver_is_over(timeline: Timeline, sender: str) -> None:
    pair = Pair(timeline)
    pair.instant = False
    pair.text(sender, "hi")
    (pair.client if sender == "client" else pair.server).lost()
    assert "on the way" in states(timeline, "hi")
    pair.lost()
    assert states(timeline, "hi") == (("recorded", "lost") if sender == "client" else ("lost", "recorded"))


@pytest.mark.parametrize("recorded", ["client", "server"])
@pytest.mark.parametrize("sender", ["client", "server"])
def test_nothing_is_called_lost_unless_both_ends_were_recorded(timeline: Timeline, recorded: str, sender: str) -> None:
    pair = Pair(timeline, recorded)
    pair.text(sender, "hi")
    pair.lost()
    expected = ("recorded", "unrecorded") if recorded == "client" else ("unrecorded", "recorded")
    assert states(timeline, "hi") == expected


def test_a_row_of_an_ends_own_is_seen_by_that_end_only(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.printed("mine")
    pair.server.printed("yours")
    assert states(timeline, "mine") == ("recorded", "unrecorded")
    assert states(timeline, "yours") == ("unrecorded", "recorded")


def test_a_row_of_the_labs_own_is_seen_by_no_end(timeline: Timeline) -> None:
    timeline.note("server listens", "here")
    assert states(timeline, "here") == ("unrecorded", "unrecorded")


def test_unrecorded_ends_are_shown_with_plain_names_and_recorded_ones_with_their_label(timeline: Timeline) -> None:
    Pair(timeline, "client")
    Pair(timeline, "server")
    client = timeline.client_end("page", port=1)
    client.note("event", "error")
    assert [repr(connection) for connection in timeline.connections()] == [
        "<Connection 1: client to server, open>", "<Connection 2: client to server, open>", "<Connection 3: page to server, open>",
    ]  # fmt: skip
