"""Exercise 03.2: the three ways to write a length."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import as_hex, unless
from wslab.wire import frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

TWO, EIGHT = 0xFFFF, 2**40
"""The most that two bytes hold, and a length that needs six of the eight."""

SHORT = 125
MARKERS = (126, 127)
PAYLOAD = b"payload."
"""Stands for the first bytes of a payload that is much longer."""


@dataclass
class Evidence:
    """What was handed to `payload_length`, the lengths it should have read, and what it returned."""

    given: list[bytes] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)
    returned: list[Any] = field(default_factory=list)


async def trial(payload_length: Callable[[bytes], object], stage: Stage, evidence: Evidence) -> None:
    """Read the lengths on both sides of each limit and some between, masked and not."""
    chance = stage.random.randrange
    between = (chance(3, SHORT), chance(300, 60_000) | 1, chance(TWO + 1, 2**32), chance(2**32, EIGHT))
    for length in (0, SHORT, SHORT + 1, TWO, TWO + 1, *between):
        for key in (False, bytes(chance(256) for _ in range(4))):
            evidence.given.append(frame(PAYLOAD, "text", mask=key, length=length))
            evidence.expected.append(length)
            evidence.returned.append(stage.value(payload_length(evidence.given[-1])))


def _case(data: bytes, expected: int, value: Any) -> str:
    marker, wide = data[1] & 0x7F, data[2:4] if data[1] & 0x7F == MARKERS[0] else data[2:10]
    if type(value) is not int:
        return "a number"
    if value == expected:
        return ""
    if marker <= SHORT:
        return "the MASK bit" if value == data[1] else "short"
    if value in {marker, data[1]}:
        return "no lengths"
    if value == int.from_bytes(wide, "little"):
        return "byte order"
    return "two bytes" if marker == MARKERS[0] else "eight bytes"


def _first(evidence: Evidence) -> tuple[str, str]:
    """The first diagnosis, and the facts of its case."""
    for data, expected, value in zip(evidence.given, evidence.expected, evidence.returned, strict=False):
        if name := _case(data, expected, value):
            return name, f"data:     {as_hex(data)}\nexpected: {expected}\nreturned: {value!r}"
    return "", ""


def diagnose(evidence: Evidence) -> str:
    """Name what is wrong."""
    return _first(evidence)[0]


def _shows(attempt: Attempt[Evidence]) -> str:
    return _first(attempt.evidence)[1]


HEAD = "def payload_length(data):\n    length = data[1] & 0x7F\n"
SIXTEEN = '    if length == 126:\n        return int.from_bytes(data[2:4], "big")\n'
SIXTY_FOUR = '    if length == 127:\n        return int.from_bytes(data[2:10], "big")\n'
REST = "    return length\n"

PAYLOAD_LENGTH = Exercise(
    number="03.2",
    title="How long is the payload?",
    goal=(
        "`payload_length(data)` is given the first bytes of a frame, masked or not, and returns the length of its payload. "
        "All of the header is in `data`; the payload itself may be far longer than what is there."
    ),
    example=(
        'payload_length(bytes.fromhex("81 05 48 65 6c 6c 6f"))  # 5\n'
        'payload_length(bytes.fromhex("82 7e 01 00"))           # 256'
    ),
    answer="payload_length",
    wants="def",
    parameters=("data",),
    needs="",
    stub="""
def payload_length(data):
    return len(data) - 2
""",
    start=(
        "This counts what has arrived. The header says how much there will be: begin with the seven low bits of the second byte, "
        "`data[1] & 0x7F`."
    ),
    solution="""
def payload_length(data):
    length = data[1] & 0x7F
    if length == 126:
        return int.from_bytes(data[2:4], "big")
    if length == 127:
        return int.from_bytes(data[2:10], "big")
    return length
""",
    afterwards=(
        "`payload_length` read lengths on both sides of 125 and of 65535, and one that needs more than four bytes, masked and not."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        unless("a number", "`payload_length` should return a whole number, an `int`.", diagnose, _shows),
        unless(
            "short",
            "A length of 125 or less stands in the second byte as it is. What has arrived does not count, what the header says does.",
            diagnose,
            _shows,
        ),
        unless(
            "the MASK bit",
            "For a masked frame the result is 128 too large: the highest bit of the second byte is MASK. "
            "`data[1] & 0x7F` leaves it out.",
            diagnose,
            _shows,
        ),
        unless(
            "no lengths",
            "In the second byte, 126 and 127 are no lengths. They say that the length follows in the next two bytes, or in the next eight.",
            diagnose,
            _shows,
        ),
        unless(
            "byte order",
            'The bytes of the length are read from the wrong end. On the network the most significant comes first: `"big"`.',
            diagnose,
            _shows,
        ),
        unless(
            "two bytes",
            "Behind a 126 the length is in two bytes: `data[2:4]`.",
            diagnose,
            _shows,
        ),
        unless(
            "eight bytes",
            "Behind a 127 the length is in eight bytes: `data[2:10]`.",
            diagnose,
            _shows,
        ),
    ),
    wrong=(
        Wrong("returns the bytes", f"{HEAD}    return data[1:2]\n", "a number"),
        Wrong("counts what is there, header left out", f"{HEAD}    return len(data[2:])\n", "short"),
        Wrong(
            "forgets MASK",
            f"def payload_length(data):\n    length = data[1]\n{SIXTEEN}{SIXTY_FOUR}{REST}",
            "the MASK bit",
        ),
        Wrong("knows the short form only", f"{HEAD}{REST}", "no lengths"),
        Wrong(
            "takes 126 for a length",
            f"{HEAD}    if length <= 126:\n        return length\n{SIXTY_FOUR}{REST}",
            "no lengths",
        ),
        Wrong("reads from the wrong end", f"{HEAD}{SIXTEEN}{SIXTY_FOUR}{REST}".replace("big", "little"), "byte order"),
        Wrong(
            "adds the marker to the length",
            f"{HEAD}{SIXTEEN.replace('return int', 'return 126 + int')}{SIXTY_FOUR}{REST}",
            "two bytes",
        ),
        Wrong(
            "reads four bytes where there are eight",
            f"{HEAD}{SIXTEEN}{SIXTY_FOUR.replace('10', '6')}{REST}",
            "eight bytes",
        ),
    ),
)
