"""The timeline as text: by cause and by direction."""

from __future__ import annotations

import itertools
import random
import re
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.pair import Pair, fresh
from wslab.timeline import Source, Timeline

UP: Source = "client to server"
DOWN: Source = "server to client"


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def text(timeline: Timeline, **options: Any) -> str:
    return "\n" + timeline.transcript(**options) + "\n"


def lines(block: str) -> str:
    return dedent(block)


def echo(pair: Pair, said: str) -> None:
    """A message, its call and event, and its echo, as a browser's WebSocket leaves them."""
    pair.client.note("event", "send()", said, size=len(said), link=(UP, pair.client.sent.stop))
    pair.text("client", said)
    pair.server.printed(f"got {said}")
    pair.text("server", said)
    pair.client.note("event", "message", said, size=len(said), link=(DOWN, pair.client.received.stop))


def lesson(timeline: Timeline, kind: type[Pair] = Pair) -> Pair:
    """A small conversation with a little of everything."""
    timeline.note("server server listens", "ws://127.0.0.1:40123")
    pair = kind(timeline, deflate=True)
    pair.client.note("event", "open", link=(DOWN, pair.client.received.stop))
    echo(pair, "hello")
    pair.frame("server", 9, b"\x01\x02\x03\x04")
    pair.frame("client", 10, b"\x01\x02\x03\x04")
    pair.frame("client", 2, b"\x00\xff", fin=False)
    pair.frame("client", 0, b"\x10")
    pair.client.note("event", "close()", "1000 bye", link=(UP, pair.client.sent.stop))
    pair.close(1000, "bye")
    pair.client.note("event", "close", "1000 bye, clean", link=(DOWN, pair.client.received.stop))
    return pair


def test_a_small_conversation_by_cause(timeline: Timeline) -> None:
    lesson(timeline)
    assert text(timeline) == lines("""
            lab              note       server server listens  ws://127.0.0.1:PORT
        #1  client \u2192 server  handshake  GET /chat  Upgrade: websocket
        #1  server \u2192 client  handshake  101 Switching Protocols  Upgrade: websocket, permessage-deflate
        #1  client           event      open
        #1  client           event      send()  "hello"  5 B
        #1  client \u2192 server  message    text  "hello"  5 B
        #1  server           print      got hello
        #1  server \u2192 client  message    text  "hello"  5 B
        #1  client           event      message  "hello"  5 B
        #1  client           event      close()  1000 bye
        #1  server \u2192 client  control    ping  4 B
        #1  client \u2192 server  control    pong  4 B
        #1  client \u2192 server  message    binary  00 ff 10  3 B  in 2 frames
        #1  client \u2192 server  close      close 1000  normal closure: bye
        #1  server \u2192 client  close      close 1000  normal closure: bye
        #1  client           event      close  1000 bye, clean
    """)


def test_a_small_conversation_by_direction(timeline: Timeline) -> None:
    """The client's calls, both streams, what the client was told, the server's own rows."""
    lesson(timeline)
    assert text(timeline, by="direction") == lines("""
            lab              note       server server listens  ws://127.0.0.1:PORT
        #1  client           event      send()  "hello"  5 B
        #1  client           event      close()  1000 bye
        #1  client \u2192 server  handshake  GET /chat  Upgrade: websocket
        #1  client \u2192 server  message    text  "hello"  5 B
        #1  client \u2192 server  control    pong  4 B
        #1  client \u2192 server  message    binary  00 ff 10  3 B  in 2 frames
        #1  client \u2192 server  close      close 1000  normal closure: bye
        #1  server \u2192 client  handshake  101 Switching Protocols  Upgrade: websocket, permessage-deflate
        #1  server \u2192 client  message    text  "hello"  5 B
        #1  server \u2192 client  control    ping  4 B
        #1  server \u2192 client  close      close 1000  normal closure: bye
        #1  client           event      open
        #1  client           event      message  "hello"  5 B
        #1  client           event      close  1000 bye, clean
        #1  server           print      got hello
    """)


