"""Lesson 03 as a learner meets it: Run All in real JupyterLab, and one message followed by clicking, from the call to a bit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.lesson import Lesson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.jupyter import Jupyter, Notebook

LESSON = Lesson("03_frames.ipynb")
place = LESSON.place


@pytest.fixture(scope="module")
def lesson(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    with LESSON.whole(jupyter, browser) as notebook:
        yield notebook


def test_run_all_shows_what_is_stored_and_one_cell_raises_on_purpose(lesson: Notebook) -> None:
    shown = LESSON.shows_what_is_stored(
        lesson,
        "by-hand",
        "headers",
        "xor-code",
        "eavesdrop",
        "unmasked-code",
        "ping-between",
        "refusals",
        raises="cut-character",
    )
    first, second = shown["twice"].split("\n")[:2]
    assert first != second, "each frame has a masking key of its own"


def test_one_message_is_followed_by_clicking_from_the_call_to_a_single_bit(lesson: Notebook) -> None:
    lesson.scroll_to(place("follow-code"))
    log = lesson.cell(place("follow-code"))
    log.locator("input").first.fill("Follow me")
    rows = log.locator(".wsl-row[data-source]:not([hidden])").filter(has_text="Follow me")
    expect(rows).to_have_count(4)

    rows.filter(has_text="send()").click()
    detail = log.locator(".wsl-detail")
    expect(detail.locator(".wsl-title")).to_contain_text("send()")

    detail.locator(".wsl-link").filter(has_text="led to").click()
    expect(detail.locator(".wsl-title")).to_contain_text("client → server")
    expect(detail).to_contain_text("15 bytes in 1 frame")

    frame = detail.locator(".wsl-frames tbody tr")
    expect(frame).to_have_count(1)
    key = re.search(r"(?:[0-9a-f]{2} ){3}[0-9a-f]{2}", frame.inner_text())
    assert key is not None
    frame.get_by_role("button", name="bits of frame 1").click()

    says = detail.locator(".wsi-says")
    detail.locator(".wsi-bit").first.click()
    expect(says).to_contain_text("FIN (bit 0) = 1: the message is whole in this frame")
    assert "Follow me" in detail.locator(".wsi-message").inner_text()

    detail.locator(".wsi-byte").nth(6).click()
    expect(says).to_contain_text("F")
    expect(says).to_contain_text(f"{key[0][:2]}")
    log.locator("input").first.fill("")
    assert lesson.complaints == []


def test_the_four_lengths_can_be_chosen_and_their_headers_grow(lesson: Notebook) -> None:
    lesson.scroll_to(place("four-lengths"))
    cell = lesson.cell(place("four-lengths"))
    choices = cell.locator(".wsi-option")
    expect(choices).to_have_count(4)
    for at, words in enumerate(("Payload len = 125", "Payload len = 126", "Payload len = 126", "Payload len = 127")):
        choices.nth(at).click()
        expect(choices.nth(at)).to_have_attribute("aria-selected", "true")
        expect(cell.locator(".wsi-frame")).to_contain_text(words)
    assert lesson.complaints == []


def test_masked_and_unmasked_stand_side_by_side(lesson: Notebook) -> None:
    lesson.scroll_to(place("masked-inspector"))
    cell = lesson.cell(place("masked-inspector"))
    expect(cell).to_contain_text("The payload, masked and unmasked: 5 bytes")
    for line in ("7f9f4d5158", "37fa213d37", "48656c6c6f", "Hello"):
        expect(
            cell.locator("tr").filter(has_text=re.compile(r"\s*".join(line[at] for at in range(len(line)))))
        ).not_to_have_count(0)
    assert lesson.complaints == []
