"""A lesson in real JupyterLab: all its cells run at once, and what each of them shows."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import nbformat
from playwright.sync_api import TimeoutError as NeverCame

from tests.browser.conftest import new_page
from tests.browser.jupyter import ROOT, Notebook
from tests.browser.notebook import RUN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.jupyter import Jupyter

# By the model, not by the page: JupyterLab draws only the cells near the view.
ALL_RAN = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .every((cell) => cell.model.type !== 'code' || (cell.model.executionCount && cell.model.executionState !== 'running'))"""
# ipykernel 7.4 handles a widget's message while a cell runs, and then puts back the parent that it found before: where the next
# cell has begun meanwhile, that cell's "idle" names the one before it (read off the messages, 1 Run All in 12 with a log on the
# screen). JupyterLab never hears that it is done, and gives it no number. The cell has run; so all are run once more.
LAST_RAN = """() => {
  const { model } = window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code').at(-1);
  return model.executionCount && model.executionState !== 'running';
}"""
_UNHEARD = 15_000  # milliseconds that the answers of cells above the last may be late
_TRIES = 4
OUTPUTS = """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets
  .filter((cell) => cell.model.type === 'code').map((cell) => [cell.model.id, cell.model.outputs.toJSON()]))"""


class Lesson:
    """A lesson of the course.

    Args:
        file: The name of its notebook.
    """

    def __init__(self, file: str) -> None:
        self.path = ROOT / "notebooks" / file
        self.cells = nbformat.read(self.path, as_version=4).cells

    def place(self, name: str) -> int:
        """Where the cell of this id stands among all cells."""
        return next(index for index, one in enumerate(self.cells) if one.id == name)

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

    def shows_what_is_stored(
        self, notebook: Notebook, *names: str, raises: str, complains: str = "nothing"
    ) -> dict[str, str]:
        """See that Run All left what is stored, that one cell raised, and that nothing else went wrong.

        Args:
            notebook: The lesson after Run All.
            names: The cells whose text is compared.
            raises: The one cell that raises on purpose.
            complains: What stands in a line of the browser's own console that belongs to the lesson.

        Returns:
            What every cell shows, as text.
        """
        outputs = notebook.page.evaluate(OUTPUTS)
        raised = {name for name, shown in outputs.items() if any(one["output_type"] == "error" for one in shown)}
        assert raised == {raises}, raised
        shown = {name: _text(cell) for name, cell in outputs.items()}
        for name in names:
            stored = _text(self.cells[self.place(name)].outputs)
            assert shown[name] == stored, f"{name} shows\n{shown[name]}\nand stored is\n{stored}"
        assert shown["reset-code"] == "<Lab 'lab' closed>", shown["reset-code"]
        complaints = [line for line in notebook.complaints if complains not in line]
        assert complaints == [], complaints
        assert notebook.elsewhere == [], notebook.elsewhere
        return shown


def _text(outputs: list[dict[str, Any]]) -> str:
    return "".join(one["text"] if "text" in one else one.get("evalue") or one["data"]["text/plain"] for one in outputs)


def run_all(notebook: Notebook) -> None:
    """Run all cells at once, until JupyterLab has heard of the end of each."""
    for left in reversed(range(_TRIES)):
        notebook.command("notebook:clear-all-cell-outputs")
        notebook.begin("notebook:run-all-cells")
        notebook.page.wait_for_function(LAST_RAN, timeout=RUN)
        try:
            notebook.page.wait_for_function(ALL_RAN, timeout=_UNHEARD)
        except NeverCame:
            if not left:
                raise
        else:
            return
