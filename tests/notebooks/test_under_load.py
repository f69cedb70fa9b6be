"""Every notebook again and again while both cores are busy: it shows the same each time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.notebooks import kernels

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(900)]

RUNS = int(os.environ.get("WSLAB_TEST_RUNS", "3"))
"""How often a notebook is run under load: 3, or 20 and more on request."""


@kernels.each_notebook
def test_the_outputs_are_the_same_run_after_run_under_load(path: Path) -> None:
    cells = kernels.code_cells(path)
    with kernels.load():
        for run in range(RUNS):
            with kernels.kernel(path.parent) as kernel:
                kernels.same_as_stored(path, kernel.queued(cells) if run % 2 else kernel.stepped(cells))
