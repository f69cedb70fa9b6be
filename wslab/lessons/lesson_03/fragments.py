"""Exercise 03.4: one message in several frames, sent to a real server byte for byte."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import first_wrong, unless
from wslab.lessons.stage import Stage, ended
from wslab.wire import close_body, dissect, frame, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import ServerConnection

    from wslab.wire import Dissection

CONTINUATION, TEXT = 0, 1
MOST = 1000
"""Frames that are sent to the server; an answer needs far fewer."""


@dataclass
class Case:
    """One text, what `fragments` made of it, and what the server made of that."""

    text: str
    size: int
    returned: Any = None
    sent: bool = False
    received: list[str | bytes] = field(default_factory=list)
    answered: str = ""


@dataclass
class Evidence:
    """The texts that were tried."""

    cases: list[Case] = field(default_factory=list)


async def trial(fragments: Callable[[str, int], object], stage: Stage, evidence: Evidence) -> None:
    """Send the frames of three texts to a server, as bytes and without a library in between."""
    over = threading.Event()

    async def listening(connection: ServerConnection) -> None:
        try:
            async for message in connection:
                evidence.cases[-1].received.append(message)
        finally:
            over.set()

    server = await stage.lab.serve(listening, compression=None)
    for text, size in (
        (f"{stage.phrase()} 你好世界 {stage.phrase()}", stage.random.randrange(4, 9)),
        (f"世界 {stage.phrase()}", stage.random.choice((2, 4, 5))),  # each cuts a character of three bytes
        (stage.phrase(), 100),
    ):
        case = Case(text, size)
        evidence.cases.append(case)
        case.returned = stage.value(fragments(text, size))
        if _are_frames(case.returned):
            case.sent = True
            over.clear()
            case.answered = await _send(server.port, b"".join(case.returned[:MOST]))
            await ended(over)


async def _send(port: int, data: bytes) -> str:
    """Open a connection by hand, send these bytes and a Close frame, and say how the server took it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request(host=f"127.0.0.1:{port}"))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data + frame(close_body(1000), "close", mask=True))
        return str(dissect(await reader.read())).strip()
    except OSError:  # it closed before everything was sent
        return "the connection was cut"
    finally:
        writer.close()


def _are_frames(value: Any) -> bool:
    """Whether an answer is a list of whole frames, one an item: nothing else is sent."""
    if type(value) is not list or not value or any(type(item) is not bytes for item in value):
        return False
    return all(len(taken) == 1 and not taken.rest for taken in map(dissect, value))


def _dissected(case: Case) -> Dissection:
    return dissect(b"".join(case.returned), direction="client to server")


def _case(case: Case) -> str:
    if not case.sent:
        return "frames"
    frames = list(_dissected(case))
    if any(not each.masked for each in frames):
        return "masked"
    if frames[0].opcode != TEXT:
        return "text first"
    if any(each.opcode != CONTINUATION for each in frames[1:]):
        return "then continuations"
    if [each.fin for each in frames] != [False] * (len(frames) - 1) + [True]:
        return "fin"
    if any(each.payload_length > case.size for each in frames):
        return "size"
    return "" if case.received == [case.text] else "the text"


def diagnose(evidence: Evidence) -> str:
    """Name what is wrong."""
    return first_wrong(evidence.cases, _case)[0]


def _shows(attempt: Attempt[Evidence]) -> str:
    case = first_wrong(attempt.evidence.cases, _case)[1]
    if case is None:
        return ""
    told = f"text: {case.text!r}, size: {case.size}\n"
    if not case.sent:
        return f"{told}returned: {case.returned!r}"[:500]
    frames = "\n".join(str(each) for each in _dissected(case))
    return f"{told}{frames[:1000]}\nthe server received: {case.received}\nit closed with: {case.answered}"


HEAD = "def fragments(text, size):\n    data = text.encode()\n"
CUT = "    parts = [data[at : at + size] for at in range(0, len(data), size)]\n"
LAST = "    last = len(parts) - 1\n"
LOOP = "    return [\n        wslab.frame(part, {opcode}, fin={fin}, mask={mask})\n        for number, part in enumerate(parts)\n    ]\n"
OPCODE = '"continuation" if number else "text"'


