"""Lesson 02 as a learner meets it: Run All in real JupyterLab, the tables it draws in light and dark, and a row of the log that opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.lesson import Lesson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.jupyter import Jupyter, Notebook

LESSON = Lesson("02_handshake.ipynb")
place = LESSON.place
# How far the text of an element stands out from what is behind it (WCAG 2 contrast).
CONTRAST = """(element) => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let behind = element;
  const back = (e) => parts(getComputedStyle(e).backgroundColor);
  while (behind.parentElement && back(behind).length === 4 && back(behind)[3] === 0) behind = behind.parentElement;
  const [a, b] = [light(parts(getComputedStyle(element).color)), light(back(behind))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    with LESSON.whole(jupyter, browser) as notebook:
        yield notebook


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    LESSON.shows_what_is_stored(
        lesson,
        "accept-steps",
        "strangers",
        "version-12",
        "side-by-side",
        "origins",
        "chat",
        "still-http",
        "a-frame",
        raises="stale-connect",
    )


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_the_verdict_shows_both_columns_and_can_be_read(lesson: Notebook, theme: str) -> None:
    lesson.theme(theme).scroll_to(place("version-12"))
    table = lesson.cell(place("version-12")).locator("table")
    expect(table.locator("thead th")).to_have_text(["", "", "what the RFC says", "what this server did", "where"])
    status, header = table.locator("tbody tr").all()
    expect(status).to_contain_text("such as 426 Upgrade Required")
    expect(status).to_contain_text("400 Bad Request")
    expect(header.get_by_role("img", name="wrong")).to_be_visible()
    expect(header).to_contain_text("nothing")
    for cell in [*table.locator("td").all(), *table.locator("th").all()]:
        assert cell.evaluate(CONTRAST) >= 4.5
    for sign in table.get_by_role("img").all():
        assert sign.evaluate(CONTRAST) >= 3


@pytest.mark.parametrize("name", ["explain-request", "explain-response", "accept-steps", "version-12", "side-by-side"])
def test_a_table_fits_beside_its_prompt(lesson: Notebook, name: str) -> None:
    lesson.scroll_to(place(name))
    area = lesson.cell(place(name)).locator(".jp-OutputArea-output").first
    expect(area.locator("table")).to_be_visible()
    assert area.evaluate("(area) => area.scrollWidth <= area.clientWidth + 1")


def test_the_diagram_is_drawn(lesson: Notebook) -> None:
    lesson.scroll_to(place("ladder-code"))
    expect(
        lesson.cell(place("ladder-code")).locator(".jp-OutputArea-output img, .jp-OutputArea-output svg").first
    ).to_be_visible()


def test_a_click_on_a_refused_handshake_shows_its_lines(lesson: Notebook) -> None:
    lesson.scroll_to(place("log-again"))
    log = lesson.cell(place("log-again"))
    log.locator("input").first.fill("426 Upgrade Required")
    refused = log.locator(".wsl-row:not([hidden])").filter(has_text="426 Upgrade Required").first
    expect(refused).to_be_visible()
    refused.click()
    expect(log.locator(".wsl-detail").first).to_contain_text("HTTP/1.1 426 Upgrade Required")
    assert lesson.complaints == []
