"""Whoever reads finds everything whose recording ended before, and waits for nothing."""

from __future__ import annotations

import threading
from time import perf_counter_ns
from typing import TYPE_CHECKING

import pytest

from tests.timeline.pair import ACCEPTED, REQUEST, SERVER, Pair, fresh, taps
from tests.timeline.told import Told
from wslab.timeline import Timeline
from wslab.view import Log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def talked(timeline: Timeline) -> Pair:
    """A handshake and a message, recorded and not read."""
    pair = Pair(timeline)
    pair.client.note("event", "send()", link=("client to server", pair.client.sent.stop))
    pair.text("client", "hi")
    return pair


def names(timeline: Timeline) -> list[str]:
    return [row.name for row in timeline.rows()]


NAMES = ["GET /chat", "101 Switching Protocols", "send()", "text"]


def test_rows_are_current(timeline: Timeline) -> None:
    talked(timeline)
    assert names(timeline) == NAMES


def test_a_range_of_rows_is_current(timeline: Timeline) -> None:
    talked(timeline)
    assert [row.name for row in timeline.rows(2, 4)] == NAMES[2:]


def test_the_bounds_of_positions_are_current(timeline: Timeline) -> None:
    talked(timeline)
    assert timeline.end == 4
    small = Timeline(keep=1)
    talked(small)
    assert small.first == 3


def test_what_was_dropped_is_current() -> None:
    timeline = Timeline(keep=1)
    talked(timeline)
    assert timeline.dropped.rows == 3


def test_connections_are_current(timeline: Timeline) -> None:
    pair = talked(timeline)
    (connection,) = timeline.connections()
    assert connection.ends == [pair.client, pair.server]


def test_a_connection_by_its_number_is_current(timeline: Timeline) -> None:
    talked(timeline)
    connection = timeline.connection(1)
    assert connection is not None
    assert connection.number == 1
    assert timeline.connection(2) is None


def test_the_connection_of_an_end_is_current(timeline: Timeline) -> None:
    talked(timeline)
    assert timeline.connection_of(talked(timeline).server) == 2


def test_the_text_is_current(timeline: Timeline) -> None:
    talked(timeline)
    assert len(timeline.transcript().splitlines()) == 4


def test_its_repr_is_current(timeline: Timeline) -> None:
    talked(timeline)
    assert repr(timeline) == "<Timeline of 4 rows in 1 connections>"


def test_a_file_a_copy_and_a_replay_are_current(timeline: Timeline, tmp_path: Path) -> None:
    talked(timeline)
    assert len(Timeline.load(timeline.export(tmp_path / "a.jsonl")).rows()) == 4
    talked(timeline)
    assert len(timeline.copy().rows()) == 8
    talked(timeline)
    assert len(timeline.replay()) == 12


def test_what_is_under_way_is_current(timeline: Timeline) -> None:
    pair = talked(timeline)
    assert timeline.unsettled() == []
    pair.instant = False
    pair.text("client", "more")
    assert timeline.unsettled() == ["connection 1 has 10 bytes on the way from client to server"]


def test_what_a_row_opens_into_is_current(timeline: Timeline) -> None:
    """Its other end may have appeared, and the bytes may have arrived, since the row was read."""
    pair = Pair(timeline, "client", instant=False)
    request = timeline.rows()[0]
    assert timeline.detail(request).server.state == "unrecorded"
    pair.accept()
    assert timeline.detail(request).server.state == "on the way"
    pair.arrive("client")
    assert timeline.detail(request).server.state == "recorded"


