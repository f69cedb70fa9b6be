"""A deliberately faulty server: what tests of the browser's rules have it say, byte by byte.

Script     what `RawServer` runs for each connection
answers    any response to the opening handshake
says       the handshake and whatever follows it, in one packet
BROKEN     frames that no server may send (RFC 6455 section 5)
CLOSES     Close frames that no server may send (RFC 6455 sections 5.5.1 and 7.4)
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from socket import SO_LINGER, SOL_SOCKET

from tests.net.harness import CLOSE, CONT, TEXT, Peer, frame
from wslab import WebSocket

Script = Callable[[Peer], Awaitable[None]]

SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: KEY\r\n"
)
"""A response without its last empty line; KEY becomes the right accept key."""

RESPONSES: dict[str, bytes] = {
    "no HTTP": b"this is not HTTP\r\n\r\n",
    "every byte": bytes(range(256)) * 4 + b"\r\n\r\n",
    "wrong Accept": SWITCH.replace(b"KEY", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") + b"\r\n",
    "no Accept": SWITCH.replace(b"Sec-WebSocket-Accept: KEY\r\n", b"") + b"\r\n",
    "no Upgrade": SWITCH.replace(b"Upgrade: websocket\r\n", b"") + b"\r\n",
    "another Upgrade": SWITCH.replace(b"Upgrade: websocket", b"Upgrade: h2c") + b"\r\n",
    "no Connection": SWITCH.replace(b"Connection: Upgrade\r\n", b"") + b"\r\n",
    "unrequested extension": SWITCH + b"Sec-WebSocket-Extensions: x-unknown\r\n\r\n",
    "unrequested parameter": SWITCH + b"Sec-WebSocket-Extensions: permessage-deflate; x=1\r\n\r\n",
    "unrequested subprotocol": SWITCH + b"Sec-WebSocket-Protocol: chat\r\n\r\n",
    "200": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "401": b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
    "404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope",
    "503": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
}
"""Responses that fail the opening handshake (RFC 6455 section 4.1)."""

BROKEN: dict[str, bytes] = {
    **{f"reserved opcode {opcode}": bytes([0x80 | opcode, 0]) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "RSV1": b"\xc1\x01a",
    "RSV2": b"\xa1\x01a",
    "RSV3": b"\x91\x01a",
    "RSV1 on a ping": b"\xc9\x00",
    "masked": b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
    "masked and empty": b"\x81\x80\x00\x00\x00\x00",
    "ping of 126 bytes": b"\x89\x7e\x00\x7e" + bytes(126),
    "pong of 126 bytes": b"\x8a\x7e\x00\x7e" + bytes(126),
    "ping in fragments": b"\x09\x00",
    "pong in fragments": b"\x0a\x00",
    "close in fragments": b"\x08\x02\x03\xe8",
    "stray continuation": frame(CONT, b"a"),
    "stray continuation, not the last": frame(CONT, b"a", fin=False),
    "new text inside a fragmented message": frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"),
    "new binary inside a fragmented message": frame(TEXT, b"a", fin=False) + b"\x82\x01b",
    "length with its top bit set": b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
    "HTTP once more": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + bytes(100),
    "UTF-8: a wrong second byte": frame(TEXT, b"\xc3\x28"),
    "UTF-8: cut off": frame(TEXT, b"\xe4\xbd"),
    "UTF-8: a surrogate": frame(TEXT, b"\xed\xa0\x80"),
    "UTF-8: longer than needed": frame(TEXT, b"\xc0\xaf"),
    "UTF-8: beyond U+10FFFF": frame(TEXT, b"\xf4\x90\x80\x80"),
    "UTF-8: wrong over two fragments": frame(TEXT, b"\xc3", fin=False) + frame(CONT, b"\x28"),
    "UTF-8: cut off by the last fragment": frame(TEXT, b"\xe4\xbd", fin=False) + frame(CONT, b""),
}

CLOSES: dict[str, bytes] = {
    "code 1005": frame(CLOSE, b"\x03\xed"),
    "code 1006": frame(CLOSE, b"\x03\xee"),
    "code 1015": frame(CLOSE, b"\x03\xf7"),
    # Codes that nobody has given out (RFC 6455 section 7.4.2). Engines differ: Chromium 156 tells them as they come, clean.
    **{f"code {code}": b"\x88\x02" + code.to_bytes(2, "big") for code in (0, 999, 1004, 1016, 2999, 5000, 65_535)},
    "one byte": b"\x88\x01\x03",
    "a reason that is no UTF-8": frame(CLOSE, b"\x03\xe8\xc3\x28"),
    "126 bytes": b"\x88\x7e\x00\x7e\x03\xe8" + bytes(124),
}


def answers(response: bytes) -> Script:
    """A server that gives this response, with the right accept key where it says KEY, and then waits."""

    async def script(peer: Peer) -> None:
        await peer.request()
        right = peer.response().split(b"Sec-WebSocket-Accept: ")[1].split(b"\r\n")[0]
        peer.write(response.replace(b"KEY", right))
        await peer.gone()
        peer.writer.close()

    return script


def says(*parts: bytes, keep: list[tuple[int, bytes]] | None = None) -> Script:
    """A server that accepts and says all of this in the same packet, and ends TCP when the client has said Close.

    Args:
        parts: What follows the response.
        keep: Takes what the client sends, opcode and payload.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        peer.write(peer.response(), *parts)
        await listens(peer, [] if keep is None else keep)

    return script


def answers_close(keep: list[tuple[int, bytes]]) -> Script:
    """A server that keeps what the client sends and echoes its Close frame."""

    async def script(peer: Peer) -> None:
        await peer.open()
        await listens(peer, keep, echo=True)

    return script


async def listens(peer: Peer, keep: list[tuple[int, bytes]], *, echo: bool = False) -> None:
    """Keep what the client sends up to its Close frame, echo that where asked to, and end TCP."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while not keep or keep[-1][0] != CLOSE:
            keep.append(await peer.frame())
        if echo:
            peer.write(frame(CLOSE, keep[-1][1]))
    peer.writer.close()


async def drops(peer: Peer) -> None:
    """Opens, waits for one frame and ends TCP with a FIN, without a Close frame."""
    await peer.open()
    await peer.frame()
    peer.writer.close()


async def resets(peer: Peer) -> None:
    """Opens, waits for one frame and ends TCP with a RST."""
    await peer.open()
    await peer.frame()
    reset(peer)


def reset(peer: Peer) -> None:
    """End TCP with a RST: what was not sent is thrown away."""
    peer.writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    peer.writer.transport.abort()


async def each_state(socket: WebSocket) -> AsyncIterator[int]:
    """Bring a new socket, whose server echoes its Close, into one state after the other."""
    for state in range(4):
        if state == WebSocket.OPEN:
            await socket.opened()
        elif state == WebSocket.CLOSING:
            socket.close()
        elif state == WebSocket.CLOSED:
            await socket.closed()
        assert socket.readyState == state
        yield state
