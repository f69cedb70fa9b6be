"""Lesson 06 as a learner meets it: Run All in real JupyterLab, and the diagnosis of an ending, as a card and behind a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.lesson import Lesson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.jupyter import Jupyter, Notebook

LESSON = Lesson("06_closing.ipynb")
place = LESSON.place


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    with LESSON.whole(jupyter, browser) as notebook:
        yield notebook


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    LESSON.shows_what_is_stored(
        lesson,
        "try-codes",
        "both-diagnosis",
        "timeout-diagnosis",
        "killed",
        "reset",
        "silence",
        "keepalive",
        "idle",
        raises="going-home",
    )


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
