"""A relay alone, without a lab, and both of its neighbours written byte by byte.

relayed     a relay on a thread of its own; whatever a test does, nothing of it stays
before      one in front of a real WebSocket server
through     a client and the server behind, joined by a relay
Wire        one end of a TCP connection, as programs below WebSocket see it
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple, Self

from websockets.asyncio.server import serve

from tests.net.harness import until
from wslab.net import LoopThread, Markers, Relay
from wslab.timeline import End, Row, Timeline

LINGER = struct.pack("ii", 1, 0)


class Keeping(Timeline):
    """A timeline that keeps the ends of servers: readers place them into connections only when they know the clients'."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[End] = []

    def server_end(self, label: str, local: Any, remote: Any) -> End:
        self.ends.append(super().server_end(label, local, remote))
        return self.ends[-1]


class Stand(NamedTuple):
    """A relay and what it uses."""

    relay: Relay
    timeline: Keeping
    markers: Markers
    thread: LoopThread

    def rows(self, name: str = "") -> list[Row]:
        """The rows of one name, or all."""
        return [row for row in self.timeline.rows() if name in ("", row.name)]

    def end(self) -> End:
        """The recorded end of the only connection."""
        (found,) = self.timeline.ends
        return found


@contextlib.asynccontextmanager
async def relayed(port: int | None = None) -> AsyncIterator[Stand]:
    """A relay that listens, and passes connections on to a port where one is given."""
    thread, timeline, markers = LoopThread("wslab-relay"), Keeping(), Markers()
    relay = Relay("node", timeline, markers, thread)
    await relay.listen(0)
    if port is not None:
        relay.forward(port)
    try:
        yield Stand(relay, timeline, markers, thread)
    finally:
        await relay.shut_down(1001)
        assert not relay.running
        assert not relay.links()
        assert all(side.over for side in list(relay._all)), "every side is over when shut_down returns"
        await until(lambda: not asyncio.all_tasks(thread.loop), "the end of the relay's tasks")
        thread.stop()
        assert await thread.wait_ended(5)


@contextlib.asynccontextmanager
async def before(handler: Callable[[Any], Awaitable[None]], **options: Any) -> AsyncIterator[Stand]:
    """A relay before a real WebSocket server."""
    listening = serve(handler, "127.0.0.1", 0, **options)
    async with listening as behind, relayed(next(iter(behind.sockets)).getsockname()[1]) as stand:
        yield stand


class Wire:
    """One end of a TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.port = writer.get_extra_info("sockname")[1]
        peer = writer.get_extra_info("peername")
        if peer is None:
            raise ConnectionResetError("it was reset before anybody could ask who is at its other end")
        self.from_port = peer[1]

    @classmethod
    async def to(cls, port: int, host: str = "127.0.0.1") -> Self:
        """Connect."""
        return cls(*await asyncio.open_connection(host, port))

    async def send(self, data: bytes) -> None:
        """Send, and wait until the system has most of it."""
        self.writer.write(data)
        await self.writer.drain()

    def fin(self) -> None:
        """End this direction."""
        self.writer.write_eof()

    def rst(self) -> None:
        """End the connection with RST, once the loop turns."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        self.writer.transport.abort()

    async def heard(self) -> bytes:
        """Read until the other end has ended its direction."""
        return await self.reader.read(-1)

    async def was_reset(self) -> bool:
        """Read until the other end has ended; whether by RST."""
        try:
            await self.reader.read(-1)
        except ConnectionResetError:
            return True
        return False

    async def close(self) -> None:
        """End both directions."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


async def is_reset_by(port: int) -> bool:
    """Whether a connection to a port is taken and then reset."""
    try:
        client = await Wire.to(port)
    except ConnectionResetError:  # before it was noticed that it was up
        return True
    return await client.was_reset()


class Behind:
    """A server behind a relay that only accepts: what it says and hears is up to the test."""

    def __init__(self) -> None:
        self.accepted: asyncio.Queue[Wire] = asyncio.Queue()
        self.wires: list[Wire] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for wire in self.wires:
            wire.writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.wires.append(Wire(reader, writer))
        self.accepted.put_nowait(self.wires[-1])


class Through(NamedTuple):
    """A client and the server behind, joined by a relay."""

    client: Wire
    server: Wire
    stand: Stand


@contextlib.asynccontextmanager
async def through() -> AsyncIterator[Through]:
    """One connection through a relay."""
    async with Behind() as behind, relayed(behind.port) as stand:
        client = await Wire.to(stand.relay.port)
        server = await behind.accepted.get()
        try:
            yield Through(client, server, stand)
        finally:
            client.writer.transport.abort()
            server.writer.transport.abort()