def _typed(opcode: str = OPCODE, fin: str = "number == last", mask: str = "True", head: str = HEAD + CUT) -> str:
    return head + LAST + LOOP.format(opcode=opcode, fin=fin, mask=mask)


FRAGMENTS = Exercise(
    number="03.4",
    title="A message in fragments",
    goal=(
        "`fragments(text, size)` returns a list of frames, each as `bytes`, that a client may send: together they are one text "
        "message, and no frame carries more than `size` bytes of payload. `text` is never empty. Build each frame with "
        "`wslab.frame(payload, opcode, fin=..., mask=True)`."
    ),
    example=(
        'frames = fragments("Hello, server!", 6)\n'
        'print(wslab.dissect(b"".join(frames)))\n'
        "# three frames: text, continuation, FIN continuation"
    ),
    answer="fragments",
    wants="def",
    parameters=("text", "size"),
    needs="import wslab",
    stub="""
def fragments(text, size):
    data = text.encode()
    return [wslab.frame(data, "text", mask=True)]
""",
    start=(
        "This is one frame, however long the text. Cut `data` into pieces: "
        "`[data[at : at + size] for at in range(0, len(data), size)]`. Then make a frame of each."
    ),
    solution="""
def fragments(text, size):
    data = text.encode()
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    frames = []
    for number, part in enumerate(parts):
        opcode = "text" if number == 0 else "continuation"
        last = number == len(parts) - 1
        frames.append(wslab.frame(part, opcode, fin=last, mask=True))
    return frames
""",
    afterwards=(
        "A real server was sent your frames byte for byte. It put each text together again, also where a cut went through the middle "
        "of a Chinese character, and received one message each time."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        unless(
            "frames",
            "`fragments` should return a list in which every item is one whole frame, as `bytes`: what `wslab.frame(...)` returns.",
            diagnose,
            _shows,
        ),
        unless("masked", "A client must mask every frame: `mask=True`.", diagnose, _shows),
        unless(
            "text first",
            'The first frame says what the message is: `"text"`. Without an opcode, `wslab.frame` makes bytes a binary message.',
            diagnose,
            _shows,
        ),
        unless(
            "then continuations",
            'A frame behind the first has to be a `"continuation"`. Another `"text"` would begin another message.',
            diagnose,
            _shows,
        ),
        unless(
            "fin",
            "FIN belongs to the last frame of the message, and to no other: `fin=True` there, `fin=False` before.",
            diagnose,
            _shows,
        ),
        unless(
            "size",
            "A frame carries more than `size` bytes. Cut the bytes, not the characters: one character may take several bytes.",
            diagnose,
            _shows,
        ),
        unless(
            "the text",
            "The server did not receive one message with this text. Is every byte in some frame, once and in order?",
            diagnose,
            _shows,
        ),
    ),
    wrong=(
        Wrong("returns the pieces, without headers", f"{HEAD}{CUT}    return parts\n", "frames"),
        Wrong("joins the frames", _typed().replace("return [", 'return b"".join([') + ")\n", "frames"),
        Wrong("forgets to mask", _typed(mask="False"), "masked"),
        Wrong("leaves the opcode out", _typed(opcode='None if number == 0 else "continuation"'), "text first"),
        Wrong("calls every frame a text", _typed(opcode='"text"'), "then continuations"),
        Wrong("sets FIN on each", _typed(fin="True"), "fin"),
        Wrong("sets FIN on none", _typed(fin="False"), "fin"),
        Wrong("sets FIN on the first", _typed(fin="number == 0"), "fin"),
        Wrong(
            "cuts characters",
            _typed(head="def fragments(text, size):\n" + CUT.replace("data", "text")),
            "size",
        ),
        Wrong("counts characters", _typed(head=HEAD + CUT.replace("len(data)", "len(text)")), "the text"),
    ),
)
