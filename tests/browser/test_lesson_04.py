"""Lesson 04 as a learner meets it: Run All in real JupyterLab, what is drawn afterwards, a click, and the picture that moves."""

from __future__ import annotations

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

LESSON = ROOT / "notebooks" / "04_events.ipynb"
CELLS = nbformat.read(LESSON, as_version=4).cells

# By the model, not by the page: JupyterLab draws only the cells near the view.
ALL_RAN = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .every((cell) => cell.model.type !== 'code' || (cell.model.executionCount && cell.model.executionState !== 'running'))"""
OUTPUTS = """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets
  .filter((cell) => cell.model.type === 'code').map((cell) => [cell.model.id, cell.model.outputs.toJSON()]))"""


def place(name: str) -> int:
    """Where the cell of this id stands among all cells."""
    return next(index for index, one in enumerate(CELLS) if one.id == name)


def text(outputs: list[dict[str, Any]]) -> str:
    """What a cell shows, as text."""
    return "".join(one["text"] if "text" in one else one.get("evalue") or one["data"]["text/plain"] for one in outputs)


def lit(state: int) -> str:
    """The picture of a socket, by the number of the state that is lit."""
    return f"img[src*='wslab-states'][src*='(now%20{state}']"


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


def test_the_picture_moves_from_connecting_to_open_to_closed(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LESSON)
    notebook.run_cell(place("start")).run_cell(place("picture"))
    picture = notebook.cell(place("picture"))
    expect(picture.locator(lit(1))).to_be_visible()
    notebook.execute("socket.close()")
    expect(picture.locator(lit(3))).to_be_visible()
    assert notebook.complaints == []


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    outputs = lesson.page.evaluate(OUTPUTS)
    raised = {name for name, shown in outputs.items() if any(one["output_type"] == "error" for one in shown)}
    assert raised == {"too-early"}
    for name in ("twice", "conversation", "nap", "three-causes", "late", "blocked", "order"):
        stored = next(cell for cell in CELLS if cell.id == name)
        assert text(outputs[name]) == text(stored.outputs), name
    assert text(outputs["reset-code"]) == "<Lab 'lab' closed>"
    assert lesson.complaints == []
    assert lesson.elsewhere == []


def test_the_picture_of_a_refused_connection_is_drawn(lesson: Notebook) -> None:
    lesson.scroll_to(place("refused-states"))
    expect(lesson.cell(place("refused-states")).locator(lit(3))).to_be_visible()


def test_both_languages_stand_side_by_side_and_in_colour(lesson: Notebook) -> None:
    lesson.scroll_to(place("table"))
    table = lesson.cell(place("table")).locator("table")
    expect(table.locator("tr")).to_have_count(6)
    left, right = table.locator("tr").nth(1).locator("td").all()
    expect(left).to_contain_text('const socket = new WebSocket("ws://localhost:8080");')
    expect(right).to_contain_text('socket = lab.WebSocket("ws://localhost:8080")')
    ours, theirs = left.bounding_box(), right.bounding_box()
    assert ours is not None
    assert theirs is not None
    assert ours["y"] == theirs["y"]
    assert ours["x"] + ours["width"] <= theirs["x"]
    assert left.locator("pre span").count() > 0


def test_the_log_tells_what_the_error_event_does_not_and_a_click_opens_the_row(lesson: Notebook) -> None:
    lesson.scroll_to(place("start"))
    log = lesson.cell(place("start"))
    expect(log.locator(".wsl-state")).to_have_text("the lab is closed")
    log.locator("input").first.fill("403 Forbidden")
    refused = log.locator(".wsl-row:not([hidden])").filter(has_text="403 Forbidden").first
    expect(refused).to_be_visible()
    refused.click()
    expect(log.locator(".wsl-detail").first).to_contain_text("HTTP/1.1 403 Forbidden")
    assert lesson.complaints == []
