"""A page that reaches its kernel through jupyter-server-proxy only, below a hub's path: what the proxy changes on the way."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.far import far_page
from tests.browser.jupyter import Jupyter, Notebook, free_port
from tests.browser.test_browser_cell import CLOSE, CREATE, MESSAGE, OPEN, SEND
from tests.peers.noding import need_ws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

SERVERS = """
import queue

from wslab import Lab

lab = Lab()
codes = queue.Queue()


async def talk(connection):
    try:
        async for message in connection:
            if message == "bye":
                await connection.close(4001, "enough")
            elif message == "which cookies?":
                await connection.send(connection.request.headers["Cookie"])
            else:
                await connection.send(message)
    finally:
        codes.put(connection.close_code)


def refuse(connection, request):
    return connection.respond(403, "not you")


def second(connection, subprotocols):
    return subprotocols[1] if subprotocols else None


servers = {
    "talk": await lab.serve(talk, name="talk", origins=["ORIGIN"], select_subprotocol=second),
    "refusing": await lab.serve(name="refusing", process_request=refuse),
}
"""

GREETER = """%load_ext wslab
document = Lab("document")


async def greet(connection):
    await connection.send("Hello, client!")


await document.serve(greet, port=8080)
"""

SHOW = "await document.settled(60)\nprint(document.transcript())"

TRANSCRIPT = """\
    lab              note       server "server" listens  ws://127.0.0.1:PORT
    lab              note       browser: page attached  it speaks with the kernel through jupyter-server-proxy
#1  client           event      new WebSocket()  ws://localhost:PORT/
#1  client → server  handshake  GET /  Upgrade: websocket, Origin: http://hub.example:PORT, permessage-deflate
#1  server           note       Origin allowed for this run  http://hub.example:PORT
#1  server → client  handshake  101 Switching Protocols  Upgrade: websocket, permessage-deflate
#1  client           event      open
#1  client           print      WebSocket连接已打开
#1  server → client  message    text  "Hello, client!"  14 B
#1  client           event      message  "Hello, client!"  14 B
#1  client           print      接收到消息：Hello, client!
#1  server → client  close      close 1000  normal closure
#1  client → server  close      close 1000  normal closure
#1  client           event      close  1005, clean
#1  client           print      WebSocket连接已关闭
"""
"""Each end tells the truth: the server closed with 1000, and the page was told 1005."""

NODE = """%%node
const WebSocket = require("ws");
const wss = new WebSocket.Server({ port: 8081 });
wss.on("connection", (ws) => ws.on("message", (message) => {
  console.log("接收到消息：" + message);
  ws.close(4001, "enough");
}));
"""

ROWS = """
import json

await lab.settled(60)
print(json.dumps([f"{row.source}: {row.name} {row.text}" for row in lab.timeline.rows()]))
"""

# In the page: a client that no Python has touched. It tells every event until `close`.
CLIENT = """([url, protocols, say]) => new Promise((done) => {
  const socket = new WebSocket(url, protocols), seen = [];
  socket.onopen = () => { seen.push(['open', socket.extensions, socket.protocol]); if (say) socket.send(say); };
  socket.onmessage = (event) => { seen.push(['message', event.data]); socket.close(4002, 'mine'); };
  socket.onerror = () => seen.push(['error']);
  socket.onclose = (event) => { seen.push(['close', event.code, event.reason, event.wasClean]); done(seen); };
})"""


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A server as a hub starts it: below a path of its own, with the proxy."""
    server = Jupyter(tmp_path_factory.mktemp("hub") / "home", proxy=True, host="hub.example", under="/user/ana").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def far(browser: Browser, jupyter: Jupyter) -> Iterator[Notebook]:
    """A notebook whose kernel serves `talk` and `refusing`, and whose other cells are the document's client."""
    ports = {"8080": str(free_port()), "8081": str(free_port()), "ORIGIN": f"http://{jupyter.host}"}
    client = CREATE + OPEN + MESSAGE + CLOSE
    cells = [
        SERVERS,
        GREETER,
        f"%%browser --wait\n{client}",
        f"%%browser --sandbox --wait --name sandbox\n{client}",
        NODE,
        f"%%browser --wait --name visitor\n{(CREATE + SEND + CLOSE).replace('8080', '8081')}",
    ]
    with far_page(browser, jupyter) as page:
        path = jupyter.write([re.sub("|".join(ports), lambda found: ports[found[0]], cell) for cell in cells])
        notebook = Notebook(jupyter, page, path).open().run_cell(0)
        yield notebook
        notebook.close()


def through(notebook: Notebook, port: str) -> str:
    """A port of the kernel's machine, through the proxy."""
    return f"ws://{notebook.jupyter.host}/user/ana/proxy/{port}/"


