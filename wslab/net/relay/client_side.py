"""One connection through a relay: the client side, which is recorded and suffers faults, and a plain TCP half to the peer.

    client ══ RelayClientSide (recorded: this is the server's end) ─── TCPHalf ══ peer, such as Node on its real port

The client's bytes wait until the peer takes the connection, so nothing is refused that comes a moment too early. A peer that
does not take it looks to the client as if it had: a reset, and a row that says why.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wslab.net.faults import FaultyMixin
from wslab.net.recording import RequestHeads, measure
from wslab.net.relay.tcp_half import TCPHalf
from wslab.net.sockets import connect_from
from wslab.net.tasks import spawn
from wslab.net.tcp import why_no_tcp
from wslab.timeline import tcp_words

if TYPE_CHECKING:
    from wslab.net.recording import Buffers, TapTransport
    from wslab.net.relay.relay import Relay
    from wslab.timeline import End

_HOST = "127.0.0.1"
_CONNECT = 5.0  # how long the peer's system may take to accept, in seconds


class RelayClientSide(FaultyMixin, TCPHalf):
    """The side of a connection that faces the client.

    Args:
        relay: The relay.

    Attributes:
        end: Where it is recorded.
        loop: The loop it lives on.
        port: The local port of the connection to the peer; 0 while there is none.
    """

    transport: TapTransport
    request_heads: RequestHeads

    def __init__(self, relay: Relay) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.markers = relay.markers
        self.request_heads = RequestHeads(several=True)
        self.other = TCPHalf()
        self.other.other = self
        self.port = 0
        self._relay = relay
        self._own_words = ""
        self._connecting: asyncio.Task[None] | None = None

    @property
    def held(self) -> int:
        """Bytes that came from the client and that the system has not taken for the peer."""
        return self.other.waiting

    def buffers(self) -> Buffers | None:
        """What this end holds, in bytes, from any thread; None when it is closed."""
        return measure(self.transport, self.held)

    @property
    def over(self) -> bool:
        """Whether nothing of it is left: a fault may hold a connection that its ends believe closed."""
        peer = self.other
        connecting = self._connecting is not None and not self._connecting.done()
        return (
            self.gone and self.transport.real.is_closing() and (peer.gone or peer.transport is None) and not connecting
        )

    def go_away(self, why: str) -> None:
        """End both sides; what is written leaves first."""
        self.end.note("note", "the relay ends", why)
        self._give_up_connecting()
        for half in (self, self.other):
            if half.transport is not None:
                half.transport.close()

    def abort(self) -> None:
        """End both sides at once, whatever a fault holds."""
        self._give_up_connecting()
        self.transport.real.abort()
        if self.other.transport is not None:
            self.other.transport.abort()

    # TCPHalf

    def reset(self) -> None:
        self._own_words = f"reset by the server {tcp_words.RST}"
        super().reset()

    def end_writing(self) -> None:
        self.transport.end_writing()

    def was_reset(self) -> bool:
        return tcp_words.RST in self.end.ending

    # asyncio

    def _begin(self, transport: asyncio.Transport) -> End:
        return self._relay.begun(self, *map(transport.get_extra_info, ("sockname", "peername")))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        try:
            super().connection_made(transport)
            self._relay.welcome(self)
        except BaseException:
            transport.close()  # else the client would wait for ever
            raise
        self._connecting = spawn(self._connect(), self._broke)

    def eof_received(self) -> bool:
        TCPHalf.data_received(self, self.request_heads.finish())  # of a head that will never be whole
        if not self._ending:  # else it answers our FIN: it does not say that the client has ended the connection
            self.end.peer_ended()
        return TCPHalf.eof_received(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._own_words:
            self.end.lost(self._own_words)
        if not self.port:  # else the peer has it, or will in a moment, and must hear how this ended
            self._give_up_connecting()
        super().connection_lost(exc)
        self._relay.over(self)

    # Inside

    async def _connect(self) -> None:
        port = None
        try:
            port = await self._relay.target()
            await connect_from(self._bound, lambda: self.other, port, _CONNECT)
        except (OSError, TimeoutError) as error:
            if self.gone:
                return
            said = str(error) if port is None else why_no_tcp(error, _HOST, port)
            self.end.note("note", "nobody behind the relay", f"{said}; the connection is reset (RST)")
            self.reset()

    def _bound(self, port: int) -> None:
        self.port = port
        self._relay.known_at(port, self.end)

    def _broke(self, error: BaseException) -> None:
        self.end.failed("connecting to the server behind the relay failed", error)
        self.reset()

    def _give_up_connecting(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
