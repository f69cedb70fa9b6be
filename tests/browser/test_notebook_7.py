"""Notebook 7 beside JupyterLab: the same widgets, the same clicks, another page around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.jupyter import Notebook7, free_port
from tests.browser.lesson import Lesson

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Notebook

SETUP = "%load_ext wslab\nfrom wslab import Lab\nlab = Lab()\nserver = await lab.serve(port=8080)\nlab.log"
PAGE = """%%browser --wait
const socket = new WebSocket("ws://localhost:8080");
socket.onopen = () => socket.send("Hello, server!");
socket.onmessage = (event) => {
  console.log("接收到消息：" + event.data);
  socket.close();
};
"""

LESSON = Lesson("00_start_here.ipynb")
place = LESSON.place


def test_the_log_the_panel_and_a_check_of_lesson_00_work_there(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LESSON.path, app=Notebook7)
    assert "/notebooks/" in notebook.page.url
    for name in ("start", "first-echo", "live-log", "panel-widget", "stub-00-1"):
        notebook.run_cell(place(name))
    log, panel = notebook.cell(place("live-log")), notebook.cell(place("panel-widget"))
    echoed = log.locator(".wsl-row[data-source='server to client']:not([hidden])")
    notebook.scroll_to(place("live-log"))
    expect(echoed.filter(has_text="Hello, server!")).to_have_count(1)
    expect(notebook.cell(place("stub-00-1"))).to_contain_text("not yet")
    notebook.scroll_to(place("panel-widget"))
    panel.get_by_label("Text").fill("typed in Notebook 7")
    panel.get_by_role("button", name="Send").click()
    expect(panel).to_contain_text('sent "typed in Notebook 7"')
    notebook.scroll_to(place("live-log"))
    expect(echoed.filter(has_text="typed in Notebook 7")).to_have_count(1)
    echoed.filter(has_text="typed in Notebook 7").click()
    expect(log.locator(".wsl-detail")).to_contain_text("typed in Notebook 7")
    assert notebook.complaints == []
    assert notebook.elsewhere == []


@pytest.mark.kernel
def test_a_browser_cell_runs_there_once_and_all_of_it_stands_after_a_reload(open_notebook: OpenNotebook) -> None:
    port = str(free_port())
    cells = [each.replace("8080", port) for each in (SETUP, PAGE)]
    notebook = open_notebook(cells, app=Notebook7).run_all()
    it_stands(notebook)
    notebook.command("docmanager:save")
    notebook.reload()
    it_stands(notebook)
    assert notebook.complaints == []
    assert notebook.elsewhere == []


def it_stands(notebook: Notebook) -> None:
    """The line is under the cell and in the log, and one socket was made."""
    line = "接收到消息：Hello, server!"
    expect(notebook.cell(1).locator(".wsl-console .wsc-text")).to_have_text([line])
    expect(notebook.cell(0).locator(".wsl-list")).to_contain_text(line)
    notebook.execute("await lab.settled(60)")
    made = notebook.execute("print(sum(row.name == 'new WebSocket()' for row in lab.timeline.rows()))")
    assert made.strip() == "1"
