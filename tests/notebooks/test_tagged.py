"""The cells of the course that need more than a kernel, and no page: each shows what is stored, and no changed line goes unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.notebooks import kernels
from tests.notebooks.outputs import differences
from tests.notebooks.tags import in_page, lacks, needs, tagged
from tests.optional import need

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node

NOTEBOOKS = [path for path in kernels.notebooks() if tagged(path) and not in_page(path)]
SOLUTIONS = kernels.NOTEBOOKS / "solutions" / "08_browser_and_node.ipynb"


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    """All code cells of a notebook, where this machine can run them."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    need(not (lacking := lacks(cells)), lacking)
    return cells


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(kernels.NOTEBOOKS).as_posix())
def test_each_tagged_cell_shows_what_is_stored(path: Path) -> None:
    cells = code_cells(path)
    with kernels.kernel(path.parent) as kernel:
        compared, differing = differences(filter(needs, cells), kernel.shown(cells))
    assert compared == {cell.id for cell in cells if needs(cell)}
    assert differing == {}


def test_one_changed_line_of_javascript_is_seen() -> None:
    cells = [cell for cell in code_cells(SOLUTIONS) if cell.id.startswith(("imports", "08-2"))]
    answer = next(cell for cell in cells if not needs(cell) and cell.id.startswith("08-2"))
    assert answer.source.count("{ binary: isBinary }") == 1
    answer.source = answer.source.replace("{ binary: isBinary }", "{ binary: true }")
    with kernels.kernel(SOLUTIONS.parent) as kernel:
        compared, differing = differences(filter(needs, cells), kernel.shown(cells))
    assert compared == set(differing) == {"08-2-check"}
