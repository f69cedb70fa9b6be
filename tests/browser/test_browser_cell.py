"""%%browser in real JupyterLab: a cell's JavaScript runs in this page, and all it does is on the timeline and under the cell.

One page and one kernel serve all tests but those that take them apart; each test has a lab and a server of its own.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.browser_cell import LAB, Cell, set_source
from tests.browser.conftest import new_page
from tests.browser.jupyter import Notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Jupyter

# The client of the document this course is about, word for word.
CREATE = """const socket = new WebSocket("ws://localhost:8080");
"""
OPEN = """socket.onopen = function (event) {
  console.log("WebSocket连接已打开");
};
"""
MESSAGE = """socket.onmessage = function (event) {
  const message = event.data;
  console.log("接收到消息：" + message);
};
"""
SEND = """socket.onopen = function (event) {
  const message = "Hello, server!";
  socket.send(message);
  console.log("发送消息：" + message);
};
"""
CLOSE = """socket.onclose = function (event) {
  console.log("WebSocket连接已关闭");
};
"""

HEAD = """\
    lab              note       server "server" listens  ws://127.0.0.1:PORT
    lab              note       browser: page attached  it speaks with the kernel directly
#1  client           event      new WebSocket()  ws://localhost:PORT/
#1  client → server  handshake  GET /  Upgrade: websocket, Origin: http://127.0.0.1:PORT, permessage-deflate
#1  server → client  handshake  101 Switching Protocols  Upgrade: websocket, permessage-deflate
#1  client           event      open
"""
SAID_OPEN = """\
#1  client           print      WebSocket连接已打开
"""
SAID_SEND = """\
#1  client           event      send()  "Hello, server!"  14 B
#1  client           print      发送消息：Hello, server!
"""
TAKEN = """\
#1  client → server  message    text  "Hello, server!"  14 B
"""
HELLO = """\
#1  server → client  message    text  "Hello, client!"  14 B
#1  client           event      message  "Hello, client!"  14 B
#1  client           print      接收到消息：Hello, client!
"""
CLOSED = """\
#1  server → client  close      close 1000  normal closure
#1  client → server  close      close 1000  normal closure
#1  client           event      close  1000, clean
#1  client           print      WebSocket连接已关闭
"""
PATIENT = """
from wslab.peers import BrowserRun

plain = BrowserRun.wait_closed

def wait_closed(run, timeout):
    rows(1, "client: open")
    plain(run, timeout)

BrowserRun.wait_closed = wait_closed
"""
"""From here on --wait counts its seconds from when a socket is open: a busy machine may need longer than that until it is."""

SAME = Path(__file__).with_name("same_socket.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shared(jupyter: Jupyter, browser: Browser) -> Iterator[Notebook]:
    with new_page(browser) as page:
        notebook = Notebook(jupyter, page, jupyter.write([LAB, "%%browser", "rows(20, 'message tick')[-1]"])).open()
        yield notebook.run_cell(0)
        notebook.close()


@pytest.fixture
def cell(shared: Notebook) -> Iterator[Cell]:
    """A cell of the shared page. Nothing may have left the machine."""
    yield Cell(shared)
    shared.execute("await lab.close()")
    assert [url for url in shared.elsewhere if not url.startswith("ws://localhost:")] == []


@pytest.mark.parametrize("mode", ["", "--iframe"])
@pytest.mark.parametrize(
    ("handler", "code", "lines", "transcript"),
    [
        (
            "greet",
            CREATE + OPEN + MESSAGE + CLOSE,
            ["WebSocket连接已打开", "接收到消息：Hello, client!", "WebSocket连接已关闭"],
            HEAD + SAID_OPEN + HELLO + CLOSED,
        ),
        (
            "talk",
            CREATE + SEND + MESSAGE + CLOSE,
            ["发送消息：Hello, server!", "接收到消息：Hello, client!", "WebSocket连接已关闭"],
            HEAD + SAID_SEND + HELLO + TAKEN + CLOSED,
        ),
        (
            "talk",
            CREATE + OPEN + MESSAGE + SEND + CLOSE,
            ["发送消息：Hello, server!", "接收到消息：Hello, client!", "WebSocket连接已关闭"],
            HEAD + SAID_SEND + HELLO + TAKEN + CLOSED,
        ),
    ],
    ids=["it opens", "it sends", "all of it"],
)
def test_the_documents_client_runs_as_it_stands(
    cell: Cell, handler: str, code: str, lines: list[str], transcript: str, mode: str
) -> None:
    cell.run(f"{mode} --wait", code, handler=handler)
    expect(cell.head).to_have_text("○ended its socket is closed")
    expect(cell.lines).to_have_text(lines)
    assert cell.transcript() == transcript.splitlines()


def test_rows_arrive_while_a_cell_blocks_the_kernel(cell: Cell) -> None:
    code = 'const socket = new WebSocket("ws://localhost:8080");\nsocket.onopen = () => setInterval(() => socket.send("tick"), 20);'
    cell.run("", code)
    cell.notebook.run_cell(2)
    expect(cell.notebook.cell(2).locator(".jp-OutputArea-output")).to_contain_text("tick")


def test_a_lines_socket_is_the_one_in_whose_callback_it_was_printed(cell: Cell) -> None:
    code = """
