"""The exercises of the course, read off their files and found by their number.

Exercise, Wrong, Right         one task, and typical answers to it             exercise
exercises/lesson_NN/NAME.py    read by its syntax tree                          reading
exercises, find, solution      the list of all, one of them, code that passes   listing
"""

from __future__ import annotations

from wslab.lessons.catalogue.exercise import Exercise, Right, Wrong
from wslab.lessons.catalogue.listing import Listing, Solution, exercises, find, solution

__all__ = ["Exercise", "Listing", "Right", "Solution", "Wrong", "exercises", "find", "solution"]
