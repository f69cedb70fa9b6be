"""The exercises of lesson 03 are in `wslab.lessons.exercises`."""

from __future__ import annotations
