"""Lesson 04 as a learner meets it: Run All in real JupyterLab, what is drawn afterwards, a click, and the picture that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.lesson import Lesson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter, Notebook

LESSON = Lesson("04_events.ipynb")
place = LESSON.place


def lit(state: int) -> str:
    """The picture of a socket, by the number of the state that is lit."""
    return f"img[src*='wslab-states'][src*='(now%20{state}']"


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    with LESSON.whole(jupyter, browser) as notebook:
        yield notebook


def test_the_picture_moves_from_connecting_to_open_to_closed(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LESSON.path)
    notebook.run_cell(place("start")).run_cell(place("picture"))
    picture = notebook.cell(place("picture"))
    expect(picture.locator(lit(1))).to_be_visible()
    notebook.execute("socket.close()")
    expect(picture.locator(lit(3))).to_be_visible()
    assert notebook.complaints == []


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    LESSON.shows_what_is_stored(
        lesson, "twice", "conversation", "nap", "three-causes", "late", "blocked", "order", raises="too-early"
    )


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
