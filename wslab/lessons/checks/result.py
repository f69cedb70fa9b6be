"""The answers of a check. Each is rich in a notebook and says the same as text.

Result      passed, or not yet with a hint
Reminder    a check nobody awaited
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.lessons.display import card, visible

if TYPE_CHECKING:
    from wslab.lessons.display import Tone


@dataclass(frozen=True, repr=False, slots=True)
class Result:
    """What a check found.

    Attributes:
        number: The exercise.
        title: Its title.
        passed: Whether the answer passed.
        message: What was proved, or the hint. Our own words; backquotes mark code.
        facts: What was seen, as text that may come from the answer.
        condition: Name of the condition that did not hold; empty where all did.
    """

    number: str
    title: str
    passed: bool
    message: str
    facts: str = ""
    condition: str = ""

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        lines = [f"{self.number} {self.title}: {'passed' if self.passed else 'not yet'}", self.message]
        if self.facts:
            lines += [f"    {line}" for line in visible(self.facts).splitlines()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        tone: Tone = "good" if self.passed else "not yet"
        word = "✓ passed" if self.passed else "not yet"
        return card(tone, f"{self.number} {self.title}", word, self.message, self.facts)


@dataclass(frozen=True, repr=False, slots=True)
class Reminder:
    """Stands where a check was made and not awaited."""

    check_line: str

    def __repr__(self) -> str:
        return f"Nothing is checked yet. A check has to be awaited: {self.check_line}"

    def _repr_html_(self) -> str:
        return card(
            "not yet", "Nothing is checked yet", "await is missing", f"A check has to be awaited: `{self.check_line}`"
        )
