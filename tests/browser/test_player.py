"""A saved recording in real JupyterLab: it is stepped through, and its rows open down to the bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook

RECORD = """
from wslab import Lab, play
lab = Lab()
server = await lab.serve()
socket = lab.WebSocket(server.url)
await socket.opened()
socket.send("follow me")
await socket.next()
await lab.settled(60)
path = lab.timeline.export("talk.jsonl")
await lab.close()
play(path)
"""


def test_a_recording_is_stepped_through_and_opened_down_to_the_bits(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([RECORD]).run_all()
    page, rows = notebook.page, notebook.find(".wsl-row[data-source]:visible")
    step = page.get_by_role("button", name="Step", exact=True)
    where = notebook.find(".wsl-player [role=status]").first
    expect(where).to_contain_text("0 of ")
    for number in range(1, 4):
        step.click()
        expect(rows).to_have_count(number)
        expect(where).to_contain_text(f"{number} of ")
    page.get_by_role("button", name="All", exact=True).click()
    expect(where).to_contain_text("at its end")
    expect(step).to_be_disabled()
    notebook.find(
        ".wsl-row",
    ).filter(has_text="text follow me").first.click()
    page.get_by_role("button", name="Bytes").first.click()
    expect(page.get_by_text("The frame in hex: 17 bytes")).to_be_visible()
    assert notebook.elsewhere == []
    assert notebook.complaints == []
