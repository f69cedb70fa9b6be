"""What lessons need and nothing else does: exercises, their checks, and a kernel to throw away."""

from __future__ import annotations

from wslab.lessons.catalogue import exercises, find, solution
from wslab.lessons.check import Checking, check
from wslab.lessons.exercise import Attempt, Condition, Ending, Exercise, Mishap, Wrong
from wslab.lessons.result import Listing, Result, Solution
from wslab.lessons.throwaway import Cell, Throwaway, throwaway_kernel

__all__ = [  # noqa: RUF022  (in groups)
    # in a lesson
    "check",
    "exercises",
    "solution",
    "throwaway_kernel",
    # what they answer with
    "Cell",
    "Checking",
    "Listing",
    "Result",
    "Solution",
    "Throwaway",
    # for writing exercises
    "Attempt",
    "Condition",
    "Ending",
    "Exercise",
    "Mishap",
    "Wrong",
    "find",
]
