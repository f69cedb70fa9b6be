"""The authors' public face: all that a file of wslab/lessons/exercises imports to say its exercise.

    Trial, Handler                  types of `check`
    wrong, right                    typical wrong answers, and right ones of odd styles
    same, facts                     compare, and show, what an answer returned, whatever it is
    words_in                        names and texts in an answer's code, for hints; verdicts look at what it does
    LONGEST_WAIT, ended, reply_to   wait for what comes for certain, or should
    stays_open, turned              wait for what does not come

`wslab/lessons/exercises/README.md` shows how.
"""

from __future__ import annotations

from wslab.lessons.authoring.comparing import facts, same
from wslab.lessons.authoring.notes import noted, right, wrong
from wslab.lessons.trial import LONGEST_WAIT, Handler, Trial, ended, reply_to, stays_open, turned, words_in

__all__ = [  # noqa: RUF022  (in groups)
    # in `check`
    "LONGEST_WAIT",
    "Handler",
    "Trial",
    "ended",
    "facts",
    "reply_to",
    "same",
    "stays_open",
    "turned",
    "words_in",
    # below it
    "right",
    "wrong",
    # for whoever reads the exercises
    "noted",
]
