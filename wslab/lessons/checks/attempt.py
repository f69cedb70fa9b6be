"""The vocabulary of judging: `Attempt`, all that is known about one answer, and `Condition`, one thing that it must meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.lessons.trial import NO_FAILURE, Ending, Failure

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_TYPE_CHARS = 100
"""Characters of a sentence on an answer's type that are shown."""


@dataclass
class Attempt:
    """What is known about one answer.

    Attributes:
        answer: The object the learner handed over. Hostile: look at its type before comparing it.
        ending: How the trial ended.
        failure: What was raised, or where the answer stood still.
        unawaited: Names of the coroutines that the answer made and never awaited.
        lacks: What this machine would need to try the answer, and has not; empty where it has everything.
        returned_nothing: Whether it returned None where a value was wanted, and something of its own exercise does not hold.
    """

    answer: object
    ending: Ending = Ending.NOT_TRIED
    failure: Failure = NO_FAILURE
    unawaited: tuple[str, ...] = ()
    lacks: str = ""
    returned_nothing: bool = False


@dataclass(frozen=True)
class Condition:
    """One thing that must hold in every exercise of a kind (`wslab.lessons.checks.conditions`); an exercise's own are asked by its check.

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
