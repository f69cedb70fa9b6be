"""Which bytes caused an event, which bytes a call caused; calls that the network has not taken yet."""

from __future__ import annotations

import pytest

from tests.timeline.pair import Pair, short
from wslab.timeline import Row, Timeline
from wslab.timeline.connection.note import NOTE_LIMIT

UP, DOWN = "client to server", "server to client"


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def linked(timeline: Timeline, name: str) -> Row | None:
    """The row that the row of this name is linked to."""
    (row,) = [row for row in timeline.rows() if row.name == name]
    position = timeline.linked(row)
    return None if position is None else timeline.rows(position, position + 1)[0]


def test_a_call_is_linked_to_the_message_that_its_first_byte_began(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.text("client", "before")
    pair.client.note("event", "send()", link=(UP, pair.client.sent.stop))
    pair.text("client", "this")
    pair.text("client", "after")
    row = linked(timeline, "send()")
    assert row is not None
    assert row.text == "this"


def test_an_event_is_linked_to_the_message_that_its_last_byte_ended(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.text("server", "before")
    pair.frame("server", 1, b"th", fin=False)
    pair.frame("server", 9, b"in between")
    pair.frame("server", 0, b"is")
    pair.client.note("event", "message", link=(DOWN, pair.client.received.stop))
    pair.text("server", "after")
    row = linked(timeline, "message")
    assert row is not None
    assert (row.text, row.frames) == ("this", 2)


def test_making_a_socket_is_linked_to_the_request_and_open_to_the_response(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.note("event", "new WebSocket()", link=(UP, 0))
    pair.client.note("event", "open", link=(DOWN, pair.client.received.stop))
    request, response = linked(timeline, "new WebSocket()"), linked(timeline, "open")
    assert request is not None
    assert response is not None
    assert (request.name, response.name) == ("GET /chat", "101 Switching Protocols")


def test_the_server_links_its_own_calls_and_events_the_other_way_round(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.text("client", "question")
    pair.server.note("event", "recv()", link=(UP, pair.server.received.stop))
    pair.server.note("event", "send()", link=(DOWN, pair.server.sent.stop))
    pair.text("server", "answer")
    question, answer = linked(timeline, "recv()"), linked(timeline, "send()")
    assert question is not None
    assert answer is not None
    assert (question.text, answer.text) == ("question", "answer")


def test_links_stay_within_their_connection_and_end_where_the_row_is_dropped(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.text("client", "mine")
    other = Pair(timeline)
    other.client.note("event", "send()", link=(UP, other.client.sent.stop))
    pair.text("client", "mine too")
    assert linked(timeline, "send()") is None
    other.text("client", "its own")
    row = linked(timeline, "send()")
    assert row is not None
    assert row.text == "its own"
    old = next(row for row in timeline.rows() if row.name == "send()")
    timeline.clear()
    assert timeline.linked(old) is None


def test_a_row_without_a_link_leads_nowhere(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.note("event", "close()")
    assert linked(timeline, "close()") is None


def test_a_pending_call_is_a_row_at_once_and_has_its_link_once_the_network_has_taken_it(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.note("event", "one")
    call = pair.client.note("event", "send()", pending=True)
    pair.client.note("event", "two")
    pair.server.note("event", "of the server")
    pair.text("client", "hi")
    names = ["GET /chat", "101 Switching Protocols", "one", "send()", "two", "of the server", "text"]
    assert [name for _, _, name, _ in short(timeline)] == names
    assert linked(timeline, "send()") is None
    assert timeline.unsettled() == ["connection 1 has a call that the network has not taken yet"]
    early = timeline.rows()[3]
    pair.client.resolve(call, (UP, timeline.rows()[-1].start))
    row = linked(timeline, "send()")
    assert row is not None
    assert row.text == "hi"
    assert timeline.linked(early) == timeline.linked(timeline.rows()[3]) == 6
    assert [name for _, _, name, _ in short(timeline)] == names
    assert timeline.rows()[3].id == early.id == (1, "client", 1)
    assert timeline.unsettled() == []


def test_a_pending_call_of_an_end_that_is_over_is_not_waited_for(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.note("event", "send()", pending=True)
    pair.client.lost("gone")
    pair.server.lost("gone")
    assert "send()" in [name for _, _, name, _ in short(timeline)]
    assert timeline.unsettled() == []


def test_a_call_that_caused_no_bytes_is_a_row_without_a_link(timeline: Timeline) -> None:
    pair = Pair(timeline)
    call = pair.client.note("event", "send()", "lost", pending=True)
    pair.client.resolve(call, None)
    assert linked(timeline, "send()") is None


def test_the_bytes_of_a_note_are_there_when_its_row_is(timeline: Timeline) -> None:
    pair = Pair(timeline)
    for i in range(50):
        pair.text("server", str(i))
        pair.client.note("event", f"message {i}", link=(DOWN, pair.client.received.stop))
        row = linked(timeline, f"message {i}")
        assert row is not None
        assert row.text == str(i)


def test_a_note_is_cut_at_its_limit(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.printed("x" * 20_000)
    (line,) = timeline.detail(timeline.rows()[-1]).lines
    assert len(line) == NOTE_LIMIT