class Watched(Pair):
    """A pair whose timeline is read after everything that is written."""

    def write(self, side: str, data: bytes) -> None:
        super().write(side, data)
        self.timeline.refresh()

    def arrive(self, side: str, count: int = -1) -> None:
        self.timeline.refresh()
        super().arrive(side, count)


def test_neither_order_depends_on_when_somebody_read(timeline: Timeline) -> None:
    lesson(timeline)
    once = [timeline.transcript(), timeline.transcript("direction")]
    again = Timeline()
    lesson(again, Watched)
    assert [again.transcript(), again.transcript("direction")] == once


def test_another_order_is_refused_with_what_there_is(timeline: Timeline) -> None:
    with pytest.raises(ValueError, match='by must be "cause" or "direction", not \'time\''):
        timeline.transcript("time")  # type: ignore[arg-type]


def test_times_stand_in_front_only_on_request(timeline: Timeline) -> None:
    Pair(timeline)
    plain, timed = timeline.transcript().splitlines(), timeline.transcript(times=True).splitlines()
    stamps = [re.match(r" *(\d+\.\d{6})  ", line) for line in timed]
    assert all(stamps)
    assert [line[match.end() :] for line, match in zip(timed, stamps, strict=True) if match] == plain
    assert [float(match[1]) for match in stamps if match] == sorted(float(match[1]) for match in stamps if match)


def test_an_empty_timeline_is_an_empty_text(timeline: Timeline) -> None:
    assert timeline.transcript() == timeline.transcript("direction") == ""


def test_connections_stand_one_after_the_other_however_they_were_mixed(timeline: Timeline) -> None:
    pairs = [Pair(timeline) for _ in range(12)]
    for pair in reversed(pairs):
        pair.text("client", "hi")
    numbers = [line[:4] for line in timeline.transcript().splitlines()]
    assert numbers == [f"#{n:<3}" for n in range(1, 13) for _ in range(3)]


