"""Every exercise of the course: its stub, its solution, right and wrong answers, and what each condition is good for.

A verdict does not depend on the draw: functions of values are tried with a hundred seeds, exercises with a lab or Node with three,
and with twenty where the variable ``WSLAB_FULL`` is set. Where tests are shaken (``--shake``), other orders are looked for, not
other draws: one seed. What all exercises of a kind share is tried on one of each kind.
"""

from __future__ import annotations

import functools
import os
import statistics
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.lessons.answers import NeedsMore, result_of, results_of, threads_left, values_result
from wslab.lessons import Exercise, Result, exercises, find
from wslab.lessons.checks import STANDSTILL, after_trial, before_trial, mistakes
from wslab.lessons.trial import Expectation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EXERCISES = exercises()
SHAKEN = bool(os.environ.get("WSLAB_SHAKE"))
VALUES, LAB = 1 if SHAKEN else 100, 20 if os.environ.get("WSLAB_FULL") else 1 if SHAKEN else 3
"""Seeds that are tried."""

SHORT = 0.4
"""Seconds for which answers that never end are looked at: the sentence is the same as after the full time."""

NEVER_END = {"yields", "ends"}
MADE_ELSEWHERE = {"given", "intact", "saved", "node"}
"""Shared conditions that checks/test_checking.py and checks/test_javascript.py see fail."""

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
FIRST_OF_A_KIND = list({exercise.wants: exercise for exercise in reversed(EXERCISES)}.values())


