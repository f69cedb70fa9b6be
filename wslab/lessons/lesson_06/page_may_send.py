"""Exercise 06.1: which close codes a browser lets a page send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage

LISTED = (*range(1001, 1004), *range(1007, 1015))
NEVER = (1005, 1006, 1015)
HINTS = {
    "done": "1000 says that all is done, and a page may say so.",
    "own": "4000 to 4999 are for applications to give a meaning to. A page may send each of them.",
    "registered": "3000 to 3999 are registered by libraries and frameworks, which run in pages. A page may send each of them.",
    "the protocol's": "Codes from 1001 to 2999 belong to the protocol: a page's browser may send some of them, the page none.",
    "never": "1005, 1006 and 1015 never travel, whoever sends.",
    "first": "3000 itself is allowed: the lower end of the range belongs to it.",
    "last": "4999 itself is allowed: `range(3000, 5000)` ends with it, `range(3000, 4999)` one before.",
    "beyond": "The range ends with 4999, and no meaning is given to what lies beyond.",
}
"""What to say where a case is judged wrongly, in the order of asking."""


@dataclass
class Evidence:
    """The codes of each case, and what was said of each code."""

    codes: dict[str, list[int]] = field(default_factory=dict)
    returned: dict[int, object] = field(default_factory=dict)


async def trial(page_may_send: Callable[[int], object], stage: Stage, evidence: Evidence) -> None:
    """Ask about codes of every kind, in random order."""
    draw = stage.random.randrange
    evidence.codes = {
        "done": [1000],
        "own": [draw(4001, 4999)],
        "registered": [draw(3001, 4000)],
        "the protocol's": [*stage.random.sample(LISTED, 4), draw(1016, 2999), 2999],
        "never": list(NEVER),
        "first": [3000],
        "last": [4999],
        "beyond": [5000, draw(5001, 65536)],
    }
    codes = [code for case in evidence.codes.values() for code in case]
    for code in stage.random.sample(codes, len(codes)):
        evidence.returned[code] = stage.value(page_may_send(code))


def _right(code: int) -> bool:
    return code == 1000 or 3000 <= code <= 4999


def _wrong_codes(attempt: Attempt[Evidence], case: str) -> list[int]:
    evidence = attempt.evidence
    return [code for code in evidence.codes.get(case, ()) if evidence.returned.get(code) is not _right(code)]


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the first case, in the order of the hints, that was judged wrongly."""
    if any(type(value) is not bool for value in attempt.evidence.returned.values()):
        return "true or false"
    return next((case for case in HINTS if _wrong_codes(attempt, case)), "")


def _condition(name: str, hint: str) -> Condition[Evidence]:
    def shows(attempt: Attempt[Evidence]) -> str:
        return "\n".join(f"{code}: {attempt.evidence.returned.get(code)!r:.60}" for code in _wrong_codes(attempt, name))

    return Condition(name, hint, lambda attempt: _fault(attempt) != name, shows)


def _shows_types(attempt: Attempt[Evidence]) -> str:
    types = sorted({type(value).__name__ for value in attempt.evidence.returned.values()})
    return f"it returned values of type {', '.join(types)}"


HEAD = "def page_may_send(code):\n"

PAGE_MAY_SEND = Exercise(
    number="06.1",
    title="What a page may send",
    goal=(
        "`page_may_send(code)` returns `True` where `socket.close(code)` would send this code from a page, and `False` where it would "
        "raise `InvalidAccessError`. The code is a whole number, from 1000 to 65535."
    ),
    example="page_may_send(1000)  # True\npage_may_send(1001)  # False",
    answer="page_may_send",
    wants="def",
    parameters=("code",),
    needs="",
    stub="""
def page_may_send(code):
    return 1000 <= code <= 4999
""",
    start=(
        "This allows too much: 1001 lies between 1000 and 4999, and a page may not send it. "
        "One code is allowed by itself, and then one range."
    ),
    solution="""
def page_may_send(code):
    return code == 1000 or 3000 <= code <= 4999
""",
    afterwards="1000, 3000 to 4999, and nothing else: that is the browser's rule, and your function judged codes of every kind by it.",
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "true or false",
            "`page_may_send` should return `True` or `False`, nothing else.",
            lambda attempt: _fault(attempt) != "true or false",
            _shows_types,
        ),
        *(_condition(name, hint) for name, hint in HINTS.items()),
    ),
    wrong=(
        Wrong(
            "prints instead of returning",
            f"{HEAD}    print(code == 1000 or 3000 <= code <= 4999)\n",
            "true or false",
        ),
        Wrong("forgets 1000", f"{HEAD}    return 3000 <= code <= 4999\n", "done"),
        Wrong("allows 1000 only", f"{HEAD}    return code == 1000\n", "own"),
        Wrong("forgets the libraries", f"{HEAD}    return code == 1000 or 4000 <= code <= 4999\n", "registered"),
        Wrong(
            "allows what a server may send",
            f"{HEAD}    return code <= 4999 and code not in (1005, 1006, 1015)\n",
            "the protocol's",
        ),
        Wrong(
            "allows what nobody sends",
            f"{HEAD}    return code in (1000, 1005, 1006, 1015) or 3000 <= code <= 4999\n",
            "never",
        ),
        Wrong("leaves 3000 out", f"{HEAD}    return code == 1000 or 3000 < code <= 4999\n", "first"),
        Wrong("leaves 4999 out", f"{HEAD}    return code == 1000 or code in range(3000, 4999)\n", "last"),
        Wrong("has no upper end", f"{HEAD}    return code == 1000 or code >= 3000\n", "beyond"),
    ),
)
