"""The order in which ends, bytes and what was told arrive never changes the transcript; nor does saving it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.timeline.order.test_transcript import lines
from tests.timeline.pair import Pair
from tests.timeline.saved import again, contents
from tests.timeline.told import DOWN, UP, Told
from wslab.timeline import CODE_GONE, RecordingError, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

Steps = list["Callable[[], object]"]
NODE = """
    #1  client           event      new WebSocket()  ws://127.0.0.1:PORT/chat
    #1  client \u2192 server  handshake  GET /chat  Upgrade: websocket
    #1  server \u2192 client  handshake  101 Switching Protocols  Upgrade: websocket
    #1  client           event      open
    #1  client           event      send()  "a"  1 B
    #1  server           event      connection
    #1  client \u2192 server  message    text  "a"  1 B
    #1  server           event      message  "a"  1 B
    #1  server           print      got a
    #1  server           event      send()  "b"  1 B
    #1  server \u2192 client  message    text  "b"  1 B
    #1  client           event      message  "b"  1 B
    #1  client           event      close()  1000
    #1  client \u2192 server  close      close 1000  normal closure
    #1  server \u2192 client  close      close 1000  normal closure
    #1  client           event      close  1000, clean
    #1  server           event      close  1000, clean
"""
RELAYED = """
    #1  client           event      new WebSocket()  ws://127.0.0.1:PORT/chat
    #1  client \u2192 server  handshake  GET /chat  Upgrade: websocket
    #1  server \u2192 client  handshake  101 Switching Protocols  Upgrade: websocket
    #1  client \u2192 server  message    text  "a"  1 B
    #1  server           event      message  "a"  1 B
    #1  server           fault      latency  200 ms
    #1  client \u2192 server  message    text  "b"  1 B
    #1  client           event      close  1006, not clean
    #1  server           event      close  1006, not clean
    #1  server           note       TCP ended without a Close frame  reset by the peer (RST)
