"""Rules 52 to 61 of the browser's WebSocket: how it closes by its own hand."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.net.harness import CLOSE, LIMIT, TEXT, Peer, RawServer, frame, rows, until
from tests.net.websocket.faulty import answers_close
from tests.net.websocket.test_websocket import watch
from wslab import BadType, DOMException, Lab, WebSocket

STATES = range(4)


async def bring(socket: WebSocket, state: int) -> None:
    """Bring a new socket, whose server echoes its Close, into a state."""
    if state >= WebSocket.OPEN:
        await socket.opened()
    if state >= WebSocket.CLOSING:
        socket.close()
    if state == WebSocket.CLOSED:
        await socket.closed()
    assert socket.readyState == state


async def end(socket: WebSocket) -> None:
    """Close it, whatever its state."""
    socket.close()
    await socket.closed()


@pytest.mark.parametrize("arguments", [(), (None,), (None, None), (None, "")])
async def test_close_without_a_code_sends_an_empty_body_and_ends_as_1005_clean(arguments: tuple[Any, ...]) -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(answers_close(frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.close(*arguments)
        assert socket.readyState == WebSocket.CLOSING
        assert seen == ["open in 1"]
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (1005, "", True)
        assert seen == ["open in 1", "close 1005 True in 3"]
    assert frames == [(CLOSE, b"")]


@pytest.mark.parametrize(
    ("code", "reason", "body"),
    [
        (1000, None, b"\x03\xe8"),
        (1000, "", b"\x03\xe8"),
        (1000, "bye", b"\x03\xe8bye"),
        (3000, "r", b"\x0b\xb8r"),
        (3999, "x" * 123, b"\x0f\x9f" + b"x" * 123),
        (4000, "\u4f60" * 41, b"\x0f\xa0" + "\u4f60".encode() * 41),
        (4999, None, b"\x13\x87"),
        (4999, "\0", b"\x13\x87\0"),
    ],
)
async def test_close_with_a_code_sends_it_with_its_reason_and_ends_with_both(
    code: int, reason: str | None, body: bytes
) -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(answers_close(frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close(code, reason)
        assert socket.readyState == WebSocket.CLOSING
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (code, reason or "", True)
    assert frames == [(CLOSE, body)]


async def test_the_event_has_the_servers_code_and_reason_not_ours() -> None:
    async def answers_otherwise(peer: Peer) -> None:
        await peer.open()
        await peer.frame()
        peer.write(frame(CLOSE, b"\x0f\xa0theirs"))
        peer.writer.close()

    async with RawServer(answers_otherwise) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close(3000, "ours")
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (4000, "theirs", True)


@pytest.mark.parametrize("state", STATES)
async def test_a_code_that_is_not_a_pages_is_an_invalid_access_error_and_the_state_stays(state: int) -> None:
    async with RawServer(answers_close([])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await bring(socket, state)
        for code in (-1, 0, 1, 999, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535):
            with pytest.raises(DOMException) as caught:
                socket.close(code)
            assert (caught.value.name, caught.value.code) == ("InvalidAccessError", 15)
            assert socket.readyState == state
        await end(socket)


@pytest.mark.parametrize("state", STATES)
async def test_a_reason_of_more_than_123_bytes_is_a_syntax_error_in_any_state(state: int) -> None:
    async with RawServer(answers_close([])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await bring(socket, state)
        for reason in ("x" * 124, "\u00e9" * 62, "\u4f60" * 42, "\U0001f44b" * 31, "\ud83d" * 42):
            for code in (1000, 3000, None):
                with pytest.raises(DOMException) as caught:
                    socket.close(code, reason)
                assert (caught.value.name, caught.value.code) == ("SyntaxError", 12)
                assert socket.readyState == state
        await end(socket)


@pytest.mark.parametrize("state", STATES)
async def test_where_both_are_wrong_the_code_is_told_first(state: int) -> None:
    async with RawServer(answers_close([])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await bring(socket, state)
        with pytest.raises(DOMException) as caught:
            socket.close(1001, "x" * 124)
        assert caught.value.name == "InvalidAccessError"
        await end(socket)


@pytest.mark.parametrize(
    ("reason", "sent"),
    [("\ud83d", "\ufffd"), ("a\udc4bb", "a\ufffdb"), ("\ud83d\udc4b", "\U0001f44b"), ("\ud83d" * 41, "\ufffd" * 41)],
    ids=ascii,
)
async def test_a_lone_surrogate_in_a_reason_becomes_u_fffd(reason: str, sent: str) -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(answers_close(frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close(1000, reason)
        assert (await socket.closed()).reason == sent
    assert frames == [(CLOSE, b"\x03\xe8" + sent.encode())]


@pytest.mark.parametrize("arguments", [(), (1000,), (3000, "never mind")])
async def test_close_in_connecting_is_closing_at_once_and_then_fails(arguments: tuple[Any, ...]) -> None:
    accept = asyncio.Event()

    async def hesitates(peer: Peer) -> None:
        await peer.request()
        await accept.wait()
        peer.write(peer.response(), frame(TEXT, b"too late"))
        await peer.gone()
        peer.writer.close()

    async with RawServer(hesitates) as server, Lab() as lab:
        for before in (False, True):
            socket = lab.WebSocket(server.url)
            seen = watch(socket)
            if before:
                await until(lambda: server.peers and server.peers[-1].head)
            socket.close(*arguments)
            assert socket.readyState == WebSocket.CLOSING
            assert seen == []
            event = await socket.closed()
            assert seen == ["error in 3", "close 1006 False in 3"]
            assert event.reason == ""
        accept.set()


async def test_close_in_connecting_fails_also_where_the_server_has_accepted_already() -> None:
    async with Lab() as lab:
        server = await lab.serve()  # in a thread of its own, as the socket's network side is
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await asyncio.sleep(0)
        deadline = time.monotonic() + LIMIT
        while not socket.end.received.stop and time.monotonic() < deadline:
            time.sleep(0.005)  # noqa: ASYNC251  no event can come meanwhile
        assert socket.end.received.stop
        assert socket.readyState == WebSocket.CONNECTING
        socket.close(3000, "never mind")
        assert socket.readyState == WebSocket.CLOSING
        await socket.closed()
        assert seen == ["error in 3", "close 1006 False in 3"]


async def test_close_in_connecting_where_nobody_answers_fails_once(held_port: int) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket(f"ws://127.0.0.1:{held_port}/")
        seen = watch(socket)
        socket.close()
        await socket.closed()
        await lab.settled()
        assert seen == ["error in 3", "close 1006 False in 3"]


async def test_of_two_closes_the_first_wins_and_there_is_one_event() -> None:
    frames: list[tuple[int, bytes]] = []
    async with RawServer(answers_close(frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.close(3001, "first")
        socket.close(3002, "second")
        socket.close()
        event = await socket.closed()
        socket.close(3003, "third")
        assert socket.readyState == WebSocket.CLOSED
        assert (event.code, event.reason) == (3001, "first")
        await lab.settled()
        assert seen == ["open in 1", "close 3001 True in 3"]
    assert frames == [(CLOSE, b"\x0b\xb9first")]


async def test_the_close_event_waits_for_a_slow_peer() -> None:
    got, answer, finish = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(peer: Peer) -> None:
        await peer.open()
        await peer.frame()
        got.set()
        await answer.wait()
        peer.write(frame(CLOSE, b"\x03\xe8"))
        await finish.wait()
        peer.writer.close()

    async with RawServer(slow) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.close(1000)
        await got.wait()
        assert (seen, socket.readyState) == (["open in 1"], WebSocket.CLOSING)
        answer.set()
        await until(lambda: len(rows(lab, kind="close")) == 2, "the peer's Close frame")
        assert (seen, socket.readyState) == (["open in 1"], WebSocket.CLOSING)  # the server ends TCP (RFC 6455, 7.1.1)
        finish.set()
        assert (await socket.closed()).wasClean
        assert seen == ["open in 1", "close 1000 True in 3"]


@pytest.mark.parametrize("reason", [5, b"x", ["why"]])
async def test_a_reason_that_is_no_text_is_refused_with_what_to_write(reason: Any) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        with pytest.raises(BadType, match=r'a reason is text, not \w+ .*; write socket\.close\(1000, "bye"\)'):
            socket.close(1000, reason)
        assert socket.readyState == socket.OPEN
