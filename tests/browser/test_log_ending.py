"""In the live log, in real Chromium: a Close row opens into the diagnosis, and its evidence leads to the rows that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.test_log import SETUP, SHOW, detail, row

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook


def test_a_close_row_opens_into_the_diagnosis_and_evidence_leads_to_its_row(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SETUP + "\n" + SHOW]).run_cell(0)
    expect(notebook.find(".wsl-state")).to_have_text("live")
    notebook.execute(
        "c = Conversation(timeline); c.text('hi'); c.close(1000, '<b>bye</b>'); c.client.lost(); c.server.lost()"
    )
    row(notebook, "1000 normal closure").click()
    ending = detail(notebook).locator(".wsl-ending")
    expect(ending.locator("strong")).to_have_text("normal")
    expect(ending.locator("p").first).to_contain_text("(certain): the client closed with 1000 (normal closure)")
    expect(ending.locator("p").nth(1)).to_have_text("What to do: nothing is wrong")
    expect(ending.locator("li").first).to_contain_text('reason "<b>bye</b>"')
    assert ending.locator("b").count() == 0
    ending.get_by_role("button", name="Close frame from the server").click()
    expect(detail(notebook).locator(".wsl-title")).to_contain_text("client \u2190 server")
    expect(detail(notebook).locator(".wsl-ending strong")).to_have_text("normal")
    row(notebook, "text hi").click()
    expect(detail(notebook).locator(".wsl-ending")).to_have_count(0)
    assert notebook.complaints == []
