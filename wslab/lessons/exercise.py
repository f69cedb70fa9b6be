"""The vocabulary of the exercises.

    Exercise    one task: goal, example, stub, solution, check, and answers right and wrong, all in one place
    Condition   one thing that must hold in every exercise, and what to say where it does not
    Attempt     what is known about one answer
    Ending      how the trial of an answer ended
    Mishap      an exception of the answer, with the learner's own line
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
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from wslab.lessons.trial import Trial

Wants = Literal["async def", "def", "handler", "javascript"]
"""What an exercise asks for: an async function, a plain one, an async function that serves one connection, or JavaScript.

JavaScript is handed over as text, in which a function of the answer's name is defined; the check runs it in a real Node.
"""


class Ending(Enum):
    """How the trial of an answer ended."""

    NOT_TRIED = "was not tried"
    FINISHED = "finished"
    RAISED = "raised an exception"
    BROKEN = "was cut short by an exception in which it had no part"
    WAITING = "was still waiting when the time was up"
    BLOCKED = "was still blocking its thread when the time was up"


@dataclass(frozen=True, slots=True)
class Mishap:
    """An exception, or a place where an answer stood still, in words.

    Attributes:
        what: The exception as ``ValueError: message``, or empty where nothing was raised.
        line: Number of the learner's own line that led to it, or 0 where none is known.
        code: The text of that line.
    """

    what: str = ""
    line: int = 0
    code: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: {self.code}" if self.line else ""
        return "\n".join(part for part in (self.what, place) if part)


NOTHING_HAPPENED = Mishap()


@dataclass
class Attempt:
    """What is known about one answer.

    Attributes:
        answer: The object the learner handed over. Hostile: look at its type before comparing it.
        ending: How the trial ended.
        mishap: What was raised, or where the answer stood still.
        unawaited: Names of the coroutines that the answer made and never awaited.
        lacks: What this machine would need to try the answer, and has not; empty where it has everything.
        returned_nothing: Whether it returned None where a value was wanted, and something of its own exercise does not hold.
    """

    answer: object
    ending: Ending = Ending.NOT_TRIED
    mishap: Mishap = NOTHING_HAPPENED
    unawaited: tuple[str, ...] = ()
    lacks: str = ""
    returned_nothing: bool = False


@dataclass(frozen=True)
class Condition:
    """One thing that must hold in every exercise of a kind (`wslab.lessons.common`); an exercise's own are asked by its check.

    Attributes:
        name: Short and unique.
        hint: What to say when it does not hold: what is missing, and what to type next. Backquotes mark code.
        holds: The predicate. It sees the whole attempt and must not raise.
        shows: The facts of this attempt that go with the hint, as text: what was sent, what came back.
    """

    name: str
    hint: str
    holds: Callable[[Attempt], bool]
    shows: Callable[[Attempt], str] = lambda _attempt: ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A typical wrong answer.

    Attributes:
        why: The mistake, in a few words.
        code: What the learner typed.
        earns: Name of the condition that catches it.
    """

    why: str
    code: str
    earns: str


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
class Exercise:
    """One task of a lesson. Everything about it is said here and nowhere else.

    Attributes:
        number: Lesson and place, such as ``00.1``.
        title: A few words.
        goal: What to write, in Markdown.
        example: Lines of code that show the answer at work, with what they print in comments.
        answer: The name the answer must have in the notebook.
        wants: What kind of function the answer is, or the text of one in JavaScript.
        parameters: Names of its parameters; a check calls it with that many arguments.
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

    number: str
    title: str
    goal: str
    example: str
    answer: str
    wants: Wants
    parameters: tuple[str, ...]
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
    def signature(self) -> str:
        """The line an answer begins with."""
        if self.wants == "javascript":
            return f"function {self.answer}({', '.join(self.parameters)}) {{"
        keyword = "def" if self.wants == "def" else "async def"
        return f"{keyword} {self.answer}({', '.join(self.parameters)}):"

    @property
    def check_line(self) -> str:
        """The line that checks the answer, as it stands in the notebook."""
        return f'await check("{self.number}", {self.answer})'

    @property
    def language(self) -> str:
        """The language of example, stub and solution, as Markdown names it."""
        return "javascript" if self.wants == "javascript" else "python"

    @property
    def save_line(self) -> str:
        """The line above an answer in JavaScript: it puts the cell's text into a Python variable, and runs nothing."""
        return f"%%node --save {self.answer}"

    @property
    def heading(self) -> str:
        """Number and title, as lists and results show them."""
        return f"{self.number} {self.title}"

    def __repr__(self) -> str:
        return f"<Exercise {self.heading}>"
