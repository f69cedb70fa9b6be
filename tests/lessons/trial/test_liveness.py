"""A verdict depends on what happens, and not on how fast the machine is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import ClientConnection

from tests.lessons.answers import result_of
from wslab.lessons import exercises, find
from wslab.lessons.trial import environment, liveness, sandbox

if TYPE_CHECKING:
    from wslab.lessons import Exercise

IN_PYTHON = [exercise for exercise in exercises() if exercise.wants != "javascript"]


@pytest.mark.parametrize("exercise", IN_PYTHON, ids=lambda exercise: exercise.number)
def test_a_solution_passes_where_a_tenth_of_the_time_is_left_for_it(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (liveness, sandbox, environment):
        monkeypatch.setattr(module, "LOOK", liveness.LOOK / 10)

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


def test_a_loop_that_is_done_is_not_waited_for() -> None:
    loop = asyncio.new_event_loop()  # it does not run: no beat will ever come
    asked: list[None] = []

    assert liveness.turns(loop, lambda: asked.append(None), over=lambda: True)
    assert asked == []
    loop.close()
