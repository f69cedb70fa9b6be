"""Who may connect: loopback pages and programs; foreign pages get 403, and a row says so."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from websockets.exceptions import InvalidStatus

from tests.net.harness import rows
from wslab import Lab
from wslab.net import LOOPBACK
from wslab.net.server.origins import allowed

if TYPE_CHECKING:
    from wslab import Server

ALLOWED = (
    None,
    "http://localhost",
    "http://localhost:8888",
    "https://localhost:8888",
    "http://127.0.0.1",
    "http://127.0.0.1:8888",
    "https://127.0.0.1",
    "http://[::1]",
    "http://[::1]:8888",
)
REFUSED = (
    "",
    "null",
    "*",
    "localhost",
    "http://",
    "http://example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com:8888",
    "http://localhostexample.com",
    "http://examplelocalhost",
    "http://sub.localhost",
    "http://localhost.",
    "http://localhost@example.com",
    "http://user@localhost",
    "http://user:secret@localhost:8888",
    "http://example.com@localhost",
    "http://localhost/",
    "http://localhost:8888/path",
    "http://localhost?query",
    "http://localhost#part",
    "http://localhost\\@example.com",
    "http://localhost:",
    "http://localhost:99999",
    "http://localhost:08888",
    "http://localhost:+1",
    "http://localhost:8888 ",
    " http://localhost",
    "http://local host",
    "http://LOCALHOST",
    "HTTP://localhost",
    "http:localhost",
    "http:///localhost",
    "//localhost",
    "ftp://localhost",
    "file://",
    "ws://localhost",
    "chrome-extension://localhost",
    "http://127.0.0.2",
    "http://127.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0.0.0.0",
    "http://[::]",
    "http://::1",
    "http://[::1",
    "http://[::ffff:127.0.0.1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::1]example.com",
    "http://[::1%25lo]",
    "http://localhost, http://localhost",
    "http://localhost http://example.com",
    "http://\uff4cocalhost",
    "http://localhost\u3002",
    "http://localhost\t",
)


@pytest.mark.parametrize("origin", ALLOWED)
def test_loopback_pages_and_programs_pass(origin: str | None) -> None:
    assert allowed(origin, LOOPBACK)


@pytest.mark.parametrize("origin", REFUSED)
def test_everybody_else_is_refused(origin: str) -> None:
    assert not allowed(origin, LOOPBACK)


async def answer(server: Server, *headers: str) -> tuple[int, str]:
    """Ask with exactly these header lines, as a page or a trickster would; status and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = [
        "GET / HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *headers, "", "",
    ]  # fmt: skip
    writer.write("\r\n".join(lines).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split()[1])
    body = "" if status == 101 else (await reader.read()).decode()
    writer.transport.abort()
    return status, body


async def test_a_foreign_page_gets_403_a_body_that_names_it_and_a_row() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        status, body = await answer(server, "Origin: http://evil.example")
        assert (status, body) == (403, "Origin http://evil.example may not connect to this server.\n")
        (row,) = rows(lab, name="Origin refused")
        assert row.text == "http://evil.example; pass origins=[...] to lab.serve() to allow it"
        assert row.source == "server"
        assert not server.connections


async def test_two_origin_headers_are_refused_whatever_they_say() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        lines = ["Origin: http://localhost:8888"] * 2
        assert (await answer(server, *lines))[0] == 403
        assert rows(lab, name="Origin refused")[0].text.startswith("2 Origin headers")
        assert (await answer(server, lines[0]))[0] == 101
        assert (await answer(server, "origin: http://evil.example"))[0] == 403
        assert (await answer(server, "Origin:"))[0] == 403
        assert (await answer(server))[0] == 101


async def test_a_hostile_origin_is_shown_as_one_short_line() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        status, body = await answer(server, "Origin: http://" + "x" * 3000 + "<script>")
        assert status == 403
        assert len(body) < 300
        assert len(rows(lab, name="Origin refused")[0].text) < 300


@pytest.mark.parametrize(
    ("rule", "passes", "fails"),
    [
        (None, (None, "null", "http://evil.example"), ()),
        (["https://app.example"], ("https://app.example",), (None, "https://app.example:443", "http://localhost", "x")),
        (["https://app.example", None], (None, "https://app.example"), ("null", "http://localhost")),
        ([re.compile(r"https://\w+\.app\.example")], ("https://a.app.example",), ("https://a.app.example.evil", None)),
        ([None], (None,), ("http://localhost", "null")),
        ([], (), (None, "http://localhost")),
    ],
)
async def test_other_rules_hold_exactly(rule: Any, passes: tuple[Any, ...], fails: tuple[Any, ...]) -> None:
    async with Lab() as lab:
        server = await lab.serve(origins=rule)
        for origin in passes:
            async with websockets.connect(server.url, origin=origin):
                pass
        for origin in fails:
            with pytest.raises(InvalidStatus) as caught:
                await websockets.connect(server.url, origin=origin)
            assert caught.value.response.status_code == 403


@pytest.mark.parametrize("rule", ["http://localhost:8888", "*", 5, [5], {"http://localhost": 1}, b"http://localhost"])
async def test_a_rule_that_is_none_says_how_to_write_one(rule: Any) -> None:
    async with Lab() as lab:
        with pytest.raises((TypeError, ValueError), match=r"origins=\["):
            await lab.serve(origins=rule)


async def test_the_origin_is_looked_at_before_the_learners_process_request() -> None:
    asked: list[str] = []

    def process_request(connection: websockets.ServerConnection, request: Any) -> None:
        asked.append(request.path)

    async with Lab() as lab:
        server = await lab.serve(process_request=process_request)
        assert (await answer(server, "Origin: http://evil.example"))[0] == 403
        assert not asked
        assert (await answer(server))[0] == 101
        assert asked == ["/"]
