"""Rules 34 to 43 of the browser's WebSocket: what is sent, and what bufferedAmount counts."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.net.harness import BINARY, CLOSE, TEXT, Peer, RawServer, frame, until
from tests.net.websocket.faulty import answers_close, each_state, says
from wslab import Blob, DOMException, Lab


@pytest.mark.parametrize("data", ["text", "", b"bytes", b"", Blob([b"blob"])], ids=repr)
async def test_sending_in_connecting_is_an_invalid_state_error_and_nothing_is_buffered(data: Any) -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(answers_close(frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        with pytest.raises(DOMException) as caught:
            socket.send(data)
        assert (caught.value.name, caught.value.code) == ("InvalidStateError", 11)
        assert socket.bufferedAmount == 0
        await socket.opened()
        socket.close()
        await socket.closed()
    assert [opcode for opcode, _ in frames] == [CLOSE]


async def test_send_without_an_argument_is_a_type_error_in_every_state() -> None:
    async with RawServer(answers_close([])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        async for _ in each_state(socket):
            with pytest.raises(TypeError):
                socket.send()  # type: ignore[call-arg]
            assert socket.bufferedAmount == 0


SENT: dict[str, tuple[Any, int, bytes]] = {
    "text": ("hi", TEXT, b"hi"),
    "NUL and line ends": ("\0\r\n\u2028", TEXT, b"\0\r\n\xe2\x80\xa8"),
    "non-BMP": ("\U0001f44b", TEXT, b"\xf0\x9f\x91\x8b"),
    "the last character": ("\U0010ffff", TEXT, b"\xf4\x8f\xbf\xbf"),
    "empty text": ("", TEXT, b""),
    "125 bytes": ("x" * 125, TEXT, b"x" * 125),
    "126 bytes": ("x" * 126, TEXT, b"x" * 126),
    "65 535 bytes": ("x" * 65_535, TEXT, b"x" * 65_535),
    "65 536 bytes": ("x" * 65_536, TEXT, b"x" * 65_536),
    "bytes": (b"\x00\xff", BINARY, b"\x00\xff"),
    "empty bytes": (b"", BINARY, b""),
    "bytearray": (bytearray(b"abc"), BINARY, b"abc"),
    "memoryview": (memoryview(b"abc"), BINARY, b"abc"),
    "a slice": (memoryview(b"abcdef")[2:4], BINARY, b"cd"),
    "a slice with a step": (memoryview(b"abcdef")[::2], BINARY, b"ace"),
    "Blob": (Blob([b"ab", "\u00e9"]), BINARY, b"ab\xc3\xa9"),
    "empty Blob": (Blob(), BINARY, b""),
    "slice of a Blob": (Blob([b"abcdef"]).slice(2, 4), BINARY, b"cd"),
    "65 536 bytes in binary": (bytes(65_536), BINARY, bytes(65_536)),
    "pair": ("\ud83d\udc4b", TEXT, b"\xf0\x9f\x91\x8b"),
    "lone high surrogate": ("a\ud83d", TEXT, b"a\xef\xbf\xbd"),
    "lone low surrogate": ("\udc4bb", TEXT, b"\xef\xbf\xbdb"),
    "pair the wrong way round": ("\udc4b\ud83d", TEXT, b"\xef\xbf\xbd\xef\xbf\xbd"),
    "high surrogate before a pair": ("\ud83d\ud83d\udc4b", TEXT, b"\xef\xbf\xbd\xf0\x9f\x91\x8b"),
}


@pytest.mark.parametrize("name", SENT)
async def test_what_is_sent_arrives_as_one_frame_and_comes_back(name: str) -> None:
    data, opcode, payload = SENT[name]
    frames: list[tuple[int, bytes]] = []

    async def echoes(peer: Peer) -> None:
        await peer.open()
        frames.append(await peer.frame())
        peer.write(frame(*frames[0]))  # type: ignore[arg-type]
        await peer.gone()
        peer.writer.close()

    async with RawServer(echoes) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.send(data)
        assert socket.bufferedAmount == len(payload)
        event = await socket.next()
        assert frames == [(opcode, payload)]
        back = await event.data.arrayBuffer() if opcode == BINARY else event.data.encode()
        assert back == payload
        await until(lambda: socket.bufferedAmount == 0)
        socket.abort()
        await socket.closed()


async def test_several_sends_in_one_task_add_up_and_come_down_to_nothing_later() -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(answers_close(frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        amounts = []
        for data in ("hi", "\u4f60", b"123", "", bytearray(4), Blob(["12345"])):
            socket.send(data)
            amounts.append(socket.bufferedAmount)
        assert amounts == [2, 5, 8, 8, 12, 17]
        await until(lambda: socket.bufferedAmount == 0)
        await until(lambda: len(frames) == 6)  # the network took them, and the server reads them a little later
        socket.close()
        await socket.closed()


async def test_the_amount_does_not_come_down_while_the_code_that_sent_still_runs() -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(answers_close(frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.send(bytes(1000))
        time.sleep(0.1)  # noqa: ASYNC251  meanwhile the lab's thread has sent it
        assert socket.bufferedAmount == 1000
        socket.send("12")
        assert socket.bufferedAmount == 1002
        await until(lambda: socket.bufferedAmount == 0)
        socket.close()
        await socket.closed()


async def test_send_after_close_raises_nothing_sends_nothing_and_the_amount_is_never_reset() -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(answers_close(frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close()
        late: list[Any] = ["12", b"34", Blob(["56"])]
        for count, data in enumerate(late, 1):
            socket.send(data)
            assert socket.bufferedAmount == 2 * count
        await socket.closed()
        assert socket.bufferedAmount == 6
        socket.send("\u4f60")
        assert socket.bufferedAmount == 9
        await lab.settled()
        assert socket.bufferedAmount == 9
    assert frames == [(CLOSE, b"")]


async def test_sent_after_the_servers_close_is_counted_and_never_reset() -> None:
    async with RawServer(says(frame(CLOSE, b"\x03\xe8"))) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.closed()
        socket.send("123")
        assert socket.bufferedAmount == 3
        await lab.settled()
        assert socket.bufferedAmount == 3
