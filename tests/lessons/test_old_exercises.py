"""Every exercise in the old form: its stub, its solution, its wrong answers, and what each condition is good for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lessons.answers import result_of
from wslab.lessons import Exercise, Result, Wrong, common, exercises
from wslab.lessons.check import PATIENCE

EXERCISES = [exercise for exercise in exercises() if exercise.check is None]
SHORT = 0.4
"""Seconds for which answers that never end are looked at: the sentence is the same as after the full time."""

NEVER_END = {"yields", "ends"}

own = [
    pytest.param(exercise, wrong, id=f"{exercise.number} {wrong.why}")
    for exercise in EXERCISES
    for wrong in exercise.wrong
]
caught_by_its_own = [
    pytest.param(exercise, wrong, id=f"{exercise.number} {wrong.why}")
    for exercise in EXERCISES
    for wrong in exercise.wrong
    if wrong.earns in {condition.name for condition in (*exercise.before, *exercise.conditions)}
]
first_of_a_kind = {exercise.wants: exercise for exercise in reversed(EXERCISES)}.values()
shared = [
    pytest.param(exercise, wrong, id=f"{exercise.number} {wrong.why}")
    for exercise in EXERCISES
    for wrong in common.wrong(exercise)
]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)


def _tried(exercise: Exercise[Any], wrong: Wrong, *, without: str = "") -> Result:
    """Check a wrong answer; one that never ends is looked at for a shorter time."""
    patience = SHORT if wrong.earns in NEVER_END else PATIENCE
    return result_of(exercise, wrong.code, patience=patience, without=without)


@each_exercise
def test_the_stub_is_not_yet_an_answer_and_earns_the_first_step(exercise: Exercise[Any]) -> None:
    result = result_of(exercise, exercise.stub)

    assert not result.passed
    assert result.condition == "started"
    assert result.message == exercise.start


@each_exercise
def test_the_solution_passes(exercise: Exercise[Any]) -> None:
    result = result_of(exercise, exercise.solution)

    assert result.passed, result
    assert result.message == exercise.afterwards


@pytest.mark.parametrize(("exercise", "wrong"), own + shared)
def test_a_wrong_answer_earns_its_own_hint(exercise: Exercise[Any], wrong: Wrong) -> None:
    result = _tried(exercise, wrong)

    assert not result.passed
    assert result.condition == wrong.earns, result


@pytest.mark.parametrize(("exercise", "wrong"), caught_by_its_own)
def test_without_its_condition_a_wrong_answer_is_not_found_out(
    exercise: Exercise[Any], wrong: Wrong, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nest_asyncio2.apply", lambda: None)  # it would patch this process for good

    result = result_of(exercise, wrong.code, without=wrong.earns)

    assert result.passed or result.condition in {condition.name for condition in common.after(exercise)}, result


@pytest.mark.parametrize(
    ("exercise", "wrong"),
    [
        pytest.param(exercise, wrong, id=f"{exercise.number} {wrong.why}")
        for exercise in first_of_a_kind
        for wrong in common.wrong(exercise)
    ],
)
def test_without_a_shared_condition_its_mistake_is_not_named_any_more(exercise: Exercise[Any], wrong: Wrong) -> None:
    result = _tried(exercise, wrong, without=wrong.earns)

    assert result.condition != wrong.earns


@each_exercise
def test_every_condition_catches_some_wrong_answer(exercise: Exercise[Any]) -> None:
    asked = (*common.before(exercise), *exercise.before, *common.after(exercise), *exercise.conditions)
    caught = {wrong.earns for wrong in (*common.wrong(exercise), *exercise.wrong)} | {"given", "intact"}
    if exercise.wants == "javascript":
        caught |= {"saved", "node"}  # tests/lessons/test_javascript.py makes these two

    assert {condition.name for condition in asked} == caught


@each_exercise
def test_names_and_hints_of_conditions_differ(exercise: Exercise[Any]) -> None:
    asked = (*common.before(exercise), *exercise.before, *common.after(exercise), *exercise.conditions)

    assert len({condition.name for condition in asked}) == len(asked)
    assert len({condition.hint for condition in asked}) == len(asked)


@each_exercise
def test_at_least_three_typical_mistakes_have_hints_of_their_own(exercise: Exercise[Any]) -> None:
    assert len({wrong.earns for wrong in exercise.wrong}) >= 3


@each_exercise
def test_a_hint_never_says_more_than_a_few_sentences(exercise: Exercise[Any]) -> None:
    for condition in (*common.before(exercise), *exercise.before, *common.after(exercise), *exercise.conditions):
        assert len(condition.hint) <= 240, condition.name
        assert "!" not in condition.hint.replace("Hello, server!", "").replace("!=", "")


def test_numbers_of_exercises_are_in_order_and_differ() -> None:
    numbers = [exercise.number for exercise in EXERCISES]

    assert numbers == sorted(set(numbers))
