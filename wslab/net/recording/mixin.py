"""Recording a real `websockets` connection, both directions, handshake included, by documented means only.

`serve` and `connect` take ``create_connection=``, a subclass of their connection. Ours overrides what asyncio calls on every
protocol (`connection_made`, `data_received`, `connection_lost`) and hands the library a transport that records what is written.
No private name is touched, and the protocol object is never replaced. This is the hot path: closures, no attribute chains.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from wslab.net.recording.request_line import RequestLine
from wslab.net.recording.tap import TapTransport
from wslab.net.tcp import how_it_ended

if TYPE_CHECKING:
    from wslab.net.recording.request_heads import RequestHeads
    from wslab.net.recording.url_marker import Markers
    from wslab.timeline import End


class RecordingMixin:
    """The recording half of a connection class; mixed in before the class that has the connection."""

    end: End
    markers: Markers | None = None
    """Which markers in its URL are ours, where it may have one."""
    request_heads: RequestHeads | None = None
    """What the client's bytes pass behind the recording, at a server's end."""

    def _begin(self, transport: asyncio.Transport) -> End:
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        end = self._begin(transport)
        record, receive = end.tap(end.received), super().data_received  # type: ignore[misc]
        heads = self.request_heads

        def data_received(data: bytes) -> None:
            nonlocal heads
            record(data if data.__class__ is bytes else bytes(data))
            if heads is not None:
                data = heads.feed(data)
                if heads.over:
                    heads = None
                if not data:
                    return
            receive(data)

        self.end = end
        self.data_received = data_received
        super().connection_made(TapTransport(transport, end.tap(end.sent)))  # type: ignore[misc]
        if self.markers is not None:
            RequestLine(transport, self, end, self.markers)  # type: ignore[arg-type]

    def eof_received(self) -> Any:
        self.end.peer_ended()
        return super().eof_received()  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        try:
            super().connection_lost(error)  # type: ignore[misc]
        finally:
            self.end.lost(how_it_ended(error))
