"""Exercise 02.1: write the request of an opening handshake, byte for byte."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.lesson_02.keys import SAMPLE, random_key
from wslab.lessons.patience import LONGEST
from wslab.wire import explain, parse_head

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

END = b"\r\n\r\n"


@dataclass
class Evidence:
    """What was asked for, the request that came out, and what a server answered."""

    host: str = ""
    path: str = ""
    key: str = ""
    returned: object = None
    answer: bytes = b""


async def trial(upgrade: Callable[[str, str, str], object], stage: Stage, evidence: Evidence) -> None:
    """Ask for a request to a server that runs, with a path and a key of this trial's own, and send it."""
    server = await stage.lab.serve()
    evidence.host = urlsplit(server.url).netloc
    evidence.path = "/" + stage.phrase().replace(" ", "/")
    evidence.key = random_key(stage)
    evidence.returned = stage.value(upgrade(evidence.host, evidence.path, evidence.key))
    if type(evidence.returned) is bytes and evidence.returned.endswith(END):  # else a server waits for more
        evidence.answer = await _send(server.port, evidence.returned)


async def _send(port: int, data: bytes) -> bytes:
    """Send bytes and return the head that comes back; empty when none does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        return await asyncio.wait_for(reader.readuntil(END), LONGEST)
    except (OSError, EOFError, TimeoutError):
        return b""
    finally:
        writer.close()


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the first thing that is wrong, from the outside in; empty when nothing is."""
    evidence, data = attempt.evidence, attempt.evidence.returned
    if type(data) is not bytes:
        return "bytes"
    if data.count(b"\n") != data.count(b"\r\n"):
        return "line ends"
    if not data.endswith(END):
        return "empty line"
    head = explain(data).request
    if head is None or head.head.start_line != f"GET {evidence.path} HTTP/1.1":
        return "request line"
    values = {name.lower(): value for name, value in head.head.headers}
    if values.get("host") != evidence.host:
        return "host"
    wrong = {line.name.lower() for line in head.lines if line.right is False}
    for name in ("upgrade", "connection", "version"):
        if {"version": "sec-websocket-version"}.get(name, name) in wrong:
            return name
    if values.get("sec-websocket-key") != evidence.key:
        return "key"
    return "" if parse_head(evidence.answer.removesuffix(END)).status == 101 else "accepted"


def _shows(attempt: Attempt[Evidence]) -> str:
    data = attempt.evidence.returned
    if type(data) is not bytes:
        return f"it returned a value of type {type(data).__name__}"
    return "\n".join(repr(line)[2:-1] for line in data[:1000].splitlines(keepends=True))


def _shows_answer(attempt: Attempt[Evidence]) -> str:
    return attempt.evidence.answer[:1000].decode("latin-1").replace("\r\n", "\n").strip() or "the server did not answer"


def _condition(name: str, hint: str) -> Condition[Evidence]:
    shows = _shows_answer if name == "accepted" else _shows
    return Condition(name, hint, lambda attempt: _fault(attempt) != name, shows)


HEAD = "def upgrade(host, path, key):\n"
LINES = {
    "start": 'f"GET {path} HTTP/1.1"',
    "host": 'f"Host: {host}"',
    "upgrade": '"Upgrade: websocket"',
    "connection": '"Connection: Upgrade"',
    "key": 'f"Sec-WebSocket-Key: {key}"',
    "version": '"Sec-WebSocket-Version: 13"',
}


def _answer(end: str = r'"\r\n".join(lines).encode() + b"\r\n\r\n"', **changed: str) -> str:
    """The solution, with some of its lines changed; an empty one is left out."""
    lines = [line for line in (LINES | changed).values() if line]
    return f"{HEAD}    lines = [\n" + "".join(f"        {line},\n" for line in lines) + f"    ]\n    return {end}\n"


UPGRADE = Exercise(
    number="02.1",
    title="The request",
    goal=(
        "`upgrade(host, path, key)` returns the bytes of the request that opens a WebSocket connection: to the server `host`, for the "
        "resource `path`, with the key `key`. A real server will read them."
    ),
    example=('upgrade("127.0.0.1:8080", "/chat", "dGhlIHNhbXBsZSBub25jZQ==")\n# b"GET /chat HTTP/1.1\\r\\nHost: ..."'),
    answer="upgrade",
    wants="def",
    parameters=("host", "path", "key"),
    needs="",
    stub=r"""
def upgrade(host, path, key):
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"
""",
    start="This is a request for a web page. Four lines make an upgrade of it: two say what is wanted, one has the key, one the version.",
    solution=_answer(),
    afterwards=(
        "A server that knows nothing of you read your bytes, and answered 101. The connection was open, and no WebSocket library "
        "was on your side of it."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        _condition(
            "bytes", "`upgrade` should return bytes: what travels is bytes. Text becomes bytes with `.encode()`."
        ),
        _condition("line ends", r"Each line of a head ends with two characters, `\r\n`. Here one stands alone."),
        _condition(
            "empty line",
            r"The empty line at the end is missing: a head ends with `\r\n\r\n`, else the server waits for more.",
        ),
        _condition("request line", "The first line should be `GET`, the path you were given, and `HTTP/1.1`."),
        _condition("host", "`Host` should name the server, as it was given to you: `Host: {host}`."),
        _condition(
            "upgrade",
            "`Upgrade: websocket` says which protocol you want to speak. It is missing, or says something else.",
        ),
        _condition(
            "connection",
            "`Connection: Upgrade` has to stand beside `Upgrade`, so that the server takes it as meant for itself.",
        ),
        _condition("version", "`Sec-WebSocket-Version: 13` is missing, or not 13. There is no other version in use."),
        _condition("key", "`Sec-WebSocket-Key` should carry the key you were given, as it is."),
        _condition(
            "accepted",
            "All that is needed is there, and the server refused all the same. Look at its answer, and leave out what is too much.",
        ),
    ),
    wrong=(
        Wrong("returns text", _answer(end=r'"\r\n".join(lines) + "\r\n\r\n"'), "bytes"),
        Wrong("line ends of a text file", _answer(end=r'"\n".join(lines).encode() + b"\n\n"'), "line ends"),
        Wrong("no empty line", _answer(end=r'"\r\n".join(lines).encode() + b"\r\n"'), "empty line"),
        Wrong("always the same path", _answer(start='"GET / HTTP/1.1"'), "request line"),
        Wrong("an old HTTP", _answer(start='f"GET {path} HTTP/1.0"'), "request line"),
        Wrong("no Host", _answer(host=""), "host"),
        Wrong("no Upgrade", _answer(upgrade=""), "upgrade"),
        Wrong("a Connection that stays as it is", _answer(connection='"Connection: keep-alive"'), "connection"),
        Wrong("no version", _answer(version=""), "version"),
        Wrong("the key of the example", _answer(key=f'"Sec-WebSocket-Key: {SAMPLE}"'), "key"),
        Wrong(
            "pretends to be a page from elsewhere",
            _answer(version='"Sec-WebSocket-Version: 13", "Origin: https://elsewhere.example"'),
            "accepted",
        ),
    ),
)
