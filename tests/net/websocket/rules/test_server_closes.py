"""Rules 62 to 66 of the browser's WebSocket: how the server ends the connection, with a Close frame and without."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.net.harness import CLOSE, TEXT, Peer, RawServer, frame, until
from tests.net.websocket.faulty import drops, resets, says
from tests.net.websocket.test_websocket import watch
from wslab import Lab, WebSocket

if TYPE_CHECKING:
    from tests.net.websocket.faulty import Script


async def test_a_server_that_drops_the_connection_without_a_close_is_1006_and_not_clean() -> None:
    async with RawServer(drops) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.send("go")
        event = await socket.closed()
        assert seen == ["open in 1", "close 1006 False in 3"]  # the state did not wait in CLOSING, nothing failed
        assert event.reason == ""


@pytest.mark.parametrize(
    ("code", "reason"),
    [(1000, ""), (1000, "done"), (1001, "going away"), (1002, ""), (1003, ""), (1007, ""), (1008, "policy"), (1009, "too big"),
     (1010, ""), (1011, "a bug"), (1012, ""), (1013, ""), (1014, ""), (3000, "\u4f60"), (4999, "x" * 123)],
)  # fmt: skip
async def test_the_servers_code_and_reason_are_told_and_echoed(code: int, reason: str) -> None:
    frames: list[tuple[int, bytes]] = []
    body = code.to_bytes(2, "big") + reason.encode()
    async with RawServer(says(frame(CLOSE, body), keep=frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (code, reason, True)
        assert seen == ["open in 1", f"close {code} True in 3"]
        await lab.settled()
    assert [(opcode, payload[:2]) for opcode, payload in frames] == [(CLOSE, body[:2])]


async def test_close_in_a_handler_changes_nothing_where_the_servers_close_is_there_already() -> None:
    frames: list[tuple[int, bytes]] = []
    parts = frame(TEXT, b"last"), frame(CLOSE, b"\x0f\xa0theirs")
    async with RawServer(says(*parts, keep=frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        socket.onmessage = lambda _event: socket.close(3000, "ours")
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (4000, "theirs", True)
        assert seen == ["open in 1", "message 'last' in 1", "close 4000 True in 3"]
        await lab.settled()
    assert [payload[:2] for _, payload in frames] == [b"\x0f\xa0"]


async def test_while_the_servers_close_is_answered_the_state_is_closing() -> None:
    finish = asyncio.Event()

    async def slow(peer: Peer) -> None:
        await peer.open()
        peer.write(frame(CLOSE, b"\x03\xe8"))
        assert (await peer.frame())[0] == CLOSE
        await finish.wait()
        peer.writer.close()

    async with RawServer(slow) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await until(lambda: socket.readyState == WebSocket.CLOSING)
        socket.close(3000, "ours")  # too late: the server's Close was first
        finish.set()
        assert (await socket.closed()).code == 1000
        assert seen == ["open in 1", "close 1000 True in 3"]


async def test_a_servers_close_with_an_empty_body_is_1005_clean_and_answered_with_an_empty_body() -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(says(frame(CLOSE, b""), keep=frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (1005, "", True)
        await lab.settled()
    assert frames == [(CLOSE, b"")]


async def ends_within_a_frame(peer: Peer) -> None:
    await peer.open()
    await peer.frame()
    peer.write(b"\x81\x05ab")
    peer.writer.close()


async def ends_within_a_message(peer: Peer) -> None:
    await peer.open()
    await peer.frame()
    peer.write(frame(TEXT, b"half", fin=False))
    peer.writer.close()


@pytest.mark.parametrize("script", [resets, drops, ends_within_a_frame, ends_within_a_message])
async def test_a_rst_or_a_fin_at_any_point_is_1006_and_not_clean(script: Script) -> None:
    async with RawServer(script) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.send("go")
        event = await socket.closed()
        error = ["error in 3"] if script is resets and len(seen) == 3 else []  # for a RST some engines fire one
        assert seen == ["open in 1", *error, "close 1006 False in 3"]
        assert event.reason == ""


@pytest.mark.parametrize("script", [resets, drops])
async def test_a_server_that_ends_tcp_instead_of_answering_a_close_is_1006(script: Script) -> None:
    async with RawServer(script) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close(1000, "bye")
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (1006, "", False)
