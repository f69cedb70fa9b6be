"""The half of a raw socket that does I/O, on the lab's own thread: TCP and nothing above it.

What comes waits in one buffer until somebody takes it. Past `LIMIT` bytes the network is not read on: TCP then tells the
peer to wait, and so much is all that a peer can make us keep.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TYPE_CHECKING

from wslab.net.raw.errors import RawEnded
from wslab.net.tcp import abort_later, how_it_ended, send_fin, send_rst

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline import End

LIMIT = 16 * 1024 * 1024
"""How many bytes may wait to be taken."""


class RawWire(asyncio.Protocol):
    """One TCP connection.

    Args:
        end: Where to record.
        url: Where it is connected to.
        half_open: Whether to go on sending after the peer has ended its direction.

    Attributes:
        end: Where it is recorded.
        url: Where it is connected to.
        created: When it was made, in `time.perf_counter_ns`.
        buffer: What has come and nobody has taken.
        ending: How TCP ended, or the peer's direction of it: ``FIN``, ``RST``, ``closed here`` or other words; empty while
            bytes may still come.
        gone: Done once the connection is over. Any thread may ask.
    """

    def __init__(self, end: End, url: str, *, half_open: bool) -> None:
        self.end = end
        self.url = url
        self.created = end.created
        self._half_open = half_open
        self._record_sent, self._record_received = end.tap(end.sent), end.tap(end.received)
        self._transport: asyncio.Transport | None = None
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False
        self._ours = ""
        self.buffer = bytearray()
        self.ending = ""
        self.gone: Future[None] = Future()

    # What a raw socket does, on the lab's thread

    async def send(self, data: bytes) -> None:
        """Write, and wait until all but a little of it is on its way."""
        if self._transport is None or self._transport.is_closing():
            raise RawEnded(f"nothing more can be sent: TCP ended ({self.ending or self._ours})", self.ending)
        self._record_sent(data)
        self._transport.write(data)
        await self._writable.wait()

    async def receive(self, measure: Callable[[bytearray], int]) -> bytes:
        """Wait for bytes and take them.

        Args:
            measure: How many bytes of the buffer to take; 0 while more must come.

        Returns:
            The bytes; none when no more will come.
        """
        while not (size := measure(self.buffer)):
            if self.ending:
                return b""
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        if self._paused and len(self.buffer) < LIMIT and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return data

    def put_back(self, data: bytearray) -> None:
        """Have again what was taken for somebody who was cancelled before it reached them."""
        self.buffer[:0] = data
        self._arrived.set()

    def end_sending(self) -> None:
        """End our direction with FIN, once what was written has gone."""
        if self._transport is not None and not self._transport.is_closing():
            self.end.note("note", "end_sending()", "FIN: nothing more will be sent")
            send_fin(self._transport)

    def reset(self) -> None:
        """End the connection with RST."""
        if self._transport is None or self._transport.is_closing():
            return
        self._ours = "reset here (RST)"
        self.end.note("note", "reset()", "RST: the connection ends at once")
        send_rst(self._transport)

    def close(self) -> None:
        """End the connection once what was written has gone, and after a second in any case."""
        if self._transport is None or self._transport.is_closing():
            return
        self._ours = "closed here"
        self._transport.close()
        self._timer = abort_later(self._transport)

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.end.connected(*map(transport.get_extra_info, ("sockname", "peername")))

    def data_received(self, data: bytes) -> None:
        self._record_received(data)
        self.buffer += data
        if len(self.buffer) >= LIMIT and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._arrived.set()

    def eof_received(self) -> bool:
        self.ending = "FIN"
        self.end.peer_ended()
        self._arrived.set()
        return self._half_open  # if not, asyncio closes the transport

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, error: Exception | None) -> None:
        reset = isinstance(error, ConnectionResetError)
        self.ending = self.ending or self._ours or ("RST" if reset else how_it_ended(error) or "closed here")
        if reset and self.ending == "FIN":
            self.ending = "RST"
        self.end.lost("reset by the client (RST)" if "(RST)" in self._ours else how_it_ended(error))
        self._arrived.set()
        self._writable.set()
        if self._timer is not None:
            self._timer.cancel()
        if not self.gone.done():
            self.gone.set_result(None)
