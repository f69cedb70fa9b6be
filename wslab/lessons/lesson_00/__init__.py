"""The exercises of lesson 00, one module each, in the order of the notebook."""

from __future__ import annotations

from wslab.lessons.lesson_00.ask import ASK
from wslab.lessons.lesson_00.greet import GREET
from wslab.lessons.lesson_00.said import SAID
from wslab.lessons.lesson_00.shout import SHOUT

EXERCISES = (GREET, SAID, ASK, SHOUT)

__all__ = ["EXERCISES"]
