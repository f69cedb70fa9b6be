"""Exercise 03.5: from frames back to messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import first_wrong, unless
from wslab.wire import dissect, frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage
    from wslab.wire import Dissection

CONTROL = 8
"""The first opcode of a control frame."""


@dataclass
class Case:
    """Frames, the texts they carry, and what `messages` returned."""

    dissection: Dissection
    texts: list[str]
    unfinished: str
    returned: Any = None


@dataclass
class Evidence:
    """The conversations that were tried."""

    cases: list[Case] = field(default_factory=list)


async def trial(messages: Callable[[Dissection], object], stage: Stage, evidence: Evidence) -> None:
    """Hand over short messages and fragmented ones with a ping inside; once all is whole, once the last is not."""
    for unfinished in ("", stage.phrase()):
        texts: list[str] = []
        wire = b""
        for _ in range(stage.random.randrange(2, 4)):
            short, long = stage.phrase(), f"{stage.phrase()} 你好 {stage.phrase()}"
            texts += [short, long]
            wire += frame(short) + _in_three(long, stage.phrase(), stage.random.randrange(1, 3))
        wire += frame(unfinished, fin=False) if unfinished else b""
        case = Case(dissect(wire, direction="server to client"), texts, unfinished)
        evidence.cases.append(case)
        case.returned = stage.value(messages(case.dissection))


def _in_three(text: str, ping: str, within: int) -> bytes:
    """Cut a text twice, the second time inside a character, and put a ping before the last piece."""
    data = text.encode()
    cut = data.index("你".encode()) + within
    first, second = frame(data[:5], "text", fin=False), frame(data[5:cut], "continuation", fin=False)
    return first + second + frame(ping, "ping") + frame(data[cut:], "continuation")


def _case(case: Case) -> str:
    value, texts = case.returned, case.texts
    if type(value) is not list or any(type(item) is not str for item in value):
        return "texts"
    if value == texts:
        return ""
    pings = [each.payload.decode() for each in case.dissection if each.opcode >= CONTROL]
    if any(ping in item for ping in pings for item in value):
        return "control frames"
    if value in ([*texts, case.unfinished], [*texts, ""]):
        return "unfinished"
    if value == texts[:-1]:
        return "the last one"
    if len(value) > len(texts):
        return "one a message"
    return "bytes first" if _damaged(value, texts) else "all of it"


def _damaged(value: list[str], texts: list[str]) -> bool:
    """Whether every text is there, and only the characters around the cut are not right."""
    return len(value) == len(texts) and all(
        item.startswith(text.split("你")[0]) and item.endswith(text.split("好")[-1])
        for item, text in zip(value, texts, strict=True)
    )


def diagnose(evidence: Evidence) -> str:
    """Name what is wrong."""
    return first_wrong(evidence.cases, _case)[0]


def _shows(attempt: Attempt[Evidence]) -> str:
    case = first_wrong(attempt.evidence.cases, _case)[1]
    if case is None:
        return ""
    return f"{case.dissection}\nexpected: {case.texts}\nreturned: {case.returned!r}"


HEAD = 'def messages(frames):\n    found, parts = [], b""\n    for frame in frames:\n'

MESSAGES = Exercise(
    number="03.5",
    title="From frames to messages",
    goal=(
        "`messages(frames)` is given frames of one direction, as `wslab.dissect(...)` returns them: text messages, some in one frame and "
        "some in several, with control frames between. It returns the list of the texts, in order. A message whose last frame has "
        "not come is left out."
    ),
    example=(
        'wire = wslab.frame("Hel", fin=False) + wslab.frame("", "ping") + wslab.frame("lo", "continuation")\n'
        'messages(wslab.dissect(wire))  # ["Hello"]'
    ),
    answer="messages",
    wants="def",
    parameters=("frames",),
    needs="",
    stub="""
def messages(frames):
    return [frame.payload.decode() for frame in frames]
""",
    start=(
        "This takes every frame for a message. Collect `frame.payload` until `frame.fin` is `True`, and decode what you have then. "
        "Control frames (`frame.opcode` of 8 and more) do not belong to it."
    ),
    solution="""
def messages(frames):
    found, parts = [], b""
    for frame in frames:
        if frame.opcode < 8:
            parts += frame.payload
            if frame.fin:
                found.append(parts.decode())
                parts = b""
    return found
""",
    afterwards=(
        "`messages` put texts together from frames it had not seen before, around pings, with cuts in the middle of characters, and left out "
        "the one that was not whole. This is what a WebSocket library does for you."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        unless(
            "texts", "`messages` should return a list of `str`: `parts.decode()` makes one of bytes.", diagnose, _shows
        ),
        unless(
            "control frames",
            "The payload of a ping is in a message. A control frame may come between two fragments and is no part of the message: skip "
            "opcodes of 8 and more.",
            diagnose,
            _shows,
        ),
        unless(
            "unfinished",
            "The last message is not whole: no frame of it has FIN. Add a message when `frame.fin` is `True`, and only then.",
            diagnose,
            _shows,
        ),
        unless(
            "the last one",
            "The last whole message is missing. FIN says that it is whole; do not wait for the next one to begin.",
            diagnose,
            _shows,
        ),
        unless(
            "one a message",
            "There are more texts than messages. A text is whole when a frame with FIN has come, and not before.",
            diagnose,
            _shows,
        ),
        unless(
            "bytes first",
            "A character is damaged: it was cut in two, and each half was decoded by itself. Join the payloads first, then decode.",
            diagnose,
            _shows,
        ),
        unless(
            "all of it",
            "The texts are not those that were sent. Join every payload, and begin anew behind a frame with FIN.",
            diagnose,
            _shows,
        ),
    ),
    wrong=(
        Wrong(
            "returns bytes",
            f"{HEAD}        if frame.opcode < 8:\n            parts += frame.payload\n            if frame.fin:\n"
            '                found.append(parts)\n                parts = b""\n    return found\n',
            "texts",
        ),
        Wrong(
            "takes control frames along",
            f'{HEAD}        parts += frame.payload\n        if frame.fin:\n            found.append(parts.decode("utf-8", "replace"))\n'
            '            parts = b""\n    return found\n',
            "control frames",
        ),
        Wrong(
            "adds what is left at the end",
            f"{HEAD}        if frame.opcode < 8:\n            parts += frame.payload\n            if frame.fin:\n"
            '                found.append(parts.decode())\n                parts = b""\n'
            "    if parts:\n        found.append(parts.decode())\n    return found\n",
            "unfinished",
        ),
        Wrong(
            "waits for the next message to begin",
            f"{HEAD}        if frame.opcode == 1:\n            if parts:\n                found.append(parts.decode())\n"
            "            parts = frame.payload\n        elif frame.opcode == 0:\n            parts += frame.payload\n    return found\n",
            "the last one",
        ),
        Wrong(
            "takes every frame for a message, and damage for a nuisance",
            'def messages(frames):\n    return [frame.payload.decode(errors="replace") for frame in frames if frame.opcode < 8]\n',
            "one a message",
        ),
        Wrong(
            "decodes each piece",
            'def messages(frames):\n    found, text = [], ""\n    for frame in frames:\n        if frame.opcode < 8:\n'
            '            text += frame.payload.decode(errors="replace")\n            if frame.fin:\n'
            '                found.append(text)\n                text = ""\n    return found\n',
            "bytes first",
        ),
        Wrong(
            "keeps messages of one frame only",
            "def messages(frames):\n    return [frame.payload.decode() for frame in frames if frame.opcode == 1 and frame.fin]\n",
            "all of it",
        ),
    ),
)
