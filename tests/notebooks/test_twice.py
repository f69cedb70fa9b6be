"""Every notebook with each of its cells run twice, round after round: no error, no warning, and nothing stays behind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.notebooks import kernels

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(900)]


@kernels.each_notebook
def test_each_cell_runs_twice_without_an_error_a_warning_or_a_leak(path: Path) -> None:
    cells = kernels.code_cells(path)
    twice = [cell for cell in cells for _ in range(2)]
    counts = []
    with kernels.kernel(path.parent) as kernel:
        for _ in range(3):
            for cell, outputs in zip(twice, kernel.stepped(twice), strict=True):
                _is_clean(cell, outputs)
            counts.append(_held(kernel))

    assert counts[2] == counts[1], "threads, tasks, sockets and files that a round leaves behind"


def _is_clean(cell: Any, outputs: list[kernels.Output]) -> None:
    for output in outputs:
        assert output.get("name") != "stderr", (cell.source, output["text"])
        assert output["output_type"] != "error" or kernels.may_raise(cell), (cell.source, output.get("evalue"))


def _files(pid: int) -> list[str]:
    """What a process has open, where the system tells (Linux).

    Not all of it is counted: ipykernel keeps an eventfd for each thread that ever printed, whoever started it, and IPython
    opens its history now and then.
    """
    folder = Path(f"/proc/{pid}/fd")
    names = [str(file.readlink()) for file in folder.iterdir() if file.is_symlink()] if folder.exists() else []
    return [name.split(":[")[0] if name.startswith(("socket", "pipe")) else name for name in names]


def _held(kernel: kernels.Kernel) -> dict[str, Any]:
    """What the kernel's process holds: as Python counts it, and as the operating system does."""
    process = psutil.Process(kernel.pid)
    return {
        "threads": sorted(kernel.value("[thread.name.split()[0] for thread in __import__('threading').enumerate()]")),
        "tasks": kernel.value("len(__import__('asyncio').all_tasks())"),
        "connections": len(process.net_connections("all")),
        "files": Counter(name for name in _files(kernel.pid) if name in {"socket", "pipe", "anon_inode:[eventpoll]"}),
        "children": len(process.children()),
    }
