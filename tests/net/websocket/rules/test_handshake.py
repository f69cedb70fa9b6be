"""Rules 23 to 33 of the browser's WebSocket: the opening handshake, as it fails and as it succeeds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.net.harness import CLOSE, LIMIT, TEXT, Peer, RawServer, frame, rows, until
from tests.net.websocket.faulty import RESPONSES, answers, reset, says
from tests.net.websocket.test_websocket import watch
from wslab import Lab, WebSocket

if TYPE_CHECKING:
    from wslab import Event


FAIL = ["error in 3", "close 1006 False in 3"]


async def fails(socket: WebSocket) -> None:
    """See that a socket fails: an `error`, then a `close` with nothing to say, and no `open`."""
    seen = watch(socket)
    assert socket.readyState == WebSocket.CONNECTING
    event = await socket.closed(3 * LIMIT)  # a name that nobody has may be asked for at several places
    assert seen == FAIL
    assert (event.code, event.reason, event.wasClean) == (1006, "", False)
    assert (socket.readyState, socket.protocol, socket.extensions) == (WebSocket.CLOSED, "", "")


@pytest.mark.parametrize("name", RESPONSES)
async def test_a_response_that_is_no_acceptance_fails(name: str) -> None:
    async with RawServer(answers(RESPONSES[name])) as server, Lab() as lab:
        await fails(lab.WebSocket(server.url))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("wrong Accept", "Sec-WebSocket-Accept"),
        ("no Accept", "Sec-WebSocket-Accept"),
        ("no Upgrade", "Upgrade"),
        ("unrequested extension", "x-unknown"),
        ("unrequested subprotocol", "subprotocol"),
        ("404", ""),
    ],
)
async def test_the_page_is_not_told_why_and_the_log_is(name: str, told: str) -> None:
    async with RawServer(answers(RESPONSES[name])) as server, Lab() as lab:
        await fails(lab.WebSocket(server.url))
        notes = [row.text for row in rows(lab, name="handshake failed")]
        assert len(notes) == bool(told)  # a 404 says enough by itself
        assert all(told in note for note in notes)


@pytest.mark.parametrize(
    "status", [b"301 Moved Permanently", b"302 Found", b"303 See Other", b"307 Temporary Redirect"]
)
async def test_a_redirect_fails_and_is_not_followed(status: bytes) -> None:
    async with RawServer(says()) as target:
        location = f"Location: {target.url}\r\nContent-Length: 0\r\n\r\n".encode()
        async with RawServer(answers(b"HTTP/1.1 " + status + b"\r\n" + location)) as server, Lab() as lab:
            await fails(lab.WebSocket(server.url))
            assert len(server.peers) == 1
        assert not target.peers


@pytest.mark.parametrize("sends", [b"", b"HTTP/1.1 101 Switching Protocols\r\nUpgr"])
@pytest.mark.parametrize("resets", [False, True])
async def test_a_connection_that_ends_within_the_response_fails(sends: bytes, resets: bool) -> None:
    async def hangs_up(peer: Peer) -> None:
        await peer.request()
        peer.write(sends)
        if resets:
            reset(peer)
        else:
            peer.writer.close()

    async with RawServer(hangs_up) as server, Lab() as lab:
        await fails(lab.WebSocket(server.url))


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "no-such-name.invalid"])
async def test_where_nobody_answers_the_constructor_returns_and_then_it_fails(host: str, held_port: int) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket(f"ws://{host.format(port=held_port)}/")
        assert socket.readyState == WebSocket.CONNECTING
        await fails(socket)


async def test_when_the_handshake_is_done_there_is_an_open_event_and_the_state_is_open() -> None:
    async with RawServer(says()) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        assert socket.readyState == WebSocket.CONNECTING == 0
        await socket.opened()
        assert seen == ["open in 1"]
        assert (socket.readyState, socket.protocol, socket.extensions) == (WebSocket.OPEN, "", "")
        socket.abort()
        await socket.closed()


async def test_messages_in_the_packet_of_the_response_come_after_open_in_their_order() -> None:
    texts = [str(number) for number in range(50)]
    async with RawServer(says(*(frame(TEXT, text.encode()) for text in texts))) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await until(lambda: len(seen) == 51)
        assert seen == ["open in 1", *(f"message {text!r} in 1" for text in texts)]
        socket.abort()
        await socket.closed()


@pytest.mark.parametrize("body", [b"", b"\x03\xe8", b"\x0b\xb8bye"])
async def test_a_close_in_the_packet_of_the_response_comes_after_open_and_is_clean(body: bytes) -> None:
    parts = frame(TEXT, b"a"), frame(TEXT, b"b"), frame(CLOSE, body)
    async with RawServer(says(*parts)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        event = await socket.closed()
        code = int.from_bytes(body[:2], "big") or 1005
        assert seen == ["open in 1", "message 'a' in 1", "message 'b' in 1", f"close {code} True in 3"]
        assert event.reason == body[2:].decode()


async def test_a_response_byte_by_byte_is_the_same_as_in_one_packet() -> None:
    async def drips(peer: Peer) -> None:
        await peer.request()
        for byte in peer.response() + frame(TEXT, b"a") + frame(CLOSE, b"\x03\xe8"):
            peer.write(bytes([byte]))
            await peer.writer.drain()
        await peer.frame()
        peer.writer.close()

    async with RawServer(drips) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.closed()
        assert seen == ["open in 1", "message 'a' in 1", "close 1000 True in 3"]


async def test_handlers_set_after_the_constructor_and_before_yielding_miss_no_event() -> None:
    parts = frame(TEXT, b"a"), frame(CLOSE, b"\x03\xe8")
    async with RawServer(says(*parts)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        time.sleep(0.1)  # noqa: ASYNC251  the code goes on for a while before it yields
        seen: list[str] = []

        def note(event: Event) -> None:
            seen.append(f"{event.type} {socket.readyState}")

        socket.onopen = socket.onmessage = socket.onerror = socket.onclose = note
        assert (seen, socket.readyState) == ([], WebSocket.CONNECTING)
        await socket.closed()
        assert seen == ["open 1", "message 1", "close 3"]


async def test_handlers_set_before_yielding_do_not_miss_a_failure_either(held_port: int) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket(f"ws://127.0.0.1:{held_port}/")
        time.sleep(0.1)  # noqa: ASYNC251
        await fails(socket)
