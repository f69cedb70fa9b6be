"""How a WebSocket closes: by its own hand, by the server's, and by accident."""

from __future__ import annotations

import asyncio
import struct
import time
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.harness import CLOSE, LIMIT, TEXT, Peer, RawServer, frame, rows, said, until
from tests.net.websocket.test_websocket import watch
from wslab import DOMException, Lab
from wslab.net.websocket import connection as client_connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from websockets.asyncio.server import ServerConnection


@pytest.mark.parametrize(
    ("arguments", "body", "code", "reason"),
    [
        ((), b"", 1005, ""),
        ((1000,), b"\x03\xe8", 1000, ""),
        ((3000, "why"), b"\x0b\xb8why", 3000, "why"),
        ((4999, "\u4f60" * 41), b"\x13\x87" + "\u4f60".encode() * 41, 4999, "\u4f60" * 41),
        ((4000, "a\ud83d"), b"\x0f\xa0a\xef\xbf\xbd", 4000, "a\ufffd"),
        ((1000, None), b"\x03\xe8", 1000, ""),
    ],
)
async def test_the_close_frame_carries_the_code_and_the_reason(
    arguments: tuple[Any, ...], body: bytes, code: int, reason: str
) -> None:
    got: list[Any] = []

    async def echo_close(peer: Peer) -> None:
        await peer.open()
        got.append(await peer.frame())
        peer.write(frame(CLOSE, got[0][1]))
        peer.writer.close()

    async with RawServer(echo_close) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close(*arguments)
        assert socket.readyState == socket.CLOSING
        event = await socket.closed()
        assert got == [(CLOSE, body)]
        assert (event.code, event.reason, event.wasClean) == (code, reason, True)


@pytest.mark.parametrize("code", [0, 1, 999, 1001, 1005, 1006, 2999, 5000, 65536, -1, "1000", 1000.0, True])
async def test_other_codes_are_refused_in_any_state(code: Any) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        for state in (0, 1, 2, 3):
            if state == 1:
                await socket.opened()
            if state == 2:
                socket.close()
            if state == 3:
                await socket.closed()
            with pytest.raises(DOMException, match=f"1000 or 3000 to 4999, not {code!r}") as caught:
                socket.close(code, "x" * 124)  # the code is looked at first
            assert caught.value.name == "InvalidAccessError"
            assert socket.readyState == state


async def test_a_reason_longer_than_123_bytes_is_refused() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        for reason in ("x" * 124, "\u4f60" * 42):
            with pytest.raises(DOMException, match=r"holds 123 bytes of UTF-8, not 12[46]") as caught:
                socket.close(1000, reason)
            assert caught.value.name == "SyntaxError"
        assert socket.readyState == socket.OPEN


async def test_closing_twice_does_nothing_and_the_first_wins() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        seen = watch(socket)
        await socket.opened()
        socket.close(3000, "first")
        socket.close(3001, "second")
        assert (await socket.closed()).reason == "first"
        socket.close(3002, "third")
        await asyncio.sleep(0)
        assert seen == ["open in 1", "close 3000 True in 3"]
        assert len(rows(lab, kind="close")) == 2


@pytest.mark.parametrize("yields", [0, 1, 2])
async def test_closing_while_connecting_fails_the_connection(yields: int) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        for _ in range(yields):
            await asyncio.sleep(0)
        if socket.readyState == socket.CONNECTING:
            socket.close(3000, "never mind")
            assert socket.readyState == socket.CLOSING
            event = await socket.closed()
            assert (event.code, event.reason, event.wasClean) == (1006, "", False)
            assert seen == ["error in 3", "close 1006 False in 3"]
        else:  # on a busy machine it may be open by now
            socket.close()
        await until(lambda: not server.connections)
        await lab.settled()


