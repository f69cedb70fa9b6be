"""The exercises of lesson 05, one module each, in the order of the notebook."""

from __future__ import annotations

from wslab.lessons.lesson_05.fit import FIT
from wslab.lessons.lesson_05.in_pieces import IN_PIECES
from wslab.lessons.lesson_05.reply import REPLY

EXERCISES = (FIT, REPLY, IN_PIECES)

__all__ = ["EXERCISES"]
