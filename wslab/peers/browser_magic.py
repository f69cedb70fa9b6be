"""The cell magic ``%%browser``: the cell's JavaScript runs in the page, with the browser's own WebSocket.

%%browser [--iframe | --sandbox] [--wait [SECONDS]] [--name NAME] [--lab NAME]
"""

from __future__ import annotations

import math
import shlex
from typing import NamedTuple

from IPython.core.error import UsageError

from wslab.lab import current_lab
from wslab.net import LabError, TimedOut
from wslab.peers.browser_run import BrowserRun

USAGE = "%%browser [--iframe | --sandbox] [--wait [SECONDS]] [--name NAME] [--lab NAME]"
"""What may stand behind it."""

WAIT = 30.0
"""How long ``--wait`` waits, in seconds."""

_LONGEST = 3600.0


class Asked(NamedTuple):
    """What stands behind ``%%browser``."""

    mode: str = "page"
    wait: float | None = None
    name: str = "browser"
    lab: str | None = None


def asked(line: str) -> Asked:
    """Read what stands behind ``%%browser``.

    Raises:
        UsageError: It is something else; says what was expected.
    """
    try:
        given = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{error} in {line!r}; write {USAGE}") from None
    result = Asked()
    while given:
        option = given.pop(0)
        if option in ("--iframe", "--sandbox"):
            if result.mode != "page":
                raise UsageError(f"one of --iframe and --sandbox, not both; write {USAGE}")
            result = result._replace(mode=option[2:])
        elif option == "--wait":
            seconds = given.pop(0) if given and not given[0].startswith("--") else ""
            result = result._replace(wait=_seconds(seconds) if seconds else WAIT)
        elif option in ("--name", "--lab"):
            if not given or given[0].startswith("--"):
                raise UsageError(f"{option} is followed by a name, such as {option} chat")
            name = given.pop(0)
            result = result._replace(name=name) if option == "--name" else result._replace(lab=name)
        else:
            raise UsageError(f"%%browser does not know {option!r}; write {USAGE}")
    return result


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST:
        raise UsageError(
            f"--wait takes seconds, more than 0 and at most {_LONGEST:g}, not {text!r}; left out, it is {WAIT:g}"
        )
    return seconds


def browser(line: str, cell: str | None = None) -> None:
    """Run a cell's JavaScript in the page.

    Args:
        line: What stands behind the magic.
        cell: The JavaScript.

    Raises:
        UsageError: What was written cannot be run; says what to write instead.
    """
    wanted = asked(line)
    if not (cell or "").strip():
        raise UsageError("%%browser stands in the first line of a cell, and the JavaScript below it")
    try:
        run = BrowserRun(current_lab(wanted.lab), cell or "", mode=wanted.mode, name=wanted.name, first=2)
        run.start()
    except LabError as error:
        raise UsageError(str(error)) from None
    if wanted.wait is None:
        return
    try:
        run.wait_closed(wanted.wait)
    except TimedOut as error:
        print(error)  # noqa: T201  the cell's output: what it asked to wait for has not come
