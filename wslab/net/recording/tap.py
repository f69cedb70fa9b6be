"""Recording a real `websockets` connection, both directions, handshake included, by documented means only.

`serve` and `connect` take ``create_connection=``, a subclass of their connection. Ours overrides what asyncio calls on every
protocol (`connection_made`, `data_received`, `connection_lost`) and hands the library a transport that records what is written.
No private name is touched, and the protocol object is never replaced. This is the hot path: closures, no attribute chains.
Faults are inserted here too, and only while one is on (`wslab.net.faults.link`): without them nobody asks for them.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection

from wslab.net.faults.link import Line
from wslab.net.faults.owners import EndFaults, on_loop
from wslab.net.recording.request_heads import RequestHeads
from wslab.net.recording.request_line import FirstLine
from wslab.net.tcp_errors import how_it_ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wslab.net.faults.interposed import Between
    from wslab.net.faults.owners import ServerFaults
    from wslab.net.recording.url_marker import Markers
    from wslab.timeline import End


class TapTransport:
    """A transport that records what is written to it and is the real one in everything else.

    Attributes:
        real: The real one.
        record: Records what is written.
        reads: Whether its user wants what comes.
        line: What stands between this and the real one while a fault is on.
    """

    def __init__(self, transport: asyncio.Transport, record: Callable[[bytes], None]) -> None:
        write_on = transport.write

        def write(data: bytes | bytearray | memoryview) -> None:
            whole = data if data.__class__ is bytes else bytes(data)
            record(whole)
            write_on(whole)

        self.real = transport
        self.record = record
        self.reads = True
        self.line: Between | None = None
        self._to_the_end = False
        self.write = write
        self.is_closing = transport.is_closing  # asked for at every send
        self.get_write_buffer_size = transport.get_write_buffer_size

    def writelines(self, lines: Iterable[bytes | bytearray | memoryview]) -> None:
        """Record and write several pieces as one."""
        self.write(b"".join(lines))

    def write_eof(self) -> None:
        """End this direction: both Close frames went by, and of the other only its end is of interest."""
        self.end_writing()
        self.read_on()

    def end_writing(self) -> None:
        """End this direction only."""
        with contextlib.suppress(OSError):  # the peer has just reset the connection: that is about to be told
            (self.line or self.real).write_eof()

    def read_on(self) -> None:
        """Read to the end, whatever is queued.

        Left alone, a full queue that nobody empties any more keeps the library from reading the peer's Close, or the end of
        TCP, for the ten seconds of its close_timeout.
        """
        self._to_the_end = True
        self.resume_reading()

    def pause_reading(self) -> None:
        """Pause, unless what comes is only read to the end."""
        if not self._to_the_end:
            self.reads = False
            (self.line or self.real).pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        self.reads = True
        (self.line or self.real).resume_reading()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class Recorded:
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
            FirstLine(transport, self, end, self.markers)  # type: ignore[arg-type]

    def eof_received(self) -> Any:
        self.end.peer_ended()
        return super().eof_received()  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        try:
            super().connection_lost(error)  # type: ignore[misc]
        finally:
            self.end.lost(how_it_ended(error))

    @property
    def faults(self) -> EndFaults:
        """What goes wrong on purpose at this end of the connection. Ours."""
        found = vars(self).get("_faults")
        if found is None:
            loop: asyncio.AbstractEventLoop = self.loop  # type: ignore[attr-defined]
            tap: TapTransport = self.transport  # type: ignore[attr-defined]
            secure = tap.get_extra_info("sslcontext") is not None
            made = EndFaults(self.end, on_loop(loop, self.end), self._line, secure=secure)
            found = vars(self).setdefault("_faults", made)
        assert isinstance(found, EndFaults)
        return found

    def _line(self) -> Line | None:
        tap: TapTransport = self.transport  # type: ignore[attr-defined]
        # The library's own word for it: it asserts that pause_writing and resume_writing take turns.
        return Line(tap, self, self.end, lambda: self.paused)  # type: ignore[attr-defined, arg-type]


def recorded_server(
    begin: Callable[[ServerConnection, asyncio.Transport], End], faults: ServerFaults, ours: Markers | None = None
) -> type[ServerConnection]:
    """A `ServerConnection` class that records.

    Args:
        begin: Makes the end of a connection that was just accepted.
        faults: Those of the whole server, which a new connection gets too.
        ours: Which markers are taken out of URLs.
    """

    class RecordedServerConnection(Recorded, ServerConnection):
        markers = ours

        def _begin(self, transport: asyncio.Transport) -> End:
            return begin(self, transport)

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.request_heads = RequestHeads()
            super().connection_made(transport)
            faults.welcome(self)

    return RecordedServerConnection


def recorded_client(begin: Callable[[ClientConnection, asyncio.Transport], End]) -> type[ClientConnection]:
    """A `ClientConnection` class that records.

    Args:
        begin: Makes, or finds, the end of a connection whose TCP was just established.
    """

    class RecordedClientConnection(Recorded, ClientConnection):
        def _begin(self, transport: asyncio.Transport) -> End:
            return begin(self, transport)

    return RecordedClientConnection
