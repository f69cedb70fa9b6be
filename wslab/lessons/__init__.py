"""The machinery of lessons: exercises, their checks, and what lessons show.

    begin, navigation    the commands of authors: a new lesson; notebooks brought up to date
        |
    notebooks/           cells made from exercises, links to terms and between lessons
    checks/              judges an answer: passed, or the one hint that fits
        |
    catalogue/           the exercises, read off their files and found by their number
        |
    exercises/           one file an exercise: lesson_NN/NAME.py
        |
    authoring/           all that such a file imports of the machinery
        |
    trial/               tries one answer: in a sandbox, with a lab of its own, or in Node

    display/             what lessons show: cards, tables, stories, a kernel to throw away

Each may import what is drawn below it; `notebooks` and `checks` stand side by side. `checks` and `catalogue` use `display`.
"""

from __future__ import annotations

from wslab.lessons.catalogue import Exercise, exercises, find, solution
from wslab.lessons.checks import Result, check
from wslab.lessons.display import HowItEnded, Story, TranscriptPart, how_it_ended, side_by_side, throwaway_kernel
from wslab.lessons.trial import node_lacks

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
    "TranscriptPart",
    # for tests of exercises
    "Exercise",
    "find",
    "node_lacks",
]
