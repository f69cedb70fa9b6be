"""What is still under way is named (design: `await lab.settled()`)."""

from __future__ import annotations

import pytest

from tests.timeline.pair import Pair
from wslab.timeline import Timeline


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def test_a_connection_on_which_all_has_arrived_has_settled(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.text("client", "hi")
    assert timeline.unsettled() == []
    pair.close()
    assert timeline.unsettled() == []


@pytest.mark.parametrize("sender", ["client", "server"])
def test_bytes_on_the_way_are_counted_and_their_direction_named(timeline: Timeline, sender: str) -> None:
    pair = Pair(timeline)
    pair.instant = False
    wire = pair.text(sender, "hi")
    other = "server" if sender == "client" else "client"
    assert timeline.unsettled() == [f"connection 1 has {len(wire)} bytes on the way from {sender} to {other}"]
    pair.arrive(sender)
    assert timeline.unsettled() == []


def test_a_close_frame_that_has_gone_by_is_waited_for_to_the_end_of_tcp(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.frame("client", 8, b"\x03\xe8")
    assert timeline.unsettled() == ["connection 1 is still closing"]
    pair.frame("server", 8, b"\x03\xe8")
    assert timeline.unsettled() == ["connection 1 is still closing"]
    pair.server.lost()
    assert timeline.unsettled() == ["connection 1 is still closing"]
    pair.client.lost()
    assert timeline.unsettled() == []


def test_an_end_that_outlives_the_other_is_named(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.server.lost("reset")
    assert timeline.unsettled() == ["connection 1 is closed at one end only"]


@pytest.mark.parametrize("recorded", ["client", "server"])
def test_an_end_that_is_not_recorded_is_not_waited_for(timeline: Timeline, recorded: str) -> None:
    pair = Pair(timeline, recorded)
    pair.text("client", "hi")
    assert timeline.unsettled() == []


def test_a_client_that_is_still_connecting_is_named(timeline: Timeline) -> None:
    timeline.client_end(port=1).note("event", "new WebSocket()")
    assert timeline.unsettled() == ["connection 1 is still connecting"]


def test_whoever_sees_that_an_end_is_over_finds_its_last_row(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader comes at every moment at which the one who records can be interrupted: whenever it lets the lock go."""
    pair = Pair(timeline)
    pair.client.lost()
    timeline.refresh()
    lock, last = timeline.write_lock, []

    class Interrupted:
        def __enter__(self) -> None:
            lock.acquire()

        def __exit__(self, *_: object) -> None:
            lock.release()
            with monkeypatch.context() as calm:
                calm.setattr(timeline._intake, "lock", lock)
                if pair.server.closed is not None:
                    assert timeline.unsettled() == []
                    last.append(timeline.rows()[-1])

    monkeypatch.setattr(timeline._intake, "lock", Interrupted())
    pair.server.lost()
    assert last
    assert {(row.source, row.name) for row in last} == {("server", "TCP ended without a Close frame")}
