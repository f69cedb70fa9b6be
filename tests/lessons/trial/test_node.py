"""An answer in JavaScript, in a Node of its own: what the machine lacks, and signs of life."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

from tests.lessons.answers import result_of
from tests.optional import need
from wslab.lab import Lab
from wslab.lessons import find
from wslab.lessons.trial import node
from wslab.lessons.trial.node import Script
from wslab.lessons.trial.outcome import Ending
from wslab.peers import NodeRun, NoNode

if TYPE_CHECKING:
    import pytest


def test_what_node_or_npm_lack_is_said_in_their_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> None:
        raise NoNode("no Node here")

    monkeypatch.setattr(node, "find_node", nowhere)

    assert node.node_lacks() == "no Node here"


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
            ending, failure = await script.conclude()
            return ending, failure.what

    assert asyncio.run(main()) == (Ending.RAISED, "Node ended with exit code 1")


def test_an_error_in_a_function_in_node_is_told_alike_however_late_anybody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need(not (lacks := node.node_lacks()), lacks)
    wait_ready = NodeRun.wait_ready

    def late(self: NodeRun, seconds: float) -> bool:
        ready = wait_ready(self, seconds)
        while ready and self.exit_code is None and time.monotonic() < deadline:
            time.sleep(0.01)
        return ready

    monkeypatch.setattr(NodeRun, "wait_ready", late)
    deadline = time.monotonic() + 20
    exercise = find("08.1")

    result = result_of(exercise, next(wrong.code for wrong in exercise.wrong if wrong.why == "sends at once"))

    assert result.condition == "waits"