async def test_closing_while_the_open_event_waits_fails_the_connection_too() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await asyncio.sleep(0)
        deadline = time.monotonic() + LIMIT
        while not socket.backlog()[0]:  # the home loop is busy until the server has accepted
            assert time.monotonic() < deadline
            time.sleep(0.002)  # noqa: ASYNC251
        assert socket.readyState == socket.CONNECTING
        socket.close()
        assert (await socket.closed()).code == 1006
        assert seen == ["error in 3", "close 1006 False in 3"]


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [(1000, "done", 1000), (1001, "", 1001), (4001, "wrong password", 4001), (None, "", 1005)],
)
async def test_the_server_closes(code: int | None, reason: str, expected: int) -> None:
    answered: list[Any] = []

    async def closes(peer: Peer) -> None:
        await peer.open()
        body = b"" if code is None else code.to_bytes(2, "big") + reason.encode()
        peer.write(frame(TEXT, b"last"), frame(CLOSE, body), frame(TEXT, b"after the end"))
        answered.append(await peer.frame())
        peer.writer.close()

    async with RawServer(closes) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (expected, reason, True)
        assert seen == ["open in 1", "message 'last' in 1", f"close {expected} True in 3"]
        assert answered[0][0] is CLOSE
        assert answered[0][1][:2] == (b"" if code is None else code.to_bytes(2, "big"))


async def test_a_handler_that_returns_closes_with_1000() -> None:
    async def leaves(connection: ServerConnection) -> None:
        await connection.send("bye")

    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(leaves)).url)
        assert (await socket.next()).data == "bye"
        assert (await socket.closed()).code == 1000


async def fin(peer: Peer) -> None:
    await peer.open()
    peer.writer.close()


async def rst(peer: Peer) -> None:
    await peer.open()
    await peer.writer.drain()
    await peer.frame()
    peer.writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    peer.writer.transport.abort()


@pytest.mark.parametrize("ends", [fin, rst])
async def test_a_peer_that_drops_the_connection_is_1006(ends: Callable[[Peer], Awaitable[None]]) -> None:
    async with RawServer(ends) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.send("go")
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (1006, "", False)
        assert seen[0] == "open in 1"
        assert seen[-1] == "close 1006 False in 3"
        assert said(lab, "TCP ended without a Close frame")


@pytest.mark.parametrize(
    "wire",
    [
        b"\x83\x00", b"\x8b\x00", b"\x81\x02\xc3\x28", b"\x81\x80\x00\x00\x00\x00", b"\xc1\x00", b"\xa1\x00",
        b"\x89\x7e\x00\x7e" + bytes(126), b"\x80\x00", b"\x09\x00", b"\x01\x01a\x81\x01b", b"\x88\x02\x03\xed", b"\x88\x02\x03\xee",
        b"\x88\x02\x03\xf7", b"\x88\x01\x03", b"\x88\x03\x03\xe8\xff", b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", b"HTTP/1.1 200 OK" + bytes(100),
    ],
    ids=lambda wire: wire[:8].hex(" "),
)  # fmt: skip
async def test_what_no_server_may_send_fails_the_connection(wire: bytes) -> None:
    async def breaks(peer: Peer) -> None:
        await peer.request()
        peer.write(peer.response(), frame(TEXT, b"fine"), wire)
        await peer.gone()
        peer.writer.close()

    async with RawServer(breaks) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.closed()
        assert seen == ["open in 1", "message 'fine' in 1", "error in 3", "close 1006 False in 3"]


async def test_a_slow_peer_is_waited_for() -> None:
    release = asyncio.Event()

    async def slow(peer: Peer) -> None:
        await peer.open()
        await peer.frame()
        await release.wait()
        peer.write(frame(CLOSE, b"\x03\xe8"))
        peer.writer.close()

    async with RawServer(slow) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.close(1000)
        await until(lambda: len(rows(lab, kind="close")) == 1)
        assert socket.readyState == socket.CLOSING
        assert seen == ["open in 1"]
        release.set()
        assert (await socket.closed()).wasClean


async def test_a_peer_that_never_answers_a_close_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_connection, "CLOSE_LIMIT", 0.1)

    async def deaf(peer: Peer) -> None:
        await peer.open()
        await peer.gone()

    async with RawServer(deaf) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close(1000, "hello?")
        event = await socket.closed()
        assert (event.code, event.wasClean) == (1006, False)


async def test_messages_that_arrive_while_closing_are_dropped() -> None:
    async def talks_on(peer: Peer) -> None:
        await peer.open()
        await peer.frame()
        peer.write(frame(TEXT, b"too late"), frame(CLOSE, b""))
        peer.writer.close()

    async with RawServer(talks_on) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.close()
        await socket.closed()
        assert seen == ["open in 1", "close 1005 True in 3"]
