"""A forgotten ``await`` inside a ``while`` costs its own check and no later one."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import warnings
from types import BuiltinFunctionType
from typing import TYPE_CHECKING

import pytest

from tests.lessons.answers import answer, result_of, threads_left
from wslab.lessons import find
from wslab.lessons.checks import examine
from wslab.lessons.trial import unawaited
from wslab.lessons.trial.stopping import Stopped

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

FORGOTTEN = {
    "a nap": ("05.4", {"await asyncio.sleep": "asyncio.sleep"}, "asyncio.sleep(0.01)"),
    "a send": ("00.1", {"        await connection.send": "        while True:\n            connection.send"}, "connection.send(text)"),
    "a recv": ("00.1", {"return await": "while True:\n            "}, "connection.recv()"),
    "in a handler": ("00.4", {"await connection.send": "while True:\n            connection.send"}, "connection.send(message.upper())"),
    "in a helper": (
        "00.3",
        {"async def": "async def helper(connection):\n    while True:\n        connection.ping()\n\n\nasync def", "await connection.send": "await helper(connection)\n        await connection.send"},
        "connection.ping()",
    ),
    "caught": (
        "00.4",
        {"await connection.send(message.upper())": "while True:\n            try:\n                connection.send(1)\n            except Exception:\n                pass"},
        "connection.send(1)",
    ),
    "an event": ("05.4", {"    for piece": "    while True:\n        socket.next()\n\n    for piece"}, "socket.next()"),
    "in a task": (
        "05.4",
        {"    for piece": "    async def look():\n        while True:\n            asyncio.sleep(0)\n\n    await asyncio.create_task(look())\n    for piece"},
        "asyncio.sleep(0)",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_left(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    before = threading.enumerate()
    yield
    assert threads_left(before) == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", FORGOTTEN)
def test_it_is_named_and_no_later_check_hears_of_it(name: str) -> None:
    number, edits, line = FORGOTTEN[name]
    exercise = find(number)
    code = exercise.solution
    for old, new in edits.items():
        assert code.count(old) == 1
        code = code.replace(old, new)

    result = result_of(exercise, code)

    assert result.condition == "awaits", result
    assert result.facts.endswith(line)
    for later in (number, "00.1", "00.4", "03.4", "05.4"):
        assert result_of(find(later), find(later).solution).passed


STUBBORN = """
import threading

free = threading.Event()


async def greet(url, text):
    async def nap():
        pass

    while not free.is_set():
        try:
            nap()
            ring = [nap()]
            ring.append(ring)
            free.wait(0.001)
        except BaseException:
            pass


greet.free = free
"""


def test_what_cannot_be_ended_is_abandoned_and_named_once() -> None:
    exercise = find("00.1")
    stubborn = answer(exercise, STUBBORN)
    try:
        result = asyncio.run(examine(exercise, stubborn, standstill=0.2))
        assert result.condition == "awaits"
        assert "nap()" in result.facts
        for _ in range(3):
            gc.collect()  # what the stubborn one leaves in circles is thrown away here, and heard by nobody
            later = result_of(exercise, exercise.solution)
            assert later.passed, later
    finally:
        stubborn.free.set()


def test_the_hooks_are_gone_when_what_was_abandoned_has_ended() -> None:
    before = warnings.showwarning, sys.unraisablehook, list(warnings.filters)
    stubborn = answer(find("00.1"), STUBBORN)
    known = threading.enumerate()
    try:
        asyncio.run(examine(find("00.1"), stubborn, standstill=0.2))
        assert warnings.showwarning != before[0]
    finally:
        stubborn.free.set()
        assert threads_left(known) == []

    assert (warnings.showwarning, sys.unraisablehook, list(warnings.filters)) == before


def test_a_generator_whose_end_is_thrown_away_by_force_is_not_heard_of() -> None:
    async def numbers() -> AsyncGenerator[int]:
        yield 1

    listener = unawaited.UnawaitedListener("", lambda *_: None)
    listener.join()
    listener.force()
    numbers().aclose()  # type: ignore[unused-coroutine]
    gc.collect()
    listener.leave()
    listener.close()


def test_what_python_swallows_is_kept_by_no_python_code_while_an_answer_is_ended_by_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Swallowed:
        def __init__(self, error: type[BaseException]) -> None:
            self.error = error

        def __del__(self) -> None:
            raise self.error

    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: told.append(raised.exc_type))
    before = sys.unraisablehook
    listener = unawaited.UnawaitedListener("", lambda *_: None)

    listener.force()
    assert isinstance(sys.unraisablehook, BuiltinFunctionType)  # `Stopped` cannot arrive inside it
    for error in (LookupError, Stopped):
        Swallowed(error)
    assert told == []

    listener.close()
    assert told == [LookupError]
    assert sys.unraisablehook == before


def test_a_coroutine_that_goes_with_what_was_held_is_not_heard_of() -> None:
    async def numbers() -> AsyncGenerator[int]:
        yield 1

    class Swallowed:
        def __del__(self) -> None:
            raise Stopped(numbers().aclose())

    with warnings.catch_warnings(record=True) as heard:
        listener = unawaited.UnawaitedListener("", lambda *_: None)
        listener.force()
        Swallowed()
        listener.close()
        gc.collect()
    assert heard == []


def test_a_check_hears_though_an_abandoned_answer_was_tried_within_catch_warnings() -> None:
    before = warnings.showwarning, sys.unraisablehook, list(warnings.filters)
    exercise, known = find("00.1"), threading.enumerate()
    stubborn = answer(exercise, STUBBORN)
    try:
        with warnings.catch_warnings():
            asyncio.run(examine(exercise, stubborn, standstill=0.2))

        result = result_of(exercise, exercise.solution.replace("await connection.send", "connection.send"))

        assert result.condition == "awaits"
    finally:
        stubborn.free.set()
        assert threads_left(known) == []
    assert (warnings.showwarning, sys.unraisablehook, list(warnings.filters)) == before


def test_a_thread_that_an_answer_has_started_is_ended_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        threading, "excepthook", threading.__excepthook__
    )  # pytest's own minds a SystemExit, Python's does not
    code = "import threading\nimport time\n\n\ndef busy():\n    while True:\n        time.sleep(0.001)\n\n\n"
    code += find("05.4").solution.replace("    for piece", "    threading.Thread(target=busy).start()\n    for piece")

    assert result_of(find("05.4"), code).passed


def test_a_thread_of_to_thread_is_ended_with_its_answer() -> None:
    code = "def busy():\n    while True:\n        pass\n\n\n"
    code += find("05.4").solution.replace(
        "    for piece", "    asyncio.create_task(asyncio.to_thread(busy))\n    for piece"
    )

    assert result_of(find("05.4"), code).passed


def test_a_task_that_swallows_its_end_is_kept_quiet() -> None:
    code = "async def deaf():\n    while True:\n        try:\n            await asyncio.sleep(0.01)\n        except BaseException:\n            pass\n\n\n"
    code += find("05.4").solution.replace("    for piece", "    asyncio.create_task(deaf())\n    for piece")

    assert result_of(find("05.4"), code).passed
    gc.collect()
