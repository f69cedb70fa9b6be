"""A verdict depends on what happens, and not on how fast the machine is."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection

from tests.lessons.answers import result_of
from tests.lessons.double import DOUBLE
from wslab.lab import Lab
from wslab.lessons import apart, exercises, find, patience, stage
from wslab.lessons.exercises.lesson_04.surroundings import nobody
from wslab.lessons.outcome import Ending
from wslab.lessons.scripts import Script
from wslab.lessons.trial import Trial
from wslab.lessons.unawaited import Ear

if TYPE_CHECKING:
    from wslab.lessons import Exercise

IN_PYTHON = [exercise for exercise in exercises() if exercise.wants != "javascript"]


@pytest.mark.parametrize("exercise", IN_PYTHON, ids=lambda exercise: exercise.number)
def test_a_solution_passes_where_a_tenth_of_the_time_is_left_for_it(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (patience, apart, stage):
        monkeypatch.setattr(module, "LOOK", patience.LOOK / 10)

    result = result_of(exercise, exercise.solution)

    assert result.passed, result


def test_the_silence_of_06_3_is_one_however_late_its_conversation_is(monkeypatch: pytest.MonkeyPatch) -> None:
    recv = ClientConnection.recv

    async def late(self: ClientConnection) -> Any:
        await asyncio.sleep(0.5)  # time for several pings and pongs, if there were any
        return await recv(self)

    monkeypatch.setattr(ClientConnection, "recv", late)

    result = result_of(find("06.3"), find("06.3").solution)

    assert result.passed, result


@pytest.mark.parametrize("wants", ["def", "handler"])
def test_a_trial_that_was_cut_short_is_never_passed(wants: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(_answer: Any, _t: Trial) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(import_module("wslab.lessons.check"), "LIMIT", 0.2)
    exercise = replace(DOUBLE, check=endless, wants=wants)
    code = f"{'async ' if wants == 'handler' else ''}def double(number):\n    return 2 * number\n"

    assert result_of(exercise, code).condition == "intact"


def test_nobody_can_listen_where_nobody_does() -> None:
    async def main() -> None:
        ear = Ear("", lambda *_: None)
        here = Trial(DOUBLE, ear)
        port = urlsplit(nobody(here)).port
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        with socket.socket() as client, pytest.raises(ConnectionRefusedError):
            client.connect(("127.0.0.1", port))
        await here.close()
        ear.close()

    asyncio.run(main())


def test_ticks_that_were_on_their_way_are_no_sign_of_life() -> None:
    async def main() -> tuple[Ending, str]:
        async with Lab("ticks") as lab:
            script = Script(lab, "", "echo", "")
            run = SimpleNamespace(exit_code=None, _process=None, stop=lambda: None)
            before, heard = time.time() * 1000, iter(range(20))

            def arriving() -> float:
                """Twenty ticks, all of them sent before it was asked; then Node is known to have ended."""
                last = next(heard, None)
                run.exit_code = 1 if last is None else None
                return before - 1000 + 50 * (20 if last is None else last)

            script._run = run  # type: ignore[assignment]
            script._heard_at = arriving  # type: ignore[method-assign]
            script.doubt()
            ending, mishap = await script.conclude()
            return ending, mishap.what

    assert asyncio.run(main()) == (Ending.RAISED, "Node ended with exit code 1")


def test_a_loop_that_is_done_is_not_waited_for() -> None:
    loop = asyncio.new_event_loop()  # it does not run: no beat will ever come
    asked: list[None] = []

    assert patience.turns(loop, lambda: asked.append(None), over=lambda: True)
    assert asked == []
    loop.close()
