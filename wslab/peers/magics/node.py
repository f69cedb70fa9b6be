"""The magic ``%%node``: the cell's JavaScript runs in a real Node, with the package ``ws``.

%%node [--name NAME] [--wait [SECONDS]] [--lab NAME]     run the cell; its servers and sockets are on the lab's timeline
%%node --save VARIABLE                                   run nothing: the cell's text becomes a Python variable
%node --stop [--name NAME] [--lab NAME]                  end a run, or all runs; so does %%node --stop
"""

from __future__ import annotations

import keyword
import shlex
from typing import Any, NamedTuple

from IPython.core.error import UsageError
from IPython.core.getipython import get_ipython

from wslab.lab import current_lab
from wslab.net import LabError
from wslab.peers.magics.options import Kind, none_running, read
from wslab.peers.node import NodeRun, runs, words

USAGE = "%%node [--name NAME] [--wait [SECONDS]] [--stop] [--lab NAME] [--save VARIABLE]"
"""What may stand behind it."""

KINDS: dict[str, Kind] = {"name": "name", "wait": "seconds", "stop": "flag", "lab": "name", "save": "name"}
EXCLUSIVE = (
    (
        "save",
        {"stop", "wait", "name", "lab"},
        "--save only keeps the cell's text and runs nothing; leave the other options out",
    ),
    ("stop", {"wait"}, "--stop ends a run, and --wait waits for one to end; write one of them"),
)
"""What does not go together."""

READY = 10.0
"""How long the magic waits for the cell's main part, in seconds."""


class NodeOptions(NamedTuple):
    """What stands behind ``%%node``."""

    name: str | None = None
    wait: float | None = None
    stop: bool = False
    lab: str | None = None
    save: str | None = None


def read_options(line: str) -> NodeOptions:
    """Read what stands behind ``%%node``.

    Raises:
        UsageError: It is something else; says what was expected.
    """
    result = NodeOptions(**read(line, USAGE, KINDS, EXCLUSIVE))
    if result.save is not None and (not result.save.isidentifier() or keyword.iskeyword(result.save)):
        raise UsageError(f"--save takes the name of a Python variable, such as --save answer, not {result.save!r}")
    return result


def node(line: str, cell: str | None = None) -> None:
    """Run a cell's JavaScript in Node.

    Args:
        line: What stands behind the magic.
        cell: The JavaScript; None in a line of its own (``%node --stop``).

    Raises:
        UsageError: What was written cannot be run; says what to write instead.
    """
    chosen = read_options(line)
    if chosen.save is not None:
        _save(chosen.save, cell)
    elif chosen.stop:
        _stop(chosen)
    elif cell is None:
        raise UsageError("%node is for %node --stop; to run JavaScript, write %%node in the first line of a cell")
    elif not cell.strip():
        raise UsageError("%%node stands in the first line of a cell, and the JavaScript below it")
    else:
        _run(chosen, cell)


def _run(chosen: NodeOptions, cell: str) -> None:
    try:
        run = NodeRun(current_lab(chosen.lab), cell, chosen.name or "node")
    except LabError as error:
        raise UsageError(str(error)) from None
    run.console.show()
    try:
        run.start()
        if not run.wait_ready(READY):
            run.console.banner(words.SLOW.format(seconds=READY))
        if chosen.wait is not None and not run.wait_ended(chosen.wait):
            name = f" --name {shlex.quote(chosen.name)}" if chosen.name else ""
            print(words.STILL.format(seconds=chosen.wait, name=name))  # noqa: T201  the cell's output: what it waited for
    except LabError as error:
        raise UsageError(str(error)) from None
    except KeyboardInterrupt:
        run.stop("the kernel was interrupted")
        raise


def _stop(chosen: NodeOptions) -> None:
    try:
        lab = current_lab(chosen.lab)
    except LabError as error:
        raise UsageError(str(error)) from None
    found = runs(lab.hosting, chosen.name)
    for run in found:
        run.stop("%node --stop")
    if not found:
        print(none_running("Node cell", chosen.name, (run.name for run in runs(lab.hosting))))  # noqa: T201  the cell's output


def _save(variable: str, cell: str | None) -> None:
    if cell is None:
        raise UsageError(f"--save keeps the text of a cell: write %%node --save {variable} in the first line of one")
    shell: Any = get_ipython()
    if shell is None:
        raise UsageError("--save works in a notebook or in IPython")
    shell.push({variable: cell})
