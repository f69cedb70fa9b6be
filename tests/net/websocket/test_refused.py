"""A WebSocket that never opens: what its constructor refuses, and what fails afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.net.harness import LIMIT, Peer, RawServer, rows, until
from tests.net.websocket.test_websocket import watch
from wslab import BadType, ConnectionEnded, DOMException, Lab
from wslab.net.websocket import connection as client_connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FAILED = ["error in 3", "close 1006 False in 3"]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http//x", "cannot be parsed"),
        ("", "cannot be parsed"),
        ("/chat", "cannot be parsed"),
        ("chat", "cannot be parsed"),
        ("ws://", "cannot be parsed"),
        ("ws://host:99999", "cannot be parsed"),
        ("ws://[::1", "cannot be parsed"),
        ("ws://a b", "cannot be parsed"),
        (5, "cannot be parsed"),
        (None, "cannot be parsed"),
        ("ftp://host/", "begins with 'ftp:', not with ws: or wss:"),
        ("localhost:8080", "begins with 'localhost:', not with ws: or wss:"),
        ("javascript:alert(1)", "begins with 'javascript:'"),
    ],
)
async def test_a_url_that_no_browser_takes_is_refused_with_one_that_works(url: Any, told: str) -> None:
    async with Lab() as lab:
        with pytest.raises(DOMException) as caught:
            lab.WebSocket(url)
        assert caught.value.name == "SyntaxError"
        assert told in str(caught.value)
        assert 'write it like "ws://127.0.0.1:8080" (or server.url)' in str(caught.value)
        assert not rows(lab)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1/#", "ws://127.0.0.1:1/chat#top"])
async def test_a_fragment_is_refused(url: str) -> None:
    async with Lab() as lab:
        with pytest.raises(DOMException, match=r"has a fragment \(#\), which a server never sees; leave it out"):
            lab.WebSocket(url)


@pytest.mark.parametrize(
    ("protocols", "told"),
    [
        ("", "'' cannot name a subprotocol"),
        ("a b", "'a b' cannot name a subprotocol: letters, digits"),
        (["chat", "ch,at"], "'ch,at' cannot name"),
        (["\u4f60"], "cannot name"),
        (["a\x7f"], "cannot name"),
        (["chat", "super", "chat"], "each subprotocol may be offered once: chat, super, chat"),
    ],
)
async def test_a_subprotocol_that_is_no_token_is_refused(protocols: Any, told: str) -> None:
    async with Lab() as lab:
        with pytest.raises(DOMException, match=told) as caught:
            lab.WebSocket("ws://127.0.0.1:1", protocols)
        assert caught.value.name == "SyntaxError"


@pytest.mark.parametrize("protocols", [5, None, [5], ["chat", None], {"chat": 1}, b"chat"])
async def test_subprotocols_of_another_type_are_refused_with_the_form_to_write(protocols: Any) -> None:
    async with Lab() as lab:
        with pytest.raises(BadType, match=r'protocols is text or a list of texts such as \["chat"\], not'):
            lab.WebSocket("ws://127.0.0.1:1", protocols)


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("ws://127.0.0.1:{}", "ws://127.0.0.1:{}/"),
        ("  HTTP://127.1:{}/a/../b?c=d e  ", "ws://127.0.0.1:{}/b?c=d%20e"),
        ("ws://LOCALHOST:{}/\u4f60", "ws://localhost:{}/%E4%BD%A0"),
    ],
)
async def test_the_url_is_parsed_and_asked_for_as_a_browser_does(url: str, parsed: str) -> None:
    async with Lab() as lab:
        port = (await lab.serve()).port
        socket = lab.WebSocket(url.format(port))
        assert socket.url == parsed.format(port)
        await socket.opened()
        assert rows(lab, name=f"GET {socket.url.split(str(port))[1]}")


async def test_nobody_listens(held_port: int) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket(f"ws://127.0.0.1:{held_port}")
        seen = watch(socket)
        with pytest.raises(
            ConnectionEnded, match="closed before it was open: code 1006; the log says what happened"
        ) as caught:
            await socket.opened()
        assert caught.value.event.code == 1006
        assert seen == FAILED
        (row,) = rows(lab, name="TCP connection failed")
        assert row.text == f"refused: nobody listens at 127.0.0.1:{held_port}"
        await lab.settled()


async def test_a_name_that_cannot_be_resolved() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket("ws://no-such-name.invalid")
        seen = watch(socket)
        await socket.closed(3 * LIMIT)  # some resolvers ask several servers before they give up
        assert seen == FAILED
        assert rows(lab, name="TCP connection failed")[0].text == "the name no-such-name.invalid cannot be resolved"


def answers(response: bytes) -> Callable[[Peer], Awaitable[None]]:
    """A server that gives this response, with the right accept key where it says KEY, and then waits."""

    async def script(peer: Peer) -> None:
        await peer.request()
        right = peer.response().split(b"Sec-WebSocket-Accept: ")[1].split(b"\r\n")[0]
        peer.write(response.replace(b"KEY", right))
        await peer.gone()

    return script


SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: KEY\r\n"
)


@pytest.mark.parametrize(
    "response",
    [
        b"this is not HTTP\r\n\r\n",
        bytes(range(256)) * 4 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        SWITCH.replace(b"KEY", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") + b"\r\n",
        SWITCH.replace(b"Sec-WebSocket-Accept: KEY\r\n", b"") + b"\r\n",
        SWITCH.replace(b"Upgrade: websocket\r\n", b"") + b"\r\n",
        SWITCH + b"Sec-WebSocket-Protocol: chat\r\n\r\n",
        SWITCH + b"Sec-WebSocket-Extensions: x-unknown\r\n\r\n",
    ],
    ids=range(12),
)
async def test_a_handshake_that_fails_is_an_error_and_a_close_and_never_an_open(response: bytes) -> None:
    async with RawServer(answers(response)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (1006, "", False)
        assert seen == FAILED
        assert socket.readyState == socket.CLOSED
        await lab.settled()
    assert not any(peer.writer.is_closing() is False and not peer.reader.at_eof() for peer in server.peers)


async def test_a_server_that_hangs_up_before_it_answers() -> None:
    async def hangs_up(peer: Peer) -> None:
        await peer.request()
        peer.writer.close()

    async with RawServer(hangs_up) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.closed()
        assert seen == FAILED


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_connection, "OPEN_LIMIT", 0.1)

    async def silent(peer: Peer) -> None:
        await peer.gone()

    async with RawServer(silent) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.closed()
        assert seen == FAILED


async def test_a_socket_that_is_given_up_just_when_tcp_comes_up_asks_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[bytes] = []

    async def listens(peer: Peer) -> None:
        heard.append(await peer.reader.read())
        peer.writer.close()

    async with RawServer(listens) as server, Lab() as lab:
        loop = lab._io().loop
        connect: Any = loop.create_connection

        def given_up_between(factory: Callable[[], Any], *where: Any, **options: Any) -> Any:
            def make() -> Any:  # called when TCP is up; the protocol is told of it one turn of the loop later
                socket.abort()
                return factory()

            return connect(make, *where, **options)

        monkeypatch.setattr(loop, "create_connection", given_up_between)
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.closed()
        await until(lambda: heard)
        assert heard == [b""]
        assert seen == FAILED
        assert socket.end.sent.stop == 0
        await lab.settled()


@pytest.mark.parametrize(
    ("offered", "line", "chosen"),
    [
        ((), "", None),
        ([], "", None),
        ("chat", "chat", "chat"),
        (["superchat", "chat"], "superchat, chat", "chat"),
        (("superchat", "chat"), "superchat, chat", "superchat"),
    ],
)
async def test_subprotocols_are_offered_in_order_and_the_servers_choice_is_shown(
    offered: Any, line: str, chosen: str | None
) -> None:
    lines: list[str] = []

    async def choose(peer: Peer) -> None:
        await peer.request()
        lines.append(peer.header("Sec-WebSocket-Protocol"))
        assert ("Sec-WebSocket-Protocol" in peer.head) == bool(line)
        peer.write(peer.response(*([f"Sec-WebSocket-Protocol: {chosen}"] if chosen else [])))
        await peer.gone()

    async with RawServer(choose) as server, Lab() as lab:
        socket = lab.WebSocket(server.url, offered)
        await socket.opened()
        assert lines == [line]
        assert socket.protocol == (chosen or "")
        socket.abort()
        await socket.closed()


@pytest.mark.parametrize("chosen", [None, "other", "CHAT", "chat, chat"])
async def test_a_choice_that_was_not_offered_or_none_at_all_fails(chosen: str | None) -> None:
    async def choose(peer: Peer) -> None:
        await peer.open(*([f"Sec-WebSocket-Protocol: {chosen}"] if chosen else []))
        await peer.gone()

    async with RawServer(choose) as server, Lab() as lab:
        socket = lab.WebSocket(server.url, ["chat"])
        seen = watch(socket)
        await socket.closed()
        assert seen == FAILED


async def test_the_extensions_the_server_agreed_to_are_shown() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        await socket.opened()
        assert socket.extensions.startswith("permessage-deflate")
        plain = lab.WebSocket((await lab.serve(name="plain", compression=None)).url)
        await plain.opened()
        assert plain.extensions == ""


async def test_what_a_page_cannot_change_it_cannot_change() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        for name in ("url", "readyState", "bufferedAmount", "protocol", "extensions"):
            before = getattr(socket, name)
            with pytest.raises(AttributeError):
                setattr(socket, name, "changed")
            assert getattr(socket, name) == before
        assert socket.binaryType == "blob"
        socket.binaryType = "arraybuffer"
        socket.binaryType = "Blob"
        assert socket.binaryType == "arraybuffer"
        with pytest.raises(TypeError):
            lab.WebSocket()  # type: ignore[call-arg]
