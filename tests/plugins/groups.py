"""Which tests go to one worker: those that share something that is dear to make.

    a notebook                       its cells need one kernel
    tests/browser                    JupyterLab and Chromium: one of each for the lessons, one for everything else
    an exercise                      its tests share what was found of its conditions (test_exercises.py)
    tests/notebooks                  shares nothing, so each test goes where there is room
    any other file                   stays together, and so do its fixtures

What takes longest begins first, so that no worker is still busy with it when the others are done.

pytest-xdist has marks for this (``xdist_group``). Version 3.8 writes them into an attribute that pytest 9.2 no longer reads: the
tests of a group are then spread without a word. Here only names are looked at, by the scheduler that ``--dist=loadgroup`` gets;
a test sees to it that nobody relies on a mark.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

BROWSER, SHARING_NOTHING = "tests/browser/", "tests/notebooks/"
EXERCISE = re.compile(r"tests/lessons/test_exercises\.py::[^[]*\[(\d\d\.\d+)")
LONGEST = (BROWSER, "tests/lessons/test_begin.py", "tests/command/test_installed.py", "tests/notebooks/", "notebooks/")
"""How names begin of what takes longest, the longest first."""


def group(nodeid: str) -> str:
    """The group of a test, by its id."""
    path = nodeid.partition("::")[0]
    if path.startswith(BROWSER):
        return BROWSER + ("test_lesson_*" if "/test_lesson_" in path else "*")
    if exercise := EXERCISE.match(nodeid):
        return f"{path}[{exercise[1]}]"
    return nodeid if path.startswith(SHARING_NOTHING) else path


def rank(name: str) -> int:
    """How early a group begins: 0 is first."""
    return next((place for place, begins in enumerate(LONGEST) if name.startswith(begins)), len(LONGEST))


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist carries no types
    """Gives a worker one group after another, of those of one rank the one with most tests first."""

    _ordered = False

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if not self._ordered:
            self.workqueue: OrderedDict[str, dict[str, bool]] = OrderedDict(
                sorted(self.workqueue.items(), key=lambda each: rank(each[0]))
            )
            self._ordered = True
        super()._assign_work_unit(node)


@pytest.hookimpl(tryfirst=True, optionalhook=True)  # without pytest-xdist there is no such hook
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup | None:
    """Is asked by pytest-xdist, in the process that hands tests out."""
    return ByGroup(config, log) if config.getoption("dist") == "loadgroup" else None
