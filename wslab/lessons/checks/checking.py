"""`check` tries an answer and says what it found: passed, or the one hint that fits.

    await check("00.1", greet)
          |
          |  conditions before the trial      is it a function, of so many parameters, more than the stub?
          |  the exercise's check, sandboxed  on a thread and loop of its own, with a lab of its own, for as long as something moves;
          |                                   it asks its own conditions, and ends at the first that does not hold
          |  conditions after the trial       did it await, end, come out unhurt?
          v
        Result                                passed, or one hint: `judge` says which comes first

A check never raises for what an answer does. It raises for a call that is itself mistaken: there is no such exercise.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from wslab.lessons.catalogue import find
from wslab.lessons.checks import conditions
from wslab.lessons.checks.attempt import Attempt, Condition
from wslab.lessons.checks.result import Reminder, Result
from wslab.lessons.trial import Ending, Failure, Sandbox, Trial, UnawaitedListener, file_of, node_lacks
from wslab.net import Pending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wslab.lessons.catalogue import Exercise
    from wslab.lessons.trial import Expectation

STANDSTILL = 4.0
"""Seconds that an answer may stand still. They are counted in looks (`wslab.lessons.trial.liveness`), so a busy machine has more."""

LIMIT = 60.0
"""Seconds after which an answer is ended in any case, even if something moves."""

LIMIT_OF_NODE = 120.0
"""The same for an answer in JavaScript: a process is started for it first. The waits of its trial are shorter."""

ABANDONED = "It could not be ended and still runs on a thread of its own; restart the kernel when it suits you."


def check(number: str, answer: object = conditions.MISSING) -> Checking:
    """Check an answer, in a cell with an `await` in front.

    Args:
        number: Which exercise, such as ``"00.1"``.
        answer: What you wrote: the function itself, not a call of it.

    Returns:
        Something to await. It becomes a `Result`.

    Raises:
        LookupError: There is no exercise of that number.
    """
    return Checking(find(number), answer)


class Checking(Pending[Result]):
    """A check that waits to be awaited. Shown as it is, it says how to write it."""

    def __init__(self, exercise: Exercise, answer: object) -> None:
        super().__init__(lambda: examine(exercise, answer), exercise.check_line)
        self._reminder = Reminder(exercise.check_line)

    def __repr__(self) -> str:
        return repr(self._reminder)

    def _repr_html_(self) -> str:
        return self._reminder._repr_html_()


async def examine(
    exercise: Exercise,
    answer: object,
    *,
    standstill: float = STANDSTILL,
    without: str = "",
    seed: int | None = None,
    expectations: dict[str, Expectation] | None = None,
) -> Result:
    """Check an answer against an exercise.

    Args:
        exercise: The exercise.
        answer: The answer.
        standstill: Seconds that the answer may stand still, counted in looks.
        without: Name of a condition to leave out. Only tests do this: an answer must slip through without it.
        seed: Of the random inputs; None for new ones.
        expectations: Takes up the exercise's own conditions, as far as it came.
    """
    attempt = Attempt(answer)
    refused = _first_unmet(attempt, conditions.before_trial(exercise), without)
    if refused is not None:
        if asyncio.iscoroutine(answer):
            answer.close()  # nobody will await it any more, and Python would say so
        return _not_yet(exercise, refused.name, refused.hint, refused.shows(attempt))
    if exercise.wants == "javascript":
        attempt.lacks = await asyncio.to_thread(node_lacks)
    unmet = None
    if not attempt.lacks:
        trial = await _try(exercise, attempt, standstill, seed, without)
        unmet = trial.unmet
        (expectations if expectations is not None else {}).update(trial.expectations)
    return judge(exercise, attempt, unmet, without)


def judge(exercise: Exercise, attempt: Attempt, unmet: Expectation | None, without: str = "") -> Result:
    """Say what comes first: an urgent condition of the exercise, one that all exercises share, or another of its own.

    Args:
        exercise: The exercise.
        attempt: How it went.
        unmet: The exercise's own condition that did not hold.
        without: Name of a condition to leave out.
    """
    if unmet is None or not unmet.urgent:
        shared = _first_unmet(attempt, conditions.after_trial(exercise), without)
        if shared is not None:
            return _not_yet(exercise, shared.name, shared.hint, shared.shows(attempt))
    if unmet is not None:
        return _not_yet(exercise, unmet.name, unmet.hint, unmet.facts)
    return Result(exercise.number, exercise.title, passed=True, message=exercise.afterwards)


def _not_yet(exercise: Exercise, name: str, hint: str, facts: str) -> Result:
    return Result(exercise.number, exercise.title, passed=False, message=hint, facts=facts, condition=name)


def _first_unmet(attempt: Attempt, every: Iterable[Condition], without: str) -> Condition | None:
    return next((condition for condition in every if condition.name != without and not condition.holds(attempt)), None)


async def _try(exercise: Exercise, attempt: Attempt, standstill: float, seed: int | None, without: str) -> Trial:
    """Try an answer in a sandbox, and note how it went."""
    caller, hurry = asyncio.get_running_loop(), asyncio.Event()
    left: list[str] = []

    def note(name: str, place: Failure) -> None:
        left.append(str(place) or name)
        if exercise.wants != "def" and without != "awaits":  # nothing else will be asked of the answer
            caller.call_soon_threadsafe(hurry.set)

    listener = UnawaitedListener(file_of(attempt.answer), note)
    trial = Trial(exercise, listener, seed=seed, without=without)
    limit = LIMIT_OF_NODE if exercise.wants == "javascript" else LIMIT
    try:
        try:
            work = Sandbox(lambda: trial.run(exercise.check, attempt.answer), listener, trial.moves)
            outcome = await work.run(standstill, limit, hurry)
        finally:
            await trial.close()
    finally:
        listener.close()
    attempt.unawaited = tuple(dict.fromkeys(left))
    attempt.ending, attempt.failure = outcome.ending, outcome.failure
    if outcome.alive:
        attempt.failure = replace(outcome.failure, what=ABANDONED)
    if trial.ending is not Ending.FINISHED and outcome.ending in {Ending.FINISHED, Ending.WAITING, Ending.BROKEN}:
        attempt.ending, attempt.failure = trial.ending, trial.failure
    attempt.returned_nothing = exercise.returns and trial.returned_nothing and trial.unmet is not None
    return trial
