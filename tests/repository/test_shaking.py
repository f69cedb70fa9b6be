"""``--shake`` changes the order of what may happen in any order, here and in the Pythons that a test starts; without it, nothing."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins import shaking
from tests.repository import small

if TYPE_CHECKING:
    from pathlib import Path

RACES = """
import asyncio, threading

def loops():
    "Which of two loops is done first, with the same number of steps each."
    order = []
    async def steps(name):
        for _ in range(40):
            await asyncio.sleep(0)
        order.append(name)
    run_both(lambda: asyncio.run(steps("a")), lambda: asyncio.run(steps("b")))
    return "".join(order)

def threads():
    "How many of 4,000 steps are lost by two threads that read, count and write without a lock."
    box = [0]
    def one_more(number):
        return number + 1
    def count():
        for _ in range(2000):
            number = box[0]
            box[0] = one_more(number)
    run_both(count, count)
    return 4000 - box[0]

def run_both(*targets):
    both = [threading.Thread(target=target) for target in targets]
    for each in both: each.start()
    for each in both: each.join()
"""
SHAKEN = f"""
import subprocess, sys
{RACES}
def test_loops():
    assert {{loops() for _ in range(60)}} == {{"ab", "ba"}}

def test_threads():
    assert any(threads() for _ in range(300))

def test_a_task_that_failed_is_gone_as_soon_as_nobody_has_it():
    import gc, weakref
    async def fails():
        raise LookupError
    async def main():
        task = asyncio.create_task(fails())
        await asyncio.wait({{task}})
        gone = weakref.ref(task)
        del task
        return gone() is None
    gc.disable()
    assert all(asyncio.run(main()) for _ in range(20))

def test_a_child():
    code = '''{RACES}
import shaker
assert hasattr(asyncio.Handle._run, "__wrapped__")
assert any(threads() for _ in range(300))
'''
    subprocess.run([sys.executable, "-c", code], check=True)
"""
SEEDS = """
import os, subprocess, sys

def test_a():
    code = "import os; print('; a child:', os.environ['WSLAB_SHAKE'])"
    child = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    print("seed:", os.environ["WSLAB_SHAKE"], child)
"""
STILL = """
import asyncio, os, subprocess, sys, threading

NONE = "import asyncio, sys; assert not hasattr(asyncio.Handle._run, '__wrapped__') and 'shaker' not in sys.modules"

def test_nothing_is_touched():
    assert "WSLAB_SHAKE" not in os.environ and "shaken" not in os.environ.get("PYTHONPATH", "")
    assert not [each for each in (asyncio.Handle._run, threading.Event.set, threading.Thread.run) if hasattr(each, "__wrapped__")]
    exec(NONE)
    subprocess.run([sys.executable, "-c", NONE], check=True)
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_loops_and_threads_are_shaken_here_and_in_a_child(tmp_path: Path, workers: str) -> None:
    code, said = small.run(small.write(tmp_path, test_a=SHAKEN), "shaking", "--shake=7", "-n", workers)

    assert (code, small.counts(said)) == (0, {"passed": 4}), said


def test_from_a_seed_come_the_same_draws_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(shaking.FOLDER)
    shaker: Any = importlib.import_module("shaker")

    def draws(text: str) -> list[float]:
        shaker.seed(text)
        return [shaker._draw.random() for _ in range(5)]

    assert draws("7 a") == draws("7 a")
    assert draws("7 a") != draws("8 a")


def seeds(place: Path, *options: str) -> str:
    """What a test is shaken by, and a Python that it starts."""
    code, said = small.run(place, "shaking", "-rP", *options)
    assert code == 0, said
    found = re.search(r"seed: (.*; a child: .*)", said)
    assert found, said
    return found[1]


def test_a_test_is_shaken_alike_alone_and_behind_another_and_by_a_worker(tmp_path: Path) -> None:
    place = small.write(tmp_path, test_a=SEEDS, test_before=SHAKEN)

    alone = seeds(place, "--shake=7", "-n", "0", "tests/test_a.py")

    assert alone == "7 tests/test_a.py::test_a ; a child: 7 tests/test_a.py::test_a"
    assert seeds(place, "--shake=7", "-n", "0", "tests/test_before.py", "tests/test_a.py") == alone
    assert seeds(place, "--shake=7", "-n", "2", "tests/test_a.py") == alone


def test_a_seed_that_is_chosen_is_named(tmp_path: Path) -> None:
    _, said = small.run(small.write(tmp_path, test_a="def test_a(): pass"), "shaking", "-q", "--shake")

    assert re.search(r"--shake=[1-9]\d* shakes in the same way again", said), said


def test_a_path_in_the_place_of_the_seed_is_refused(tmp_path: Path) -> None:
    code, said = small.run(small.write(tmp_path, test_a="def test_a(): pass"), "shaking", "--shake", "tests")

    assert code != 0
    assert "--shake: invalid int value: 'tests'" in said


def test_without_the_option_nothing_is_touched(tmp_path: Path) -> None:
    code, said = small.run(small.write(tmp_path, test_a=STILL), "shaking")

    assert (code, small.counts(said)) == (0, {"passed": 1}), said
    assert "--shake" not in said
