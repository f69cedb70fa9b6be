"""All exercises of all lessons, found by their number."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from wslab.lessons import reading
from wslab.lessons.result import Listing, Solution

if TYPE_CHECKING:
    from wslab.lessons.exercise import Exercise


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
