"""Judges an answer: passed, or the one hint that fits.

    checking      `check`: before the trial, the trial, after the trial
    attempt       what is known about one answer; a condition that it must meet
    conditions    the conditions that all exercises share, and the mistakes they catch
    javascript    the same for answers in JavaScript
    result        what a check says, rich and as text

The conditions that an exercise has of its own are asked by its file, through `wslab.lessons.trial`.
"""

from __future__ import annotations

from wslab.lessons.checks.attempt import Attempt
from wslab.lessons.checks.checking import STANDSTILL, check, examine, judge
from wslab.lessons.checks.conditions import after_trial, before_trial, mistakes
from wslab.lessons.checks.result import Reminder, Result

__all__ = [  # noqa: RUF022  (in groups)
    # in a lesson
    "check",
    "Reminder",
    "Result",
    # for tests of exercises
    "Attempt",
    "STANDSTILL",
    "after_trial",
    "before_trial",
    "examine",
    "judge",
    "mistakes",
]
