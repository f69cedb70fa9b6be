"""Exercise 05.1: cut a text so that its UTF-8 fits, and no character is cut in two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Condition, Ending, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import unless

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lessons.stage import Stage


@dataclass
class Case:
    """One text, the bytes it may take, and what `fit` made of it."""

    text: str
    size: int
    returned: Any = None


@dataclass
class Evidence:
    """The texts that were tried."""

    cases: list[Case] = field(default_factory=list)


async def trial(fit: Callable[[str, int], object], stage: Stage, evidence: Evidence) -> None:
    """Cut texts of characters of one to four bytes, at every place within a character and between two."""
    one, two, three, four = stage.phrase(), "Grüße ", "世界", "👍🎉"
    cases = [(one, 100), (one, len(one)), (one, stage.random.randrange(3, 9))]
    cases += [(three * 4 + one, size) for size in (11, 12, 13)]
    cases += [(four * 3 + one, size) for size in (12, 13, 14, 15)]
    cases += [(two * 3 + stage.random.choice(three), size) for size in (3, 4, 5)]
    for text, size in stage.random.sample(cases, len(cases)):
        evidence.cases.append(case := Case(text, size))
        case.returned = stage.value(fit(text, size))


def fitting(text: str, size: int) -> str:
    """The longest beginning of a text whose UTF-8 takes no more than `size` bytes."""
    return text.encode()[:size].decode(errors="ignore")


def _case(case: Case) -> str:
    if type(case.returned) is not str:
        return "text"
    if not case.text.startswith(case.returned):
        return "beginning"
    if len(case.returned.encode()) > case.size:
        return "bytes"
    return "" if case.returned == fitting(case.text, case.size) else "longest"


def diagnose(evidence: Evidence) -> str:
    """Name the first thing that is wrong, in the order of the conditions."""
    found = {_case(case) for case in evidence.cases}
    return next((name for name in ("text", "beginning", "bytes", "longest") if name in found), "")


def _shows(attempt: Attempt[Evidence]) -> str:
    name = diagnose(attempt.evidence)
    case = next((case for case in attempt.evidence.cases if _case(case) == name), None)
    if case is None:
        return ""
    size = f", {len(case.returned.encode())} bytes" if type(case.returned) is str else ""
    return f"text:     {case.text!r}\nsize:     {case.size}\nreturned: {case.returned!r:.100}{size}"


def _cut_a_character(attempt: Attempt[Evidence]) -> bool:
    return attempt.ending is Ending.RAISED and attempt.mishap.what.startswith("UnicodeDecodeError")


HEAD = "def fit(text, size):\n"

FIT = Exercise(
    number="05.1",
    title="As much as fits",
    goal=(
        "A server takes at most `size` bytes in a message. `fit(text, size)` returns the longest beginning of `text` whose UTF-8 "
        "takes no more than that. No character is cut in two."
    ),
    example='fit("Grüße", 3)    # "Gr": the next character takes two bytes\nfit("Grüße", 100)  # "Grüße"',
    answer="fit",
    wants="def",
    parameters=("text", "size"),
    needs="",
    stub="""
def fit(text, size):
    return text[:size]
""",
    start="This counts characters, and `size` is in bytes. Cut the bytes, `text.encode()`, and make text of them again.",
    solution="""
def fit(text, size):
    return text.encode()[:size].decode(errors="ignore")
""",
    afterwards="Cut at every place, between two characters and within one: the text stayed text, and nothing was left out that fits.",
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "whole characters",
            'Your cut went through a character, and half of one is not UTF-8. Leave its bytes out: `decode(errors="ignore")`, '
            "or take one character fewer until it fits.",
            lambda attempt: not _cut_a_character(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        unless("text", "`fit` should return text. Bytes become text with `.decode()`.", diagnose, _shows),
        unless(
            "beginning",
            "What came back is not how the text begins: characters were changed or left out in the middle. Cut at the end only.",
            diagnose,
            _shows,
        ),
        unless(
            "bytes",
            "This takes more bytes than it may. `len(text.encode())` counts bytes, `len(text)` characters.",
            diagnose,
            _shows,
        ),
        unless("longest", "There was room for more: `size` bytes may be used, all of them.", diagnose, _shows),
    ),
    wrong=(
        Wrong("cuts a character in two", f"{HEAD}    return text.encode()[:size].decode()\n", "whole characters"),
        Wrong("returns bytes", f"{HEAD}    return text.encode()[:size]\n", "text"),
        Wrong(
            "a question mark for half a character",
            f'{HEAD}    return text.encode()[:size].decode(errors="replace")\n',
            "beginning",
        ),
        Wrong(
            "drops what is not ASCII", f'{HEAD}    return text.encode("ascii", "ignore")[:size].decode()\n', "beginning"
        ),
        Wrong("takes two bytes for each character", f"{HEAD}    return text[: size // 2]\n", "bytes"),
        Wrong(
            "stops one byte early",
            f"{HEAD}    while len(text.encode()) >= size:\n        text = text[:-1]\n    return text\n",
            "longest",
        ),
        Wrong("takes four bytes for each character", f"{HEAD}    return text[: size // 4]\n", "longest"),
    ),
)
