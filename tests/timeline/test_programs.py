"""Random conversations over real TCP under CPU load give one transcript, run after run.

`WSLAB_RUNS` is how often each conversation is run, 30 by default.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.timeline.programs import Program, Turn, carry_out, programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess

RUNS = int(os.environ.get("WSLAB_RUNS", "30"))
EVERYTHING = tuple(Turn(verb, 2) for verb in ("ask", "print", "ping", "binary", "long", "push"))


def _burn() -> None:
    while True:
        sum(range(10_000))


@pytest.fixture(scope="module")
def load() -> Iterator[None]:
    """Two processes and a thread that do nothing but compute: every core is busy, and so is the interpreter's lock.

    Threads take turns fifty times as often as usual: more orders in less time.
    """
    stop, interval = threading.Event(), sys.getswitchinterval()
    sys.setswitchinterval(interval / 50)

    def burn() -> None:
        while not stop.is_set():
            sum(range(1000))

    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_burn, daemon=True) for _ in range(2)]
    thread = threading.Thread(target=burn)
    workers: list[BaseProcess | threading.Thread] = [*processes, thread]
    for worker in workers:
        worker.start()
    yield
    stop.set()
    sys.setswitchinterval(interval)
    for process in processes:
        process.kill()
    for worker in workers:
        worker.join()


def texts(program: Program, which: int) -> set[str]:
    """The different transcripts of a program, run after run."""

    async def runs() -> set[str]:
        return {(await carry_out(program))[which] for _ in range(RUNS)}

    return asyncio.run(runs())


def assert_one(found: set[str]) -> None:
    if len(found) > 1:
        one, other = sorted(found)[:2]
        pairs = zip(one.splitlines(), other.splitlines(), strict=False)
        where = next((f"{a}\n{b}" for a, b in pairs if a != b), "one is longer")
        pytest.fail(f"{len(found)} transcripts in {RUNS} runs; they part at\n{where}\n\n{one}\n\n{other}")


@pytest.mark.slow
@settings(
    max_examples=2, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False
)
@given(programs(bursts=False))
@example(Program(EVERYTHING, "browser", "client", 1000))
@example(Program(EVERYTHING, "browser", "server", 4001))
@example(Program(EVERYTHING, "library", "client", 4001))
@example(Program(EVERYTHING, "library", "server", 1000))
def test_a_conversation_in_which_each_side_waits_gives_one_transcript_by_cause(load: None, program: Program) -> None:
    found = texts(program, 0)
    assert_one(found)
    assert "101 Switching Protocols" in found.pop()


@pytest.mark.slow
@settings(
    max_examples=1, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False
)
@given(programs(bursts=True))
@example(Program((Turn("burst", 4), Turn("ask", 2), Turn("burst", 4)), "browser", "client", 1000))
@example(Program((Turn("burst", 4),), "library", "server", 4001))
def test_a_conversation_in_bursts_gives_one_transcript_by_direction(load: None, program: Program) -> None:
    found = texts(program, 1)
    assert_one(found)
    assert "burst" in found.pop()
