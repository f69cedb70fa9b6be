"""A lesson in real JupyterLab: all its cells run at once, and what each of them shows."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import TYPE_CHECKING, Any

import nbformat

from tests.browser import in_page
from tests.browser.conftest import new_page
from tests.browser.jupyter import ROOT, Notebook, free_port
from tests.browser.notebook import RUN
from tests.notebooks import outputs
from tests.notebooks.kernels import TRANSCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.jupyter import Jupyter
    from tests.notebooks.outputs import Output

# By the model, not by the page: JupyterLab draws only the cells near the view.
ALL_RAN = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .every((cell) => cell.model.type !== 'code' || (cell.model.executionCount && cell.model.executionState !== 'running'))"""
# ipykernel 7.4 handles a widget's message while a cell runs, and then puts back the parent that it found before: where the next
# cell has begun meanwhile, that cell's "idle" names the one before it (read off the messages, 1 Run All in 12 with a log on the
# screen). JupyterLab never hears that it is done, and gives it no number. It has run all the same: the kernel counts its cells.
# A cell that raises and does not say so ends the run: those below it are not run.
EACH_WAS_COUNTED = f"""(first) => {{
  const cells = window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code');
  const {{ model }} = cells.at(-1);
  const counted = model.executionCount === first + cells.length - 1 && model.executionState !== 'running';
  return counted || ({in_page.RAISED})(null).length;
}}"""
_PORTS = (8080, 8081)  # those that lessons name
OUTPUTS = """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets
  .filter((cell) => cell.model.type === 'code').map((cell) => [cell.model.id, cell.model.outputs.toJSON()]))"""


class Lesson:
    """A lesson of the course.

    Args:
        file: The name of its notebook, or where it is.
    """

    def __init__(self, file: str | Path) -> None:
        self.path = ROOT / "notebooks" / file
        self.cells = nbformat.read(self.path, as_version=4).cells

    def place(self, name: str) -> int:
        """Where the cell of this id stands among all cells."""
        return next(index for index, one in enumerate(self.cells) if one.id == name)

    def copy(self, folder: Path) -> Path:
        """A copy in a folder, with other ports where somebody else has those that it names."""
        text = self.path.read_text("utf-8")
        for port in _PORTS:
            text = text.replace(str(port), str(free(port)))
        path = folder / self.path.name
        path.write_text(text, "utf-8")
        return path

    @contextlib.contextmanager
    def whole(self, jupyter: Jupyter, browser: Browser, path: Path | None = None) -> Iterator[Notebook]:
        """The lesson, or a copy of it, all cells run at once.

        A test that opens the same file for itself stands before those that use this.
        """
        with new_page(browser) as page:
            notebook = Notebook(jupyter, page, jupyter.copy(path or self.path)).open()
            run_all(notebook)
            yield notebook
            notebook.close()

    def shows_what_is_stored(self, notebook: Notebook, *names: str, raises: str) -> dict[str, str]:
        """See that Run All left what is stored, that one cell raised, and that nothing else went wrong.

        Args:
            notebook: The lesson after Run All.
            names: The cells whose text is compared.
            raises: The one cell that raises on purpose.

        Returns:
            What every cell shows, as text.
        """
        found = shown(notebook)
        raised = {name for name, cell in found.items() if any(one["output_type"] == "error" for one in cell)}
        assert raised == {raises}, raised
        texts = {name: _text(cell) for name, cell in found.items()}
        for name in names:
            stored = _text(self.cells[self.place(name)].outputs)
            assert texts[name] == stored, f"{name} shows\n{texts[name]}\nand stored is\n{stored}"
        assert texts["reset-code"] == "<Lab 'lab' closed>", texts["reset-code"]
        assert notebook.complaints == [], notebook.complaints
        assert notebook.elsewhere == [], notebook.elsewhere
        return texts


def free(port: int) -> int:
    """A port, or another where somebody else has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
    return port


def _text(outputs: list[dict[str, Any]]) -> str:
    return "".join(one["text"] if "text" in one else one.get("evalue") or one["data"]["text/plain"] for one in outputs)


def shown(notebook: Notebook) -> dict[str, list[Output]]:
    """What each code cell shows, by its id; in the place of each console, what its program printed."""
    printed = json.loads(notebook.execute(f"print(__import__('json').dumps({TRANSCRIPTS}))"))
    found: dict[str, list[Output]] = notebook.page.evaluate(OUTPUTS)
    return {name: outputs.with_transcripts(cell, printed) for name, cell in found.items()}


def run_all(notebook: Notebook) -> None:
    """Run all cells at once, until the last has run, and the kernel has counted every one of them.

    Raises:
        AssertionError: A cell raised that does not say so.
    """
    first = int(notebook.execute("print(get_ipython().execution_count)"))
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.begin("notebook:run-all-cells")
    notebook.page.wait_for_function(EACH_WAS_COUNTED, arg=first, timeout=RUN)
    raised = notebook.page.evaluate(in_page.RAISED, None)
    if raised:
        raise AssertionError(f"a cell raised:\n{raised[0]}")