console.log("lab: at the top");
const pause = () => new Promise((next) => setTimeout(next, 5));
for (const name of ["a", "b"]) {
  const socket = new WebSocket(`ws://127.0.0.1:8080/${name}`);
  const say = (where) => console.log(`${name}: ${where}`);
  socket.addEventListener("open", async () => {
    say("open");
    await null;
    say("behind await");
    await pause();
    say("behind a timer");
    socket.send(name);
  });
  socket.onmessage = { handleEvent() {} };
  socket.addEventListener("message", {
    handleEvent() {
      say("message");
      Promise.resolve().then(() => Promise.resolve()).then(() => say("in promises"));
      setTimeout(() => { say("timer"); socket.close(); }, 5);
    },
  });
  socket.addEventListener("mine", () => say("dispatched"));
  socket.dispatchEvent(new Event("mine"));
  socket.dispatchEvent(new Event("error"));
  console.log("lab: after it");
}
queueMicrotask(() => console.log("lab: microtask"));
setTimeout(() => console.log("lab: timer"));
"""
    cell.run("--wait", code, handler="stay")
    transcript = cell.transcript()
    assert not any(line.endswith("error") for line in transcript)  # one that code dispatches is no event of the network
    lines = [line for line in transcript if " print " in line]
    names = {"#1": "a", "#2": "b"}
    said = [(names.get(line.split()[0], "lab"), line.split("print", 1)[1].strip()) for line in lines]
    assert len(said) == 5 + 2 * 7
    assert all(text.startswith(f"{who}: ") for who, text in said), said


def test_the_class_is_not_to_be_told_from_the_browsers_own(cell: Cell) -> None:
    code = f"""
const observe = {SAME};
const url = "ws://127.0.0.1:8080";
const ours = await observe(WebSocket, url), theirs = await observe(window.WebSocket, url);
ours.forEach((one, index) => {{
  const [here, there] = [JSON.stringify(one), JSON.stringify(theirs[index])];
  if (here !== there) console.log(`${{here}} and not ${{there}}`);
}});
console.log(ours.length, theirs.length, WebSocket !== window.WebSocket);
"""
    cell.run("--wait", code, handler="stay")
    expect(cell.lines).to_have_text(["71 71 true"])


def test_the_console_writes_values_as_a_browsers_does(cell: Cell) -> None:
    code = r"""
