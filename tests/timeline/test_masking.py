"""What differs from run to run is masked in the transcript; a payload never is (design: invariant 7)."""

from __future__ import annotations

import pytest

from tests.timeline.pair import Pair
from wslab.timeline import Timeline


def note_line(text: str) -> str:
    timeline = Timeline()
    timeline.note("note", text)
    return timeline.transcript().split("note       note  ")[1]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ws://127.0.0.1:40123/chat", "ws://127.0.0.1:PORT/chat"),
        ("ws://localhost:40123", "ws://localhost:PORT"),
        ("ws://[::1]:40123/", "ws://[::1]:PORT/"),
        ("http://127.0.0.1:8888 and 127.0.0.1:1", "http://127.0.0.1:PORT and 127.0.0.1:PORT"),
        ("('127.0.0.1', 40123)", "('127.0.0.1', PORT)"),
        ("('::1', 40123, 0, 0)", "('::1', PORT, 0, 0)"),
        ("127.0.0.1, 40123", "127.0.0.1, PORT"),
        ("[::ffff:127.0.0.1]:40123", "[::ffff:127.0.0.1]:PORT"),
        ("0.0.0.0:40123", "0.0.0.0:PORT"),
        ("127.0.0.1 port 40123", "127.0.0.1 port PORT"),
        ("port 40123 is taken", "port PORT is taken"),
        ("Port 40123", "Port PORT"),
        ("port=40123", "port=PORT"),
        ("LOCALHOST:40123", "LOCALHOST:PORT"),
    ],
)
def test_a_port_is_masked_in_every_spelling(text: str, masked: str) -> None:
    assert note_line(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "close 1000",
        "12:34:56",
        "example.org:8080",
        "3 s at line 4",
        "airport 12",
        "127.0.0.1",
        "port of call",
        "status 403",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert note_line(text) == text


def test_what_a_message_carries_is_never_changed() -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    said = "ws://127.0.0.1:40123 port 40123"
    pair.text("client", said)
    pair.client.note("event", "message", said, size=len(said))
    pair.frame("server", 8, b"\x0f\xa1" + said.encode())
    assert timeline.transcript().count(said) == 3


def test_ports_are_masked_in_printed_lines_and_problems_and_origins() -> None:
    timeline = Timeline()
    pair = Pair(timeline, begin=False)
    pair.write("client", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:40123\r\nOrigin: http://localhost:8888\r\n\r\n")
    pair.server.printed("I am at ws://127.0.0.1:40123")
    pair.server.note("note", "x", problem="nobody at [::1]:40123")
    assert not any(digits in timeline.transcript() for digits in ("40123", "8888"))


def test_keys_dates_versions_and_ping_payloads_do_not_show() -> None:
    timeline = Timeline()
    pair = Pair(timeline, begin=False)
    pair.write(
        "client", b"GET / HTTP/1.1\r\nSec-WebSocket-Key: S3CRET\r\nUser-Agent: Python/3.11 websockets/17.4\r\n\r\n"
    )
    pair.write(
        "server",
        b"HTTP/1.1 101 Switching Protocols\r\nDate: Mon, 1 Jan\r\nServer: Python/3.11\r\nSec-WebSocket-Accept: ACC\r\n\r\n",
    )
    pair.frame("server", 9, b"r4ndom")
    shown = timeline.transcript()
    assert not any(word in shown for word in ("S3CRET", "Python", "Jan", "ACC", "r4ndom", b"r4ndom".hex(" ")))
    assert "ping  6 B" in shown
