"""Rules 16 to 22 of the browser's WebSocket: which subprotocols it offers, and which choice it takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.net.harness import Peer, RawServer, until
from tests.net.websocket.faulty import SWITCH, answers, says
from tests.net.websocket.rules.test_handshake import fails
from tests.net.websocket.rules.test_url import refused
from wslab import Lab

SEPARATORS = '()<>@,;:\\"/[]?={} \t'


@pytest.mark.parametrize(
    "protocols",
    ["", [""], ["a", ""], "\x00", "a\x1f", "a\x7f", "\u00fc", "\uff41", "\x80", *SEPARATORS, *(f"a{c}b" for c in SEPARATORS)],
)  # fmt: skip
async def test_a_subprotocol_that_is_no_token_is_a_syntax_error(protocols: Any) -> None:
    await refused("ws://127.0.0.1:1/", protocols)


async def test_every_character_of_a_token_may_stand_in_a_subprotocol() -> None:
    token = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in SEPARATORS)
    asked: list[str] = []

    async def chooses(peer: Peer) -> None:
        await peer.request()
        asked.append(peer.header("Sec-WebSocket-Protocol"))
        peer.write(peer.response(f"Sec-WebSocket-Protocol: {token}"))
        await peer.gone()
        peer.writer.close()

    async with RawServer(chooses) as server, Lab() as lab:
        socket = lab.WebSocket(server.url, token)
        await socket.opened()
        assert asked == [socket.protocol] == [token]
        socket.abort()
        await socket.closed()


@pytest.mark.parametrize("protocols", [["a", "a"], ["a", "b", "a"], ("b", "a", "a")])
async def test_a_subprotocol_offered_twice_is_a_syntax_error(protocols: Any) -> None:
    await refused("ws://127.0.0.1:1/", protocols)


async def test_subprotocols_that_differ_in_case_are_two() -> None:
    async with RawServer(says()) as server, Lab() as lab:
        socket = lab.WebSocket(server.url, ["chat", "Chat"])
        await until(lambda: server.peers and server.peers[0].head)
        assert server.peers[0].header("Sec-WebSocket-Protocol") == "chat, Chat"
        await socket.closed()


@pytest.mark.parametrize(
    ("offered", "line"), [("b", "b"), (["b"], "b"), (["b", "a", "c"], "b, a, c"), (("z", "y"), "z, y"), ([], ""), ((), "")]
)  # fmt: skip
async def test_subprotocols_are_offered_in_one_header_in_their_order(offered: Any, line: str) -> None:
    async with RawServer(says()) as server, Lab() as lab:
        socket = lab.WebSocket(server.url, offered)
        await until(lambda: server.peers and server.peers[0].head)
        assert server.peers[0].header("Sec-WebSocket-Protocol") == line
        assert server.peers[0].head.lower().count("sec-websocket-protocol") == bool(line)
        if not line:
            await socket.opened()
            socket.abort()
        await socket.closed()


async def test_the_protocol_is_empty_before_open_and_then_the_servers_choice() -> None:
    async def chooses(peer: Peer) -> None:
        await peer.open("Sec-WebSocket-Protocol: b")
        await peer.gone()
        peer.writer.close()

    async with RawServer(chooses) as server, Lab() as lab:
        socket = lab.WebSocket(server.url, ["a", "b"])
        seen = [socket.protocol]
        socket.onopen = lambda _event: seen.append(socket.protocol)
        await socket.opened()
        socket.abort()
        await socket.closed()
        assert [*seen, socket.protocol] == ["", "b", "b"]


@pytest.mark.parametrize(
    ("offered", "headers"),
    [
        ([], ["Sec-WebSocket-Protocol: a"]),
        ([], ["Sec-WebSocket-Protocol: "]),
        (["a"], ["Sec-WebSocket-Protocol: b"]),
        (["a"], ["Sec-WebSocket-Protocol: A"]),
        (["A"], ["Sec-WebSocket-Protocol: a"]),
        (["a", "b"], ["Sec-WebSocket-Protocol: a, b"]),
        (["a", "b"], ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b"]),
        (["a", "b"], ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"]),
        (["a"], ["Sec-WebSocket-Protocol: "]),
        (["a"], []),
    ],
    ids=repr,
)
async def test_a_server_that_does_not_choose_just_one_of_the_offered_subprotocols_fails(
    offered: list[str], headers: list[str]
) -> None:
    response = SWITCH + "\r\n".join([*headers, "", ""]).encode() if headers else SWITCH + b"\r\n"
    async with RawServer(answers(response)) as server, Lab() as lab:
        await fails(lab.WebSocket(server.url, offered))
