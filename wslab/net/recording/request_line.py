"""The first line of a request, whose query is held back until it is whole, so that a marker can be taken out of it.

    transport ──► RequestLine ──► connection          until the line is whole, or cannot be one with a marker
    transport ──────────────────► connection          from then on: as if it had never been there

It stands below whatever else looks at the bytes, faults included: to them the marker was never sent.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.net.recording.url_marker import Markers
    from wslab.timeline import End

LIMIT = 8192
"""A longer request line is passed on as it is, in bytes."""

_METHOD = b"GET "  # RFC 6455 section 4.1: no other opens a WebSocket


class RequestLine(asyncio.Protocol):
    """Stands between a transport and its protocol while the first line comes.

    Args:
        transport: The transport, whose protocol this becomes.
        protocol: Whom the bytes are for.
        end: Learns the marker.
        markers: Know which markers are ours.
    """

    def __init__(self, transport: asyncio.Transport, protocol: asyncio.Protocol, end: End, markers: Markers) -> None:
        self._transport = transport
        self._protocol = protocol
        self._end = end
        self._markers = markers
        self._held = b""
        self._passed = 0
        transport.set_protocol(self)

    def data_received(self, data: bytes) -> None:
        self._held = held = self._held + data
        passed = self._passed
        stop = held.find(b"\n", 0, max(0, LIMIT - passed)) + 1
        if stop:
            line, self._end.marker = self._markers.take(held[:stop])
            self._held = line + held[stop:]
        if stop or passed + len(held) >= LIMIT or not held.startswith(_METHOD[passed : passed + len(held)]):
            self._leave()
        else:
            query = held.find(b"?")
            self._pass(len(held) if query < 0 else query)

    def eof_received(self) -> bool | None:
        self._leave()
        return self._protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

    def _leave(self) -> None:
        """Pass on what was held, and be there no more."""
        self._transport.set_protocol(self._protocol)
        self._pass(len(self._held))

    def _pass(self, size: int) -> None:
        data, self._held = self._held[:size], self._held[size:]
        self._passed += size
        if data:
            self._protocol.data_received(data)
