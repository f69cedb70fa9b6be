"""The vocabulary of the exercises.

    Exercise    one task: goal, example, stub, solution, trial, conditions and typical wrong answers, all in one place
    Condition   one thing that must hold, and what to say where it does not
    Attempt     what is known about one answer: how it went, and the evidence its trial gathered
    Ending      how the trial of an answer ended
    Mishap      an exception of the answer, with the learner's own line
    Wrong       a typical wrong answer, and the condition that catches it

Three rules make a check worth trusting.

1. The trial only *gathers evidence*; it judges nothing. Judging is done by conditions, one after the other, and the first
   that does not hold gives its hint.
2. Each condition is one predicate with a name. Every wrong answer names the condition that catches it, so a test can take
   any one condition away and see an answer slip through: a condition that nobody would miss is a defect.
3. A trial uses fresh random inputs, so that no answer passes by holding the example's output.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from wslab.lessons.stage import Stage
    from wslab.lessons.trial import Trial

E = TypeVar("E")
"""The evidence an exercise gathers: a small class of its own, whose fields have defaults."""

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
class Attempt(Generic[E]):
    """What is known about one answer.

    Attributes:
        answer: The object the learner handed over. Hostile: look at its type before comparing it.
        evidence: What the trial saw. Fields not reached keep their defaults.
        ending: How the trial ended.
        mishap: What was raised, or where the answer stood still.
        unawaited: Names of the coroutines that the answer made and never awaited.
        lacks: What this machine would need to try the answer, and has not; empty where it has everything.
        returned_nothing: Whether it returned None where a value was wanted, and something of its own exercise does not hold.
    """

    answer: object
    evidence: E
    ending: Ending = Ending.NOT_TRIED
    mishap: Mishap = NOTHING_HAPPENED
    unawaited: tuple[str, ...] = ()
    lacks: str = ""
    returned_nothing: bool = False


def shows_nothing(_attempt: Attempt[Any]) -> str:
    """The default of `Condition.shows`: there are no facts to add to the hint."""
    return ""


@dataclass(frozen=True)
class Condition(Generic[E]):
    """One thing that must hold for an answer to pass.

    Attributes:
        name: Short and unique within its exercise.
        hint: What to say when it does not hold: what is missing, and what to type next. Backquotes mark code.
        holds: The predicate. It sees the whole attempt and must not raise.
        shows: The facts of this attempt that go with the hint, as text: what was sent, what came back.
        urgent: Asked before the conditions that all exercises share, because it names the cause more exactly.
    """

    name: str
    hint: str
    holds: Callable[[Attempt[E]], bool]
    shows: Callable[[Attempt[E]], str] = shows_nothing
    urgent: bool = False


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
class Exercise(Generic[E]):
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
        evidence: Makes an empty evidence.
        trial: Tries an answer and fills in the evidence. It runs on a thread and a loop of its own.
        conditions: What must hold, in the order of asking. The conditions that all exercises share come before them.
        wrong: At least three typical wrong answers, each caught by a different condition.
        before: What must hold before the answer is tried at all.
        check: Tries an answer and judges it, for an exercise in the lean form (wslab/lessons/exercises); then `evidence`, `trial`,
            `conditions` and `before` are not used.
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
    evidence: Callable[[], E] = lambda: None  # type: ignore[assignment,return-value]
    trial: Callable[[Any, Stage, E], Awaitable[None]] | None = None
    conditions: tuple[Condition[E], ...] = ()
    wrong: tuple[Wrong, ...]
    before: tuple[Condition[E], ...] = ()
    check: Callable[[Any, Trial], Awaitable[None]] | None = None
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
