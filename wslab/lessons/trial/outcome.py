"""The outcome of a trial: plain records, which everything that runs or judges an answer shares.

Ending      how the trial of an answer ended
Failure      an exception of the answer, with the learner's own line
Outcome     both, and whether the answer's thread was left behind
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Ending(Enum):
    """How the trial of an answer ended."""

    NOT_TRIED = "was not tried"
    FINISHED = "finished"
    RAISED = "raised an exception"
    BROKEN = "was cut short by an exception in which it had no part"
    WAITING = "was still waiting when the time was up"
    BLOCKED = "was still blocking its thread when the time was up"


@dataclass(frozen=True, slots=True)
class Failure:
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


NO_FAILURE = Failure()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went.

    Attributes:
        ending: How it ended.
        failure: What was raised, or where it stood still.
        alive: Whether its thread could not be ended and was abandoned.
    """

    ending: Ending
    failure: Failure = NO_FAILURE
    alive: bool = False
