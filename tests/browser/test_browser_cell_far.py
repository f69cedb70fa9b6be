"""%%browser in a page that is far from its kernel, without a proxy: messages of the widget are the last way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.browser_cell import LAB, Cell
from tests.browser.far import far_page
from tests.browser.notebook import Notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.jupyter import Jupyter

CODE = """const socket = new WebSocket("ws://localhost:8080/room?a=1");
socket.onopen = () => console.log("open");
socket.onclose = (event) => console.log(event.code, event.wasClean);
"""


def test_without_a_proxy_the_cell_still_runs_and_its_console_says_what_to_install(
    browser: Browser, jupyter: Jupyter
) -> None:
    with far_page(browser, jupyter) as page:
        notebook = Notebook(jupyter, page, jupyter.write([LAB, "%%browser"])).open().run_cell(0)
        cell = Cell(notebook).run("", CODE, handler="stay")
        expect(cell.lines).to_have_text(["1006 false"])
        expect(cell.head).to_have_text("○ended its socket is closed")
        expect(notebook.find(".wsc-banner")).to_contain_text("python -m pip install jupyter-server-proxy")
        assert "lab: browser: page attached it speaks with the kernel by widget messages only" in cell.told(
            1, "close 1006"
        )
        notebook.run_cell(1)
        expect(cell.lines).to_have_text(["1006 false"])
        assert any("run replaced" in row for row in cell.told(2, "page attached"))
        notebook.close()
