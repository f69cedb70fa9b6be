"""Rules 5 to 15 of the browser's WebSocket: the URL, as WHATWG URL parses it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.net.harness import RawServer, rows
from tests.net.websocket.faulty import says
from wslab import DOMException, Lab, WebSocket


async def gone(socket: WebSocket) -> None:
    """Close a socket that has not begun to connect: nothing leaves this machine."""
    socket.close()
    await socket.closed()


@pytest.mark.parametrize(
    ("after", "target"),
    [
        ("", "/"),
        ("?x", "/?x"),
        ("/", "/"),
        ("/a", "/a"),
        ("/a/", "/a/"),
        ("/a b", "/a%20b"),
        ("/\u00fc?q=\u00fc", "/%C3%BC?q=%C3%BC"),
        ("/\U0001f44b", "/%F0%9F%91%8B"),
        ("/\ud83d\udc4b", "/%F0%9F%91%8B"),
        ("/\ud83da\udc4b", "/%EF%BF%BDa%EF%BF%BD"),
        ("/%7ea%zz", "/%7ea%zz"),
        ("/a'b?a'b", "/a'b?a%27b"),
        ('/?"<>', "/?%22%3C%3E"),
        ("\\a\\b", "/a/b"),
        ("/a\tb\r\nc", "/abc"),
        ("/a/./b/../c", "/a/c"),
        ("/../../a", "/a"),
        ("/%2e%2E/a/%2e", "/a/"),
        ("/a \x00 ", "/a"),
    ],
    ids=ascii,
)  # fmt: skip
async def test_the_server_is_asked_for_the_path_and_query_as_whatwg_url_writes_them(after: str, target: str) -> None:
    async with RawServer(says()) as server, Lab() as lab:
        socket = lab.WebSocket(server.url.removesuffix("/") + after)
        assert socket.url == f"ws://127.0.0.1:{server.port}{target}"
        await socket.opened()
        assert server.peers[0].head.startswith(f"GET {target} HTTP/1.1\r\n")
        assert server.peers[0].header("Host") == f"127.0.0.1:{server.port}"
        socket.close()
        server.peers[0].writer.transport.abort()
        await socket.closed()


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("WS://EXAMPLE.test/Path", "ws://example.test/Path"),
        ("wSs://Example.TEST/", "wss://example.test/"),
        ("HTTPS://EXAMPLE.test", "wss://example.test/"),
        ("ws://127.1/", "ws://127.0.0.1/"),
        ("ws://0x7f.1/", "ws://127.0.0.1/"),
        ("ws://2130706433/", "ws://127.0.0.1/"),
        ("ws://[0:0::1]/", "ws://[::1]/"),
        ("ws://ex%41mple.test/", "ws://example.test/"),
    ],
)
async def test_scheme_and_host_are_written_in_lower_case_and_in_one_form(url: str, parsed: str) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket(url)
        assert socket.url == parsed
        await gone(socket)


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("ws://127.0.0.1:80", "ws://127.0.0.1/"),
        ("wss://127.0.0.1:443/a", "wss://127.0.0.1/a"),
        ("ws://127.0.0.1:00080/", "ws://127.0.0.1/"),
        ("ws://127.0.0.1:/", "ws://127.0.0.1/"),
        ("ws://127.0.0.1:443/", "ws://127.0.0.1:443/"),
        ("wss://127.0.0.1:80/", "wss://127.0.0.1:80/"),
        ("http://127.0.0.1:80/", "ws://127.0.0.1/"),
        ("https://127.0.0.1:443/", "wss://127.0.0.1/"),
        ("https://127.0.0.1:80/", "wss://127.0.0.1:80/"),
        ("http://127.0.0.1:443/", "ws://127.0.0.1:443/"),
    ],
)
async def test_a_port_is_dropped_where_it_is_the_schemes_own(url: str, parsed: str) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket(url)
        assert socket.url == parsed
        await gone(socket)


async def test_http_becomes_ws_and_connects() -> None:
    async with RawServer(says()) as server, Lab() as lab:
        socket = lab.WebSocket(server.url.replace("ws:", "http:"))
        assert socket.url == server.url
        await socket.opened()
        socket.abort()
        await socket.closed()


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("ws://b\u00fccher.test/", "ws://xn--bcher-kva.test/"),
        ("ws://B\u00dcCHER.test/", "ws://xn--bcher-kva.test/"),
        ("ws://\u4f8b\u3048.test/", "ws://xn--r8jz45g.test/"),
        ("ws://fa\u00df.test/", "ws://xn--fa-hia.test/"),
        ("ws://\uff41\u3002test/", "ws://a.test/"),
        ("\x00\x1f  ws://a.test/ \t\n", "ws://a.test/"),
        ("w\ts:\n//a.t\rest/", "ws://a.test/"),
    ],
)
async def test_names_in_any_script_are_written_in_ascii_and_white_space_around_is_cut_off(
    url: str, parsed: str
) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket(url)
        assert socket.url == parsed
        await gone(socket)


async def test_name_and_password_stay_in_the_url() -> None:
    async with RawServer(says()) as server, Lab() as lab:
        url = f"ws://user:pa%20ss@127.0.0.1:{server.port}/"
        socket = lab.WebSocket(url)
        assert socket.url == url
        await socket.opened()
        assert server.peers[0].header("Host") == f"127.0.0.1:{server.port}"
        assert server.peers[0].header("Authorization") == ""  # a browser sends it only where a server asked for it
        (made,) = rows(lab, name="new WebSocket()")
        assert made.text == f"ws://127.0.0.1:{server.port}/"  # and the log shows neither
        socket.abort()
        await socket.closed()


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("chat", "/page/chat"),
        ("/chat", "/chat"),
        ("../chat", "/chat"),
        ("?x", "/page/index.html?x"),
        ("", "/page/index.html?old"),
        ("//127.0.0.1:{port}/other", "/other"),
    ],
)
async def test_a_relative_url_is_relative_to_its_base(url: str, target: str) -> None:
    async with RawServer(says()) as server, Lab() as lab:
        base = f"http://127.0.0.1:{server.port}/page/index.html?old"
        socket = lab.WebSocket(url.format(port=server.port), base=base)
        assert socket.url == f"ws://127.0.0.1:{server.port}{target}"
        await socket.opened()
        assert server.peers[0].head.split()[1] == target
        socket.abort()
        await socket.closed()


async def test_a_base_of_https_gives_wss() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket("chat", base="https://a.test/page/")
        assert socket.url == "wss://a.test/page/chat"
        await gone(socket)


@pytest.mark.parametrize("url", ["chat", "/chat", "?x", "", "//127.0.0.1/chat", "127.0.0.1/chat"])
async def test_a_relative_url_without_a_base_is_a_syntax_error(url: str) -> None:
    await refused(url)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("ws://127.0.0.1:1/#", None),
        ("ws://127.0.0.1:1/#a", None),
        ("ws://127.0.0.1:1?x#", None),
        ("#", "http://127.0.0.1:1/"),
        ("chat#a", "http://127.0.0.1:1/"),
    ],
)
async def test_any_fragment_is_a_syntax_error_even_an_empty_one(url: str, base: str | None) -> None:
    await refused(url, base=base)


async def test_the_fragment_of_the_base_is_none_of_the_url() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket("chat", base="http://127.0.0.1:1/page#top")
        assert socket.url == "ws://127.0.0.1:1/chat"
        await gone(socket)


@pytest.mark.parametrize(
    "url", ["ftp://a.test/", "mailto:a@b.test", "about:blank", "data:,x", "file:///x", "wsx://a.test/", "127.0.0.1:80"]
)
async def test_another_scheme_is_a_syntax_error(url: str) -> None:
    await refused(url)


async def test_a_base_with_another_scheme_is_a_syntax_error() -> None:
    await refused("chat", base="ftp://a.test/")


@pytest.mark.parametrize(
    "url", ["ws://", "ws:///", "ws://a b/", "ws://a.test:65536", "ws://a.test:x", "ws://[::1", "ws://1.2.3.256", "ws://%"]
)  # fmt: skip
async def test_what_cannot_be_parsed_is_a_syntax_error(url: str) -> None:
    await refused(url)


async def refused(url: Any, protocols: Any = (), *, base: str | None = None) -> None:
    """See that the constructor raises a SyntaxError and that nothing was made of the socket."""
    async with Lab() as lab:
        with pytest.raises(DOMException) as caught:
            lab.WebSocket(url, protocols, base=base)
        assert caught.value.name == "SyntaxError"
        assert not rows(lab)
