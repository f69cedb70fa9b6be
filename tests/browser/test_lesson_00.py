"""Lesson 00 as a learner meets it: real JupyterLab, real Chromium, real clicks; and the lab's promises seen from a page."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_page
from tests.browser.jupyter import ROOT, Notebook
from tests.browser.lesson import run_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter

LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
CELLS = nbformat.read(LESSON, as_version=4).cells

# In the page: a client that no Python has touched. It leaves what it saw in window.seen.
CLIENT = """(url) => new Promise((done, fail) => {
  const socket = new WebSocket(url);
  const began = performance.now();
  socket.onopen = () => socket.send('from the page');
  socket.onmessage = (event) => { socket.close(); done([event.data, performance.now() - began]); };
  socket.onerror = () => fail('error event');
})"""


def cell(text: str) -> int:
    """The place of the first code cell that holds this text."""
    return next(index for index, one in enumerate(CELLS) if one.cell_type == "code" and text in one.source)


def rows(notebook: Notebook, source: str, text: str) -> Locator:
    """The drawn rows of a source that hold a text."""
    return notebook.find(f".wsl-row[data-source='{source}']:not([hidden])").filter(has_text=text)


def drawn(notebook: Notebook) -> str:
    """Everything the log shows right now."""
    return notebook.find(".wsl-list").first.inner_text()


@pytest.fixture(scope="module")
def lab(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """A notebook with a lab, its log on the screen, and an echo server."""
    setup = "from wslab import Lab\nlab = Lab(keep=300_000)\nserver = await lab.serve()\nlab.log"
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.write([setup])).open().run_cell(0)
        expect(notebook.find(".wsl-state")).to_have_text("live")
        yield notebook
        notebook.close()


def url(notebook: Notebook) -> str:
    return notebook.execute("print(server.url)").strip()


def test_the_first_echo_is_on_the_screen_soon_and_nothing_leaves_the_machine(open_notebook: OpenNotebook) -> None:
    began = time.monotonic()
    notebook = open_notebook(LESSON)
    for index in range(cell("lab.log") + 1):
        if CELLS[index].cell_type == "code":
            notebook.run_cell(index)
    expect(rows(notebook, "server to client", "Hello, server!")).to_have_count(1)
    print(f"from opening the page to the first echo in the log: {time.monotonic() - began:.1f} s")
    assert notebook.elsewhere == []
    assert notebook.complaints == []


def test_a_text_typed_into_the_panel_is_sent_and_comes_back_echoed(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LESSON)
    for text in ("lab = Lab()", "lab.WebSocket", "lab.log", "lab.panel"):
        notebook.run_cell(cell(text))
    panel = notebook.find(".wsl-panel")
    panel.locator("input[type=text]").first.fill("typed by hand")
    panel.get_by_role("button", name="Send").click()
    expect(rows(notebook, "client to server", "typed by hand")).to_have_count(1)
    expect(rows(notebook, "server to client", "typed by hand")).to_have_count(1)
    expect(panel.get_by_role("button", name="Ping")).to_be_disabled()
    choice = panel.get_by_label("Act as")
    choice.select_option(index=1)
    panel.get_by_role("button", name="Ping").click()
    expect(notebook.find(".wsl-totals")).to_contain_text("2 heartbeats hidden")
    panel.locator("input[type=text]").nth(1).fill("4001")
    panel.locator("input[type=text]").nth(2).fill("enough")
    panel.get_by_role("button", name="Close").click()
    expect(rows(notebook, "server to client", "enough")).to_have_count(1)
    expect(panel).to_contain_text("No open connection")
    assert notebook.complaints == []


def test_run_all_runs_the_lesson_and_leaves_the_log_on_the_screen(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LESSON)
    run_all(notebook)
    outputs = notebook.page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.widgets
             .filter((cell) => cell.model.type === 'code').map((cell) => cell.model.outputs.toJSON())"""
    )
    raised = [output for cell_outputs in outputs for output in cell_outputs if output["output_type"] == "error"]
    assert [(one["ename"], one["evalue"]) for one in raised] == [
        ("RuntimeError", "asyncio.run() cannot be called from a running event loop")
    ], "one cell breaks on purpose, and only one"
    assert outputs[-1][0]["data"]["text/plain"] == "<Lab 'lab' closed>"
    notebook.scroll_to(cell("lab.log"))
    expect(rows(notebook, "server to client", "Hello, server!").first).to_be_visible()
    expect(notebook.find(".wsl-state").first).to_have_text("the lab is closed")
    assert notebook.complaints == []
    assert notebook.elsewhere == []


