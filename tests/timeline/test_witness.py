"""What a page tells of, linked to the bytes that went by at the server's end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.timeline.told import DOWN, UP, WHOLE, Told

if TYPE_CHECKING:
    from wslab.timeline import Row, Timeline


def own(timeline: Timeline, name: str) -> list[Row]:
    """The rows of the page's own code with a name."""
    timeline.refresh()
    return [row for row in timeline.rows() if row.source == "client" and row.name == name]


def stream(timeline: Timeline, source: str, kind: str) -> list[Row]:
    """The rows of one kind in one direction."""
    timeline.refresh()
    return [row for row in timeline.rows() if row.source == source and row.kind == kind]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("deflate", [False, True])
def test_each_row_is_linked_to_the_nth_of_its_kind(timeline: Timeline, deflate: bool) -> None:
    told = Told(timeline, deflate=deflate)
    told.opened()
    for text in ("one", "two", "one"):
        told.send(text)
        told.pair.text("client", text)
        told.pair.frame("client", 9, b"a ping between them")
        told.pair.text("server", text)
        told.message(text)
    calls, events = own(timeline, "send()"), own(timeline, "message")
    assert [row.link for row in calls] == [(UP, row.start) for row in stream(timeline, UP, "message")]
    assert [row.link for row in events] == [(DOWN, row.stop) for row in stream(timeline, DOWN, "message")]
    assert [row.link for row in own(timeline, "open")] == [(DOWN, stream(timeline, DOWN, "handshake")[0].stop)]
    for row in (*calls, *events):
        place = timeline.linked(row)
        assert place is not None
        assert timeline.rows(place, place + 1)[0].text == row.text


@pytest.mark.usefixtures("patient")
def test_a_call_waits_for_its_bytes_and_what_comes_behind_it_waits_too(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.send("hello")
    told.witness.printed("sent it")
    assert not own(timeline, "send()")
    assert not own(timeline, "print")
    told.pair.text("client", "hello")
    assert own(timeline, "send()")[0].link == (UP, stream(timeline, UP, "message")[0].start)
    assert [row.text for row in own(timeline, "print")] == ["sent it"]


@pytest.mark.usefixtures("hasty")
def test_a_call_whose_bytes_never_come_has_its_row_and_no_link(timeline: Timeline) -> None:
    told = Told(timeline)
    told.send("lost on the way")
    assert [row.link for row in own(timeline, "send()")] == [None]


@pytest.mark.usefixtures("patient")
def test_a_call_is_not_waited_for_once_the_connection_is_over(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.send("too late")
    told.pair.lost("reset")
    assert [row.link for row in own(timeline, "send()")] == [None]


def test_the_transcript_is_that_of_a_client_whose_bytes_were_recorded(timeline: Timeline) -> None:
    Told(timeline).whole()
    assert timeline.transcript() == WHOLE


def test_a_blob_that_a_page_cannot_look_into_shows_the_bytes_that_went_by(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    for way, name, side in ((UP, "send()", "client"), (DOWN, "message", "server")):
        told.pair.frame(side, 2, b"\x01\x02\xff")
        told.witness.note("event", name, size=3, binary=True, about=(way, "message", 0))
    told.pair.frame("server", 2, b"")
    told.witness.note("event", "message", size=0, binary=True, about=(DOWN, "message", 1))
    timeline.refresh()
    shown = [(row.name, row.text) for row in timeline.rows() if row.binary and row.kind == "event"]
    assert shown == [("send()", "01 02 ff"), ("message", "01 02 ff"), ("message", "")]