console.log("text", 'it\'s', 1, -0, 1n, true, null, undefined, Symbol("s"));
console.log(["a", 1, [2, [3, [4]]]], {a: {b: {c: {d: 1}}}}, [], {});
console.log(new Map([["k", {v: 1}]]), new Set([1, "x"]), new Uint8Array([1, 2]), new Uint8Array([7]).buffer);
console.log(new Error("no"), new TypeError("bad"), new Date(NaN), /a+/g, (x) => x, function named() {}, class Chat {});
console.log("%s has %d of %i%% %o %c%f", "Ana", "3.7", 9.9, {a: 1}, "color: red", "0.5", "more");
class Chat { constructor() { this.room = "it's"; } get secret() { throw new Error("never"); } }
const loop = {name: "loop"}; loop.self = loop;
console.log(new Chat(), loop, {get x() { return 1; }}, Object.create(null));
console.log(new MessageEvent("message", {data: "hi"}), new Blob(["abc"], {type: "text/plain"}));
console.log({toString() { throw new Error("no"); }}, new Proxy({}, {getPrototypeOf() { throw new Error("no"); }}));
console.group("group"); console.info("in it\ntwice"); console.groupEnd();
console.assert(1 > 2, "is %s", "wrong"); console.assert(true, "never"); console.count(); console.count();
console.dir([1]); console.debug(); console.log("x".repeat(20000).length, Array.from({length: 102}, (_, i) => i).length);
console.log(Array.from({length: 102}, () => 0));
"""
    cell.run("--wait", code)
    expect(cell.lines).to_have_text(
        [
            "text it's 1 -0 1n true null undefined Symbol(s)",
            "['a', 1, [2, [3, Array(1)]]] {a: {b: {c: {…}}}} [] {}",
            "Map(1) {'k' => {v: 1}} Set(2) {1, 'x'} Uint8Array(2) [1, 2] ArrayBuffer(1) [7]",
            "Error: no TypeError: bad Invalid Date /a+/g ƒ () ƒ named() ƒ Chat()",
            "Ana has 3 of 9% {a: 1} 0.5 more",
            "Chat {room: \"it's\"} {name: 'loop', self: [Circular]} {x: (...)} [Object: null prototype] {}",
            "MessageEvent {isTrusted: false, data: 'hi', origin: '', type: 'message'} Blob {size: 3, type: 'text/plain'}",
            "{toString: ƒ toString()} [an object that cannot be looked at]",
            "group",
            "  in it\n  twice",
            "Assertion failed: is wrong",
            "default: 1",
            "default: 2",
            "[1]",
            "",
            "20000 102",
            f"[{'0, ' * 100}…]",
        ],
    )


@pytest.mark.parametrize("mode", ["", "--iframe"])
def test_what_is_raised_is_said_with_its_line_in_the_cell(cell: Cell, mode: str) -> None:
    code = """const socket = new WebSocket("ws://127.0.0.1:8080");
try { socket.send("early"); } catch (error) { console.log(error.name); }
socket.onopen = () => {
  setTimeout(() => {
    throw "only text"; });
  socket.send("hello");
};
socket.onmessage = () => {
  setTimeout(() => socket.close());
  socket.nothing();
};
socket.onclose = async () => {
  await null;
  null.code;
};
setTimeout(() => { Promise.reject(new RangeError("no")); }, 1);
socket.send("too early");
"""
    cell.run(f"{mode} --wait", code, handler="stay")
    expect(cell.head).to_have_text("⚠failed its socket is closed")
    wanted = {
        ("line 18", "InvalidStateError: Failed to execute 'send' on 'WebSocket': Still in CONNECTING state."),
        ("line 17", "RangeError: no"),
        ("line 6", "only text"),
        ("line 11", "TypeError: socket.nothing is not a function"),
        ("line 15", "TypeError: Cannot read properties of null (reading 'code')"),
    }
    errors = cell.notebook.find(".wsc-line[data-level='error']")
    expect(errors).to_have_count(5)
    assert {
        (error.locator(".wsc-where").inner_text(), error.locator(".wsc-text").inner_text()) for error in errors.all()
    } == wanted
    raised = [row for row in cell.told(5, "raised") if "raised" in row]
    assert {tuple(row.split("raised ", 1)[1].rsplit(" at ", 1)) for row in raised} == {
        (text, at) for at, text in wanted
    }
    assert (
        sum(row.startswith("client: callback raised") for row in raised) == 3
    )  # the two of the lab: at the top, and `reject`


@pytest.mark.parametrize("mode", ["", "--iframe"])
def test_a_syntax_error_is_said_with_its_line_and_nothing_runs(cell: Cell, mode: str) -> None:
    cell.run(f"{mode} --wait", 'console.log("first");\nconst a = ;\n')
    expect(cell.head).to_have_text("⚠failed")
    expect(cell.lines).to_have_text(["SyntaxError: Unexpected token ';'"])
    expect(cell.notebook.find(".wsc-where")).to_have_text("line 3")


def test_code_that_closes_the_braces_around_it_does_not_run(cell: Cell) -> None:
    cell.run("--wait", "}; window.hacked = 1; {")
    expect(cell.head).to_have_text("⚠failed")
    expect(cell.lines).to_have_text(["SyntaxError: Unexpected token ';'"])
    assert cell.notebook.page.evaluate("window.hacked") is None


def test_an_iframe_has_a_global_scope_of_its_own(cell: Cell) -> None:
    code = """var shared = 1; function f() { return typeof window.shared; }