"""


def conversation(told: Told, *, node: bool) -> tuple[Steps, Steps, Steps]:
    """What goes by as bytes, what the page tells, and what a Node server tells: each in its own order."""
    server = told.server if told.pair else None

    def own(name: str, **more: Any) -> Callable[[], object]:
        return lambda: told.server.note("print" if name == "print" else "event", name, **more)

    assert server is None
    wire: Steps = [
        told.accept,
        lambda: told.pair.text("client", "a"),
        lambda: told.pair.text("server", "b"),
        lambda: told.pair.frame("client", 8, b"\x03\xe8"),
        lambda: told.pair.frame("server", 8, b"\x03\xe8"),
        lambda: told.server.lost(""),
    ]
    page: Steps = [
        told.tell_of,
        told.opened,
        lambda: told.send("a"),
        lambda: told.message("b"),
        told.close,
        told.closed,
    ]
    runtime: Steps = [
        own("connection", about=(UP, "handshake", 0)),
        own("message", text="a", size=1, about=(UP, "message", 0)),
        own("print", text="got a"),
        own("send()", text="b", size=1, about=(DOWN, "message", 0)),
        own("close", text="1000, clean", about=(UP, "close", 0)),
    ]
    return wire, page, runtime if node else []


def carry_out(timeline: Timeline, turns: list[int], *, node: bool = False) -> None:
    """Carry out a conversation; each turn says which of the three goes on, or that somebody reads."""
    told = Told(timeline, end=False, witness=False)
    told.marker = "key.1"
    ways = conversation(told, node=node)
    for turn in [*turns, *[0] * 9, *[1] * 9, *[2] * 9]:
        if turn == 3:
            timeline.refresh()
        elif ways[turn] and (turn < 2 or told.pair):
            if turn == 0 and told.pair is None and node:
                ways[0].pop(0)()
                told.server.is_remote = True
            else:
                ways[turn].pop(0)()


@pytest.mark.usefixtures("patient")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.integers(0, 3), max_size=40), st.booleans())
def test_the_order_in_which_things_arrive_never_changes_the_transcript(turns: list[int], node: bool) -> None:
    calm, wild = Timeline(), Timeline()
    carry_out(calm, [], node=node)
    carry_out(wild, turns, node=node)
    for by in ("cause", "direction"):
        assert wild.transcript(by) == calm.transcript(by)
    assert wild.unsettled() == []


def test_a_page_and_a_node_server_by_cause(timeline: Timeline) -> None:
    carry_out(timeline, [], node=True)
    assert "\n" + timeline.transcript() + "\n" == lines(NODE)


def test_what_a_relay_notes_keeps_its_place_among_the_bytes_whenever_node_tells_of_its_own(timeline: Timeline) -> None:
    """The two come in any order: a fault is noted at once, what Node did is told a little later."""
    texts = set()
    for late in (False, True):
        timeline = Timeline()
        told = Told(timeline)
        told.server.is_remote = True
        told.pair.text("client", "a")
        if not late:
            told.server.note("event", "message", "a", size=1, about=(UP, "message", 0))
        told.server.note("fault", "latency", "200 ms")
        told.pair.text("client", "b")
        told.server.lost("reset by the peer (RST)")
        if late:
            told.server.note("event", "message", "a", size=1, about=(UP, "message", 0))
        told.server.note("event", "close", "1006, not clean")
        told.closed("1006, not clean")
        texts.add((timeline.transcript(), timeline.transcript("direction")))
    ((cause, direction),) = texts
    assert "\n" + cause + "\n" == lines(RELAYED)
    assert [line.split("  ")[-1].strip() for line in direction.splitlines()[-4:]] == [
        "1 B",
        "1006, not clean",
        "200 ms",
        "reset by the peer (RST)",
    ]


def test_an_error_handler_that_closes_makes_no_circle(timeline: Timeline) -> None:
    """Its Close frame is one of the bytes that the error would have to wait for. Node told of both when it had gone by."""
    told = Told(timeline)
    told.server.is_remote = True
    told.pair.text("client", "a")
    told.pair.frame("server", 8, b"\x03\xea")
    told.server.note("event", "error", "Invalid WebSocket frame")
    told.server.note("event", "close()", about=(DOWN, "close", 0))
    told.server.lost()
    told.server.note("event", "close", "1006, not clean")
    shown = timeline.transcript().splitlines()
    words = ("error", "event      close()", "close 1002", "event      close  1006")
    places = [next(n for n, line in enumerate(shown) if word in line) for word in words]
    assert places == sorted(places)


def test_that_a_page_is_gone_comes_last_although_it_told_of_nothing_before(timeline: Timeline) -> None:
    told = Told(timeline)
    told.opened()
    told.witness.note("note", CODE_GONE, "the page was closed")
    told.witness.lost()
    told.pair.text("server", "anybody?")
    told.pair.frame("client", 8, b"\x03\xe9")
    told.server.lost()
    assert [line.split("  ")[-1].strip() for line in timeline.transcript().splitlines()[-4:]] == [
        "8 B",
        "going away",
        "the page was closed",
        "TCP ended after one Close frame only",
    ]


# Saved and loaded


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 30))
def test_a_recording_with_witnesses_loads_as_it_was(turns: list[int], keep: int) -> None:
    timeline = Timeline(keep=keep)
    carry_out(timeline, turns, node=True)
    alone = timeline.witness_end("browser")
    alone.note("event", "new WebSocket()", "wss://example.org/" + "x" * 300)
    with tempfile.TemporaryDirectory() as folder:
        expected = contents(timeline)
        loaded = again(timeline, Path(folder))
        found = contents(loaded)
        for key, value in expected.items():
            assert found[key] == value, key
        first = (Path(folder) / "saved.jsonl").read_bytes()
        again(loaded, Path(folder))
        assert (Path(folder) / "saved.jsonl").read_bytes() == first
        replay = loaded.replay()
        replay.rest()
        assert contents(replay.timeline) == found


def test_a_file_from_before_there_were_witnesses_loads(timeline: Timeline, tmp_path: Path) -> None:
    told = Told(timeline)
    told.pair.text("client", "hello")
    saved = timeline.export(tmp_path / "new.jsonl")
    text = saved.read_text(encoding="utf-8")
    assert '"told":true' in text
    assert "key." not in text  # markers are nobody's business
    old = [line.replace(',"told":true', "") for line in text.splitlines(keepends=True)]
    old[1] = old[1][: old[1].index(',"witness"')] + "}\n"
    (tmp_path / "old.jsonl").write_text("".join(old), encoding="utf-8")
    (connection,) = Timeline.load(tmp_path / "old.jsonl").connections()
    assert (connection.client, connection.witness) == ("client", None)


def test_a_file_with_two_clients_of_one_connection_is_refused(timeline: Timeline, tmp_path: Path) -> None:
    Told(timeline)
    saved = timeline.export(tmp_path / "saved.jsonl")
    text = saved.read_text(encoding="utf-8")
    saved.write_text(text.replace('"client":null', '"client":{}'), encoding="utf-8")
    with pytest.raises(RecordingError, match="line 2"):
        Timeline.load(saved)


def test_browsers_and_wireshark_get_what_the_servers_end_recorded(timeline: Timeline, tmp_path: Path) -> None:
    told = Told(timeline)
    told.whole()
    bare = Timeline()
    bare.started, bare.zero = timeline.started, timeline.zero
    other = Pair(bare, "server")
    other.text("client", "hello")
    other.text("server", "hello")
    other.close()
    har = timeline.export(tmp_path / "a.har").read_text(encoding="utf-8")
    assert har.count('"data": "hello"') == 2
    assert har.count('"_webSocketMessages"') == 1
    sizes = [t.export(tmp_path / f"{n}.pcapng").stat().st_size for n, t in enumerate((timeline, bare))]
    assert sizes[0] - sizes[1] in range(8)  # the comment says browser, not client
    alone = Timeline()
    page = alone.witness_end("browser")
    page.note("event", "close", "1006, not clean")
    page.lost()
    assert '"entries": [\n]' in alone.export(tmp_path / "b.har").read_text(encoding="utf-8")
    assert alone.export(tmp_path / "b.pcapng").stat().st_size < 500
