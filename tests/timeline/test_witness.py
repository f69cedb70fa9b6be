"""What a page tells of, linked to the bytes that went by at the server's end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.timeline.told import DOWN, UP, WHOLE, Told

if TYPE_CHECKING:
    from wslab.timeline import Row, Timeline


def own(timeline: Timeline, name: str) -> list[Row]:
    """The rows of the page's own code with a name."""
    return [row for row in timeline.rows() if row.source == "client" and row.name == name]


def stream(timeline: Timeline, source: str, kind: str) -> list[Row]:
    """The rows of one kind in one direction."""
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


def test_a_call_is_a_row_at_once_and_has_its_link_when_its_bytes_are_there(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.send("hello")
    told.witness.printed("sent it")
    assert [row.link for row in own(timeline, "send()")] == [None]
    assert [row.text for row in own(timeline, "print")] == ["sent it"]
    told.pair.text("client", "hello")
    assert own(timeline, "send()")[0].link == (UP, stream(timeline, UP, "message")[0].start)


@pytest.mark.usefixtures("hasty")
def test_a_link_is_found_however_late_the_bytes_are(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.send("hello")
    assert [row.link for row in own(timeline, "send()")] == [None]
    assert timeline.unsettled() == []
    told.pair.text("client", "hello")
    assert own(timeline, "send()")[0].link == (UP, stream(timeline, UP, "message")[0].start)


def test_a_call_is_not_waited_for_once_the_connection_is_over(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.send("too late")
    assert timeline.unsettled() == ["connection 1 has a call that has not reached the network yet: send()"]
    told.pair.lost("reset")
    assert [row.link for row in own(timeline, "send()")] == [None]
    assert timeline.unsettled() == ["connection 1 is closed at one end only"]
    told.closed("1006, not clean")
    assert timeline.unsettled() == []


def test_the_transcript_is_that_of_a_client_whose_bytes_were_recorded(timeline: Timeline) -> None:
    Told(timeline).whole()
    assert timeline.transcript() == WHOLE


def test_a_blob_that_a_page_cannot_look_into_shows_the_bytes_that_went_by(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.witness.note("event", "send()", size=3, binary=True, about=(UP, "message", 0))
    timeline.refresh()
    before = timeline.revision
    told.pair.frame("client", 2, b"\x01\x02\xff")
    told.pair.frame("server", 2, b"\x01\x02\xff")
    told.witness.note("event", "message", size=3, binary=True, about=(DOWN, "message", 0))
    told.pair.frame("server", 2, b"")
    told.witness.note("event", "message", size=0, binary=True, about=(DOWN, "message", 1))
    shown = [(row.name, row.text) for row in timeline.rows() if row.binary and row.kind == "event"]
    assert shown == [("send()", "01 02 ff"), ("message", "01 02 ff"), ("message", "")]
    assert timeline.revision == before + 1, "whoever shows rows is told that one has changed"
