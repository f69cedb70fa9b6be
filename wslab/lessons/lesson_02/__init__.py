"""The exercises of lesson 02, one module each, in the order of the notebook."""

from __future__ import annotations

from wslab.lessons.lesson_02.accept import ACCEPT
from wslab.lessons.lesson_02.accepted import ACCEPTED
from wslab.lessons.lesson_02.choose import CHOOSE
from wslab.lessons.lesson_02.rfc_says import RFC_SAYS
from wslab.lessons.lesson_02.upgrade import UPGRADE

EXERCISES = (UPGRADE, ACCEPT, ACCEPTED, RFC_SAYS, CHOOSE)

__all__ = ["EXERCISES"]
