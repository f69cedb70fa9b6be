"""Shaken tests:  python -m pytest tests/net --shake      and again in the same way:  python -m pytest tests/net --shake=SEED

Every asyncio loop pauses at random between two callbacks, and threads switch at odd moments (shaken/shaker.py): in this process,
in those that it starts (kernels, JupyterLab, any Python), and in theirs. Each test begins the draws anew, from the seed and its
own name, so that it is shaken alike when it runs alone. Without the option nothing is touched.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

VARIABLE = "WSLAB_SHAKE"
FOLDER = str(Path(__file__).parent / "shaken")
BY_ITSELF = 0


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option."""
    words = "shake loops and threads, by this seed or by one that is chosen and named in the summary"
    parser.addoption("--shake", nargs="?", type=int, const=BY_ITSELF, metavar="SEED", help=words)


def pytest_configure(config: pytest.Config) -> None:
    """Shakes this process, and sees to those that it starts; workers are given the seed that was chosen here."""
    if config.option.shake is None:
        return
    config.option.shake = config.option.shake or random.SystemRandom().randrange(1, 10**6)
    os.environ[VARIABLE] = str(config.option.shake)
    if FOLDER not in sys.path:  # a worker of pytest-xdist has it, and is shaken since it began
        sys.path.insert(0, FOLDER)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [FOLDER, os.environ.get("PYTHONPATH", "")]))
    _shaker().shake(os.environ[VARIABLE])


def _shaker() -> Any:
    """The module, by the name under which `sitecustomize` may have imported it: it has one state for a process."""
    return importlib.import_module("shaker")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begins the draws of a test."""
    if item.config.option.shake is not None:
        os.environ[VARIABLE] = f"{item.config.option.shake} {item.nodeid}"
        _shaker().seed(os.environ[VARIABLE])


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Names the seed."""
    if config.option.shake is not None:
        terminalreporter.line(f"shaken: --shake={config.option.shake} shakes in the same way again", yellow=True)