let own = 2;
console.log(f(), typeof window.own, this === window, window.WebSocket === WebSocket, window !== parent, parent.shared);
console.log(location.origin === parent.location.origin || self.origin === parent.origin);
"""
    cell.run("--iframe --wait", code)
    expect(cell.lines).to_have_text(["number undefined true true true undefined", "true"])


LATE = """
import asyncio
from wslab.peers.browser import Control

served = Control._serve

async def late(control, connection):
    await asyncio.sleep(2.5)
    await served(control, connection)

Control._serve = late
"""


def test_a_page_that_was_let_in_waits_for_a_kernel_that_answers_late(cell: Cell) -> None:
    cell.notebook.execute(LATE)  # longer than the page waits to be let in
    try:
        cell.run("--wait", 'console.log("it ran");')
    finally:
        cell.notebook.execute("Control._serve = served")
    expect(cell.lines).to_have_text(["it ran"])
    assert "lab: browser: page attached it speaks with the kernel directly" in cell.told(1, "it ran")


def test_a_sandboxed_page_has_no_origin_and_is_refused(cell: Cell) -> None:
    code = """const socket = new WebSocket("ws://localhost:8080");
socket.onopen = () => console.log("open");
socket.onerror = () => console.log("error");
socket.onclose = (event) => console.log(event.code, self.origin);
"""
    cell.run("--sandbox --wait", code, handler="greet")
    expect(cell.lines).to_have_text(["error", "1006 null"])
    found = cell.told(1, "403")
    assert any("Origin refused null" in row for row in found)
    cell.run("--sandbox --wait", code, handler="greet", options='origins=["null"]')
    expect(cell.lines).to_have_text(["open", "1000 null"])


def test_running_the_cell_again_ends_its_timers_and_its_sockets(cell: Cell) -> None:
    code = """const socket = new WebSocket("ws://127.0.0.1:8080");
socket.onopen = () => { console.log("open"); setInterval(() => console.log("tick"), 5); };
socket.onclose = () => console.log("never");
"""
    cell.run("", code, handler="stay")
    cell.told(3, "tick")
    cell.set("", code.replace("tick", "tock")).notebook.run_cell(1)
    rows = cell.told(5, "tock")
    assert "tick" not in " ".join(rows[next(i for i, row in enumerate(rows) if "tock" in row) :])
    assert not any("never" in row for row in rows)
    assert "lab: browser: run replaced a newer run of this name took over" in rows
    assert "client: close 1000 a newer run of this name took over, clean" in rows
    assert sum("open" in row.split() and row.startswith("client: open") for row in rows) == 2
    expect(cell.notebook.find(".wsl-console")).to_have_count(1)


def test_the_stop_button_ends_it(cell: Cell) -> None:
    cell.run(
        "",
        'const socket = new WebSocket("ws://127.0.0.1:8080"); socket.onopen = () => console.log("open");',
        handler="stay",
    )
    expect(cell.lines).to_have_text(["open"])
    cell.notebook.find(".wsc-button").click()
    expect(cell.head).to_have_text("■stopped somebody stopped it")
    rows = cell.told(1, "run stopped")
    assert "client: close 1000 somebody stopped it, clean" in rows


def test_wait_says_which_sockets_are_open(cell: Cell) -> None:
    cell.notebook.execute(PATIENT)
    try:
        cell.run("--wait 1", 'new WebSocket("ws://127.0.0.1:8080/chat");', handler="stay")
    finally:
        cell.notebook.execute("BrowserRun.wait_closed = plain")
    said = re.compile(r"after 1 s it is not over: ws://127\.0\.0\.1:\d+/chat is OPEN; close the sockets")
    expect(cell.notebook.cell(1)).to_contain_text(said)


def test_what_a_page_or_a_server_says_stays_text(cell: Cell) -> None:
    bad = "<img src=x onerror='window.hacked = 1'><script>window.hacked = 2</script>"
    code = f"""const socket = new WebSocket("ws://127.0.0.1:8080");
console.log("{bad}".replace("script>", "script>"));
socket.onopen = () => socket.send("{bad}");
socket.onmessage = (event) => {{ console.log(event.data); socket.close(1000, "{bad[:100]}"); throw new Error(event.data); }};
"""
    cell.run("--iframe --wait --name '<b>name</b>'", code, handler="stay")
    expect(cell.lines).to_have_text([bad, bad, f"Error: {bad}"])
    expect(cell.notebook.find(".wsc-title")).to_have_text("<b>name</b>")
    assert cell.notebook.page.evaluate("window.hacked") is None


def test_a_flood_and_long_lines_and_a_long_url_do_not_end_the_run(cell: Cell) -> None:
    code = """for (let i = 0; i < 30; i += 1) console.log(i, "\\u0001".repeat(20000));
