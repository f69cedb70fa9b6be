"""`check` tries an answer and says what it found: passed, or the one hint that fits.

    await check("00.1", greet)
          |
          |  conditions before the trial      is it a function, an async one, more than the stub?
          |  the trial, apart                 on a thread and loop of its own, with a lab of its own, for as long as something moves
          |  conditions after the trial       did it await, end, come out unhurt; then the exercise's own, one by one
          v
        Result                                the first condition that does not hold gives its hint

A check never raises for what an answer does. It raises for a call that is itself mistaken: there is no such exercise.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from wslab.lessons import apart, blame, common, scripts, unawaited
from wslab.lessons.catalogue import find
from wslab.lessons.exercise import Attempt, Condition, Ending, Exercise, Mishap
from wslab.lessons.result import Reminder, Result
from wslab.lessons.stage import Stage
from wslab.lessons.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterable

    from wslab.lessons.trial import Asked

PATIENCE = 4.0
"""Seconds that an answer may stand still. They are counted in looks (`wslab.lessons.patience`), so a busy machine has more."""

LIMIT = 60.0
"""Seconds after which an answer is ended in any case, even if something moves."""

LIMIT_OF_NODE = 120.0
"""The same for an answer in JavaScript: a process is started for it first. The waits of its trial are shorter."""

ABANDONED = "It could not be ended and still runs on a thread of its own; restart the kernel when it suits you."

_numbers = itertools.count(1)


def check(number: str, answer: object = common.MISSING) -> Checking:
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


class Checking:
    """A check that waits to be awaited. Shown as it is, it says how to write it."""

    def __init__(self, exercise: Exercise[Any], answer: object) -> None:
        self._exercise = exercise
        self._answer = answer
        self._reminder = Reminder(exercise.check_line)

    def __await__(self) -> Generator[Any, None, Result]:
        """Run the check."""
        return examine(self._exercise, self._answer).__await__()

    def __repr__(self) -> str:
        return repr(self._reminder)

    def _repr_html_(self) -> str:
        return self._reminder._repr_html_()


async def examine(
    exercise: Exercise[Any],
    answer: object,
    *,
    patience: float = PATIENCE,
    without: str = "",
    seed: int | None = None,
    asked: dict[str, Asked] | None = None,
) -> Result:
    """Check an answer against an exercise.

    Args:
        exercise: The exercise.
        answer: The answer.
        patience: Seconds that the answer may stand still, counted in looks.
        without: Name of a condition to leave out. Only tests do this: an answer must slip through without it.
        seed: Of the random inputs; None for new ones.
        asked: Takes up the exercise's own conditions that were asked.
    """
    if exercise.check is None:
        return await _examine_old(exercise, answer, patience=patience, without=without)
    attempt: Attempt[Any] = Attempt(answer, None)
    refused = _first_failed(attempt, common.before(exercise), without)
    if refused is not None:
        if asyncio.iscoroutine(answer):
            answer.close()  # nobody will await it any more, and Python would say so
        return _not_yet(exercise, refused.name, refused.hint, refused.shows(attempt))
    if exercise.wants == "javascript":
        attempt.lacks = await asyncio.to_thread(scripts.lacking)
    failed = None
    if not attempt.lacks:
        trial = await _try(
            exercise, attempt, patience, lambda ear: Trial(exercise, ear, seed=seed, without=without), without
        )
        failed = trial.failed
        (asked if asked is not None else {}).update(trial.asked)
    return judge(exercise, attempt, failed, without)


def judge(exercise: Exercise[Any], attempt: Attempt[Any], failed: Asked | None, without: str = "") -> Result:
    """Say what comes first: an urgent condition of the exercise, one that all exercises share, or another of its own.

    Args:
        exercise: The exercise.
        attempt: How it went.
        failed: The exercise's own condition that did not hold.
        without: Name of a condition to leave out.
    """
    if failed is None or not failed.urgent:
        shared = _first_failed(attempt, common.after(exercise), without)
        if shared is not None:
            return _not_yet(exercise, shared.name, shared.hint, shared.shows(attempt))
    if failed is not None:
        return _not_yet(exercise, failed.name, failed.hint, failed.facts)
    return Result(exercise.number, exercise.title, passed=True, message=exercise.afterwards)


def _not_yet(exercise: Exercise[Any], name: str, hint: str, facts: str) -> Result:
    return Result(exercise.number, exercise.title, passed=False, message=hint, facts=facts, condition=name)


async def _examine_old(
    exercise: Exercise[Any],
    answer: object,
    *,
    patience: float = PATIENCE,
    without: str = "",
) -> Result:
    """Check an answer against an exercise.

    Args:
        exercise: The exercise.
        answer: The answer.
        patience: Seconds that the answer may stand still, counted in looks.
        without: Name of a condition to leave out. Only tests do this: an answer must slip through without it.
    """
    attempt: Attempt[Any] = Attempt(answer, exercise.evidence())
    failed = _first_failed(attempt, (*common.before(exercise), *exercise.before), without)
    if asyncio.iscoroutine(answer):
        answer.close()  # nobody will await it any more, and Python would say so
    if failed is None:
        if exercise.wants == "javascript":
            attempt.lacks = await asyncio.to_thread(scripts.lacking)
        if not attempt.lacks:
            await _try(
                exercise, attempt, patience, lambda ear: Stage(f"check {exercise.number} #{next(_numbers)}", ear)
            )
        failed = _first_failed(
            attempt, (*_own(exercise, urgent=True), *common.after(exercise), *_own(exercise, urgent=False)), without
        )
    if failed is None:
        return Result(exercise.number, exercise.title, passed=True, message=exercise.afterwards)
    return Result(
        exercise.number,
        exercise.title,
        passed=False,
        message=failed.hint,
        facts=failed.shows(attempt),
        condition=failed.name,
    )


def _own(exercise: Exercise[Any], *, urgent: bool) -> Iterable[Condition[Any]]:
    return (condition for condition in exercise.conditions if condition.urgent is urgent)


def _first_failed(attempt: Attempt[Any], conditions: Iterable[Condition[Any]], without: str) -> Condition[Any] | None:
    return next(
        (condition for condition in conditions if condition.name != without and not condition.holds(attempt)), None
    )


S = TypeVar("S", bound=Stage)


async def _try(
    exercise: Exercise[Any],
    attempt: Attempt[Any],
    patience: float,
    stage_for: Callable[[unawaited.Ear], S],
    without: str = "",
) -> S:
    """Try an answer apart, and note how it went."""
    caller, hurry = asyncio.get_running_loop(), asyncio.Event()
    left: list[str] = []

    def note(name: str, place: Mishap) -> None:
        left.append(str(place) or name)
        if exercise.wants != "def" and without != "awaits":  # nothing else will be asked of the answer
            caller.call_soon_threadsafe(hurry.set)

    def work() -> Awaitable[None]:
        if isinstance(stage, Trial):
            return stage.run(attempt.answer)
        return exercise.trial(attempt.answer, stage, attempt.evidence)  # type: ignore[misc]

    ear = unawaited.Ear(blame.home_of(attempt.answer), note)
    stage = stage_for(ear)
    try:
        try:
            limit = LIMIT_OF_NODE if exercise.wants == "javascript" else LIMIT
            outcome = await apart.Apart(work, ear, stage.moves).run(patience, limit, hurry)
        finally:
            await stage.close()
    finally:
        ear.close()
    attempt.unawaited = tuple(dict.fromkeys(left))
    attempt.ending, attempt.mishap = outcome.ending, outcome.mishap
    if outcome.alive:
        attempt.mishap = replace(outcome.mishap, what=ABANDONED)
    if stage.ending is not Ending.FINISHED and outcome.ending in {Ending.FINISHED, Ending.WAITING, Ending.BROKEN}:
        attempt.ending, attempt.mishap = stage.ending, stage.mishap
    if isinstance(stage, Trial):
        attempt.returned_nothing = exercise.returns and stage.returned_nothing and stage.failed is not None
    return stage
