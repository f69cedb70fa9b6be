"""Judges an answer: passed, or the one hint that fits.

check, examine     try an answer and say what was found                          checking
Attempt            what is known about one answer                                 attempt
conditions         what must hold in every exercise, and the mistakes it catches  conditions, javascript
Result             what a check says, rich and as text                             result
"""

from __future__ import annotations

from wslab.lessons.checks import conditions
from wslab.lessons.checks.attempt import Attempt
from wslab.lessons.checks.checking import STANDSTILL, check, examine, judge
from wslab.lessons.checks.result import Reminder, Result

__all__ = [  # noqa: RUF022  (in groups)
    # in a lesson
    "check",
    "Reminder",
    "Result",
    # for tests of exercises
    "Attempt",
    "STANDSTILL",
    "conditions",
    "examine",
    "judge",
]
