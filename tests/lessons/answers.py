"""Turns the code a learner typed into the answer object they would hand to `check`. JavaScript is handed over as text."""

from __future__ import annotations

import asyncio
import itertools
import linecache
import threading
from typing import TYPE_CHECKING, Any

from tests.optional import need
from wslab.lessons import Result
from wslab.lessons.checks import STANDSTILL, Attempt, before_trial, examine, judge
from wslab.lessons.trial import Ending, Trial, UnawaitedListener, failure_of, file_of, node_lacks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wslab.lab import Lab
    from wslab.lessons import Exercise

_numbers = itertools.count()


def answer(exercise: Exercise, code: str) -> Any:
    """Run a cell's code in a namespace of its own and take the answer out of it."""
    if exercise.wants == "javascript":
        return code
    name = f"<ipython-input-{next(_numbers)}>"
    source = f"{exercise.needs}\n{code}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space: dict[str, Any] = {}
    exec(compile(source, name, "exec"), space)
    return space[exercise.answer]


def result_of(exercise: Exercise, code: str, *, standstill: float = STANDSTILL, **how: Any) -> Result:
    """Check a learner's code."""
    if exercise.wants == "javascript":
        need(not (lacks := node_lacks()), lacks)
    return asyncio.run(examine(exercise, answer(exercise, code), standstill=standstill, **how))


def results_of(exercise: Exercise, code: str, seeds: Iterable[int], **how: Any) -> list[Result]:
    """Check a learner's code with each of these seeds: side by side, as most of the time is spent waiting."""

    async def main() -> list[Result]:
        return await asyncio.gather(*(examine(exercise, answer(exercise, code), seed=seed, **how) for seed in seeds))

    if exercise.wants == "javascript":
        need(not (lacks := node_lacks()), lacks)
    return asyncio.run(main())


class NeedsMore(Exception):
    """A trial wants a lab or waits for something: it is not one of values alone."""


class Bare(Trial):
    """A trial without a lab."""

    @property
    def lab(self) -> Lab:
        raise NeedsMore


def values_result(exercise: Exercise, code: str, seed: int, **how: Any) -> Result:
    """Check a learner's code that ends by itself on this thread, without a lab.

    Raises:
        NeedsMore: The exercise is not one of values.
    """
    given = answer(exercise, code)
    attempt = Attempt(given, Ending.FINISHED)
    refused = next((condition for condition in before_trial(exercise) if not condition.holds(attempt)), None)
    if refused is not None:
        return Result(exercise.number, exercise.title, False, refused.hint, "", refused.name)
    listener = UnawaitedListener(file_of(given), lambda *_: None)
    trial = Bare(exercise, listener, seed=seed, **how)
    running, waits = trial.run(exercise.check, given), False
    try:
        running.send(None)
        waits = True
    except StopIteration:
        pass
    except NeedsMore:
        waits = True
    except Exception as error:  # noqa: BLE001  whatever an answer raises
        attempt.failure = failure_of(error, listener.file)
        attempt.ending = Ending.RAISED if attempt.failure.line else Ending.BROKEN
    finally:
        running.close()
        listener.close()
    if waits:
        raise NeedsMore
    attempt.returned_nothing = exercise.returns and trial.returned_nothing and trial.unmet is not None
    return judge(exercise, attempt, trial.unmet, how.get("without", ""))


def threads_left(before: list[threading.Thread]) -> list[threading.Thread]:
    """The threads that were not there before and do not end: one that has done its work may take a moment to be gone."""
    new = [thread for thread in threading.enumerate() if thread not in before]
    for thread in new:
        thread.join(20)
    return [thread for thread in new if thread.is_alive()]
