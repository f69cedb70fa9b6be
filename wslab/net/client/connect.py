"""`await lab.connect(url)`: the real `websockets` client, recorded.

A subclass of `websockets.asyncio.client.connect` that overrides its public `connect` coroutine, so awaiting it,
``async with`` and ``async for`` are all the library's own; and a `Pending`, so that it is a coroutine to `asyncio` as well.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect

from wslab.net.awaitable import Pending
from wslab.net.client.connection import recorded_client
from wslab.net.recording import QUIET
from wslab.net.tcp import why_no_tcp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from wslab.timeline import End, Timeline

_WRITE = "connection = await lab.connect(url)"


class RecordedConnect(Pending[ClientConnection], connect):
    """A `connect` that records what its connections do.

    Args:
        uri: As for `websockets.connect`.
        timeline: Where to record.
        opened: Told of each connection that is established, on its own loop.
        options: As for `websockets.connect`; proxies are off unless asked for, because a lab is on loopback.
    """

    def __init__(
        self, uri: str, timeline: Timeline, opened: Callable[[End, ClientConnection], None], **options: Any
    ) -> None:
        options.setdefault("proxy", None)
        options.setdefault("logger", QUIET)
        connect.__init__(self, uri, create_connection=recorded_client(self._established), **options)
        Pending.__init__(self, None, _WRITE, timeline)
        self._timeline = timeline
        self._opened = opened
        self._end: End | None = None

    async def __aenter__(self) -> ClientConnection:
        self._silent = True
        return await connect.__aenter__(self)

    def __aiter__(self) -> AsyncIterator[ClientConnection]:
        self._silent = True
        return connect.__aiter__(self)

    async def connect(self) -> ClientConnection:
        """Connect, as the library does, and leave a row when it fails before there is a connection."""
        self._end = end = self._next_end()
        try:
            connection = await super().connect()
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            if end.local is None:
                what = why_no_tcp(error, self.ws_uri.host, self.ws_uri.port)
                end.note("note", "TCP connection failed", what)
                end.lost(what)
            raise
        finally:
            if end.local is None:
                end.lost("never connected")
        self._opened(connection.end, connection)  # type: ignore[attr-defined]
        return connection

    def _next_end(self) -> End:
        return self._timeline.client_end(port=self.ws_uri.port)

    def _established(self, _connection: ClientConnection, transport: asyncio.Transport) -> End:
        end = self._end or self._next_end()
        if end.local is not None:  # a redirect: another connection
            end = self._next_end()
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            # asyncio does so only for a socket that says it is TCP's, and one that was passed in may not.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end.connected(*map(transport.get_extra_info, ("sockname", "peername")))
        return end

    def __getattr__(self, name: str) -> Any:
        if name == "connection":  # how the library's own `async with` asks whether it is in use
            raise AttributeError(name)
        return super().__getattr__(name)

    def __repr__(self) -> str:
        self._silent = True
        return f"<not connected yet: write {_WRITE}>"

    def _make(self) -> Coroutine[Any, Any, ClientConnection]:
        return self.connect()  # as often as the library's own: ``async for`` connects again

    def _missing(self, name: str) -> AttributeError:
        self._silent = True
        return AttributeError(f"not connected yet, so there is no .{name}: write {_WRITE}")
