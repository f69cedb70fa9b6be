"""The exercises of lesson 08, one module each, in the order of the notebook. Their answers are JavaScript."""

from __future__ import annotations

from wslab.lessons.lesson_08.echo import ECHO
from wslab.lessons.lesson_08.guard import GUARD
from wslab.lessons.lesson_08.read import READ

EXERCISES = (ECHO, READ, GUARD)

__all__ = ["EXERCISES"]
