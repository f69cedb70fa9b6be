"""The class of a server's connections: that of `websockets`, recorded, with faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection

from wslab.net.faults import FaultyMixin
from wslab.net.recording import RequestHeads

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wslab.net.faults import ServerFaults
    from wslab.net.recording import Markers
    from wslab.timeline import End


def recorded_server(
    begin: Callable[[ServerConnection, asyncio.Transport], End], faults: ServerFaults, ours: Markers | None = None
) -> type[ServerConnection]:
    """A `ServerConnection` class that records.

    Args:
        begin: Makes the end of a connection that was just accepted.
        faults: Those of the whole server, which a new connection gets too.
        ours: Which markers are taken out of URLs.
    """

    class RecordedServerConnection(FaultyMixin, ServerConnection):
        markers = ours

        def _begin(self, transport: asyncio.Transport) -> End:
            return begin(self, transport)

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.request_heads = RequestHeads()
            super().connection_made(transport)
            faults.welcome(self)

    return RecordedServerConnection
