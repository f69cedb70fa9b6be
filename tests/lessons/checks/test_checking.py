"""The machinery of a check, on a small exercise of its own."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from dataclasses import replace
from typing import Any

import pytest

from tests.lessons.answers import answer, result_of
from tests.lessons.double import DOUBLE, doubles
from wslab.lessons import check, exercises, find
from wslab.lessons.authoring import Trial
from wslab.lessons.checks import checking
from wslab.lessons.checks.checking import examine


def test_a_right_answer_passes() -> None:
    result = result_of(DOUBLE, DOUBLE.solution)

    assert result.passed
    assert bool(result) is True
    assert repr(result) == "99.1 Double: passed\nIt doubles."


def test_the_answer_of_the_example_does_not_pass() -> None:
    assert not result_of(DOUBLE, "async def double(number):\n    return 4\n").passed


def test_an_object_that_equals_everything_does_not_pass() -> None:
    code = (
        "class Yes:\n    def __eq__(self, other):\n        return True\n    __hash__ = None\n\n\n"
        "async def double(number):\n    return Yes()\n"
    )

    assert result_of(DOUBLE, code).condition == "doubles"


def test_an_exception_is_shown_with_the_learners_own_line_and_none_of_ours() -> None:
    result = result_of(DOUBLE, "async def double(number):\n    import json\n    return json.loads('{')\n")

    assert result.condition == "unhurt"
    assert "JSONDecodeError" in result.facts
    assert "line 4: return json.loads('{')" in result.facts
    assert "wslab" not in repr(result)
    assert "Traceback" not in repr(result)


def test_an_exception_of_our_own_is_not_blamed_on_the_answer() -> None:
    async def broken(double: Any, t: Trial) -> None:
        await doubles(double, t)
        raise ValueError("a defect")

    exercise = replace(DOUBLE, check=broken)

    assert result_of(exercise, DOUBLE.solution).condition == "intact"
    assert result_of(exercise, DOUBLE.solution).facts == "ValueError: a defect"
    assert result_of(exercise, DOUBLE.solution, without="intact").passed


def test_an_exception_that_cannot_be_printed_is_survived() -> None:
    code = (
        "class Silent(Exception):\n    def __str__(self):\n        raise ValueError\n\n\n"
        "async def double(number):\n    raise Silent\n"
    )

    assert "Silent" in result_of(DOUBLE, code).facts


@pytest.mark.parametrize("exit_", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "BaseException"])
def test_an_answer_that_wants_to_end_the_kernel_does_not(exit_: str) -> None:
    result = result_of(DOUBLE, f"async def double(number):\n    raise {exit_}\n")

    assert result.condition == "unhurt"
    assert exit_ in result.facts


def test_a_blocking_answer_is_ended_and_the_line_is_named() -> None:
    result = result_of(DOUBLE, "async def double(number):\n    while True:\n        number += 1\n", standstill=0.3)

    assert result.condition == "yields"
    assert "line 3: while True:" in result.facts or "line 4: number += 1" in result.facts
    assert not [thread for thread in threading.enumerate() if thread.name == "wslab answer"]


def test_an_answer_that_swallows_every_exception_is_abandoned() -> None:
    # Twice, as what comes between the loop and its `try` would end it.
    code = """
import threading

free = threading.Event()


async def double(number):
    while not free.is_set():
        try:
            while not free.is_set():
                try:
                    free.wait(0.01)
                except BaseException:
                    pass
        except BaseException:
            pass


