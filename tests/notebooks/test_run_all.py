"""Every notebook with all its cells queued at once, as Run All does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks import kernels

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(900)]


@kernels.each_notebook
def test_run_all_queues_every_cell_at_once_and_shows_what_is_stored(path: Path) -> None:
    with kernels.kernel(path.parent) as kernel:
        kernels.same_as_stored(path, kernel.queued(kernels.code_cells(path)))
