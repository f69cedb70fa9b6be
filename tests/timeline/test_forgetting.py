"""Connections that are over and of which nothing is kept are forgotten: nothing grows."""

from __future__ import annotations

import gc
import weakref

import pytest

from tests.timeline.pair import Pair, fresh, held, short
from wslab.timeline import Dropped, Timeline, connections, pairing


def sizes(timeline: Timeline) -> dict[str, int]:
    """How much each structure of a timeline holds."""
    known, pairing = timeline._known, timeline._known._pairing
    return {
        "rows": len(timeline._rows) - timeline._gone,
        "places": len(timeline._rows),
        "connections": len(known.known()),
        "unseen": len(known.unseen()),
        "also": len(known.also),
        "past": len(known.past),
        "dirty": len(timeline._intake.dirty),
        "alone": sum(map(len, pairing._alone.values())),
        "marked": len(pairing._marked),
        "raw": timeline.raw,
        "chunks": timeline.chunks,
    }


def forget_past(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other end may still appear."""
    monkeypatch.setattr(pairing, "SLACK_NS", -1)
    timeline.refresh()


@pytest.mark.parametrize(("sides", "count"), [("client server", 10_000), ("client", 1000), ("server", 1000)])
def test_ten_thousand_short_connections_leave_nothing_behind(
    sides: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = Timeline(keep=100)
    pair = None
    for i in range(count):
        pair = Pair(timeline, sides)
        pair.text("client", "hello")
        pair.close()
        if i % 10 == 0:
            timeline.refresh()
    del pair
    timeline.refresh()
    found = sizes(timeline)
    assert found["rows"] == 100
    assert found["places"] < 10_000 + 100
    assert found["connections"] <= 100 // 5 + 1
    assert found["past"] <= (0 if " " in sides else connections.PAST)
    assert found["alone"] <= (0 if " " in sides else found["past"] + 21)
    assert (found["unseen"], found["also"], found["dirty"], found["marked"]) == (0, 0, 0, 0)
    assert timeline.connections()[-1].number == count
    timeline.clear()
    forget_past(timeline, monkeypatch)
    assert not any(value for name, value in sizes(timeline).items() if name != "places")


def test_connections_that_nobody_reads_are_bounded_too() -> None:
    timeline = Timeline(keep=100)
    for _ in range(3000):
        pair = Pair(timeline)
        pair.text("client", "hello")
        pair.close()
        assert timeline.chunks <= timeline._intake.full_chunks + 20
    timeline.refresh()
    assert sizes(timeline)["connections"] <= 21


def test_refused_connections_leave_nothing_behind() -> None:
    timeline = Timeline(keep=10)
    for _ in range(1000):
        end = timeline.client_end(port=1)
        end.note("note", "TCP connection failed", "refused")
        end.lost("refused")
    timeline.clear()
    assert not any(value for name, value in sizes(timeline).items() if name != "places")


def test_a_client_that_ended_without_a_row_is_forgotten_and_its_number_is_not_used_again() -> None:
    timeline = Timeline()
    silent = timeline.client_end(port=1)
    silent.lost("given up before it was established")
    Pair(timeline)
    assert {row[0] for row in short(timeline)} == {2}
    assert [connection.number for connection in timeline.connections()] == [2]


def test_a_client_that_came_and_went_without_a_row_is_forgotten_once_no_server_can_have_noticed_it(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PAST", 10)
    for _ in range(30):
        Pair(timeline, "client", begin=False).lost()
    assert [connection.number for connection in timeline.connections()] == list(range(21, 31))
    forget_past(timeline, monkeypatch)
    assert not any(sizes(timeline).values())


def test_a_connection_that_ends_without_a_row_after_its_rows_were_cleared_is_forgotten() -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    for side in ("client", "server"):
        pair.frame(side, 8, b"\x03\xe8")
    timeline.clear()
    assert len(timeline.connections()) == 1
    pair.lost()
    assert timeline.connections() == []
    assert held(timeline, pair.client, pair.server) == (0, 0) == (timeline.raw, timeline.chunks)


def test_a_handler_that_prints_after_its_connection_was_forgotten_has_its_row_under_the_same_number() -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    pair.server.printed("one")
    pair.close()
    timeline.clear()
    assert timeline.connections() == []
    Pair(timeline)
    pair.server.printed("two")
    late = timeline.rows()[-1]
    assert (late.id, late.text) == ((1, "server", 1), "two")
    assert timeline.detail(late).lines == ("two",)
    assert "#1" in timeline.transcript()
    timeline.clear()
    assert [connection.number for connection in timeline.connections()] == [2]


def test_a_late_note_does_not_keep_readers_awake() -> None:
    timeline, calls = Timeline(), []
    pair = Pair(timeline)
    pair.close()
    timeline.clear()
    timeline.watch(lambda: calls.append(1))
    pair.server.printed("late")
    timeline.refresh()
    count = len(calls)
    for _ in range(5):
        timeline.refresh()
    assert len(calls) == count
    assert sizes(timeline)["dirty"] == 0


def test_an_end_is_not_kept_alive_by_a_timeline_that_has_forgotten_it() -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    pair.close()
    ghosts = [weakref.ref(connection) for connection in timeline.connections()]
    timeline.clear()
    del pair
    gc.collect()
    assert [ghost() for ghost in ghosts] == [None]


def test_clearing_while_a_client_is_still_connecting_loses_nothing_of_it() -> None:
    timeline = Timeline()
    client, address = timeline.client_end(port=8000), fresh()
    client.note("event", "new WebSocket()")
    timeline.clear()
    client.connected(address, ("127.0.0.1", 8000))
    server = timeline.server_end("server", ("127.0.0.1", 8000), address)
    server.printed("hi")
    assert short(timeline) == [(1, "server", "print", "hi")]
    assert timeline.connection_of(client) == timeline.connection_of(server) == 1
    assert timeline.dropped == Dropped(0, 0)
