"""`WebSocket.send`: what it takes, what it counts, and what becomes of it."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

import pytest

from tests.net.harness import BINARY, TEXT, Peer, RawServer, rows, until
from wslab import BadType, DOMException, Lab


async def test_sending_while_connecting_says_what_to_write_first() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        for data in ("text", b"bytes", ""):
            with pytest.raises(
                DOMException, match=r"still CONNECTING: write `await socket\.opened\(\)` first"
            ) as caught:
                socket.send(data)
            assert caught.value.name == "InvalidStateError"
        assert socket.bufferedAmount == 0
        await socket.opened()


@pytest.mark.parametrize("data", [object(), 5, None, {"a": 1}, ["a"], 1.5])
async def test_what_is_neither_text_nor_bytes_is_refused_with_what_to_write(data: Any) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        with pytest.raises(
            BadType, match=r"takes text, bytes or a Blob, not \w+ .*write socket\.send\(json\.dumps\(value\)\)"
        ):
            socket.send(data)
        assert socket.bufferedAmount == 0
        socket.send("goes on")
        assert (await socket.next()).data == "goes on"
        with pytest.raises(TypeError):
            socket.send()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("data", "echoed"),
    [
        ("", ""),
        (b"", b""),
        ("\u4f60\u597d \U0001f44b", "\u4f60\u597d \U0001f44b"),
        ("\x00\n\u2028", "\x00\n\u2028"),
        ("x" * 70_000, "x" * 70_000),
        ("\ud83d\udc4b", "\U0001f44b"),
        ("a\ud83db", "a\ufffdb"),
        ("\udc4b", "\ufffd"),
        ("\udc4b\ud83d", "\ufffd\ufffd"),
        (bytes(range(256)), bytes(range(256))),
        (bytearray(b"abc"), b"abc"),
        (memoryview(b"abcdef")[2:4], b"cd"),
        (memoryview(b"abcdef")[::2], b"ace"),
        (bytes(1024 * 1024), bytes(1024 * 1024)),
    ],
    ids=lambda value: f"{type(value).__name__} {len(value)}",
)
async def test_what_is_sent_comes_back(data: Any, echoed: str | bytes) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(max_size=None)).url)
        socket.binaryType = "arraybuffer"
        await socket.opened()
        socket.send(data)
        assert socket.bufferedAmount == len(echoed.encode() if isinstance(echoed, str) else echoed)
        event = await socket.next(timeout=20)
        assert event.data == echoed
        assert type(event.data) is type(echoed)
        await until(lambda: socket.bufferedAmount == 0)


async def test_the_buffered_amount_grows_with_each_send_and_returns_to_nothing() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket.send("\u4f60")
        assert socket.bufferedAmount == 3
        socket.send(b"12345")
        assert socket.bufferedAmount == 8
        await socket.next()
        await socket.next()
        await until(lambda: socket.bufferedAmount == 0)


async def test_what_the_peer_does_not_read_stays_buffered() -> None:
    reading: list[Any] = []

    async def slow(peer: Peer) -> None:
        await peer.open()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        reading.append(peer.writer.transport)
        await peer.gone()

    size = 32 * 1024 * 1024
    async with RawServer(slow) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.send(bytes(size))
        await until(lambda: socket.end.sent.stop > size, "the frame being written")
        for _ in range(3):  # the lab's thread is done with it, and has told the home loop what there is to tell
            done: Future[None] = Future()
            socket._wire._outbox.post(done.set_result, None)
            await asyncio.wrap_future(done)
        assert socket.bufferedAmount == size
        for transport in reading:
            transport.resume_reading()
        await until(lambda: socket.bufferedAmount == 0)


async def test_after_close_nothing_is_sent_and_the_amount_only_grows() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket.send("in time")
        socket.close()
        socket.send("too late")
        assert socket.bufferedAmount == 15
        await socket.closed()
        assert socket.bufferedAmount == 8
        socket.send(b"12")
        assert socket.bufferedAmount == 10
        await lab.settled()
        assert {row.text for row in rows(lab, kind="message")} == {"in time"}


async def test_what_was_sent_before_close_still_arrives() -> None:
    got: list[Any] = []

    async def collect(peer: Peer) -> None:
        await peer.open()
        got.extend([await peer.frame() for _ in range(101)])
        await peer.gone()

    async with RawServer(collect) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        for number in range(50):
            socket.send(str(number))
            socket.send(bytes([number]))
        socket.close(1000)
        await until(lambda: len(got) == 101)
        assert got[:4] == [(TEXT, b"0"), (BINARY, b"\x00"), (TEXT, b"1"), (BINARY, b"\x01")]
        assert got[-1][1] == b"\x03\xe8"
        server.peers[0].writer.transport.abort()
        await socket.closed()


async def test_the_buffer_that_is_sent_may_be_changed_afterwards() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        data = bytearray(b"before")
        socket.send(data)
        data[:] = b"after!"
        assert await (await socket.next()).data.arrayBuffer() == b"before"
