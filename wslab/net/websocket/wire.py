"""The wire of a WebSocket, as the home loop sees it: what it asks of the lab's thread, and what comes from there.

    home loop   send, close, ...  ──► Outbox ──► SocketConnection   lab's thread
                Events            ◄── Inbox  ◄── SocketConnection

Nothing here waits, and `amount` is what has been handed over and has not left.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wslab.net.faults import EndFaults
from wslab.net.recording import measure
from wslab.net.websocket.buffered_amount import BufferedAmount
from wslab.net.websocket.connection import SocketConnection
from wslab.net.websocket.delivery import Inbox, Outbox
from wslab.net.websocket.events import OPEN
from wslab.timeline import Note

if TYPE_CHECKING:
    import asyncio

    from wslab.net.dom import SocketURL
    from wslab.net.faults import Faults
    from wslab.net.recording import Buffers
    from wslab.net.threads import LoopThread
    from wslab.net.websocket.events import Events
    from wslab.timeline import End


class Wire:
    """The way from one socket to its connection and back. It begins to connect once the code that made it has yielded.

    Args:
        home: The home loop.
        thread: The lab's thread.
        end: Where to record.
        url: Where to connect.
        protocols: The subprotocols to offer.
        events: What happens becomes its steps.

    Attributes:
        amount: `bufferedAmount`.
    """

    def __init__(
        self,
        home: asyncio.AbstractEventLoop,
        thread: LoopThread,
        end: End,
        url: SocketURL,
        protocols: tuple[str, ...],
        events: Events,
    ) -> None:
        self._end = end
        self._secure = url.secure
        self._events = events
        self._inbox = Inbox(home, self._home_gone, self._after_step, partial(end.failed, "an event failed"))
        self._connection = SocketConnection(end, url, protocols, self._inbox, events)
        self._outbox = Outbox(thread, self._connection.sending.flush, self._call_failed)
        self.amount = BufferedAmount(home, self._inbox, self._connection.sending)
        home.call_soon(self._outbox.post, self._connection.start)  # by the home loop, so no event can come earlier

    # On any thread

    def send(self, data: bytes, note: Note, *, text: bool) -> None:
        """Send a message; `note` is told which bytes it became."""
        if not self._outbox.post(self._connection.send, data, text, note):
            self._end.resolve(note, None)

    def close(self, code: int | None, reason: str, note: Note, *, connecting: bool) -> None:
        """Start the closing handshake, or fail a connection whose page has seen no `open` event; `note` is told of the Close frame."""
        if not self._outbox.post(self._connection.close, code, reason, note, connecting):
            self._end.resolve(note, None)

    def go_away(self) -> None:
        """Close with 1001 "going away"."""
        self._outbox.post(self._connection.close, 1001)

    def abort(self) -> None:
        """End the connection at once."""
        self._outbox.post(self._connection.abort)

    def leave(self) -> None:
        """Close with 1001, and let no event come any more."""
        self._inbox.shut()
        self.go_away()

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose at this end."""
        if self._connection.faults is None:
            self._connection.faults = EndFaults(
                self._end, self._outbox.post, self._connection.link, secure=self._secure
            )
        return self._connection.faults

    def backlog(self) -> tuple[int, int]:
        """Events, and bytes, that the home loop has not taken yet, and those that it is just being told of."""
        tells = self._connection.tells  # asked first: an event that is told of meanwhile is among those that wait
        events, size = self._inbox.waiting()
        return events + tells, size

    def buffers(self) -> Buffers | None:
        """What this end holds, in bytes; None before TCP is up and when it is closed."""
        transport = self._connection.transport
        return None if transport is None else measure(transport, self._inbox.waiting()[1], self.amount.value)

    # On the home loop

    def _after_step(self) -> None:
        self.amount.loosen()
        if self._connection.receiving.paused and not self._inbox.waiting()[0]:
            self._outbox.post(self._connection.receiving.resume)

    # On the lab's thread

    def _call_failed(self, error: BaseException, *arguments: object) -> None:
        self._end.failed("a call failed", error)
        for each in arguments:
            if isinstance(each, Note):  # the row of that call, for which all rows behind it would wait
                self._end.resolve(each, None)

    def _home_gone(self) -> None:
        """The home loop has ended without a word, and an event could not be delivered."""
        self._connection.close(1001 if self._events.state == OPEN else None)
        self._events.forget()
