"""A pair of recorded ends, written to as taps would: no sockets, no loops, no waiting."""

from __future__ import annotations

import itertools
from collections import deque
from typing import TYPE_CHECKING, Any

from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline import End, Timeline

REQUEST = b"GET /chat HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUpgrade: websocket\r\n\r\n"
ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
SERVER = ("127.0.0.1", 8000)
_ports = itertools.cycle(range(20_000, 60_000))


def fresh() -> tuple[str, int]:
    """An address that no other client of these tests has."""
    return ("127.0.0.1", next(_ports))


class Pair:
    """Both ends of one TCP connection. What one end sent is on its way until `arrive` delivers it.

    Args:
        timeline: Where both ends record.
        sides: Which ends are recorded.
        deflate: Whether the response agrees to permessage-deflate.
        instant: Whether bytes arrive at once.
        server: The address that the server listens at.
        begin: Whether the opening handshake goes by at once.
    """

    def __init__(
        self, timeline: Timeline, sides: str = "client server", *, deflate: bool = False, instant: bool = True,
        server: tuple[Any, ...] = SERVER, begin: bool = True,
    ) -> None:  # fmt: skip
        self.timeline, self.instant, self.address = timeline, instant, fresh()
        self.client: Any = None
        self.server: Any = None
        if "client" in sides:
            self.client = timeline.client_end(port=server[1])
            self.client.connected(self.address, server)
        if "server" in sides:
            self.server = timeline.server_end("server", server, self.address)
        self._record = {side: taps(end) for side, end in (("client", self.client), ("server", self.server))}
        self._way: dict[str, deque[bytes]] = {"client": deque(), "server": deque()}
        self._deflate = deflate
        self._extensions = {
            side: [PerMessageDeflate(False, False, 15, 15)] if deflate else [] for side in ("client", "server")
        }
        if begin:
            self.open()

    def accept(self, server: tuple[Any, ...] = SERVER) -> None:
        """The server's end appears, after the client's was connected."""
        self.server = self.timeline.server_end("server", server, self.address)
        self._record["server"] = taps(self.server)

    def open(self) -> None:
        """The opening handshake."""
        extension = b"Sec-WebSocket-Extensions: permessage-deflate\r\n" if self._deflate else b""
        self.write("client", REQUEST)
        self.write("server", ACCEPTED[:-2] + extension + b"\r\n")

    def write(self, side: str, data: bytes) -> None:
        """One end writes bytes."""
        self._record[side][0](data)
        self._way[side].append(data)
        if self.instant:
            self.arrive(side)

    def arrive(self, side: str, count: int = -1) -> None:
        """What an end wrote arrives at the other: all of it, or so many writes."""
        other = "server" if side == "client" else "client"
        while self._way[side] and count:
            self._record[other][1](self._way[side].popleft())
            count -= 1

    def frame(self, side: str, opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
        """One end sends a frame; returns its bytes."""
        frame = Frame(Opcode(opcode), payload, fin)
        wire = frame.serialize(mask=side == "client", extensions=self._extensions[side])
        self.write(side, wire)
        return wire

    def text(self, side: str, text: str) -> bytes:
        """One end sends a text message."""
        return self.frame(side, 1, text.encode())

    def close(self, code: int = 1000, reason: str = "") -> None:
        """The closing handshake, begun by the client, and the end of TCP."""
        body = code.to_bytes(2, "big") + reason.encode()
        self.frame("client", 8, body)
        self.frame("server", 8, body)
        self.lost()

    def lost(self, ending: str = "") -> None:
        """TCP ends at both ends."""
        for end in (self.server, self.client):
            if end is not None:
                end.lost(ending)


def taps(end: End | None) -> tuple[Callable[[bytes], None], Callable[[bytes], None]]:
    """The recorders of what an end sends and receives; of nothing for an end that is not recorded."""
    if end is None:
        return (lambda data: None), (lambda data: None)
    return end.tap(end.sent), end.tap(end.received)


def held(timeline: Timeline, *ends: End) -> tuple[int, int]:
    """How many raw bytes and chunks these ends hold."""
    streams = [stream for end in ends for stream in (end.sent, end.received)]
    return (
        sum(stream.stop - stream.first for stream in streams),
        sum(stream.count for stream in streams) + sum(len(end.notes) for end in ends),
    )


def short(timeline: Timeline) -> list[tuple[int, str, str, str]]:
    """Number, source, name and text of every row kept, in arrival order."""
    return [(row.connection, row.source, row.name, row.text) for row in timeline.rows()]
