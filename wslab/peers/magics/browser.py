"""The magic ``%%browser``: the cell's JavaScript runs in the page, with the browser's own WebSocket.

%%browser [--iframe | --sandbox] [--wait [SECONDS]] [--name NAME] [--lab NAME]     run the cell
%browser --stop [--name NAME] [--lab NAME]                                         end a run, or all runs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from IPython.core.error import UsageError

from wslab.lab import current_lab
from wslab.net import LabError, TimedOut
from wslab.peers.browser import BrowserRun, runs
from wslab.peers.magics.options import Kind, none_running, read

if TYPE_CHECKING:
    from wslab.lab import Lab

_STOP = 10.0  # seconds for a run to end; a page has less, to close its sockets

USAGE = "%%browser [--iframe | --sandbox] [--wait [SECONDS]] [--stop] [--name NAME] [--lab NAME]"
"""What may stand behind it."""

KINDS: dict[str, Kind] = {
    "iframe": "flag", "sandbox": "flag", "wait": "seconds", "name": "name", "lab": "name", "stop": "flag",
}  # fmt: skip
EXCLUSIVE = (
    ("iframe", {"sandbox"}, f"one of --iframe and --sandbox, not both; write {USAGE}"),
    (
        "stop",
        {"wait", "iframe", "sandbox"},
        "--stop ends a run and starts none; write %browser --stop, with --name for one of several",
    ),
)
"""What does not go together."""


class BrowserOptions(NamedTuple):
    """What stands behind ``%%browser``."""

    mode: str = "page"
    wait: float | None = None
    name: str | None = None
    lab: str | None = None
    stop: bool = False


def read_options(line: str) -> BrowserOptions:
    """Read what stands behind ``%%browser``.

    Raises:
        UsageError: It is something else; says what was expected.
    """
    found = read(line, USAGE, KINDS, EXCLUSIVE)
    for mode in ("iframe", "sandbox"):
        if found.pop(mode, False):
            found["mode"] = mode
    return BrowserOptions(**found)


def browser(line: str, cell: str | None = None) -> None:
    """Run a cell's JavaScript in the page.

    Args:
        line: What stands behind the magic.
        cell: The JavaScript; None in a line of its own (``%browser --stop``).

    Raises:
        UsageError: What was written cannot be run; says what to write instead.
    """
    chosen = read_options(line)
    if not chosen.stop and not (cell or "").strip():
        raise UsageError("%%browser stands in the first line of a cell, and the JavaScript below it")
    try:
        lab = current_lab(chosen.lab)
        if chosen.stop:
            _stop(lab, chosen.name)
            return
        run = BrowserRun(lab, cell or "", mode=chosen.mode, name=chosen.name or "browser", first=2)
        run.start()
    except LabError as error:
        raise UsageError(str(error)) from None
    if chosen.wait is None:
        return
    try:
        run.wait_closed(chosen.wait)
    except TimedOut as error:
        print(error)  # noqa: T201  the cell's output: what it asked to wait for has not come


def _stop(lab: Lab, name: str | None) -> None:
    found = runs(lab, name)
    for run in found:
        run.stop()
    for run in found:
        run.wait_over(_STOP)
    if not found:
        print(none_running("browser cell", name, (run.name for run in runs(lab))))  # noqa: T201  the cell's output
