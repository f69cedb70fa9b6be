"""Runs a notebook in real JupyterLab in a real Chromium, and stores the outputs of the cells that need more than a kernel.

    python -m tests.notebooks.store_in_page                        every notebook that has cells which need a page
    python -m tests.notebooks.store_in_page notebooks/08_*.ipynb

`tests.notebooks.store` does the other cells, in a plain kernel, and leaves these alone. All cells run, queued at once; a cell
that raises and does not say so stops it, and nothing is stored. A console is stored as what its program printed: the last cell
of a lesson closes its lab, so by then every program is over.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

from tests.browser.jupyter import CHROMIUM_ARGUMENTS, Jupyter, Notebook, chromium
from tests.browser.lesson import run_all, shown
from tests.notebooks import kernels, store
from tests.notebooks.outputs import Output
from tests.notebooks.tags import in_page, lacks, needs


def outputs(path: Path) -> dict[str, list[Output]]:
    """Run all cells of a notebook in a page; the outputs of each code cell, by its id."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        jupyter = Jupyter(Path(folder) / "home").start()
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        try:
            notebook = Notebook(jupyter, browser.new_page(), jupyter.copy(path)).open()
            run_all(notebook)
            found = shown(notebook)
            notebook.close()
            return found
        finally:
            browser.close()
            jupyter.stop()


def store_in_page(path: Path) -> None:
    """Run one notebook and write it back with the outputs of its tagged cells."""
    notebook = nbformat.read(path, as_version=4)
    if lacking := lacks(notebook.cells):
        raise SystemExit(lacking)
    found = outputs(path)
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = number
        if needs(cell) or kernels.may_raise(cell):  # its traceback names the cell by its number
            cell.outputs = [store.node(output, number) for output in found[cell.id]]
    nbformat.write(notebook, path)


def main() -> None:
    """Store what is named, or every notebook that has such cells."""
    for path in [Path(name) for name in sys.argv[1:]] or filter(in_page, kernels.notebooks()):
        store_in_page(path)
        print(f"stored {path}")


if __name__ == "__main__":
    main()
