"""Exercise 08.3: binary messages in a page, read with a `DataView`."""

from __future__ import annotations

import re
import struct
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from wslab.lessons import scripts
from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import unless

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from wslab.lessons.stage import Stage

_REPLY = re.compile(r"(-?\d+) (-?\d+)")


@dataclass
class Evidence:
    """The readings that were sent, and the texts that came back."""

    readings: list[tuple[int, int]] = field(default_factory=list)
    replies: list[str | bytes] = field(default_factory=list)
    lost: bool = False


async def trial(text: str, stage: Stage, evidence: Evidence) -> None:
    """Be a server that sends readings, and collects what the page answers."""
    draw, done = stage.random.randrange, threading.Event()
    low = draw(1, 100)
    evidence.readings = [
        (256 * draw(101, 127) + low, -draw(100_000, 5_000_000)),  # the first byte alone, or the last, is another number
        (256 * draw(129, 255) + low, draw(100_000, 5_000_000)),
    ]

    async def station(connection: ServerConnection) -> None:
        try:
            for reading in evidence.readings:
                reply = await scripts.reply_to(connection, struct.pack(">Hi", *reading))
                if reply is not None:
                    evidence.replies.append(reply)
        except ConnectionClosed:
            evidence.lost = True
        done.set()

    server = await stage.lab.serve(station)
    script = await stage.node(text, "read", scripts.as_client("read", server.url))
    if script is not None:
        await script.until(done.is_set)
        if evidence.lost or not evidence.replies:
            script.doubt()


def _judge(reading: tuple[int, int], reply: str | bytes) -> str:
    found = _REPLY.fullmatch(reply) if isinstance(reply, str) else None
    if found is None:
        return "form"
    station, value = int(found[1]), int(found[2])
    number, amount = reading
    if station == int.from_bytes(number.to_bytes(2, "big"), "little"):
        return "order"
    if station != number:
        return "station"
    if value != amount:
        return "sign" if value == amount % 2**32 else "value"
    return ""


def diagnose(evidence: Evidence) -> str:
    """Name the first thing that is wrong with the replies."""
    if not evidence.replies:
        return "answers"
    named = (_judge(*pair) for pair in zip(evidence.readings, evidence.replies, strict=False))
    wrong = next((name for name in named if name), "")
    return wrong or ("" if len(evidence.replies) == len(evidence.readings) else "answers")


def _shows(attempt: Attempt[Evidence]) -> str:
    lines = []
    for at, reading in enumerate(attempt.evidence.readings):
        came = attempt.evidence.replies[at : at + 1]
        reply = f"{came[0]!r:.60}" if came else "nothing"
        lines.append(
            f"sent {struct.pack('>Hi', *reading).hex(' ')}: {reply} came back, '{reading[0]} {reading[1]}' is right"
        )
    return "\n".join(lines)


def _no_buffer(attempt: Attempt[Evidence]) -> bool:
    return "DataView constructor" in attempt.mishap.what


HINTS = {
    "answers": "No reply came for a message. Set `socket.onmessage`, and answer with `socket.send(...)`.",
    "form": "The reply should be two numbers in a text, with one space between them: ``socket.send(`${station} ${value}`)``.",
    "order": "The two bytes of the station were read the wrong way round. On the network the first byte counts most; a `DataView` reads "
    "so by itself, unless you pass `true` behind the place.",
    "station": "The station is not right. It takes two bytes and has no sign: `getUint16(0)`.",
    "sign": "The value has a sign, and a big number came out. `getInt32` reads a number with a sign, `getUint32` one without.",
    "value": "The value is not right. It takes the four bytes from place 2 on: `getInt32(2)`.",
}

TYPE = '  socket.binaryType = "arraybuffer";\n'
VIEW = "const view = new DataView(event.data);"
STATION, VALUE = "view.getUint16(0)", "view.getInt32(2)"
SEND = "socket.send(`${%s} ${%s}`);"


def _answer(
    kind: str = TYPE, view: str = VIEW, station: str = STATION, value: str = VALUE, send: str = SEND, how: str = ""
) -> str:
    """The solution, with a part of it changed."""
    send = send % (station, value) if "%s" in send else send
    return f"function read(socket) {{\n{kind}  socket.onmessage = {how}function (event) {{\n    {view}\n    {send}\n  }};\n}}\n"


READ = Exercise(
    number="08.3",
    title="Six bytes",
    goal=(
        "A weather station sends binary messages of six bytes: its number (two bytes, no sign), then the temperature in thousandths of a "
        "degree (four bytes, with a sign), both with the byte that counts most first. `read(socket)` is given a new socket of a page. "
        "It answers every message with a text: the two numbers, with a space between them."
    ),
    example='// the bytes 02 01 ff ff fb 1e are answered with the text "513 -1250"',
    answer="read",
    wants="javascript",
    parameters=("socket",),
    needs="%load_ext wslab",
    stub="""
function read(socket) {
  socket.onmessage = function (event) {
    socket.send(event.data);
  };
}
""",
    start='This sends the bytes back. Ask for an ArrayBuffer first, `socket.binaryType = "arraybuffer"`; then '
    "`new DataView(event.data)` reads numbers out of it.",
    solution=_answer(),
    afterwards=(
        "Your code read numbers out of bytes that `struct.pack` of Python had put there. Both sides had agreed on sizes, signs and order, "
        "and on nothing else."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "binaryType",
            "`event.data` is no ArrayBuffer. A page gets a Blob unless it asks otherwise, word by word, before the first message: "
            '`socket.binaryType = "arraybuffer"`.',
            lambda attempt: not _no_buffer(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        *(unless(name, hint, diagnose, _shows) for name, hint in HINTS.items()),
    ),
    wrong=(
        Wrong("asks for nothing", _answer(kind=""), "binaryType"),
        Wrong("a capital letter", _answer(kind=TYPE.replace("arraybuffer", "arrayBuffer")), "binaryType"),
        Wrong("what only Node has", _answer(kind=TYPE.replace("arraybuffer", "nodebuffer")), "binaryType"),
        Wrong("prints instead of sending", _answer(send=SEND.replace("socket.send", "console.log")), "answers"),
        Wrong("sends one number", _answer(send=f"socket.send({VALUE});"), "form"),
        Wrong("sends the bytes back", _answer(send="socket.send(event.data);"), "form"),
        Wrong("the wrong way round", _answer(station="view.getUint16(0, true)"), "order"),
        Wrong("one byte", _answer(station="view.getUint8(1)"), "station"),
        Wrong("a station with a sign", _answer(station="view.getInt16(0)"), "station"),
        Wrong("a value without a sign", _answer(value="view.getUint32(2)"), "sign"),
        Wrong("two bytes of the value", _answer(value="view.getInt16(2)"), "value"),
    ),
)
