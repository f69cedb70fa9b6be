"""The vocabulary of the exercises.

    Exercise    one task: goal, example, stub, solution, check, and answers right and wrong, all in one place
    Wrong       a typical wrong answer, and the condition that catches it
    Right       a right answer of an odd style

Three rules make a check worth trusting.

1. It tries and judges step by step, and ends at the first thing that does not hold: that one gives its hint. What the answer did
   is frozen there, so nothing that is taken down afterwards is laid at its door.
2. Each condition has a name. Every wrong answer names the condition that catches it, so a test can take any one condition away
   and see an answer slip through: one that nobody would miss is a defect, unless it says itself that it is only `sharper`.
3. A trial uses fresh random inputs beside its fixed ones, so that no answer passes by holding the example's output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wslab.lessons.trial import AnswerSpec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from wslab.lessons.trial import Trial


@dataclass(frozen=True, slots=True)
class Wrong:
    """A typical wrong answer.

    Attributes:
        why: The mistake, in a few words.
        code: What the learner typed.
        caught_by: Name of the condition that catches it.
    """

    why: str
    code: str
    caught_by: str


@dataclass(frozen=True, slots=True)
class Right:
    """A right answer of an odd style, which has to pass.

    Attributes:
        why: What is odd about it, in a few words.
        code: What the learner typed.
    """

    why: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Exercise(AnswerSpec):
    """One task of a lesson, with the answer that it asks for. Everything about it is said here and nowhere else.

    Attributes:
        title: A few words.
        goal: What to write, in Markdown.
        example: Lines of code that show the answer at work, with what they print in comments.
        needs: Import lines that stub and solution rely on; the lesson has run them before.
        stub: The code the learner starts from.
        start: The hint for the stub as it is: the first step.
        solution: Code that passes.
        afterwards: What a passed check has proved, and why it matters.
        check: Tries an answer and judges it. It runs on a thread and a loop of its own.
        wrong: Typical wrong answers, each with the condition that catches it: at least three conditions in all.
        right: Right answers of odd styles.
        returns: Whether the solution always returns a value to its caller, and never None.
        file: The file it is written in.
    """

    title: str
    goal: str
    example: str
    needs: str
    stub: str
    start: str
    solution: str
    afterwards: str
    check: Callable[[Any, Trial], Awaitable[None]]
    wrong: tuple[Wrong, ...]
    right: tuple[Right, ...] = ()
    returns: bool = False
    file: Path | None = None

    @property
    def heading(self) -> str:
        """Number and title, as lists and results show them."""
        return f"{self.number} {self.title}"

    def __repr__(self) -> str:
        return f"<Exercise {self.heading}>"
