"""Answers in JavaScript: the conditions that all of them share, and the mistakes they catch.

    before the trial     saved, started
    after the trial      node, parses, defines, yields, unhurt

The answer is the text of a cell (``%%node --save greet``); `wslab.lessons.trial.node` runs it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wslab.lessons.catalogue import Wrong
from wslab.lessons.checks.attempt import MAX_TYPE_CHARS, Condition
from wslab.lessons.trial import Ending, undefined

if TYPE_CHECKING:
    from wslab.lessons.catalogue import Exercise
    from wslab.lessons.checks.attempt import Attempt

_TOKENS = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<kept>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\w+|\S)""",
    re.DOTALL,
)


def bare(text: str) -> tuple[str, ...]:
    """The words and signs of a JavaScript text, without comments and white space: enough to know a text again."""
    return tuple(found["kept"] for found in _TOKENS.finditer(text) if found["kept"])


def before_trial(exercise: Exercise) -> tuple[Condition, ...]:
    """What must hold before a text is tried, beside that it was handed over."""
    return (
        Condition(
            "saved",
            f"`{exercise.answer}` should be the text of your cell. Write `{exercise.save_line}` into its first line, and run that "
            "cell before this one.",
            lambda attempt: isinstance(attempt.answer, str),
            lambda attempt: f"{exercise.answer} is of type {type(attempt.answer).__name__}"[:MAX_TYPE_CHARS],
        ),
        Condition(
            "started",
            exercise.start,
            lambda attempt: isinstance(attempt.answer, str) and bare(attempt.answer) != bare(exercise.stub),
        ),
    )


def after_trial(exercise: Exercise) -> tuple[Condition, ...]:
    """What must hold once a text was tried."""
    return (
        Condition(
            "node",
            "Your answer was not tried: the check runs it in Node, and that cannot be had here. `wslab doctor` says the same.",
            lambda attempt: not attempt.lacks,
            lambda attempt: attempt.lacks,
        ),
        Condition(
            "parses",
            "Node cannot read this: a sign is missing, or there is one too many. Often it is a bracket, in the line named or before it.",
            lambda attempt: not _syntax(attempt),
            lambda attempt: str(attempt.failure),
        ),
        Condition(
            "defines",
            f"There is no function `{exercise.answer}` in your text. Begin with `{exercise.signature}`.",
            lambda attempt: attempt.failure.what != undefined(exercise.answer),
        ),
        Condition(
            "yields",
            "Your code was still busy when the time was up. Node has one thread: as long as it is in your code, nothing else happens.",
            lambda attempt: attempt.ending is not Ending.BLOCKED,
            lambda attempt: str(attempt.failure),
        ),
        Condition(
            "unhurt",
            "Your code threw an error that nobody caught, and Node ended with it.",
            lambda attempt: attempt.ending is not Ending.RAISED,
            lambda attempt: str(attempt.failure),
        ),
    )


def _syntax(attempt: Attempt) -> bool:
    return attempt.ending is Ending.RAISED and attempt.failure.what.startswith("SyntaxError")


def mistakes(exercise: Exercise) -> tuple[Wrong, ...]:
    """The mistakes that can be made in every exercise of this kind."""
    head = exercise.signature
    return (
        Wrong("the stub, unchanged", exercise.stub, "started"),
        Wrong("the stub, with a comment", f"// mine\n{exercise.stub}", "started"),
        Wrong("a bracket is missing", f"{head}\n  if (true {{\n  }}\n}}\n", "parses"),
        Wrong("another name", f"{head.replace(exercise.answer, 'another')}\n}}\n", "defines"),
        Wrong("a loop without an end", f"{head}\n}}\n\nwhile (true) {{\n}}\n", "yields"),
        Wrong("a loop without an end inside", f"{head}\n  while (true) {{\n  }}\n}}\n", "yields"),
        Wrong("an error", f'{head}\n  throw new Error("no");\n}}\n', "unhurt"),
        Wrong("an error at once", f"{head}\n}}\n\nnothing.at.all();\n", "unhurt"),
    )
