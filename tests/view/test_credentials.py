"""No value of a cookie is in anything that the lab shows or exports, wherever on a connection its header stands."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.timeline.pair import Pair
from wslab import explain
from wslab.timeline import Timeline
from wslab.view import Ladder, Log, play
from wslab.view.inspector import inspect_for_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "S3CRET"
GET = "GET / HTTP/1.1\r\nHost: a\r\n"
UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
COOKIE = f'Cookie: session={SECRET}; _xsrf={SECRET}; name="{SECRET}; {SECRET}"\r\n'
LINE = "A: bbbbbbbb\r\n"
SET = f"Set-Cookie: session={SECRET}; Path=/; HttpOnly\r\nset-cookie: b={SECRET}\r\n"
ACCEPTED = f"HTTP/1.1 101 Switching Protocols\r\n{UPGRADE}{SET}\r\n"

# Of each conversation what client and server send, in turns.
CONVERSATIONS: dict[str, list[str]] = {
    "accepted": [f"{GET}{COOKIE}{UPGRADE}\r\n", ACCEPTED],
    "in any case, on many lines, folded": [
        f"{GET}cOOKIE:a={SECRET}\r\nCOOKIE : b={SECRET}\r\nCookie:\r\n c={SECRET};\r\n\td={SECRET}\r\n{UPGRADE}\r\n",
        ACCEPTED,
    ],
    "line feeds": [f"{GET}{COOKIE}{UPGRADE}\r\n".replace("\r", ""), ""],
    "refused": [f"{GET}{COOKIE}\r\n", f"HTTP/1.1 403 Forbidden\r\n{SET}Content-Length: 2\r\n\r\nno"],
    "one request behind the other": [
        f"{GET}{COOKIE}\r\n",
        f"HTTP/1.1 200 OK\r\n{SET}Content-Length: 2\r\n\r\nok",
        f"{GET}{COOKIE}\r\n",
        f"HTTP/1.1 200 OK\r\n{SET}Content-Length: 2\r\n\r\nok",
    ],
    "half a head": [f"{GET}{COOKIE}Upgr", ""],
    "half a value": [f"{GET}Cookie: a={SECRET}", ""],
    "half a response": [f"{GET}{COOKIE}{UPGRADE}\r\n", f"HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: a={SECRET}"],
    "a long head": [f"{GET}{'A: b' * 1000}\r\n{LINE * 2000}{COOKIE}{UPGRADE}\r\n", ACCEPTED],
    "a head that is too long": [f"{GET}{LINE * 6000}{COOKIE}{UPGRADE}\r\n", ACCEPTED],
    "a long value": [f"{GET}Cookie: a={SECRET}{'b' * 5000}{SECRET}\r\n{UPGRADE}\r\n", ACCEPTED],
    "not a request": [f"hello\r\n{COOKIE}\r\n", f"SSH-2.0-x\r\n{SET}\r\n"],
    "no answer": [f"{GET}{COOKIE}{UPGRADE}\r\n", "HTTP/1.1\r\n"],
}


def held(conversation: str, size: int) -> Timeline:
    """A timeline of one conversation, cut into pieces, whose messages come behind it."""
    timeline = Timeline()
    pair = Pair(timeline, begin=False)
    for turn, text in enumerate(CONVERSATIONS[conversation]):
        for at in range(0, len(text), size):
            pair.write(("client", "server")[turn % 2], text[at : at + size].encode())
    if "101 " in CONVERSATIONS[conversation][1]:
        pair.text("client", "hi")
        pair.close()
    else:
        pair.client.lost()
        pair.server.lost()
    timeline.refresh()
    return timeline


def log_says(timeline: Timeline) -> Iterator[Any]:
    """All that a log answers its page."""
    log = Log(timeline)
    sent: list[Any] = []
    log.send = lambda content, buffers=None: sent.append((content, [bytes(buffer) for buffer in buffers or []]))
    questions: list[dict[str, Any]] = [{"t": "hello"}, {"t": "get", "gen": 0, "a": 0, "b": 100}]
    questions += [{"t": what, "pos": place, "from": 0} for place in range(timeline.end) for what in ("open", "bytes")]
    for question in questions:
        log._answer(log, {**question, "view": "v", "req": 1}, [])
    assert len(sent) >= len(questions)
    yield from sent
    log.close()


def shown(timeline: Timeline) -> Iterator[Any]:
    """All that is shown of a timeline, each thing as text, as bytes, or with a repr."""
    rows = timeline.rows()
    yield from rows
    for place, row in enumerate(rows):
        detail = timeline.detail(row)
        yield detail
        yield detail.payload
        told = inspect_for_page(timeline, place, ["head", "frames"])
        yield told
        yield bytes.fromhex((told["told"] or {}).get("wire", ""))
    for connection in timeline.connections():
        yield from (connection, connection.diagnosis, str(connection.diagnosis), connection.ends, connection.response)
        yield connection.response and (
            connection.response.headers,
            connection.response.lines,
            connection.response.summary,
        )
    yield from (timeline, timeline.transcript(times=True), timeline.transcript(by="direction"))
    ladder = Ladder(timeline)
    yield from (ladder.text, ladder.svg)
    yield from log_says(timeline)


def exported(timeline: Timeline, folder: Path) -> Iterator[Any]:
    """All that is in its files, bytes decoded."""
    for suffix in (".jsonl", ".har", ".pcapng", ".txt"):
        yield timeline.export(folder / f"talk{suffix}").read_bytes()
    streams: dict[Any, bytes] = {}
    for line in map(json.loads, (folder / "talk.jsonl").read_text("utf-8").splitlines()):
        if "bytes" in line:
            streams[line["end"], line["way"]] = streams.get((line["end"], line["way"]), b"") + base64.b64decode(
                line["bytes"]
            )
    yield streams


@pytest.mark.parametrize("size", [10**9, 7])
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_no_view_and_no_export_shows_the_value_of_a_cookie(conversation: str, size: int, tmp_path: Path) -> None:
    timeline = held(conversation, size)
    (connection,) = timeline.connections()
    kept = bytes(connection.ends[0].sent.read(0, 10**9)) + bytes(connection.ends[0].received.read(0, 10**9))
    assert kept.startswith(CONVERSATIONS[conversation][0].encode()), "the recording keeps what came"
    for each in (*shown(timeline), *exported(timeline, tmp_path)):
        text = each if isinstance(each, str) else repr(each)
        assert SECRET not in text, text[max(0, text.index(SECRET) - 300) : text.index(SECRET) + 100]
    loaded = Timeline.load(tmp_path / "talk.jsonl")
    assert not any(SECRET in repr(each) for each in shown(loaded))


def test_the_name_of_a_header_stays_and_so_does_its_length() -> None:
    timeline = held("accepted", 10**9)
    request, response = [row for row in timeline.rows() if row.kind == "handshake"]
    assert "Cookie: (redacted)" in timeline.detail(request).lines
    assert timeline.detail(response).lines[-2:] == ("Set-Cookie: (redacted)", "set-cookie: (redacted)")
    told = inspect_for_page(timeline, 0, ["head"])["told"]
    assert f"Cookie: {'x' * 15}" in bytes.fromhex(told["wire"]).decode()
    (connection,) = timeline.connections()
    assert connection.response is not None
    assert connection.response.values("set-cookie") == ["x" * 15 + " xxxxxxx xxxxxxxx", "x" * 8]


def test_a_handshake_that_is_explained_shows_no_cookie() -> None:
    asked, answered = (text.encode() for text in CONVERSATIONS["accepted"])
    said = explain(asked, answered)
    html = said._repr_html_()
    assert "Set-Cookie: (redacted)" in html
    assert SECRET not in f"{said}{said!r}{html}{said.request!r}{said.response!r}"


def test_a_replay_shows_no_cookie(tmp_path: Path) -> None:
    held("accepted", 10**9).export(tmp_path / "talk.jsonl")
    player = play(tmp_path / "talk.jsonl")
    assert SECRET not in f"{player!r}"
