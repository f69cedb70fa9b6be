"""What lessons need and nothing else does: exercises, their checks, and a kernel to throw away."""

from __future__ import annotations

from wslab.lessons.catalogue import exercises, find, solution
from wslab.lessons.check import check
from wslab.lessons.exercise import Exercise
from wslab.lessons.how_it_ended import HowItEnded, how_it_ended
from wslab.lessons.result import Result
from wslab.lessons.side_by_side import side_by_side
from wslab.lessons.story import Story, Told
from wslab.lessons.throwaway import throwaway_kernel

__all__ = [  # noqa: RUF022  (in groups)
    # in a lesson
    "Story",
    "check",
    "exercises",
    "how_it_ended",
    "side_by_side",
    "solution",
    "throwaway_kernel",
    # what they answer with
    "HowItEnded",
    "Result",
    "Told",
    # for tests of exercises
    "Exercise",
    "find",
]
