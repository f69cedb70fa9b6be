"""Lesson 06 as a learner meets it: Run All in real JupyterLab, and the diagnosis of an ending, as a card and behind a click."""

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

    from tests.browser.jupyter import Jupyter

LESSON = ROOT / "notebooks" / "06_closing.ipynb"
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


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.copy(LESSON)).open()
        notebook.command("notebook:clear-all-cell-outputs")
        notebook.begin("notebook:run-all-cells")
        page.wait_for_function(ALL_RAN, timeout=120_000)
        yield notebook
        notebook.close()


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    outputs = lesson.page.evaluate(OUTPUTS)
    raised = {name for name, shown in outputs.items() if any(one["output_type"] == "error" for one in shown)}
    assert raised == {"going-home"}
    for name in ("try-codes", "both-diagnosis", "timeout-diagnosis", "killed", "reset", "silence", "keepalive", "idle"):
        stored = next(cell for cell in CELLS if cell.id == name)
        assert text(outputs[name]) == text(stored.outputs), name
    assert text(outputs["reset-code"]) == "<Lab 'lab' closed>"
    assert lesson.complaints == []
    assert lesson.elsewhere == []


def test_an_ending_is_a_card_that_says_what_to_do(lesson: Notebook) -> None:
    lesson.scroll_to(place("idle"))
    card = lesson.cell(place("idle")).get_by_role("status")
    expect(card).to_contain_text("idle-cut · likely")
    expect(card).to_contain_text("do: send heartbeats")
    expect(card).to_contain_text("cannot tell: ")


def test_a_click_on_a_close_row_tells_how_the_connection_ended(lesson: Notebook) -> None:
    lesson.scroll_to(place("start"))
    log = lesson.cell(place("start"))
    expect(log.locator(".wsl-state")).to_have_text("the lab is closed")
    log.locator("input").first.fill("the client leaves")
    row = log.locator(".wsl-row:not([hidden])").filter(has_text="private use: the client leaves").first
    expect(row).to_contain_text("4000")
    row.click()
    told = log.locator(".wsl-ending").first
    expect(told).to_contain_text("both sides closed at once")
    expect(told).to_contain_text("each program is told the code of the other side")
    assert lesson.complaints == []
