"""Exercise 06.2: read the body of a Close frame, and know what to say where there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.wire import close_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

HINTS = {
    "both bytes": ('The code is two bytes, the more significant one first: `int.from_bytes(payload[:2], "big")`.'),
    "reason": "The reason is all that follows the two bytes of the code.",
    "no reason": "Here the payload is the code and nothing more. The reason is then an empty text.",
    "UTF-8": "The reason is UTF-8, as all text of the protocol is: `payload[2:].decode()`.",
    "empty": "The payload is empty: the other side gave no code. A program is then told 1005, with an empty reason.",
}
"""What to say where a case was read wrongly, in the order of asking."""


@dataclass
class Evidence:
    """What stood in each payload, and what was read in it."""

    payloads: dict[str, bytes] = field(default_factory=dict)
    expected: dict[str, tuple[int, str]] = field(default_factory=dict)
    returned: dict[str, object] = field(default_factory=dict)


async def trial(read_close: Callable[[bytes], object], stage: Stage, evidence: Evidence) -> None:
    """Hand over the payloads of five Close frames, in random order."""
    codes = stage.random.sample(range(4000, 5000), 4)
    reasons = [stage.phrase(), stage.phrase(), "", f"caf\u00e9 {stage.phrase()}"]
    cases = ("both bytes", "reason", "no reason", "UTF-8")
    evidence.expected = dict(zip(cases, zip(codes, reasons, strict=True), strict=True)) | {"empty": (1005, "")}
    evidence.payloads = {
        case: b"" if case == "empty" else close_body(code, reason) for case, (code, reason) in evidence.expected.items()
    }
    for case in stage.random.sample(sorted(evidence.payloads), len(evidence.payloads)):
        evidence.returned[case] = stage.value(read_close(evidence.payloads[case]))


def _is_pair(value: object) -> bool:
    return type(value) is tuple and len(value) == 2 and type(value[0]) is int and type(value[1]) is str


def _misread(attempt: Attempt[Evidence], case: str) -> bool:
    evidence = attempt.evidence
    if case not in evidence.returned:
        return False
    returned, expected = evidence.returned[case], evidence.expected[case]
    return returned[:1] != expected[:1] if case == "both bytes" else returned != expected  # type: ignore[index]


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the first case, in the order of the hints, that was read wrongly."""
    if not all(_is_pair(value) for value in attempt.evidence.returned.values()):
        return "a pair"
    return next((case for case in HINTS if _misread(attempt, case)), "")


def _condition(name: str, hint: str) -> Condition[Evidence]:
    def shows(attempt: Attempt[Evidence]) -> str:
        evidence = attempt.evidence
        payload = evidence.payloads.get(name, b"").hex(" ") or "(no bytes)"
        return f"payload:  {payload}\nreturned: {evidence.returned.get(name)!r:.80}"

    return Condition(name, hint, lambda attempt: _fault(attempt) != name, shows)


def _shows_pair(attempt: Attempt[Evidence]) -> str:
    wrong = next((value for value in attempt.evidence.returned.values() if not _is_pair(value)), None)
    return f"returned: {wrong!r:.80}"


HEAD = "def read_close(payload):\n"
CODE = 'int.from_bytes(payload[:2], "big")'
EMPTY = '    if not payload:\n        return 1005, ""\n'

READ_CLOSE = Exercise(
    number="06.2",
    title="Read a Close frame",
    goal=(
        "`read_close(payload)` is given the unmasked payload of a Close frame and returns a pair: the code as a number and the reason "
        "as text. It returns what `event.code` and `event.reason` of the `close` event would be."
    ),
    example='read_close(bytes.fromhex("03 e8 64 6f 6e 65"))  # (1000, "done")',
    answer="read_close",
    wants="def",
    parameters=("payload",),
    needs="",
    stub="""
def read_close(payload):
    code = payload[0]
    reason = payload[2:]
    return code, reason
""",
    start=(
        '`payload[0]` is only the first of the code\'s two bytes. `int.from_bytes(payload[:2], "big")` makes one number of both; '
        "then make text of the reason."
    ),
    solution="""
def read_close(payload):
    if not payload:
        return 1005, ""
    return int.from_bytes(payload[:2], "big"), payload[2:].decode()
""",
    afterwards=(
        "Five payloads, one of them empty. For that one there was nothing to read, and your function said 1005: "
        "the number that a program is told where none was sent."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "a pair",
            "`read_close` should return a number and a text: `return code, reason`. Bytes become text with `.decode()`.",
            lambda attempt: _fault(attempt) != "a pair",
            _shows_pair,
        ),
        *(_condition(name, hint) for name, hint in HINTS.items()),
    ),
    wrong=(
        Wrong("leaves the reason as bytes", f"{HEAD}{EMPTY}    return {CODE}, payload[2:]\n", "a pair"),
        Wrong(
            "reads the lesser byte first",
            f'{HEAD}{EMPTY}    return int.from_bytes(payload[:2], "little"), payload[2:].decode()\n',
            "both bytes",
        ),
        Wrong(
            "takes the code along",
            f'{HEAD}{EMPTY}    return {CODE}, payload[1:].decode("latin-1")\n',
            "reason",
        ),
        Wrong(
            "has a reason for everything",
            f'{HEAD}{EMPTY}    return {CODE}, payload[2:].decode() or "none"\n',
            "no reason",
        ),
        Wrong(
            "takes one byte for one character",
            f'{HEAD}{EMPTY}    return {CODE}, payload[2:].decode("latin-1")\n',
            "UTF-8",
        ),
        Wrong(
            "says 1006 where there is no code",
            f"{HEAD}{EMPTY.replace('1005', '1006')}    return {CODE}, payload[2:].decode()\n",
            "empty",
        ),
        Wrong("reads where there is nothing", f"{HEAD}    return {CODE}, payload[2:].decode()\n", "empty"),
    ),
)