def test_the_linked_row_is_current(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.client.note("event", "send()", link=("client to server", pair.client.sent.stop))
    row = timeline.rows()[-1]
    assert timeline.linked(row) is None
    pair.text("client", "hi")
    assert timeline.linked(row) == 3


def test_a_diagnosis_is_current(timeline: Timeline) -> None:
    pair = talked(timeline)
    (connection,) = timeline.connections()
    assert connection.diagnosis is None
    pair.close(4000)
    found = connection.diagnosis
    assert found is not None
    assert found.code == 4000


# What used to be waited for


def test_a_servers_end_shows_while_its_client_is_still_connecting(timeline: Timeline) -> None:
    timeline.client_end(port=8000)
    server = timeline.server_end("server", SERVER, fresh())
    taps(server)[1](REQUEST)
    server.printed("hello")
    assert names(timeline) == ["GET /chat", "print"]
    assert server in [connection.server_end for connection in timeline.connections()]


def test_a_connection_on_which_nothing_has_happened_is_a_connection(timeline: Timeline) -> None:
    timeline.client_end(port=8000)
    server = timeline.server_end("server", SERVER, fresh())
    assert repr(timeline) == "<Timeline of 0 rows in 2 connections>"
    assert [connection.server_end for connection in timeline.connections()] == [None, server]


def test_where_markers_are_expected_an_accepted_connection_shows_before_its_request_line(timeline: Timeline) -> None:
    timeline.expect_markers()
    server = timeline.server_end("server", SERVER, fresh())
    server.printed("nobody has asked yet")
    assert names(timeline) == ["print"]
    assert len(timeline.connections()) == 1


def test_a_marked_connection_shows_before_its_page_tells_of_it(timeline: Timeline) -> None:
    told = Told(timeline, witness=False)
    told.pair.text("client", "hi")
    assert names(timeline) == ["GET /chat", "101 Switching Protocols", "text"]


@pytest.mark.parametrize("side", ["client", "server"])
def test_what_is_recorded_after_a_call_shows_although_the_network_has_not_taken_the_call(
    timeline: Timeline, side: str
) -> None:
    pair = Pair(timeline)
    getattr(pair, side).note("event", "send()", pending=True)
    pair.text("server", "hi")
    pair.text("client", "hi")
    assert names(timeline)[2:] == ["send()", "text", "text"]


def test_what_a_page_tells_shows_although_its_bytes_are_not_there(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.message("before its bytes")
    told.send("before its bytes")
    told.witness.printed("and then")
    assert names(timeline)[-4:] == ["open", "message", "send()", "print"]


def test_what_a_writer_that_made_room_has_left_shows() -> None:
    timeline = Timeline(keep=2000)
    pair = Pair(timeline)
    while not timeline._dropped_rows:
        pair.text("client", "hello")
    assert timeline._end < pair.client.sent.stop // 11 - 1, "something is left"
    pair.text("client", "the last")
    assert timeline.rows()[-1].text == "the last"


def test_what_was_recorded_in_the_same_tick_of_a_coarse_clock_shows(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock may stand still between the recording and the reading, as on Windows."""
    still = perf_counter_ns()
    for module in ("connection.end", "connection.state", "recorder", "store"):
        monkeypatch.setattr(f"wslab.timeline.{module}.perf_counter_ns", lambda: still)
    timeline.note("lab")
    talked(timeline)
    assert sorted(names(timeline)) == sorted(["lab", *NAMES])


def test_rows_show_while_a_log_reads_from_another_thread() -> None:
    timeline, done = Timeline(), threading.Event()
    log = Log(timeline)

    def follow() -> None:
        while not done.is_set():
            log._window.scan()
            log._window.news()

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        pair = Pair(timeline)
        for number in range(300):
            pair.text("client" if number % 2 else "server", str(number))
            assert timeline.rows()[-1].text == str(number)
            pair.server.printed(str(number))
            assert timeline.rows(timeline.end - 1)[0].text == str(number)
    finally:
        done.set()
        thread.join(30)
        log.close()


def test_a_reader_that_holds_it_still_sees_one_moment(timeline: Timeline) -> None:
    pair = talked(timeline)
    with timeline.reading():
        before: list[Callable[[], object]] = [
            timeline.rows,
            lambda: timeline.end,
            timeline.transcript,
            timeline.connections,
        ]
        seen = [read() for read in before]
        pair.text("server", "later")
        Pair(timeline)
        assert [read() for read in before] == seen
    assert names(timeline)[4:] == ["text", "GET /chat", "101 Switching Protocols"]


def test_a_head_that_comes_byte_by_byte_is_one_row_whoever_looks_meanwhile(timeline: Timeline) -> None:
    client = timeline.client_end(port=8000)
    client.connected(fresh(), SERVER)
    sent, received = taps(client)
    for record, data in ((sent, REQUEST), (received, ACCEPTED)):
        for at in range(len(data)):
            record(data[at : at + 1])
            timeline.rows()
    assert names(timeline) == NAMES[:2]