def test_after_a_reload_the_log_is_there_and_after_a_restart_the_cells_run_again(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LESSON)
    begin = ("lab = Lab()", "lab.WebSocket", "lab.log")
    for text in begin:
        notebook.run_cell(cell(text))
    notebook.command("docmanager:save")
    notebook.reload()
    notebook.scroll_to(cell("lab.log"))
    expect(rows(notebook, "server to client", "Hello, server!").first).to_be_visible()
    notebook.restart_kernel()
    for text in begin:
        notebook.run_cell(cell(text))
    expect(rows(notebook, "server to client", "Hello, server!")).to_have_count(1)
    assert notebook.complaints == []


def test_a_page_of_jupyters_own_may_connect_and_its_cookie_never_shows(lab: Notebook) -> None:
    lab.page.evaluate("document.cookie = 'secret=not-for-the-screen'")
    assert lab.page.evaluate(CLIENT, url(lab))[0] == "from the page"
    expect(lab.find(".wsl-list")).to_contain_text("from the page")
    sent = lab.execute(
        "lab.timeline.refresh()\nfor row in lab.timeline.rows():\n    print(row, *lab.timeline.detail(row).lines, sep='\\n')"
    )
    assert "Cookie: (redacted)" in sent, "the browser did send its cookie"
    assert "not-for-the-screen" not in sent + drawn(lab) + lab.execute("print(lab.transcript())")
    request = lab.find(".wsl-row:not([hidden])").filter(has_text=re.compile("GET /.*Origin"))
    request.first.click()
    detail = lab.find(".wsl-detail").first
    expect(detail).to_contain_text("Cookie: (redacted)")
    assert "not-for-the-screen" not in detail.inner_text()
    lab.page.keyboard.press("Escape")


def test_hostile_payloads_from_the_network_are_text(lab: Notebook) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    lab.page.once("dialog", lambda dialog: pytest.fail(f"it ran: {dialog.message}"))
    lab.execute(
        f"import websockets\nasync with websockets.connect(server.url) as c:\n    await c.send({hostile!r})\n    await c.recv()"
    )
    row = lab.find(".wsl-row:not([hidden])").filter(has_text="onerror=alert(1)").first
    expect(row).to_contain_text(hostile)
    row.click()
    expect(lab.find(".wsl-detail").first).to_contain_text(hostile)
    assert lab.find(".wsl-list img, .wsl-list script, .wsl-detail img, .wsl-detail script").count() == 0
    lab.page.keyboard.press("Escape")


def test_while_a_cell_blocks_the_server_answers_and_the_log_moves(lab: Notebook) -> None:
    address = url(lab)
    lab.execute("lab.clear()")
    expect(lab.find(".wsl-empty")).to_contain_text("Nothing yet.")
    with lab.blocked():
        answer, milliseconds = lab.page.evaluate(CLIENT, address)
        expect(lab.find(".wsl-list")).to_contain_text("from the page")
    assert answer == "from the page"
    print(f"echo while the cell blocked: {milliseconds:.0f} ms")


def test_a_blocked_handler_freezes_only_its_own_server_and_the_log_says_where(lab: Notebook) -> None:
    lab.execute(
        "import time\nasync def slow(connection):\n    async for message in connection:\n        time.sleep(8)\n"
        "blocked = await lab.serve(slow, name='slow')\nsocket = lab.WebSocket(blocked.url)\n"
        "await socket.opened()\nsocket.send('wake me')"
    )
    assert lab.page.evaluate(CLIENT, url(lab))[0] == "from the page"
    row = lab.find(".wsl-row:not([hidden])").filter(has_text="blocks server")
    expect(row).to_contain_text("time.sleep(8)")
    lab.execute("await blocked.stop()")


def test_a_hundred_thousand_messages_are_counted_alike_by_sender_store_and_page(lab: Notebook) -> None:
    lab.execute("lab.clear()")
    sent = lab.execute(
        """
async def sink(connection):
    async for message in connection:
        if message == "end":
            await connection.send("done")

many = await lab.serve(sink, name="many", compression=None)
sent = 0
async with lab.connect(many.url, compression=None) as connection:
    for number in range(100_000):
        await connection.send(f"message {number}")
        sent += 1
    await connection.send("end")
    await connection.recv()
await lab.settled(120)
rows = [row for row in lab.timeline.rows() if row.source == "client to server" and row.text.startswith("message ")]
print(sent, len(rows), len({row.text for row in rows}), lab.timeline.dropped.rows)
"""
    ).split()
    assert sent == ["100000", "100000", "100000", "0"]
    count = int(lab.execute("print(sum(row.kind != 'control' for row in lab.timeline.rows()))"))
    total = int(lab.execute("print(len(lab.timeline.rows()))"))
    expect(lab.find(".wsl-totals")).to_contain_text(
        re.compile(rf"^{count:,}( of {total:,})? rows|^{count}( of {total})? rows")
    )
    lab.page.keyboard.press("Escape")
    lab.find(".wsl-list").first.evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    expect(lab.find(".wsl-list")).to_contain_text("message 99999")
    assert lab.find(".wsl-row").count() < 200, "only what is near the view is drawn"
    assert lab.complaints == []
