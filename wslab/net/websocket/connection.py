"""The connection of a WebSocket, on the lab's own thread: TCP, the opening handshake, pongs, Close frames and their limits.

    TCP bytes ─► Receiving ─► websockets' Sans-I/O ClientProtocol ─► what happened, posted to the home loop
    calls from the home loop ─► ClientProtocol ─► Sending ─► TCP bytes

No learner's code ever runs here. Like a browser's network process it answers pings and Close frames by itself, whatever the
page is doing.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from wslab.net.faults import FaultyLink
from wslab.net.recording import TapTransport, quiet_logger
from wslab.net.sockets import connect
from wslab.net.tasks import spawn
from wslab.net.tcp import how_it_ended, why_no_tcp
from wslab.net.websocket.receiving import MESSAGE_LIMIT, Receiving
from wslab.net.websocket.sending import Sending

if TYPE_CHECKING:
    from wslab.net.dom import SocketURL
    from wslab.net.faults import EndFaults
    from wslab.net.websocket.delivery import Inbox
    from wslab.net.websocket.events import Events
    from wslab.timeline import End, Note, Source

OPEN_LIMIT = 60.0
"""The longest that connecting and the opening handshake may take, in seconds."""

CLOSE_LIMIT = 10.0
"""The longest that a peer may take to answer a Close frame, in seconds."""


class SocketConnection(asyncio.Protocol):
    """The connection of one socket. Used on the lab's thread, where nothing else is said.

    Args:
        end: Where to record.
        url: Where to connect.
        protocols: The subprotocols to offer.
        inbox: Takes steps for the home loop.
        events: Whose steps they are.

    Attributes:
        sending: The way out.
        receiving: The way in.
        transport: What carries the bytes, and records those that are written; None before TCP is up.
        faults: What goes wrong on purpose at this end, once somebody has asked for them.
    """

    def __init__(self, end: End, url: SocketURL, protocols: tuple[str, ...], inbox: Inbox, events: Events) -> None:
        self._end = end
        self._url = url
        self._inbox = inbox
        self._events = events
        path, _, query = url.resource.partition("?")
        # A name and password in the URL are kept there and not sent: a browser does so only when a server asked for them.
        uri = WebSocketURI(url.secure, url.host, url.port, path, query, None, None)
        self._protocol = ClientProtocol(
            uri,
            extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)],
            subprotocols=[Subprotocol(name) for name in protocols] or None,
            max_size=MESSAGE_LIMIT,
            logger=quiet_logger(end),
        )
        self.sending = Sending(self._protocol, end)
        self.receiving = Receiving(self._protocol, end, inbox, events)
        self.transport: TapTransport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._opened = False
        self._failed = False
        self._over = False
        self._takes = False
        self._close_told = False
        self.faults: EndFaults | None = None

    @property
    def tells(self) -> bool:
        """True if something is recorded already of which the home loop is told in a moment. Any thread may read it."""
        return self._takes or (self._end.closed is not None and not self._close_told)

    # What the home loop asks for, through `wslab.net.websocket.wire`

    def start(self) -> None:
        """Begin to connect, unless it was closed before that."""
        if self._over:
            return
        self._connecting = spawn(self._connect(), self._broke)

    def send(self, data: bytes, text: bool, note: Note) -> None:  # noqa: FBT001  (posted, without keywords)
        """Make a message, to be written with the next flush; `note` is told which bytes it became."""
        if self._protocol.state is State.OPEN:
            self.sending.message(data, note, text=text)
        else:  # the connection is closing: the data goes nowhere, and its amount stays buffered
            self._end.resolve(note, None)

    def close(self, code: int | None, reason: str = "", note: Note | None = None, connecting: bool = False) -> None:  # noqa: FBT001, FBT002  (posted, without keywords)
        """Start the closing handshake, or fail a connection that is not open, or whose page has seen no `open` event yet."""
        start = self.sending.stop
        link: tuple[Source, int] | None = None
        if connecting:
            self._fail()
        elif self._protocol.state is State.OPEN:
            self._expect_close()
            self._protocol.send_close(code, reason)
            self.sending.flush()
            link = ("client to server", start)
        elif not self._opened:
            self._fail()
        if note is not None:
            self._end.resolve(note, link)

    def abort(self) -> None:
        """End the connection at once."""
        if self.transport is not None:
            self.transport.abort()
        else:
            self._fail()

    def link(self) -> FaultyLink | None:
        """Make the link that faults are switched on at; None while there is no connection."""
        tap = self.transport
        return None if tap is None else FaultyLink(tap, self, self._end, lambda: tap.real.get_write_buffer_size() > 0)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._over:  # given up in the very moment in which TCP came up: nobody must be asked any more
            transport.abort()
            return
        self.transport = TapTransport(transport, self._end.tap(self._end.sent))
        self.sending.begin(self.transport)
        self.receiving.begin(self.transport)
        self._end.connected(transport.get_extra_info("sockname"), transport.get_extra_info("peername"))
        if self.faults is not None:
            self.faults.connected()
        try:
            self._protocol.send_request(self._protocol.connect())
            self.sending.flush()
        except BaseException:
            self._fail()  # else nobody would ever answer
            raise

    def data_received(self, data: bytes) -> None:
        self._takes = True
        try:
            self.receiving.take(data)
            self._progress()
        finally:
            self._takes = False
        self.receiving.keep_pace()

    def eof_received(self) -> bool:
        self._end.peer_ended()
        self._protocol.receive_eof()
        self._progress()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        try:
            self._protocol.receive_eof()
            self._progress()
        finally:
            self._end.lost(how_it_ended(exc))
            self._finish()

    def resume_writing(self) -> None:
        self.sending.emptied()

    # Inside

    async def _connect(self) -> None:
        context = ssl.create_default_context() if self._url.secure else None
        try:
            await connect(lambda: self, self._url.host, self._url.port, OPEN_LIMIT, ssl=context)
        except (OSError, TimeoutError, ssl.SSLError, UnicodeError) as error:
            what = why_no_tcp(error, self._url.host, self._url.port)
            self._end.note("note", "TCP connection failed", what)
            self._end.lost(what)
            self._failed = True
            self._finish()
            return
        if self._timer is None and not self._opened:
            self._timer = asyncio.get_running_loop().call_later(OPEN_LIMIT, self._fail)

    def _broke(self, error: BaseException) -> None:
        self._end.failed("connecting failed", error)
        self._fail()

    def _progress(self) -> None:
        """Take what the protocol made of the bytes."""
        events = self._protocol.events_received()
        self.sending.flush()
        for event in events:
            if self._failed:  # nothing that came behind what failed the connection counts
                break
            stop = self.receiving.stop()
            if isinstance(event, Frame):
                self._take_frame(event, stop)
            elif isinstance(event, Response):
                self._take_response(event, stop)
        if self._protocol.handshake_exc is not None:
            self._fail()
        elif self._protocol.parser_exc is not None and not isinstance(self._protocol.parser_exc, EOFError):
            self._give_up()
        if self._protocol.close_expected():
            self._expect_close()

    def _take_response(self, response: Response, stop: int) -> None:
        if self._protocol.available_subprotocols and self._protocol.subprotocol is None and response.status_code == 101:
            # RFC 6455 lets a server choose none; WHATWG Fetch ("establish a WebSocket connection") fails it.
            self._protocol.handshake_exc = self._protocol.handshake_exc or InvalidHandshake("no subprotocol chosen")
        if self._protocol.handshake_exc is not None:
            if response.status_code == 101:  # of any other status the response itself says enough
                self._end.note("note", "handshake failed", str(self._protocol.handshake_exc))
            return
        if self._protocol.state is State.CONNECTING:
            return
        self._opened = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        extensions = ", ".join(response.headers.get_all("Sec-WebSocket-Extensions"))
        self._inbox.post(self._events.open, self._protocol.subprotocol or "", extensions, stop)

    def _take_frame(self, frame: Frame, stop: int) -> None:
        if frame.opcode is Opcode.CLOSE:
            self._inbox.post(self._events.closing)
        elif not self.receiving.message(frame, stop):
            self._protocol.fail(CloseCode.INVALID_DATA, "invalid UTF-8")
            self.sending.flush()
            self._give_up()

    def _give_up(self) -> None:
        """Fail an open connection: what is written leaves, and TCP ends without waiting for the peer, as in browsers."""
        self._failed = True
        if self.transport is not None:
            self.transport.close()

    def _expect_close(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CLOSE_LIMIT, self.abort)

    def _fail(self) -> None:
        """Fail the connection before it was open (WHATWG WebSockets section 3, "fail the WebSocket connection")."""
        self._failed = True
        if self.transport is not None:
            self.transport.abort()
        elif not self._over:
            if self._connecting is not None:
                self._connecting.cancel()
            self._end.lost("given up before it was established")
            self._finish()

    def _finish(self) -> None:
        if self._over:
            return
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        received = self._protocol.close_rcvd
        failed = self._failed or not self._opened
        clean = not failed and received is not None and self._protocol.close_sent is not None
        code: int
        code, reason = CloseCode.ABNORMAL_CLOSURE, ""
        if received is not None and clean:
            code, reason = received.code, received.reason
        self._inbox.post(self._events.close, failed, clean, int(code), reason, self._end.received.stop)
        self._close_told = True
