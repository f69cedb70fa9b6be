"""The exercises of lesson 03, one module each, in the order of the notebook."""

from __future__ import annotations

from wslab.lessons.lesson_03.decode import DECODE
from wslab.lessons.lesson_03.mask import MASK
from wslab.lessons.lesson_03.messages import MESSAGES
from wslab.lessons.lesson_03.payload_length import PAYLOAD_LENGTH

EXERCISES = (DECODE, PAYLOAD_LENGTH, MASK, MESSAGES)

__all__ = ["EXERCISES"]