def ask(notebook: Notebook, server: str, say: str = "", *protocols: str) -> tuple[list[Any], list[str], str]:
    """Connects from the page through the proxy.

    Returns:
        What the page saw, what the server's end recorded, and the close code that `talk` was told.
    """
    notebook.execute("lab.clear()")
    port = notebook.execute(f"print(servers[{server!r}].port)").strip()
    seen = notebook.page.evaluate(CLIENT, [through(notebook, port), protocols, say])
    told = notebook.execute("print(codes.get(timeout=120))").strip() if server == "talk" else ""
    return seen, json.loads(notebook.execute(ROWS)), told


def test_without_the_proxy_no_port_of_the_kernel_is_in_reach(far: Notebook) -> None:
    port = far.execute("print(servers['talk'].port)").strip()
    for host in ("127.0.0.1", "localhost"):
        assert far.page.evaluate(CLIENT, [f"ws://{host}:{port}/", [], ""]) == [["error"], ["close", 1006, "", False]]


def test_the_page_gets_no_compression_though_the_server_agreed_to_it_with_the_proxy(far: Notebook) -> None:
    seen, rows, _ = ask(far, "talk", "hello")
    assert seen[:2] == [["open", "", ""], ["message", "hello"]]
    assert "permessage-deflate" in next(row for row in rows if "101 Switching Protocols" in row)


def test_close_codes_do_not_pass_in_either_direction(far: Notebook) -> None:
    seen, _, told = ask(far, "talk", "bye")
    assert seen[-1] == ["close", 1005, "", True]
    assert told == "4001"
    seen, _, told = ask(far, "talk", "hello")
    assert seen[-1] == ["close", 4002, "", True]
    assert told == "1005"


def test_a_refused_handshake_and_a_port_where_nobody_listens_look_open_first(far: Notebook) -> None:
    refused, rows, _ = ask(far, "refusing")
    assert refused == [["open", "", ""], ["close", 1006, "", False]]
    assert any("403 Forbidden" in row for row in rows), rows
    assert far.page.evaluate(CLIENT, [through(far, "1"), [], ""]) == refused


def test_the_page_is_told_the_first_subprotocol_whatever_the_server_chose(far: Notebook) -> None:
    seen, rows, _ = ask(far, "talk", "hello", "chat.v2", "chat.v1")
    assert seen[0] == ["open", "", "chat.v2"]
    assert any("101 Switching Protocols" in row and "Sec-WebSocket-Protocol: chat.v1" in row for row in rows), rows


def test_the_login_of_a_hub_arrives_with_the_proxy_and_no_handler_sees_it(far: Notebook) -> None:
    for name in ("jupyterhub-session-id", "jupyterhub-user-ana", "session"):
        far.page.evaluate(f"document.cookie = '{name}=S3CRET; path=/user/ana/'")
    seen, _, _ = ask(far, "talk", "which cookies?")
    cookies = dict(each.split("=", 1) for each in seen[1][1].split("; "))
    assert cookies["jupyterhub-session-id"] == cookies["jupyterhub-user-ana"] == "xxxxxx"
    assert cookies["session"] == "S3CRET"


def test_the_documents_client_runs_through_the_proxy_and_a_banner_says_what_that_changes(far: Notebook) -> None:
    far.run_cell(1).run_cell(2)
    console = far.cell(2).locator(".wsl-console")
    expect(console.locator(".wsc-banner")).to_contain_text("Through jupyter-server-proxy.")
    expect(console.locator(".wsc-banner")).to_contain_text("arrive as 1005")
    lines = ["WebSocket连接已打开", "接收到消息：Hello, client!", "WebSocket连接已关闭"]
    expect(console.locator(".wsc-text")).to_have_text(lines)
    shown = far.execute(SHOW).replace(far.jupyter.host, "hub.example:PORT")
    assert shown.strip().splitlines() == TRANSCRIPT.strip().splitlines(), shown
    far.run_cell(3)  # Jupyter itself refuses a page whose Origin is null
    expect(far.cell(3).locator(".wsc-text")).to_have_text(lines[2:])


@pytest.mark.node
def test_a_page_reaches_node_through_the_proxy_and_the_relay(far: Notebook) -> None:
    need_ws()
    far.run_cell(1).run_cell(4).run_cell(5)
    expect(far.cell(4).locator(".wsc-text")).to_have_text(["接收到消息：Hello, server!"])
    expect(far.cell(5).locator(".wsc-text")).to_have_text(["发送消息：Hello, server!", "WebSocket连接已关闭"])
    told = "[(row.source, row.text) for row in document.timeline.rows() if row.name == 'close' and row.kind == 'event']"
    closes = far.execute(f"await document.settled(60)\nprint(sorted({told}))")
    assert closes.strip() == "[('client', '1005, clean'), ('server', '4001, clean')]"
