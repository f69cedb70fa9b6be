"""Runs a notebook in real JupyterLab in a real Chromium, and stores the outputs of the cells that need a page or Node.

    python -m tests.notebooks.store_in_page notebooks/08_*.ipynb

`tests.notebooks.store` does the other cells, in a plain kernel, and leaves these alone. All cells run, queued at once; a cell
that raises and does not say so stops it, and nothing is stored.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import sync_playwright

from tests.browser.jupyter import CHROMIUM_ARGUMENTS, Jupyter, Notebook, chromium
from tests.browser.lesson import ALL_RAN, OUTPUTS
from tests.notebooks import kernels, store
from tests.notebooks.tags import needs


def outputs(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Run all cells of a notebook in a page; the outputs of each code cell, by its id."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        jupyter = Jupyter(Path(folder) / "home").start()
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        try:
            notebook = Notebook(jupyter, browser.new_page(), jupyter.copy(path)).open()
            notebook.command("notebook:clear-all-cell-outputs")
            notebook.begin("notebook:run-all-cells")
            notebook.page.wait_for_function(ALL_RAN, timeout=kernels.LIMIT * 1000)
            found: dict[str, list[dict[str, Any]]] = notebook.page.evaluate(OUTPUTS)
            notebook.close()
            return found
        finally:
            browser.close()
            jupyter.stop()


def store_in_page(path: Path) -> None:
    """Run one notebook and write it back with the outputs of its tagged cells."""
    notebook = nbformat.read(path, as_version=4)
    shown = outputs(path)
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        failed = [one for one in shown[cell.id] if one["output_type"] == "error"]
        if failed and not kernels.may_raise(cell):
            raise SystemExit(f"{cell.id} raised {failed[0]['ename']}: {failed[0]['evalue']}")
        cell.execution_count = number
        if needs(cell) or failed:  # its traceback names the cell by its number
            cell.outputs = [store.node(one, number) for one in shown[cell.id]]
    nbformat.write(notebook, path)


def main() -> None:
    """Store what is named, or every notebook that has such cells."""
    for path in [Path(name) for name in sys.argv[1:]] or kernels.notebooks():
        cells = nbformat.read(path, as_version=4).cells
        if any(needs(cell) for cell in cells):
            store_in_page(path)
            print(f"stored {path}")


if __name__ == "__main__":
    main()
