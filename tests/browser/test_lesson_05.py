"""Lesson 05 as a learner meets it: Run All in real JupyterLab, the gauge that fills, the plot and the table that are left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.lesson import Lesson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter, Notebook

LESSON = Lesson("05_sending.ipynb")
place = LESSON.place

GAUGE = {"empty": re.compile("no%20open%20connection"), "full": re.compile(r"bufferedAmount%20[\d.]+%20[KM]iB")}
"""What stands in the address of the gauge's picture."""


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    with LESSON.whole(jupyter, browser) as notebook:
        yield notebook


def test_the_gauge_fills_while_the_reader_sleeps_and_empties_when_it_wakes(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LESSON.path)
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
    LESSON.shows_what_is_stored(
        lesson,
        "amount",
        "latin",
        "halves",
        "say",
        "not-json",
        "pieces-code",
        "fill",
        "fill-facts",
        "waits",
        "whose",
        raises="ping",
    )


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
