"""The exercises of lesson 04, one module each, in the order of the notebook."""

from __future__ import annotations

from wslab.lessons.lesson_04.on_first import ON_FIRST
from wslab.lessons.lesson_04.send_when_open import SEND_WHEN_OPEN
from wslab.lessons.lesson_04.watch import WATCH

EXERCISES = (WATCH, SEND_WHEN_OPEN, ON_FIRST)

__all__ = ["EXERCISES"]
