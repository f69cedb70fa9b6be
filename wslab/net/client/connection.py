"""The class of a client's connections: that of `websockets`, recorded, with faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websockets.asyncio.client import ClientConnection

from wslab.net.faults import FaultyMixin

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wslab.timeline import End


def recorded_client(begin: Callable[[ClientConnection, asyncio.Transport], End]) -> type[ClientConnection]:
    """A `ClientConnection` class that records.

    Args:
        begin: Makes, or finds, the end of a connection whose TCP was just established.
    """

    class RecordedClientConnection(FaultyMixin, ClientConnection):
        def _begin(self, transport: asyncio.Transport) -> End:
            return begin(self, transport)

    return RecordedClientConnection
