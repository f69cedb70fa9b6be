"""The exercises of lesson 06, one module each, in the order of the notebook."""

from __future__ import annotations

from wslab.lessons.lesson_06.doorman import DOORMAN
from wslab.lessons.lesson_06.page_may_send import PAGE_MAY_SEND
from wslab.lessons.lesson_06.read_close import READ_CLOSE

EXERCISES = (PAGE_MAY_SEND, READ_CLOSE, DOORMAN)

__all__ = ["EXERCISES"]
