"""Pages that are loaded again, a kernel that is restarted, a Node that is missing: what runs, what stays, what is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_page
from tests.browser.jupyter import Notebook, free_port
from tests.peers.left_behind import NO_NODE, can_listen, family, listening, still
from tests.peers.noding import need_ws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter

SETUP = "%load_ext wslab\nfrom wslab import Lab\nlab = Lab()\nserver = await lab.serve(port={port})"

PAGE = """%%browser
const socket = new WebSocket("ws://localhost:PORT");
socket.onopen = function (event) {
  const message = "Hello, server!";
  socket.send(message);
  console.log("发送消息：" + message);
};
socket.onmessage = function (event) {
  const message = event.data;
  console.log("接收到消息：" + message);
};
"""

NODE = """%%node
const WebSocket = require("ws");
const wss = new WebSocket.Server({ port: PORT });
wss.on("connection", function (ws) {
  console.log("已建立WebSocket连接");
});
"""

RELOADS = 10


def console(notebook: Notebook, index: int) -> Any:
    """The console under a cell."""
    return notebook.cell(index).locator(".wsl-console")


def rows(notebook: Notebook, name: str) -> list[str]:
    """The texts of the rows of a name."""
    told = notebook.execute(
        "import json\nawait lab.settled(60)\nprint(json.dumps([[row.name, row.text] for row in lab.timeline.rows()]))"
    )
    return [text for each, text in json.loads(told) if each == name]


def pid(notebook: Notebook) -> int:
    return int(notebook.execute("import os; print(os.getpid())"))


@pytest.mark.slow
def test_a_page_that_is_loaded_again_ten_times_runs_nothing_twice_and_each_time_leaves_a_row(
    open_notebook: OpenNotebook,
) -> None:
    port = free_port()
    notebook = open_notebook([SETUP.format(port=port), PAGE.replace("PORT", str(port))]).run_cell(0)
    before = listening(pid(notebook))
    for count in range(1, RELOADS + 1):
        notebook.run_cell(1)
        expect(console(notebook, 1)).to_contain_text("接收到消息：Hello, server!")
        notebook.command("docmanager:save")
        notebook.reload()
        expect(console(notebook, 1)).to_contain_text("接收到消息：Hello, server!")
        expect(console(notebook, 1)).to_contain_text("reloaded")
        assert len(rows(notebook, "browser: page closed")) == count
        assert len(rows(notebook, "browser: page attached")) == count
        assert len(rows(notebook, "new WebSocket()")) == count, "a reload has run the cell"
    assert listening(pid(notebook), before) == before
    assert notebook.complaints == []


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """A port for Node, and one for Python."""
    return free_port(), free_port()


@pytest.fixture(scope="module")
def both(jupyter: Jupyter, browser: Browser, ports: tuple[int, int]) -> Iterator[Notebook]:
    """A notebook with a lab, a server in Node, and a page that is its client."""
    need_ws()
    node, ours = ports
    cells = [SETUP.format(port=ours), NODE.replace("PORT", str(node)), PAGE.replace("PORT", str(node)), NO_NODE]
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.write(cells)).open()
        yield notebook
        notebook.close()


@pytest.mark.node
def test_a_kernel_that_is_restarted_leaves_no_node_no_port_and_consoles_that_say_so(
    both: Notebook, ports: tuple[int, int]
) -> None:
    begin(both)
    processes = family(pid(both))
    assert processes != []
    assert not can_listen(ports[0])
    both.restart_kernel()
    assert still(processes) == []
    assert [port for port in ports if not can_listen(port)] == []
    for index in (1, 2):
        expect(console(both, index)).to_contain_text("kernel gone run the cell again")
    begin(both)


def begin(notebook: Notebook) -> None:
    """Runs the lab, the server in Node and its client, and sees them meet."""
    for index in range(3):
        notebook.run_cell(index)
    expect(console(notebook, 1)).to_contain_text("已建立WebSocket连接")


@pytest.mark.node
def test_without_node_the_cell_says_what_to_install(both: Notebook) -> None:
    both.run_cell(0).run_cell(3).run_cell(1, wait=False)
    shown = both.cell(1).locator(".jp-OutputArea")
    expect(shown).to_contain_text("UsageError: %%node needs Node, and there is no program `node` on this machine")
    expect(shown).to_contain_text('python -m pip install "wslab[node]"')
    assert "Traceback" not in shown.inner_text()
