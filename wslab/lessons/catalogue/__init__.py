"""The exercises of the course, read off their files and found by their number.

    exercise    one task, and typical answers to it
    reading     from exercises/lesson_NN/NAME.py, by its syntax tree, to an `Exercise`
    listing     all of them, one of them, code that passes

There is no list to edit: an exercise is found by its folder.
"""

from __future__ import annotations

from wslab.lessons.catalogue.exercise import Exercise, Right, Wrong
from wslab.lessons.catalogue.listing import Listing, Solution, exercises, find, solution

__all__ = ["Exercise", "Listing", "Right", "Solution", "Wrong", "exercises", "find", "solution"]