double.free = free
"""
    stubborn = answer(DOUBLE, code)

    result = asyncio.run(examine(DOUBLE, stubborn, standstill=0.2))

    assert result.condition == "yields"
    assert "restart the kernel" in result.facts
    stubborn.free.set()
    _wait_for_answers_to_end()


def test_the_callers_loop_goes_on_while_an_answer_blocks() -> None:
    async def main() -> int:
        turns = 0

        async def other_work() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        other = asyncio.create_task(other_work())
        await examine(
            DOUBLE, answer(DOUBLE, "async def double(number):\n    while True:\n        pass\n"), standstill=0.3
        )
        other.cancel()
        return turns

    assert asyncio.run(main()) > 1


def test_an_answer_that_waits_for_ever_is_ended_and_its_line_is_named() -> None:
    code = "import asyncio\n\n\nasync def nap():\n    await asyncio.sleep(3600)\n\n\nasync def double(number):\n    await nap()\n"

    result = result_of(DOUBLE, code, standstill=0.3)

    assert result.condition == "ends"
    assert "await asyncio.sleep(3600)" in result.facts


def test_a_coroutine_never_awaited_is_named_without_a_warning() -> None:
    code = "async def nap():\n    pass\n\n\nasync def double(number):\n    nap()\n    return 2 * number\n"

    result = result_of(DOUBLE, code)

    assert result.condition == "awaits"
    assert result.facts == "line 7: nap()"


def test_a_coroutine_returned_instead_of_a_value_is_named() -> None:
    code = "async def nap():\n    return 1\n\n\nasync def double(number):\n    return nap()\n"

    result = result_of(DOUBLE, code)

    assert result.condition == "awaits"
    assert result.facts == "line 7: return nap()"


def test_a_coroutine_that_an_exception_left_behind_is_named_now_and_not_in_a_later_cell() -> None:
    code = "import asyncio\n\n\nasync def double(number):\n    return asyncio.run(asyncio.sleep(0, 2 * number))\n"

    result = result_of(DOUBLE, code)
    gc.collect()

    assert result.condition == "awaits"
    assert "asyncio.run" in result.facts


def test_a_coroutine_left_over_from_another_cell_is_not_blamed_on_the_answer() -> None:
    async def leftover() -> None: ...

    ring: list[object] = [leftover()]
    ring.append(ring)  # only the garbage collector can end it, and it runs inside the answer
    code = "import gc\n\n\nasync def double(number):\n    gc.collect()\n    return 2 * number\n"
    loaded = answer(DOUBLE, code)
    del ring

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        result = asyncio.run(examine(DOUBLE, loaded))

    assert result.passed
    assert sum("leftover" in str(warning.message) for warning in told) == 1


def test_the_warning_hook_is_gone_after_the_check() -> None:
    before = warnings.showwarning, list(warnings.filters)

    result_of(DOUBLE, DOUBLE.solution)

    assert (warnings.showwarning, list(warnings.filters)) == before


def test_a_call_in_place_of_the_function_is_told_without_a_warning() -> None:
    result = result_of(DOUBLE, "async def call(number):\n    pass\n\n\ndouble = call(1)\n")
    gc.collect()

    assert result.condition == "called"


def test_no_answer_at_all_is_told() -> None:
    async def main() -> Any:
        return await check("00.1")

    result = asyncio.run(main())

    assert result.condition == "given"
    assert find("00.1").check_line in result.message


def test_a_check_nobody_awaits_says_how_to_write_it_and_warns_of_nothing() -> None:
    shown = repr(check("00.1", 42))
    gc.collect()

    assert shown == 'Nothing is checked yet. A check has to be awaited: await check("00.1", greet)'


def test_an_unknown_exercise_is_met_with_those_that_come_close() -> None:
    with pytest.raises(LookupError, match=r"there is no exercise '0\.1'; did you mean .*'00\.1'"):
        check("0.1", 42)


@pytest.mark.parametrize("number", [0.1, None, "", "nonsense", ["00.1"]])
def test_whatever_is_given_as_a_number_is_met_with_a_sentence(number: Any) -> None:
    with pytest.raises(LookupError, match="exercises\\(\\) lists them all"):
        check(number, 42)


def test_two_checks_at_once_do_not_disturb_each_other() -> None:
    async def main() -> list[bool]:
        right, wrong = answer(DOUBLE, DOUBLE.solution), answer(DOUBLE, "async def double(number):\n    return 1\n")
        return [
            result.passed for result in await asyncio.gather(*(examine(DOUBLE, each) for each in (right, wrong) * 4))
        ]

    assert asyncio.run(main()) == [True, False] * 4


def test_a_check_that_is_cancelled_ends_its_answer() -> None:
    async def main() -> None:
        forever = answer(DOUBLE, "import asyncio\n\n\nasync def double(number):\n    await asyncio.sleep(3600)\n")
        checking = asyncio.ensure_future(examine(DOUBLE, forever))
        while not [thread for thread in threading.enumerate() if thread.name == "wslab answer"]:  # noqa: ASYNC110
            await asyncio.sleep(0)
        checking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await checking

    asyncio.run(main())
    _wait_for_answers_to_end()


def test_what_an_answer_leaves_running_is_cancelled() -> None:
    code = "import asyncio\n\n\nasync def double(number):\n    asyncio.create_task(asyncio.sleep(3600))\n    return 2 * number\n"

    assert result_of(DOUBLE, code).passed
    gc.collect()


def test_the_listing_names_every_exercise() -> None:
    listing = exercises()

    assert len(repr(listing).splitlines()) == len(listing)
    assert all(exercise.number in repr(listing) and exercise.title in listing._repr_html_() for exercise in listing)


def _wait_for_answers_to_end() -> None:
    for thread in threading.enumerate():
        if thread.name == "wslab answer":
            thread.join(10)
            assert not thread.is_alive()


@pytest.mark.parametrize("wants", ["def", "handler"])
def test_a_trial_that_was_cut_short_is_never_passed(wants: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(_answer: Any, _t: Trial) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(checking, "LIMIT", 0.2)
    exercise = replace(DOUBLE, check=endless, wants=wants)
    code = f"{'async ' if wants == 'handler' else ''}def double(number):\n    return 2 * number\n"

    assert result_of(exercise, code).condition == "intact"
