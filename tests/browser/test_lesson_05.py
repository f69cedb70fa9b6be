"""Lesson 05 as a learner meets it: Run All in real JupyterLab, the gauge that fills, the plot and the table that are left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_page
from tests.browser.jupyter import ROOT, Notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter

LESSON = ROOT / "notebooks" / "05_sending.ipynb"
CELLS = nbformat.read(LESSON, as_version=4).cells

# By the model, not by the page: JupyterLab draws only the cells near the view.
ALL_RAN = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .every((cell) => cell.model.type !== 'code' || (cell.model.executionCount && cell.model.executionState !== 'running'))"""
OUTPUTS = """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets
  .filter((cell) => cell.model.type === 'code').map((cell) => [cell.model.id, cell.model.outputs.toJSON()]))"""

GAUGE = {"empty": re.compile("no%20open%20connection"), "full": re.compile(r"bufferedAmount%20\d+%20KiB")}
"""What stands in the address of the gauge's picture."""


def place(name: str) -> int:
    """Where the cell of this id stands among all cells."""
    return next(index for index, one in enumerate(CELLS) if one.id == name)


def text(outputs: list[dict[str, Any]]) -> str:
    """What a cell shows, as text."""
    return "".join(one["text"] if "text" in one else one.get("evalue") or one["data"]["text/plain"] for one in outputs)


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The lesson, all cells run at once. A test that opens the same file for itself stands before those that use this."""
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.copy(LESSON)).open()
        notebook.command("notebook:clear-all-cell-outputs")
        notebook.begin("notebook:run-all-cells")
        page.wait_for_function(ALL_RAN)
        yield notebook
        notebook.close()


def test_the_gauge_fills_while_the_reader_sleeps_and_empties_when_it_wakes(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LESSON)
    notebook.run_cell(place("start")).run_cell(place("rooms")).run_cell(place("deaf"))
    notebook.execute("socket = lab.WebSocket(talker.url)")
    notebook.run_cell(place("gauge"))
    picture = notebook.cell(place("gauge")).locator("img[src*='wslab-gauge']")
    expect(picture).to_have_attribute("src", GAUGE["empty"])
    notebook.run_cell(place("fill"))
    expect(picture).to_have_attribute("src", GAUGE["full"])
    notebook.run_cell(place("drain"))
    expect(picture).to_have_attribute("src", GAUGE["empty"])
    assert notebook.complaints == []


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    outputs = lesson.page.evaluate(OUTPUTS)
    raised = {name for name, shown in outputs.items() if any(one["output_type"] == "error" for one in shown)}
    assert raised == {"ping"}
    for name in ("amount", "latin", "halves", "say", "not-json", "pieces-code", "fill", "fill-facts", "waits", "whose"):
        stored = next(cell for cell in CELLS if cell.id == name)
        assert text(outputs[name]) == text(stored.outputs), name
    assert text(outputs["reset-code"]) == "<Lab 'lab' closed>"
    assert lesson.complaints == []
    assert lesson.elsewhere == []


def test_the_plot_is_drawn(lesson: Notebook) -> None:
    lesson.scroll_to(place("plot"))
    expect(lesson.cell(place("plot")).locator(".jp-OutputArea-output img").first).to_be_visible()


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_the_table_of_compression_fits_beside_its_prompt(lesson: Notebook, theme: str) -> None:
    lesson.theme(theme).scroll_to(place("deflate"))
    area = lesson.cell(place("deflate")).locator(".jp-OutputArea-output").first
    expect(area.locator("thead th")).to_have_count(7)
    expect(area.locator("tbody tr")).to_have_count(10)
    assert area.evaluate("(area) => area.scrollWidth <= area.clientWidth + 1")
