"""JupyterLab's login, which its page sends to every server of the same host: nobody finds it in what handlers print, or the lab shows.

Whatever looks like the value of a cookie is replayed to the Jupyter server: it must not open the kernel. That the real one does
is shown too, so that this can fail.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_page
from tests.browser.jupyter import Jupyter, Notebook
from tests.peers.noding import need_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

TOKEN = "a-token-that-only-the-page-has"

LAB = """
%load_ext wslab
import asyncio, base64, json, pathlib, re
from wslab import Lab

lab = Lab()
told = asyncio.Event()
loop = asyncio.get_running_loop()

async def tell(connection):
    print(connection.request.headers)
    print(repr(connection.request))
    async for message in connection:
        await connection.send(connection.request.headers["Cookie"])
    loop.call_soon_threadsafe(told.set)

server = await lab.serve(tell)
lab.log
"""
WAIT = "await asyncio.wait_for(told.wait(), 60)"

# All that the lab shows or exports of its timeline, in the kernel.
SHOW = """
await lab.settled()
for row in lab.timeline.rows():
    print(row, row.text, lab.timeline.detail(row))
for connection in lab.timeline.connections():
    print(connection, connection.ends, connection.diagnosis, connection.response, connection.response.headers)
print(lab, server, server.connections, lab.transcript(), lab.transcript(by="direction", times=True))
print(lab.ladder().text, lab.ladder().svg, lab.log, lab.panel)
for suffix in ("jsonl", "har", "pcapng", "txt"):
    data = lab.timeline.export(f"talk.{suffix}").read_bytes()
    print(data.decode("latin-1"))
    for found in re.findall(rb'"bytes":"([^"]+)"', data):
        print(base64.b64decode(found).decode("latin-1"))
"""

NODE = """%%node --name cookies
require("http").createServer().listen(0, function () { console.log("port", this.address().port); })
  .on("upgrade", (request, socket) => { console.log(request.headers.cookie, request.rawHeaders); socket.end(); });
"""

CLIENT = """(url) => new Promise((done, fail) => {
  const socket = new WebSocket(url);
  socket.onopen = () => socket.send('which cookies?');
  socket.onmessage = (event) => { socket.close(); done(event.data); };
  socket.onclose = () => done('');
})"""


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A JupyterLab that asks who comes."""
    server = Jupyter(tmp_path_factory.mktemp("locked") / "home", token=TOKEN).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def notebook(locked: Jupyter, browser: Browser) -> Iterator[Notebook]:
    """A lab in a page that has logged in, and has a cookie of its host's beside."""
    with new_page(browser) as page:
        page.goto(f"{locked.base}/lab?token={TOKEN}")
        page.evaluate("document.cookie = 'session=of-somebody-else; path=/'")
        notebook = Notebook(locked, page, locked.write([LAB, WAIT, NODE])).open().run_cell(0)
        expect(notebook.find(".wsl-state")).to_have_text("live")
        yield notebook
        notebook.close()


def status(jupyter: Jupyter, cookie: str) -> int:
    """What the Jupyter server answers who asks for its kernels with a cookie."""
    request = urllib.request.Request(f"{jupyter.base}/api/kernels", headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def found(text: str, names: list[str]) -> set[str]:
    """Every cookie of these names that stands somewhere in a text, with its value."""
    value = r"""=("[^"\s]*"|[!#-&(-:<-\[\]-~]*)"""
    return {match[0] for name in names for match in re.finditer(re.escape(name) + value, text)}


def outputs(notebook: Notebook) -> str:
    """The outputs of all cells, as JupyterLab would save them."""
    return str(
        notebook.page.evaluate(
            """() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.widgets
                 .filter((cell) => cell.model.type === 'code').map((cell) => cell.model.outputs.toJSON()))"""
        )
    )


def test_nothing_that_a_handler_prints_or_the_lab_shows_opens_the_kernel(notebook: Notebook, locked: Jupyter) -> None:
    real = {cookie["name"]: cookie["value"] for cookie in notebook.page.context.cookies(locked.base)}
    (login,) = [name for name in real if name.startswith("username-")]
    assert {login, "_xsrf", "session"} <= set(real)
    assert status(locked, f"{login}={real[login]}") == 200, "the real one opens it"
    assert status(locked, "") == 403

    address = notebook.execute("print(server.url)").strip()
    seen = notebook.page.evaluate(CLIENT, address)
    notebook.run_cell(1)
    printed = outputs(notebook)
    drawn = notebook.find(".wsl-list").first.inner_text()
    for name in ("GET /", "101 Switching Protocols", "print"):
        notebook.find(".wsl-row:not([hidden])").filter(has_text=name).first.click()
        expect(notebook.find(".wsl-detail").first).to_be_visible()
        if name != "print":
            notebook.find(".wsl-bytes-button").click()
            expect(notebook.find(".wsl-log .wsi-lines")).to_be_visible()
        drawn += notebook.find(".wsl-log").first.inner_text()
        notebook.page.keyboard.press("Escape")
    assert "Cookie: (redacted)" in drawn
    shown = notebook.execute(SHOW)

    everything = seen + printed + drawn + shown
    for secret in (real[login], real["_xsrf"], real[login].strip('"').split("|")[-1]):
        assert secret not in everything
    replayed = found(everything, [login, "_xsrf"])
    filler = {f"{name}={'x' * len(real[name])}" for name in (login, "_xsrf")}
    assert filler <= replayed, "the names are there, and of each value as many bytes"
    assert {status(locked, cookie) for cookie in replayed} == {403}
    assert status(locked, "; ".join(replayed)) == 403
    assert "session=of-somebody-else" in seen, "every other cookie reaches the handler whole"
    assert "session=of-somebody-else" in printed, "and its prints"


def test_a_server_in_node_sees_no_more(notebook: Notebook, locked: Jupyter) -> None:
    need_node()
    real = {cookie["name"]: cookie["value"] for cookie in notebook.page.context.cookies(locked.base)}
    (login,) = [name for name in real if name.startswith("username-")]
    notebook.run_cell(2)
    console = notebook.cell(2).locator(".wsc-line")
    expect(console.first).to_contain_text("port ")
    port = int(console.first.inner_text().split()[-1])
    assert notebook.page.evaluate(CLIENT, f"ws://127.0.0.1:{port}/") == ""
    expect(notebook.cell(2)).to_contain_text("session=of-somebody-else")
    said = notebook.cell(2).inner_text() + notebook.execute("print(*[row.text for row in lab.timeline.rows()])")
    assert f"{login}={'x' * len(real[login])}" in said
    assert real[login] not in said
    assert {status(locked, cookie) for cookie in found(said, [login, "_xsrf"])} == {403}
    notebook.execute("%node --stop")