def _each(pairs: Iterable[tuple[Exercise, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("exercise", "sample"), [pytest.param(one, sample, id=f"{one.number} {sample.why}") for one, sample in pairs]
    )


each_right = _each((exercise, right) for exercise in EXERCISES for right in exercise.right)
each_wrong = _each((exercise, wrong) for exercise in EXERCISES for wrong in exercise.wrong)
each_shared = _each((exercise, wrong) for exercise in FIRST_OF_A_KIND for wrong in mistakes(exercise))


@pytest.fixture(autouse=True)
def _nothing_left(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """No thread is left behind by any answer, and nothing is written to stderr. (Warnings are errors in all tests.)"""
    before = threading.enumerate()
    yield
    assert threads_left(before) == []
    assert capfd.readouterr().err == ""


@functools.cache
def _of_values(exercise: Exercise) -> bool:
    """Whether an exercise can be tried without a lab."""
    if exercise.wants != "def":
        return False
    try:
        return values_result(exercise, exercise.solution, 0).passed
    except NeedsMore:
        return False


def _verdicts(exercise: Exercise, code: str, caught_by: str = "", **how: Any) -> set[str]:
    """The conditions that an answer is caught by, over all seeds."""
    if caught_by in NEVER_END:  # it is caught by not ending
        return {result_of(exercise, code, standstill=SHORT, **how).condition}
    if _of_values(exercise):
        return {values_result(exercise, code, seed, **how).condition for seed in range(VALUES)}
    return {result.condition for result in results_of(exercise, code, range(LAB), **how)}


def _tried(exercise: Exercise, code: str, caught_by: str, **how: Any) -> Result:
    return result_of(exercise, code, standstill=SHORT if caught_by in NEVER_END else STANDSTILL, **how)


@functools.cache
def _expectations(exercise: Exercise) -> dict[str, Expectation]:
    """The exercise's own conditions, in the order of asking, as its solution and its wrong answers come to them."""
    found: dict[str, Expectation] = {}
    for code in (exercise.solution, *(wrong.code for wrong in exercise.wrong if wrong.caught_by not in NEVER_END)):
        own: dict[str, Expectation] = {}
        result_of(exercise, code, expectations=own)
        found |= {name: each for name, each in own.items() if name not in found}
    return found


def _shared(exercise: Exercise) -> dict[str, str]:
    return {each.name: each.hint for each in (*before_trial(exercise), *after_trial(exercise))}


@each_exercise
def test_the_stub_is_not_yet_an_answer_and_gets_the_first_step(exercise: Exercise) -> None:
    result = result_of(exercise, exercise.stub)

    assert (result.condition, result.message) == ("started", exercise.start)


@each_exercise
def test_the_solution_passes(exercise: Exercise) -> None:
    assert _verdicts(exercise, exercise.solution) == {""}


@each_right
def test_a_right_answer_of_another_style_passes(exercise: Exercise, sample: Any) -> None:
    assert _verdicts(exercise, sample.code) == {""}


@each_wrong
def test_a_wrong_answer_gets_its_own_hint(exercise: Exercise, sample: Any) -> None:
    assert _verdicts(exercise, sample.code, sample.caught_by) == {sample.caught_by}


STYLES = {
    "a lambda": "{name} = lambda *given: mine(*given)",
    "a partial": "import functools\n{name} = functools.partial(mine)",
    "decorated": "import functools\n{name} = functools.wraps(mine)(lambda *given: mine(*given))",
    "a method": "class Mine:\n    def method(self, *given):\n        return mine(*given)\n\n\n{name} = Mine().method",
    "an object": "class Mine:\n    def __call__(self, *given):\n        return mine(*given)\n\n\n{name} = Mine()",
    "a function": "def {name}(*given):\n    return mine(*given)",
}
"""However a function is written: what matters is what calling it does."""


@pytest.mark.parametrize(
    ("exercise", "style"),
    [
        pytest.param(exercise, style, id=f"{exercise.number} {style}")
        for exercise in EXERCISES
        if exercise.wants != "javascript"
        for style in (STYLES if exercise in FIRST_OF_A_KIND else ["an object"])
    ],
)
def test_a_solution_may_be_written_as(exercise: Exercise, style: str) -> None:
    name = exercise.answer
    result = result_of(exercise, f"{exercise.solution}\n\nmine = {name}\n{STYLES[style].format(name=name)}\n")

    assert result.passed, result


@each_shared
def test_a_mistake_that_all_can_make_gets_its_hint(exercise: Exercise, sample: Any) -> None:
    assert _tried(exercise, sample.code, sample.caught_by).condition == sample.caught_by


@each_shared
def test_without_a_shared_condition_its_mistake_is_not_named_any_more(exercise: Exercise, sample: Any) -> None:
    assert _tried(exercise, sample.code, sample.caught_by, without=sample.caught_by).condition != sample.caught_by


def test_every_shared_condition_catches_some_wrong_answer() -> None:
    for exercise in FIRST_OF_A_KIND:
        caught = {wrong.caught_by for wrong in mistakes(exercise)} | MADE_ELSEWHERE

        assert set(_shared(exercise)) <= caught


def _without(exercise: Exercise, code: str, name: str) -> str:
    """The condition that catches an answer when one is left out."""
    if "nest_asyncio" not in code:
        return result_of(exercise, code, without=name).condition
    program = (  # it patches asyncio for the rest of a process's life
        "import sys\nfrom tests.lessons.answers import result_of\nfrom wslab.lessons import find\n"
        "print(result_of(find(sys.argv[1]), sys.argv[2], without=sys.argv[3]).condition)"
    )
    command = [sys.executable, "-c", program, exercise.number, code, name]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@each_exercise
def test_each_condition_is_needed_or_says_that_it_is_only_sharper(exercise: Exercise) -> None:
    """A condition without which no wrong answer passes, and the check does not break either, is marked ``sharper``; no other is."""
    own, needed = _expectations(exercise), set()
    for wrong in exercise.wrong:
        if wrong.caught_by in own:
            then = _without(exercise, wrong.code, wrong.caught_by)
            needed |= {wrong.caught_by} if then in {"", "intact"} else set()
            assert then != wrong.caught_by, wrong.why

    assert {name for name, each in _expectations(exercise).items() if not each.sharper} == needed


@each_exercise
def test_every_condition_of_an_exercise_catches_some_wrong_answer(exercise: Exercise) -> None:
    assert set(_expectations(exercise)) <= {wrong.caught_by for wrong in exercise.wrong}


@each_exercise
def test_names_and_hints_of_conditions_differ(exercise: Exercise) -> None:
    hints = _shared(exercise)
    own = {name: each.hint for name, each in _expectations(exercise).items()}

    assert not set(hints) & set(own)
    assert len({*hints.values(), *own.values()}) == len(hints) + len(own)


@each_exercise
def test_a_hint_never_says_more_than_a_few_sentences(exercise: Exercise) -> None:
    for name, hint in [
        *_shared(exercise).items(),
        *((each.name, each.hint) for each in _expectations(exercise).values()),
    ]:
        assert len(hint) <= 240, name
        assert "!" not in hint.replace("Hello, server!", "").replace("!=", ""), name


@each_exercise
def test_at_least_three_typical_mistakes_have_hints_of_their_own(exercise: Exercise) -> None:
    assert len({wrong.caught_by for wrong in exercise.wrong}) >= 3


def test_numbers_of_exercises_are_in_order_and_differ() -> None:
    numbers = [exercise.number for exercise in EXERCISES]

    assert numbers == sorted(set(numbers))


def test_an_exercise_is_short() -> None:
    lines = {
        exercise.number: len(exercise.file.read_text("utf-8").splitlines()) for exercise in EXERCISES if exercise.file
    }

    assert statistics.median(lines.values()) <= 95, lines
    assert max(lines.values()) <= 150, lines


def test_a_seed_makes_the_same_inputs() -> None:
    exercise = find("00.2")
    first, again, other = (
        result_of(exercise, "def said(rows):\n    return ['']\n", seed=seed).facts for seed in (1, 1, 2)
    )

    assert first == again != other
