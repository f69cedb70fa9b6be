"""How a connection with a witness settles, how it ended, how it looks, and how it is let go."""

from __future__ import annotations

import pytest

from tests.timeline.pair import short
from tests.timeline.test_forgetting import forget_past, sizes
from tests.timeline.told import DOWN, UP, Told
from wslab.timeline import Timeline, settling
from wslab.view import Ladder, Log


def names(timeline: Timeline) -> list[str]:
    return [name for _, _, name, _ in short(timeline)]


def test_a_socket_to_a_server_that_nobody_records_has_its_rows_and_ends_with_its_close(timeline: Timeline) -> None:
    page = timeline.witness_end("browser")
    page.note("event", "new WebSocket()", "wss://example.org/", link=(UP, 0))
    assert timeline.unsettled() == []
    page.note("event", "open", about=(DOWN, "handshake", 0))
    page.note("event", "message", "hi", size=2, about=(DOWN, "message", 0))
    page.note("event", "close", "1000, clean", about=(DOWN, "close", 0))
    (connection,) = timeline.connections()
    assert connection.open
    page.lost()
    assert not connection.open
    assert names(timeline) == ["new WebSocket()", "open", "message", "close"]
    assert (connection.diagnosis, timeline.unsettled()) == (None, [])
    assert timeline.transcript().splitlines()[-1] == "#1  client           event      close  1000, clean"


@pytest.mark.usefixtures("patient")
def test_a_marked_socket_is_connecting_until_the_servers_end_is_there(timeline: Timeline) -> None:
    told = Told(timeline, end=False)
    assert timeline.unsettled() == ["connection 1 is still connecting"]
    told.accept()
    told.opened()
    assert timeline.unsettled() == []


def test_a_marked_socket_without_recorded_bytes_is_not_connecting_for_ever(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    Told(timeline, end=False)
    monkeypatch.setattr(settling, "CLIENT_WAIT_NS", -1)
    assert timeline.unsettled() == []


@pytest.mark.usefixtures("patient")
def test_what_a_page_surely_got_and_has_not_told_of_yet_is_named(timeline: Timeline) -> None:
    told = Told(timeline)
    assert timeline.unsettled() == ["connection 1 has a handshake that browser has not told of yet"]
    told.opened()
    told.pair.text("server", "a")
    told.pair.text("server", "b")
    told.message("a")
    assert timeline.unsettled() == ["connection 1 has a message that browser has not told of yet"]
    told.message("b")
    assert timeline.unsettled() == []
    told.pair.text("client", "c")  # of the server nobody tells
    assert timeline.unsettled() == []


@pytest.mark.usefixtures("patient")
def test_a_node_server_that_tells_is_waited_for_and_one_that_never_did_is_not(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.server.is_remote = True
    told.pair.text("client", "a")
    assert timeline.unsettled() == []
    told.server.note("event", "connection", about=(UP, "handshake", 0))
    assert timeline.unsettled() == ["connection 1 has a message that server has not told of yet"]
    told.server.note("event", "message", "a", size=1, about=(UP, "message", 0))
    assert timeline.unsettled() == []


@pytest.mark.usefixtures("hasty")
def test_what_a_page_never_tells_of_is_not_missed_for_ever(timeline: Timeline) -> None:
    told = Told(timeline)
    told.pair.text("server", "a")
    assert timeline.unsettled() == []


def test_the_close_event_is_waited_for_once_the_close_frames_went_by(timeline: Timeline) -> None:
    told = Told(timeline)
    told.pair.close()
    assert timeline.unsettled() == ["connection 1 is still closing"]
    told.closed()
    assert timeline.unsettled() == []


def test_an_end_that_outlives_the_other_is_named(timeline: Timeline) -> None:
    told = Told(timeline)
    told.closed("1006, not clean")
    assert timeline.unsettled() == ["connection 1 is closed at one end only"]
    told.server.lost()
    assert timeline.unsettled() == []


# How it looks, how it ended, and how it is let go


def test_the_diagnosis_is_made_of_the_servers_end(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.close("1000 bye")
    told.pair.close(1000, "bye")
    (connection,) = timeline.connections()
    found = connection.diagnosis
    assert found is not None
    assert (found.cause, found.first, found.clean) == ("normal", "client", True)
    said = [each.text for each in found.evidence]
    assert "the client's own code called close()" in said
    assert "the client's end was not recorded" in said


def test_the_ladder_names_the_page_and_marks_its_end_as_not_recorded(timeline: Timeline) -> None:
    Told(timeline).whole()
    drawn = Ladder(timeline).text
    assert drawn.splitlines()[1].split() == ["browser", "(bytes", "not", "recorded)", "server"]
    assert 'message "hello" 5 B :' in drawn
    assert ':- - - -  text "hello" 5 B -------->|' in drawn
    assert "message" not in Ladder(timeline, events=False).text
    assert "browser (bytes not recorded)" in Ladder(timeline).svg


def test_the_log_names_the_page(timeline: Timeline) -> None:
    Told(timeline).whole()
    timeline.refresh()
    log = Log(timeline)
    assert log._open(4, 0)[0]["label"] == ["browser", "server"]
    assert [log._open(4, 0)[0][side]["state"] for side in ("client", "server")] == ["recorded", "unrecorded"]
    log.close()


def test_a_thousand_sockets_of_pages_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = Timeline(keep=100)
    for number in range(1000):
        told = Told(timeline)
        told.whole()
        if number % 10 == 0:
            timeline.refresh()
    for number in range(100):
        page = timeline.witness_end("browser", marker=f"never.{number}")
        page.note("event", "error")
        page.lost()
    timeline.clear()
    assert timeline.connections() == []
    assert (timeline.raw, timeline.chunks, sizes(timeline)["marked"]) == (0, 0, 100)
    forget_past(timeline, monkeypatch)
    assert not any(value for name, value in sizes(timeline).items() if name != "places")


def test_a_connection_is_kept_while_its_witness_lives(timeline: Timeline) -> None:
    told = Told(timeline)
    told.pair.close()
    timeline.clear()
    assert len(timeline.connections()) == 1
    told.closed()
    timeline.clear()
    assert timeline.connections() == []


def test_a_row_that_was_cleared_is_not_looked_for_when_its_bytes_are_there(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.send("hello")
    timeline.clear()
    told.pair.text("client", "hello")
    assert names(timeline) == ["text"]
    (connection,) = timeline.connections()
    assert not connection.unlinked
