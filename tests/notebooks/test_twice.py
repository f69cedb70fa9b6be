"""Every notebook with each of its cells run twice, round after round: no error, no warning, and nothing stays behind."""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.notebooks import kernels
from tests.notebooks.outputs import Output

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(900)]

GONE = 30.0
"""Seconds that what a round has ended may take to be gone: threads end and sockets close a moment after whoever ended them."""

Held = dict[str, Counter[str]]


@kernels.each_notebook
def test_each_cell_runs_twice_without_an_error_a_warning_or_a_leak(path: Path) -> None:
    cells = kernels.code_cells(path)
    twice = [cell for cell in cells for _ in range(2)]
    with kernels.kernel(path.parent) as kernel:
        _round(kernel, cells)  # once, as most learners do: what is made on first use is there then
        _round(kernel, twice)
        before = _quiet(kernel)
        _round(kernel, twice)
        assert _more(kernel, before) == {}, "threads, tasks, sockets, files and processes that a round leaves behind"


def _round(kernel: kernels.Kernel, cells: list[Any]) -> None:
    for cell, outputs in zip(cells, kernel.stepped(cells), strict=True):
        _is_clean(cell, outputs)


def _quiet(kernel: kernels.Kernel) -> Held:
    """What the kernel's process holds, once two looks have shown the same."""
    end = time.monotonic() + GONE
    before, held = None, _held(kernel)
    while held != before and time.monotonic() < end:
        time.sleep(0.2)
        before, held = held, _held(kernel)
    return held


def _more(kernel: kernels.Kernel, before: Held) -> Held:
    """What the kernel's process holds beyond what it held before: nothing, as soon as that is so."""
    end = time.monotonic() + GONE
    while True:
        more = {name: left for name, held in _held(kernel).items() if (left := held - before[name])}
        if not more or time.monotonic() > end:
            return more
        time.sleep(0.1)


def _is_clean(cell: Any, outputs: list[Output]) -> None:
    for output in outputs:
        assert output.get("name") != "stderr", (cell.source, output["text"])
        assert output["output_type"] != "error" or kernels.may_raise(cell), (cell.source, output.get("evalue"))


def _files(pid: int) -> Counter[str]:
    """What a process has open, where the system tells (Linux).

    Not all of it is counted: ipykernel keeps an eventfd for each thread that ever printed, whoever started it, and IPython
    opens its history now and then.
    """
    folder = Path(f"/proc/{pid}/fd")
    kinds: Counter[str] = Counter()
    for file in folder.iterdir() if folder.exists() else ():
        with contextlib.suppress(OSError):  # closed since
            kinds[str(file.readlink()).split(":[")[0]] += 1
    return Counter({kind: kinds[kind] for kind in ("socket", "pipe", "anon_inode:[eventpoll]")})


def _threads(names: list[str]) -> Counter[str]:
    """Threads by the first word of their names; of an executor the first alone: how many more it has is a matter of chance."""
    return Counter(name.split()[0] for name in names if not re.fullmatch(r"asyncio_[1-9]\d*", name))


def _held(kernel: kernels.Kernel) -> Held:
    """What the kernel's process holds: as Python counts it, and as the operating system does."""
    process = psutil.Process(kernel.pid)
    return {
        "threads": _threads(kernel.value("[thread.name for thread in __import__('threading').enumerate()]")),
        "tasks": Counter(tasks=kernel.value("len(__import__('asyncio').all_tasks())")),
        "connections": Counter(connections=len(process.net_connections("all"))),
        "files": _files(kernel.pid),
        "children": Counter(children=len(process.children())),
    }
