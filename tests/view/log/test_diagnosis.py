"""The rows of the end of a connection open into its diagnosis."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.frames import Opcode

from tests.view.traffic import Conversation
from wslab.timeline import Timeline
from wslab.view import Log
from wslab.view.log.diagnosis import MOST_EVIDENCE, describe_diagnosis


def closed(timeline: Timeline) -> Conversation:
    talk = Conversation(timeline)
    talk.text("hello")
    talk.client.note("event", "close()", "1000", link=("client to server", talk.client.sent.stop))
    talk.frame(Opcode.CLOSE, b"\x03\xe8<b>bye</b>")
    talk.frame(Opcode.CLOSE, b"\x03\xe8", up=False)
    return talk


def opened(timeline: Timeline, name: str) -> tuple[int, dict[str, Any] | None]:
    rows = timeline.rows()
    position = next(position for position, row in enumerate(rows) if row.name == name)
    return position, describe_diagnosis(timeline, position, rows[position])


def test_a_close_row_opens_into_the_diagnosis_once_the_connection_is_over() -> None:
    timeline = Timeline()
    talk = closed(timeline)
    assert opened(timeline, "close 1000")[1] is None
    talk.client.lost()
    talk.server.lost()
    _, told = opened(timeline, "close 1000")
    assert told is not None
    connection = timeline.connections()[0]
    assert connection.diagnosis is not None
    assert told["sentence"] == connection.diagnosis.sentence
    assert (told["cause"], told["certainty"]) == ("normal", "certain")
    rows = timeline.rows()
    for shown, cited in zip(told["evidence"], connection.diagnosis.evidence, strict=True):
        assert shown["text"] == cited.text
        assert (shown["pos"] is None) == (cited.row is None)
        assert cited.row is None or rows[shown["pos"]].id == cited.row


@pytest.mark.parametrize(
    ("name", "has"),
    [("close 1000", True), ("close", True), ("close()", False), ("text", False), ("101 Switching Protocols", False)],
)
def test_only_rows_of_the_end_have_one(name: str, has: bool) -> None:
    timeline = Timeline()
    talk = closed(timeline)
    talk.client.lost()
    talk.server.lost()
    talk.client.note("event", "close", "1000")
    assert (opened(timeline, name)[1] is not None) == has


@pytest.mark.parametrize("name", ["TCP ended without a Close frame", "TCP connection failed", "404 Not Found"])
def test_an_ending_without_close_frames_is_told_where_it_shows(name: str) -> None:
    timeline = Timeline()
    if name == "TCP connection failed":
        end = timeline.client_end()
        end.note("note", name, "refused: nobody listens at 127.0.0.1:1")
        end.lost("refused: nobody listens at 127.0.0.1:1")
    elif name == "404 Not Found":
        end = timeline.client_end()
        end.connected(("127.0.0.1", 50_000), ("127.0.0.1", 1))
        end.tap(end.sent)(b"GET / HTTP/1.1\r\n\r\n")
        end.tap(end.received)(b"HTTP/1.1 404 Not Found\r\n\r\n")
        end.lost()
    else:
        talk = Conversation(timeline)
        talk.client.lost()
        talk.server.lost()
    assert opened(timeline, name)[1] is not None


def test_the_log_sends_it_with_the_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline, sent = Timeline(), []
    talk = closed(timeline)
    talk.client.lost()
    talk.server.lost()
    monkeypatch.setattr(Log, "send", lambda _log, content, buffers=None: sent.append(content))
    log = Log(timeline)
    position, told = opened(timeline, "close 1000")
    log._answer(log, {"t": "open", "view": "v", "pos": position, "from": 0}, [])
    assert sent[-1]["ending"] == told
    log._answer(log, {"t": "open", "view": "v", "pos": 0, "from": 0}, [])
    assert sent[-1]["ending"] is None
    log.close()


def test_it_is_bounded_whatever_a_peer_sent() -> None:
    timeline = Timeline()
    talk = Conversation(timeline)
    talk.frame(Opcode.CLOSE, b"\x0f\xa0" + b"x" * 123)
    talk.client.lost("y" * 5000)
    talk.server.lost("y" * 5000)
    _, told = opened(timeline, "close 4000")
    assert told is not None
    assert len(told["evidence"]) <= MOST_EVIDENCE
    assert all(len(each["text"]) <= 1000 for each in told["evidence"])
    assert len(told["sentence"]) <= 1000