def test_problems_stand_in_brackets(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.write("client", b"\x81\x02hi")
    pair.server.note("note", "handler greet raised", "ValueError: x", problem="the server closes with 1011")
    pair.write("server", b"\x81\x05h")
    pair.lost("reset by the peer (RST)")
    assert text(timeline) == lines("""
        #1  client \u2192 server  handshake  GET /chat  Upgrade: websocket
        #1  server \u2192 client  handshake  101 Switching Protocols  Upgrade: websocket
        #1  client \u2192 server  message    text  "hi"  2 B  [a client must mask its frames, and this one is not masked (RFC 6455 section 5.1)]
        #1  server           note       handler greet raised  ValueError: x  [the server closes with 1011]
        #1  server \u2192 client  message    text  "h"  1 B  [incomplete: the connection ended in the middle of it]
        #1  client           note       TCP ended without a Close frame  reset by the peer (RST)
        #1  server           note       TCP ended without a Close frame  reset by the peer (RST)
    """)


def test_the_end_of_tcp_is_a_row_only_where_the_closing_handshake_was_not_complete(timeline: Timeline) -> None:
    Pair(timeline).close()
    one_sided, refused, silent = Pair(timeline), Pair(timeline, begin=False), Pair(timeline, begin=False)
    one_sided.frame("server", 8, b"\x03\xe8")
    one_sided.lost()
    refused.write("client", b"GET / HTTP/1.1\r\n\r\n")
    refused.write("server", b"HTTP/1.1 403 Forbidden\r\n\r\nno")
    refused.lost()
    silent.lost()
    found = [
        (line[:3].strip(), line.split("note")[1].strip())
        for line in timeline.transcript().splitlines()
        if "  note  " in line
    ]
    assert found == [
        ("#2", "TCP ended after one Close frame only"),
        ("#2", "TCP ended after one Close frame only"),
        ("#4", "TCP ended before the server answered a handshake"),
    ]


def test_a_header_line_says_how_many_rows_are_missing() -> None:
    timeline = Timeline(keep=3)
    pair = Pair(timeline)
    pair.text("client", "a")
    pair.text("client", "b")
    assert (
        timeline.transcript().splitlines()[0]
        == "... 1 older row was dropped; a larger Lab(keep=..., keep_bytes=...) keeps more"
    )
    pair.text("client", "c")
    assert (
        timeline.transcript().splitlines()[0]
        == "... 2 older rows were dropped; a larger Lab(keep=..., keep_bytes=...) keeps more"
    )
    assert len(timeline.transcript("direction").splitlines()) == 4
    timeline.clear()
    pair.text("client", "d")
    assert timeline.transcript().splitlines()[0].startswith("... 2 older rows")


@given(turns=st.lists(st.sampled_from(["question", "push", "print", "ping"]), max_size=12), seed=st.integers(0, 99))
def test_every_cause_stands_before_its_effects_even_where_rows_are_missing(turns: list[str], seed: int) -> None:
    timeline = Timeline(keep=20)
    pair = Pair(timeline)
    for number, turn in enumerate(turns):
        if turn == "question":
            echo(pair, f"q{number}")
        elif turn == "push":
            pair.text("server", f"p{number}")
            pair.client.note("event", "message", f"p{number}", size=2, link=(DOWN, pair.client.received.stop))
        elif turn == "print":
            pair.server.printed(f"s{number}")
        else:
            pair.frame("server", 9, b"")
            pair.frame("client", 10, b"")
        if random.Random(seed + number).random() < 0.5:
            timeline.refresh()
    shown = timeline.transcript().splitlines()
    for number, turn in enumerate(turns):
        about = [line for line in shown if re.search(rf"[qps]{number}\b", line)]
        kinds = [line[4:21].strip() + " " + line[21:30].strip() for line in about]
        order = {
            "question": [
                "client event",
                "client \u2192 server message",
                "server print",
                "server \u2192 client message",
                "client event",
            ],
            "push": ["server \u2192 client message", "client event"],
            "print": ["server print"],
            "ping": [],
        }[turn]
        assert kinds == order[len(order) - len(kinds) :]


def test_the_text_is_the_same_whichever_thread_was_faster_while_each_side_waits_for_the_other() -> None:
    """The client's events run late: its own rows may be noted long after later bytes have gone by."""
    texts = set()
    for late in itertools.product([0, 1, 3], repeat=3):
        timeline = Timeline()
        pair = Pair(timeline)
        waiting: list[tuple[str, int]] = []
        for number, delay in enumerate(late):
            pair.text("server", f"m{number}")
            waiting.append((f"m{number}", pair.client.received.stop))
            while len(waiting) > delay:
                said, stop = waiting.pop(0)
                pair.client.note("event", "message", said, size=2, link=(DOWN, stop))
        for said, stop in waiting:
            pair.client.note("event", "message", said, size=2, link=(DOWN, stop))
        pair.close()
        texts.add(timeline.transcript())
    assert len(texts) == 1


def test_a_hostile_payload_stays_on_its_line(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.text("client", "a\nb\r#1  lab\x1b[31m\u202e")
    assert timeline.transcript().splitlines()[2:] == [
        '#1  client \u2192 server  message    text  "a b #1  lab⟨ESC⟩[31m⟨RLO⟩"  19 B'
    ]


def test_a_connection_that_was_never_made_shows_what_its_client_saw(timeline: Timeline) -> None:
    end = timeline.client_end(port=1)
    end.note("event", "new WebSocket()", "ws://127.0.0.1:1/", link=(UP, 0))
    end.note("note", "TCP connection failed", "refused: nobody listens at 127.0.0.1:1")
    end.lost("refused")
    end.note("event", "close", "1006, not clean")
    timeline.server_end("server", ("127.0.0.1", 8000), fresh()).printed("elsewhere")
    assert text(timeline) == lines("""
        #1  client           event      new WebSocket()  ws://127.0.0.1:PORT/
        #1  client           note       TCP connection failed  refused: nobody listens at 127.0.0.1:PORT
        #1  client           event      close  1006, not clean
        #2  server           print      elsewhere
    """)
