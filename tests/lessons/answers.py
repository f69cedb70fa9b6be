"""Turns the code a learner typed into the answer object they would hand to `check`. JavaScript is handed over as text."""

from __future__ import annotations

import asyncio
import itertools
import linecache
import threading
from typing import TYPE_CHECKING, Any

from tests.optional import need
from wslab.lessons import scripts
from wslab.lessons.check import PATIENCE, examine

if TYPE_CHECKING:
    from wslab.lessons import Exercise, Result

_numbers = itertools.count()


def answer(exercise: Exercise[Any], code: str) -> Any:
    """Run a cell's code in a namespace of its own and take the answer out of it."""
    if exercise.wants == "javascript":
        return code
    name = f"<ipython-input-{next(_numbers)}>"
    source = f"{exercise.needs}\n{code}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space: dict[str, Any] = {}
    exec(compile(source, name, "exec"), space)
    return space[exercise.answer]


def result_of(exercise: Exercise[Any], code: str, *, patience: float = PATIENCE, without: str = "") -> Result:
    """Check a learner's code."""
    if exercise.wants == "javascript":
        need(not (lacks := scripts.lacking()), lacks)
    return asyncio.run(examine(exercise, answer(exercise, code), patience=patience, without=without))


def threads_left(before: list[threading.Thread]) -> list[threading.Thread]:
    """The threads that were not there before and do not end: one that has done its work may take a moment to be gone."""
    new = [thread for thread in threading.enumerate() if thread not in before]
    for thread in new:
        thread.join(20)
    return [thread for thread in new if thread.is_alive()]