console.log(Array.from({length: 30}, () => Array.from({length: 30}, () => Array(30).fill("\\u2028"))));
new WebSocket("ws://127.0.0.1:8080/" + "x".repeat(1500000));
const socket = new WebSocket("ws://127.0.0.1:8080/");
socket.onopen = () => { for (let i = 0; i < 13000; i += 1) socket.send("x"); socket.close(); };
"""
    cell.run("--wait", code, handler="listen")
    expect(cell.head).to_have_text("○ended all its sockets are closed")
    expect(cell.lines.last).to_contain_text("lines are only in the browser's own console (F12)")
    assert not any("page closed" in row for row in cell.told(1, "it has made 10000 rows"))


def test_the_page_around_it_keeps_what_it_had(cell: Cell) -> None:
    cell.run(
        "--wait",
        'const socket = new WebSocket("ws://127.0.0.1:8080"); socket.onopen = () => socket.close();',
        handler="stay",
    )
    cell.run("--iframe --wait", "var global = 1;", handler="stay")
    look = "() => [String(WebSocket), String(setTimeout), String(console.log), typeof global].join()"
    native = ",".join(f"function {name}() {{ [native code] }}" for name in ("WebSocket", "setTimeout", "log"))
    assert cell.notebook.page.evaluate(look) == f"{native},undefined"
    assert cell.notebook.page.evaluate("Object.keys(window).filter((name) => name.includes('wslab'))") == []


def test_a_page_that_is_loaded_again_does_not_run_it_again_and_shows_what_it_did(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([LAB, "%%browser"]).run_cell(0)
    cell = Cell(notebook).run(
        "", 'new WebSocket("ws://127.0.0.1:8080").onopen = () => console.log("open");', handler="stay"
    )
    expect(cell.lines).to_have_text(["open"])
    notebook.command("docmanager:save")
    notebook.reload()
    expect(cell.lines).to_have_text(["open"])
    expect(cell.head).to_contain_text("stopped its tab was closed or reloaded")
    rows = cell.told(1, "page closed")
    assert sum("page attached" in row for row in rows) == sum("new WebSocket()" in row for row in rows) == 1
    assert any(row.startswith("client: its code is gone its tab was closed") for row in rows)
    notebook.execute("await lab.settled(60)")
    assert notebook.execute("print(len(server.connections))").strip() == "0"


def test_two_tabs_run_it_once(open_notebook: OpenNotebook, jupyter: Jupyter) -> None:
    notebook = open_notebook([LAB, "%%browser"]).run_cell(0)
    other = Notebook(jupyter, notebook.page.context.new_page(), notebook.path).open()
    code = (
        "window.ran = (window.ran ?? 0) + 1;\nnew WebSocket('ws://127.0.0.1:8080').onopen = () => console.log('open');"
    )
    cell = Cell(notebook).run("", code, handler="stay")
    expect(cell.lines).to_have_text(["open"])
    other.execute("1")
    other.page.wait_for_function("async () => (await fetch('/api/status')).ok")
    ran = [tab.page.evaluate("window.ran ?? 0") for tab in (notebook, other)]
    assert sorted(ran) == [0, 1]
    rows = cell.told(1, "new WebSocket()")
    assert sum("new WebSocket()" in row for row in rows) == 1
    (notebook, other)[ran.index(0)].page.close()  # the tab that did not run it may go
    left = (notebook, other)[ran.index(1)]
    assert "page closed" not in json.dumps(left.execute("print(rows())"))
    set_source(left, 1, "%%browser\n1")


def test_a_tab_that_is_closed_is_a_row(open_notebook: OpenNotebook, jupyter: Jupyter) -> None:
    notebook = open_notebook([LAB, "%%browser"]).run_cell(0)
    Cell(notebook).run(
        "", "new WebSocket('ws://127.0.0.1:8080').onopen = () => console.log('open');", handler="stay"
    ).told(1, "print open")
    other = Notebook(jupyter, notebook.page.context.new_page(), notebook.path).open()
    notebook.page.close()
    rows = json.loads(other.execute("import json; print(json.dumps(rows(1, 'browser: page closed')))"))
    assert any("its code is gone" in row for row in rows)
