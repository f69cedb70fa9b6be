"""Rules 44 to 51 of the browser's WebSocket: what arrives, and what no server may send."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.harness import BINARY, CLOSE, CONT, PING, PONG, TEXT, Peer, RawServer, frame, until
from tests.net.websocket.faulty import BROKEN, CLOSES, answers_close, listens, says
from tests.net.websocket.test_websocket import watch
from wslab import Blob, Lab

if TYPE_CHECKING:
    from wslab import MessageEvent


async def test_the_binary_type_is_blob_or_arraybuffer_and_other_values_are_ignored() -> None:
    async with RawServer(answers_close([])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        assert socket.binaryType == "blob"
        socket.binaryType = "arraybuffer"
        assert socket.binaryType == "arraybuffer"
        other: Any
        for other in ("", "Blob", "ArrayBuffer", "bytes", "nodebuffer", None, 5, ["blob"]):
            socket.binaryType = other
            assert socket.binaryType == "arraybuffer"
        socket.binaryType = "blob"
        assert socket.binaryType == "blob"
        await socket.opened()
        socket.close()
        await socket.closed()


async def test_the_binary_type_is_read_at_the_dispatch_of_each_message() -> None:
    parts = frame(BINARY, b"1"), frame(BINARY, b"2"), frame(TEXT, b"3"), frame(BINARY, b"4")
    async with RawServer(says(*parts)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen: list[tuple[type, Any]] = []

        def turn(event: MessageEvent) -> None:
            seen.append((type(event.data), event.data))
            if isinstance(event.data, (bytes, Blob)):
                socket.binaryType = "blob" if socket.binaryType == "arraybuffer" else "arraybuffer"

        socket.onmessage = turn
        await until(lambda: len(seen) == 4)  # all of them came in one packet
        assert [kind for kind, _ in seen] == [Blob, bytes, str, Blob]
        assert [await seen[0][1].text(), seen[1][1], seen[2][1], await seen[3][1].text()] == ["1", b"2", "3", "4"]
        socket.abort()
        await socket.closed()


async def test_a_binary_message_is_a_blob_without_a_type() -> None:
    async with RawServer(says(frame(BINARY, b"\xef\xbb\xbfa\xff"))) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        blob = (await socket.next()).data
        assert isinstance(blob, Blob)
        assert (blob.size, blob.type) == (5, "")
        assert await blob.arrayBuffer() == b"\xef\xbb\xbfa\xff"
        assert await blob.text() == "a\ufffd"
        part = blob.slice(3, 4, "Text/Plain")
        assert (part.size, part.type, await part.text()) == (1, "text/plain", "a")
        assert [await blob.slice(*ends).arrayBuffer() for ends in ((), (-2,), (0, -4), (4, 2), (9,))] == [
            b"\xef\xbb\xbfa\xff", b"a\xff", b"\xef", b"", b"",
        ]  # fmt: skip
        socket.abort()
        await socket.closed()


async def test_fragments_with_control_frames_between_are_one_message_and_pings_make_no_event() -> None:
    frames: list[tuple[int, bytes]] = []
    ni = "\u4f60".encode()
    parts = (
        frame(PING, b""), frame(TEXT, b"", fin=False), frame(PING, b"1"), frame(CONT, ni[:1], fin=False), frame(PONG, b"no one asked"),
        frame(CONT, ni[1:2], fin=False), frame(CONT, b"", fin=False), frame(PING, bytes(125)), frame(CONT, ni[2:] + b"!"),
    )  # fmt: skip
    async with RawServer(says(*parts, frame(CLOSE, b"\x03\xe8"), keep=frames)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.closed()
        assert seen == ["open in 1", "message '\u4f60!' in 1", "close 1000 True in 3"]
        await lab.settled()
    assert frames == [(PONG, b""), (PONG, b"1"), (PONG, bytes(125)), (CLOSE, b"\x03\xe8")]


async def test_a_burst_keeps_its_order_and_the_close_is_last() -> None:
    texts = [str(number) for number in range(500)]
    burst = *(frame(TEXT, text.encode()) for text in texts), frame(CLOSE, b"\x03\xe8done")
    async with RawServer(says(*burst)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        event = await socket.closed()
        assert seen == ["open in 1", *(f"message {text!r} in 1" for text in texts), "close 1000 True in 3"]
        assert event.reason == "done"


async def test_messages_behind_a_close_are_dropped() -> None:
    parts = frame(TEXT, b"a"), frame(CLOSE, b"\x03\xe8"), frame(TEXT, b"b"), BROKEN["reserved opcode 3"]
    async with RawServer(says(*parts)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.closed()
        assert seen == ["open in 1", "message 'a' in 1", "close 1000 True in 3"]


async def test_a_message_that_comes_while_closing_is_dropped() -> None:
    parts = frame(TEXT, b"1"), frame(TEXT, b"2"), frame(BINARY, b"3")
    async with RawServer(says(*parts)) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        socket.addEventListener("message", lambda _event: socket.close(3000, "enough"))
        await socket.closed()
        assert seen == ["open in 1", "message '1' in 1", "close 1006 False in 3"]  # this server echoes no Close


async def test_a_message_event_says_where_it_came_from_and_nothing_else() -> None:
    async with RawServer(says(frame(TEXT, b"hi"))) as server, Lab() as lab:
        socket = lab.WebSocket(f"http://user@127.0.0.1:{server.port}/a/b?c")
        event = await socket.next()
        assert (event.data, event.origin) == ("hi", f"ws://127.0.0.1:{server.port}")
        assert (event.lastEventId, event.source, event.ports) == ("", None, ())
        socket.abort()
        await socket.closed()


@pytest.mark.parametrize("name", BROKEN)
async def test_a_frame_that_no_server_may_send_fails_after_open(name: str) -> None:
    async with RawServer(says(frame(TEXT, b"fine"), BROKEN[name])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        event = await socket.closed()
        assert seen == ["open in 1", "message 'fine' in 1", "error in 3", "close 1006 False in 3"]
        assert event.reason == ""


@pytest.mark.parametrize("name", CLOSES)
async def test_a_close_frame_that_no_server_may_send_fails_after_open(name: str) -> None:
    async with RawServer(says(frame(TEXT, b"fine"), CLOSES[name])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        event = await socket.closed()
        assert seen == ["open in 1", "message 'fine' in 1", "error in 3", "close 1006 False in 3"]
        assert event.reason == ""


DEFLATE = zlib.compressobj(wbits=-15)
NO_UTF8 = (DEFLATE.compress(b"\xc3\x28") + DEFLATE.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\0\0\xff\xff")


@pytest.mark.parametrize(
    "wire",
    [
        b"\xc1\x05\xff\xff\xff\xff\xff",
        b"\xc1" + bytes([len(NO_UTF8)]) + NO_UTF8,
        b"\x41\x01\x4a\xc0\x01\x04",
        b"\xe1\x02\x03\x00",
    ],
    ids=["no deflate", "text that is no UTF-8", "RSV1 on a continuation", "RSV2 too"],
)
async def test_a_compressed_message_that_is_broken_fails_after_open(wire: bytes) -> None:
    async def breaks(peer: Peer) -> None:
        await peer.request()
        agreed = peer.response("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover")
        peer.write(agreed, b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", wire)  # RFC 7692, section 7.2.3.1: "Hello"
        await listens(peer, [])

    async with RawServer(breaks) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.closed()
        assert seen == ["open in 1", "message 'Hello' in 1", "error in 3", "close 1006 False in 3"]
        assert socket.extensions == "permessage-deflate; server_no_context_takeover"


async def test_a_broken_frame_while_closing_fails_too() -> None:
    async def breaks(peer: Peer) -> None:
        await peer.open()
        await peer.frame()
        peer.write(BROKEN["RSV2"])
        await peer.gone()
        peer.writer.close()

    async with RawServer(breaks) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()
        socket.close(1000)
        await socket.closed()
        assert seen == ["open in 1", "error in 3", "close 1006 False in 3"]
