"""Watchers are told once that there is something new, and again after somebody has read."""

from __future__ import annotations

import threading

from tests.timeline.pair import Pair, fresh
from wslab.timeline import Timeline


def watched(timeline: Timeline) -> list[int]:
    """Grows by one with each call, and begins empty."""
    calls: list[int] = []
    timeline.watch(lambda: calls.append(1))
    timeline.refresh()
    calls.clear()
    return calls


def test_a_watcher_is_told_at_once_for_there_may_be_something_already() -> None:
    calls: list[int] = []
    Timeline().watch(lambda: calls.append(1))
    assert calls == [1]


def test_a_watcher_is_told_once_however_much_is_recorded_until_somebody_refreshes() -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    calls = watched(timeline)
    for kind in (
        lambda: pair.text("client", "x"),
        lambda: pair.server.printed("x"),
        lambda: timeline.note("x"),
        lambda: Pair(timeline),
    ):
        calls.clear()
        for _ in range(5):
            kind()
        assert calls == [1], "told once"
        timeline.refresh()
    assert calls == [1], "reading tells nobody"


def test_every_way_of_recording_tells_the_watcher() -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    calls = watched(timeline)
    note = pair.client.note("event", "send()", pending=True)
    pair.client.created -= 1
    ways = [
        lambda: pair.write("client", b"\x81"),
        lambda: pair.client.note("event", "open"),
        lambda: pair.client.resolve(note, None),
        lambda: timeline.note("server listens"),
        lambda: timeline.note("delay", kind="fault"),
        lambda: timeline.client_end(port=1),
        lambda: timeline.server_end("server", ("127.0.0.1", 8000), fresh()),
        pair.client.lost,
        timeline.clear,
    ]
    for number, way in enumerate(ways):
        timeline.refresh()
        calls.clear()
        way()
        assert calls == [1], number


def test_a_watcher_that_ended_is_not_told_any_more_and_ending_twice_ends_no_other() -> None:
    timeline, calls = Timeline(), []

    def watcher() -> None:
        calls.append(1)

    end_one, end_two = timeline.watch(watcher), timeline.watch(watcher)
    calls.clear()
    end_one()
    end_one()
    timeline.refresh()
    timeline.note("x")
    assert calls == [1]
    end_two()
    timeline.refresh()
    timeline.note("x")
    assert calls == [1]


def test_a_watcher_that_refreshes_whenever_it_was_told_misses_nothing() -> None:
    """As the log's flusher does, on a thread of its own, while another thread writes and a third one reads as well."""
    timeline, news, done = Timeline(), threading.Event(), threading.Event()
    pair = Pair(timeline)
    seen = 0
    timeline.watch(news.set)

    def watch() -> None:
        nonlocal seen
        while seen < 5002:
            assert news.wait(60), f"not told: {seen} of {timeline.end} rows"
            news.clear()
            seen = timeline.end
        done.set()

    def read() -> None:
        while not done.is_set():
            timeline.refresh()

    threads = [threading.Thread(target=watch), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    for i in range(5000):
        pair.text("client", str(i))
    finished = done.wait(60)
    done.set()
    for thread in threads:
        thread.join(30)
    assert finished


def test_an_end_that_stands_alone_keeps_no_reader_busy() -> None:
    timeline = Timeline()
    calls = watched(timeline)
    client, address = timeline.client_end(port=8000), fresh()
    timeline.server_end("server", ("127.0.0.1", 8000), address)
    timeline.refresh()
    calls.clear()
    timeline.refresh()
    assert calls == []
    client.connected(address, ("127.0.0.1", 8000))
    assert calls == [1]
