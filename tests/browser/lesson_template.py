"""Lesson ${number} as a learner meets it: Run All in real JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.lesson import Lesson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.jupyter import Jupyter, Notebook

LESSON = Lesson("${number}_${name}.ipynb")


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    with LESSON.whole(jupyter, browser) as notebook:
        yield notebook


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    LESSON.shows_what_is_stored(lesson, "predict-code", "stub-${number}-1", "reset-code", raises="break-code")
