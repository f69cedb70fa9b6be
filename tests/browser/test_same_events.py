"""Rules 1 to 20 of the browser's WebSocket, in Chromium and in wslab: one scenario, one server, the same record.

The scenario is written twice, line by line: same_events.js for a page, `python` for wslab. Both talk to one faulty server, which
serves the (blank) page too. What they note is compared rule by rule.

    note(rule, value, ...)   what is compared
    tried(f, ...)            what f returns, or the name of its exception
    url_of(url, protocols)   the URL of a socket that is given up at once
    heard(socket)            its events up to `close`, with the state each finds
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.net.harness import CLOSE, TEXT, Peer, RawServer, frame
from wslab import DOMException, Lab, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from playwright.sync_api import Page

    from wslab import CloseEvent

CASES: dict[str, list[Any]] = {
    "paths": ["", "?x", "/", "//", "/a/"],
    "escapes": ["/a b", "/ü?ü", "/👋", "/%7ea%zz", "/a'b?a'b", '/?"<>', "/`{}^", "/|", "\\a\\b"],
    "letters": ["WS://LOCALHOST/Path", "wSs://A.LocalHost", "ws://a%41.localhost", "ws://127.1"],
    "ports": ["ws://127.0.0.1:80", "wss://127.0.0.1:443", "ws://127.0.0.1:443", "ws://127.0.0.1:"],
    "http": ["http://127.0.0.1", "https://127.0.0.1", "http://127.0.0.1:443", "https://127.0.0.1:80"],
    "names": ["ws://BÜCHER.localhost", "ws://faß.localhost", "ws://\uff41.localhost"],
    "dots": ["/a/../b/./c", "/../..", "/%2e%2E/a", "/a\tb\n", " \x00"],
    "users": ["user", "user:", "user:pa%20ss", ":pass", "ü:@"],
    "relative": ["a", "/a", "../a", "?x", "", "//127.0.0.1/b"],
    "fragments": ["#", "#a", "/a#", "?x#a"],
    "schemes": ["ftp://127.0.0.1", "mailto:a@b", "about:blank", "localhost:80", "wsx://a"],
    "unparsable": ["ws://", "ws://a b", "ws://a:65536", "ws://[::1", "ws://1.2.3.256", "ws://%"],
    "no tokens": ["", " ", "a b", "a,b", "a\t", "a\x7f", "ü", "a/b", "a=b", "{", '"'],
    "twice": [["a", "a"], ["a", "b", "a"]],
    "offers": ["b", ["b", "a", "A"], [], ["!#$%&'*+-.^_`|~"]],
    "choices": ["a", "A", "a, b"],
}
"""What both are given, by kind."""

DIFFER = {
    # WHATWG URL section 1.3: "|" is not in the path percent-encode set. Chromium encodes it.
    (6, "/|"): ("ws://127.0.0.1:{port}/|", "ws://127.0.0.1:{port}/%7C"),
    # WHATWG URL section 3.1: U+0020 is a forbidden host code point. Chromium encodes it.
    (15, "ws://a b"): ("SyntaxError", "ws://a%20b/"),
}
"""Where Chromium 156 differs from the standard: rule and case, what the standard says (and wslab does), what Chromium does."""

JAVASCRIPT = Path(__file__).with_name("same_events.js").read_text(encoding="utf-8")


async def python(port: int, page: str, cases: dict[str, list[Any]]) -> list[Any]:
    notes, given_up, lab = list[Any](), list[WebSocket](), Lab()

    def note(rule: int, *values: Any) -> None:
        notes.append([rule, *values])

    def tried(f: Callable[..., Any], *given: Any) -> Any:
        try:
            return f(*given)
        except (DOMException, TypeError) as error:
            return getattr(error, "name", "TypeError")

    def new(*given: Any) -> WebSocket:
        return lab.WebSocket(*given, base=page)

    def url_of(*given: Any) -> str:
        socket = new(*given)
        given_up.append(socket)
        socket.close()
        return socket.url

    def without_base(url: str) -> str:
        return lab.WebSocket(url).url

    async def heard(socket: WebSocket) -> list[Any]:
        events: list[Any] = []

        def on_close(event: CloseEvent) -> None:
            events.append(["close", socket.readyState, event.code, event.reason, event.wasClean])

        socket.onopen = lambda _event: events.append(["open", socket.readyState, socket.protocol, socket.extensions])
        socket.onmessage = lambda event: events.append(["message", socket.readyState, event.data])
        socket.onerror = lambda _event: events.append(["error", socket.readyState])
        socket.onclose = on_close
        await socket.closed()
        return events

    def assign(target: object, name: str) -> None:
        with contextlib.suppress(AttributeError):  # strict mode, where the page's is sloppy
            setattr(target, name, 9)

    states = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"]
    at = f"ws://127.0.0.1:{port}"

    socket = new(f"{at}/say", ["a", "b"])
    note(1, [getattr(WebSocket, name) for name in states], [getattr(socket, name) for name in states])
    for name in states:
        assign(WebSocket, name)
        assign(socket, name)
    note(1, [getattr(WebSocket, name) for name in states], [getattr(socket, name) for name in states])
    note(2, socket.readyState, socket.protocol, socket.extensions, socket.bufferedAmount, socket.binaryType)
    note(2, socket.onopen, socket.onmessage, socket.onerror, socket.onclose)
    for name in ["url", "readyState", "bufferedAmount", "protocol", "extensions"]:
        assign(socket, name)
    note(3, socket.url == f"{at}/say", socket.readyState, socket.bufferedAmount, socket.protocol, socket.extensions)
    note(3, await heard(socket), socket.readyState)
    note(4, tried(url_of))
    for rest in cases["paths"]:
        note(5, rest, url_of(at + rest))
    for rest in cases["escapes"]:
        note(6, rest, url_of(at + rest))
    note(6, "lone surrogate", url_of(at + "/a\ud83d"))
    for url in cases["letters"]:
        note(7, url, url_of(url))
    for url in cases["ports"]:
        note(8, url, url_of(url))
    for url in cases["http"]:
        note(9, url, url_of(url))
    for url in cases["names"]:
        note(10, url, url_of(url))
    for rest in cases["dots"]:
        note(10, rest, url_of(" \x1f" + at + rest))
    for user in cases["users"]:
        note(11, user, url_of(f"ws://{user}@127.0.0.1:{port}/"))
    for url in cases["relative"]:
        note(11, url, url_of(url))
    for url in cases["relative"]:
        note(12, url, tried(without_base, url))
    for rest in cases["fragments"]:
        note(13, rest, tried(url_of, at + rest))
    for url in cases["schemes"]:
        note(14, url, tried(url_of, url))
    for url in cases["unparsable"]:
        note(15, url, tried(url_of, url))
    for name in cases["no tokens"]:
        note(16, name, tried(url_of, at, name), tried(url_of, at, ["a", name]))
    for names in cases["twice"]:
        note(17, names, tried(url_of, at, names))
    for names in cases["offers"]:
        note(18, names, await heard(new(f"{at}/say?choose={'first' if names else 'none'}", names)))
    chosen = new(f"{at}/say?choose=last", ["a", "b", "c"])
    note(19, chosen.protocol, await heard(chosen), chosen.protocol)
    for choose in cases["choices"]:
        note(20, choose, await heard(new(f"{at}/say?choose={choose}")))
    await asyncio.gather(*(socket.closed() for socket in given_up))
    await lab.close()
    return notes


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n"
BLANK = HEAD + b"<!doctype html>"


async def script(peer: Peer) -> None:
    """Serves the blank page; accepts sockets with the choice that their URL asks for, says what was offered, and closes."""
    await peer.request()
    if peer.header("Upgrade") != "websocket":
        peer.write(BLANK)
        peer.writer.close()
        return
    offered = peer.header("Sec-WebSocket-Protocol")
    asked = parse_qs(urlsplit(peer.head.split()[1]).query).get("choose", ["none"])[0]
    names = offered.split(", ")
    choice = {"first": names[0], "last": names[-1], "none": ""}.get(asked, asked)
    peer.write(peer.response(*([f"Sec-WebSocket-Protocol: {choice}"] if choice else [])))
    said = json.dumps(["Sec-WebSocket-Protocol" in peer.head, offered])
    peer.write(frame(TEXT, said.encode()), frame(CLOSE, b"\x03\xe8bye"))
    with contextlib.suppress(asyncio.IncompleteReadError):
        await peer.frame()
    peer.writer.close()


@pytest.fixture(autouse=True)
def _evidence() -> None:
    """Here is no JupyterLab, so there is no evidence of it to keep."""


@pytest.fixture
def away() -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """Runs a coroutine on a loop in another thread: Playwright has its own in this one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield lambda what: asyncio.run_coroutine_threadsafe(what, loop).result(240)
    asyncio.run_coroutine_threadsafe(loop.shutdown_asyncgens(), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.browser
def test_chromium_and_wslab_note_the_same_for_rules_1_to_20(
    page: Page, away: Callable[[Coroutine[Any, Any, Any]], Any]
) -> None:
    server = RawServer(script)
    away(server.__aenter__())
    try:
        address = f"http://127.0.0.1:{server.port}/page/index.html?old"
        page.goto(address)
        chromium = page.evaluate(JAVASCRIPT, [server.port, CASES])
        ours = json.loads(json.dumps(away(python(server.port, address, CASES))))
    finally:
        away(server.__aexit__())
    assert sorted({rule for rule, *_ in chromium}) == list(range(1, 21))
    different = [(mine, theirs) for mine, theirs in zip(ours, chromium, strict=True) if mine != theirs]
    expected = [
        tuple([rule, case, text.format(port=server.port)] for text in both) for (rule, case), both in DIFFER.items()
    ]
    assert different == expected
