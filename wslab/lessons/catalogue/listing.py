"""All exercises of all lessons, found by their number. What is returned is rich in a notebook and says the same as text.

Solution    code that passes
Listing     all exercises
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from wslab.lessons.catalogue import reading
from wslab.lessons.catalogue.exercise import Exercise
from wslab.lessons.display import columns, table


@dataclass(frozen=True, repr=False, slots=True)
class Solution:
    """Code that passes an exercise. Text is the code itself, Markdown colours it in the reader's theme."""

    exercise: Exercise

    @property
    def code(self) -> str:
        """The code, without the imports the lesson has run before."""
        return self.exercise.solution.strip()

    def __repr__(self) -> str:
        return self.code

    def _repr_markdown_(self) -> str:
        return f"**One solution of {self.exercise.heading}**\n\n```{self.exercise.language}\n{self.code}\n```"


class Listing(tuple[Exercise, ...]):
    """All exercises, as a table."""

    __slots__ = ()

    def _rows(self) -> list[tuple[str, str, str]]:
        return [(exercise.number, exercise.title, exercise.check_line) for exercise in self]

    def __repr__(self) -> str:
        return columns(self._rows())

    def _repr_html_(self) -> str:
        rows = [(number, title, f"`{line}`") for number, title, line in self._rows()]
        return table(("Exercise", "What you write", "How it is checked"), rows)


def exercises() -> Listing:
    """List every exercise of the course."""
    return Listing(reading.exercises())


def find(number: str) -> Exercise:
    """Find an exercise.

    Raises:
        LookupError: There is none of that number; the message names those that come close.
    """
    every = {exercise.number: exercise for exercise in exercises()}
    found = every.get(str(number))
    if found is not None:
        return found
    padded = f"{number!s:0>4}"  # "0.1" means "00.1", although "06.1" looks just as close
    close = [padded] if padded in every else difflib.get_close_matches(str(number), every, n=3, cutoff=0.5)
    meant = f"did you mean {' or '.join(map(repr, close))}?" if close else f"the first is {min(every)!r}."
    raise LookupError(f"there is no exercise {number!r}; {meant} wslab.lessons.exercises() lists them all")


def solution(number: str) -> Solution:
    """Show a solution of an exercise: ``solution("00.1")``.

    Raises:
        LookupError: There is no exercise of that number.
    """
    return Solution(find(number))
