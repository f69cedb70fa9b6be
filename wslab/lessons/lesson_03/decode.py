"""Exercise 03.1: the two bytes at the beginning of a frame, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import as_hex, unless
from wslab.wire import frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

KINDS = ((True, "text"), (False, "text"), (False, "continuation"), (True, "continuation"), (True, "ping"))
OPCODE = {"text": 1, "continuation": 0, "ping": 9}
THREE = 3


@dataclass
class Evidence:
    """What was handed to `decode`, what it should have returned, and what it did."""

    given: list[bytes] = field(default_factory=list)
    expected: list[tuple[bool, int, bytes]] = field(default_factory=list)
    returned: list[Any] = field(default_factory=list)


async def trial(decode: Callable[[bytes], object], stage: Stage, evidence: Evidence) -> None:
    """Decode a frame of each kind, with the beginning of another behind it."""
    for fin, opcode in stage.random.sample(KINDS, len(KINDS)):
        payload = stage.phrase().encode()
        evidence.given.append(frame(payload, opcode, fin=fin) + frame(stage.phrase()))
        evidence.expected.append((fin, OPCODE[opcode], payload))
        evidence.returned.append(stage.value(decode(evidence.given[-1])))


def _case(expected: tuple[bool, int, bytes], value: Any) -> str:
    if type(value) is not tuple or len(value) != THREE:
        return "three values"
    fin, opcode, payload = value
    if type(fin) is not bool:
        return "true or false"
    if fin is not expected[0]:
        return "fin"
    if type(opcode) is not int or opcode != expected[1]:
        return "opcode"
    if type(payload) is not bytes:
        return "bytes"
    return "payload" if payload != expected[2] else ""


def _first(evidence: Evidence) -> tuple[str, str]:
    """The first diagnosis, and the facts of its case."""
    for data, expected, value in zip(evidence.given, evidence.expected, evidence.returned, strict=False):
        if name := _case(expected, value):
            return name, f"data:     {as_hex(data)}\nexpected: {expected}\nreturned: {value!r}"
    return "", ""


def diagnose(evidence: Evidence) -> str:
    """Name what is wrong."""
    return _first(evidence)[0]


def _shows(attempt: Attempt[Evidence]) -> str:
    return _first(attempt.evidence)[1]


HEAD = "def decode(data):\n    length = data[1]\n"

DECODE = Exercise(
    number="03.1",
    title="Decode a frame by hand",
    goal=(
        "`decode(data)` is given bytes that begin with a frame from a server: not masked, with a payload of 125 bytes at most. "
        "More bytes may follow. It returns a tuple of three: whether FIN is set (`True` or `False`), the opcode, and the payload "
        "as `bytes`. Use nothing but Python."
    ),
    example="decode(bytes.fromhex(\"81 05 48 65 6c 6c 6f\"))  # (True, 1, b'Hello')",
    answer="decode",
    wants="def",
    parameters=("data",),
    needs="",
    stub="""
def decode(data):
    return data[0], data[1], data[2:]
""",
    start=(
        "`data[0]` still holds two facts in one number. `data[0] & 0x0F` keeps its four low bits, the opcode, and "
        "`data[0] & 0x80` its highest, FIN. `data[1]` is the length here."
    ),
    solution="""
def decode(data):
    fin = data[0] & 0x80 != 0
    opcode = data[0] & 0x0F
    length = data[1]
    return fin, opcode, data[2 : 2 + length]
""",
    afterwards=(
        "`decode` read five frames it had not seen before: whole messages, pieces of messages and a ping, each with another frame "
        "right behind it."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        unless(
            "three values", "`decode` should return a tuple of three: `return fin, opcode, payload`.", diagnose, _shows
        ),
        unless(
            "true or false",
            "FIN should be `True` or `False`. `data[0] & 0x80` is 128 or 0; ask whether it is 0: `data[0] & 0x80 != 0`.",
            diagnose,
            _shows,
        ),
        unless(
            "fin",
            "FIN is not right for every frame. It is the highest bit of the first byte, and of no other: `data[0] & 0x80`.",
            diagnose,
            _shows,
        ),
        unless(
            "opcode",
            "The opcode is not right. It is in the four low bits of the first byte: `data[0] & 0x0F`.",
            diagnose,
            _shows,
        ),
        unless(
            "bytes",
            "The payload should be `bytes`. A frame may hold a piece of a text, or no text at all; leave decoding to others.",
            diagnose,
            _shows,
        ),
        unless(
            "payload",
            "The payload is not right. It begins behind the two bytes of the header, and ends where its length says: "
            "another frame may follow.",
            diagnose,
            _shows,
        ),
    ),
    wrong=(
        Wrong(
            "prints instead of returning",
            f"{HEAD}    print(data[0] & 0x80 != 0, data[0] & 0x0F, data[2 : 2 + length])\n",
            "three values",
        ),
        Wrong(
            "leaves the bit where it is",
            f"{HEAD}    return data[0] & 0x80, data[0] & 0x0F, data[2 : 2 + length]\n",
            "true or false",
        ),
        Wrong(
            "takes every frame for the last", f"{HEAD}    return True, data[0] & 0x0F, data[2 : 2 + length]\n", "fin"
        ),
        Wrong(
            "looks for FIN in the second byte",
            f"{HEAD}    return data[1] & 0x80 != 0, data[0] & 0x0F, data[2 : 2 + length]\n",
            "fin",
        ),
        Wrong(
            "takes the whole first byte for the opcode",
            f"{HEAD}    return data[0] & 0x80 != 0, data[0], data[2 : 2 + length]\n",
            "opcode",
        ),
        Wrong(
            "keeps three bits of the opcode",
            f"{HEAD}    return data[0] & 0x80 != 0, data[0] & 0x07, data[2 : 2 + length]\n",
            "opcode",
        ),
        Wrong(
            "decodes the payload",
            f"{HEAD}    return data[0] & 0x80 != 0, data[0] & 0x0F, data[2 : 2 + length].decode()\n",
            "bytes",
        ),
        Wrong(
            "takes everything that follows",
            f"{HEAD}    return data[0] & 0x80 != 0, data[0] & 0x0F, data[2:]\n",
            "payload",
        ),
        Wrong(
            "forgets that the header counts too",
            f"{HEAD}    return data[0] & 0x80 != 0, data[0] & 0x0F, data[2:length]\n",
            "payload",
        ),
    ),
)
