"""The browser's WebSocket, in Python (WHATWG WebSockets section 3).

    home loop   the code that made the socket, its events, `readyState`, `bufferedAmount`
    lab thread  bytes, pongs, close replies: `wslab.net.websocket.connection`

Events come one at a time, in order, and never before the code that made the socket has yielded. A cell that blocks keeps its
events waiting and its connection alive, as in a browser.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from wslab.net.awaitable import Pending, awaited
from wslab.net.dom import DOMException, EventTarget, event_handler, parse_url
from wslab.net.errors import LabClosed, NoLoop
from wslab.net.tasks import guarded, not_done
from wslab.net.websocket.argument_checks import check_close, check_event_type, check_protocols, outgoing
from wslab.net.websocket.client_host import NO_LAB
from wslab.net.websocket.events import CLOSED, CLOSING, CONNECTING, OPEN, STATES, Events, listener_raised
from wslab.net.websocket.loop_sockets import sockets_of
from wslab.net.websocket.mailbox import Mailbox
from wslab.net.websocket.read_only import Constants, check_assignment
from wslab.net.websocket.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from wslab.net.dom import Blob, CloseEvent, Event, MessageEvent
    from wslab.net.faults import Faults
    from wslab.net.recording import Buffers
    from wslab.net.websocket.client_host import ClientHost


class WebSocket(EventTarget, metaclass=Constants):
    """A WebSocket connection, with the names and rules of a browser's (WHATWG WebSockets section 3.1).

    Beside the standard stand `opened`, `closed`, `next` and ``async for``: ours, for notebooks.

    Args:
        url: ``ws:`` or ``wss:``; ``http:`` and ``https:`` are changed into them.
        protocols: Subprotocols to offer, one as text or several in order of preference.
        base: What a relative `url` is relative to: the URL of a page.

    Attributes:
        end: This end of the connection on the timeline. Ours.

    Raises:
        DOMException: ``SyntaxError`` for a URL or a subprotocol that no browser would take.
        NoLoop: No event loop runs here.
    """

    host: ClassVar[ClientHost] = NO_LAB

    CONNECTING: ClassVar[int] = CONNECTING
    OPEN: ClassVar[int] = OPEN
    CLOSING: ClassVar[int] = CLOSING
    CLOSED: ClassVar[int] = CLOSED

    def __init__(self, url: str, protocols: str | Sequence[str] = (), *, base: str | None = None) -> None:
        if self.host.closed:
            raise LabClosed(self.host.closed)
        parsed = parse_url(url, base)
        offered = check_protocols(protocols)
        try:
            home = asyncio.get_running_loop()
        except RuntimeError:
            raise NoLoop(
                "a WebSocket needs a running event loop for its events: make it in a notebook cell or inside an async function; "
                "from a widget's callback or another thread write lab.call(lambda: lab.WebSocket(url))"
            ) from None
        self.end = end = self.host.timeline.client_end(port=parsed.port)
        end.note("event", "new WebSocket()", parsed.shown, link=("client to server", 0))
        super().__init__(home, partial(listener_raised, end))
        self._url = parsed
        self._mailbox = Mailbox(end, self._why_silent)
        self._events = Events(end, parsed.origin, self._dispatch, self._mailbox, self._forget, self.host.changed)
        self._wire = Wire(home, self.host.thread(), end, parsed, offered, self._events)
        self._loop_sockets = sockets_of(home)
        self._loop_sockets.leaving[end] = self.leave
        self.host.sockets.add(self)

    # The browser's interface

    @property
    def url(self) -> str:
        """The URL, as parsed and written out again (WHATWG WebSockets section 3.1, `url`)."""
        return self._url.href

    @property
    def readyState(self) -> int:
        """CONNECTING 0, OPEN 1, CLOSING 2 or CLOSED 3 (WHATWG WebSockets section 3.1, `readyState`)."""
        return self._events.state

    @property
    def bufferedAmount(self) -> int:
        """Bytes of application data that `send` has taken and the network has not.

        It never changes while code runs, only between its tasks, and what was sent after `close` stays in it for ever
        (WHATWG WebSockets section 3.1, `bufferedAmount`).
        """
        return self._wire.amount.value

    @property
    def protocol(self) -> str:
        """The subprotocol the server chose; empty before `open` and where there is none (section 3.1, `protocol`)."""
        return self._events.protocol

    @property
    def extensions(self) -> str:
        """The extensions the server agreed to; empty before `open` (section 3.1, `extensions`)."""
        return self._events.extensions

    @property
    def binaryType(self) -> str:
        """What binary messages arrive as: ``blob`` (a `Blob`) or ``arraybuffer`` (`bytes`).

        Other values are ignored. It is read when a message is dispatched, not when it arrives (section 3.1, `binaryType`).
        """
        return self._events.binary_type

    @binaryType.setter
    def binaryType(self, value: str) -> None:
        if value in ("blob", "arraybuffer"):
            self._events.binary_type = value

    # Event handler attributes (WHATWG WebSockets section 3.1): a function of one event, or None.
    onopen = event_handler("open")
    onmessage = event_handler("message")
    onerror = event_handler("error")
    onclose = event_handler("close")

    def send(self, data: str | bytes | bytearray | memoryview | Blob) -> None:
        """Queue a message: `str` as text, bytes or a `Blob` as binary. It returns before anything has left.

        Lone surrogates become U+FFFD. After `close` nothing is sent and nothing raised: the amount just grows (WHATWG
        WebSockets section 3.1, `send`).

        Raises:
            DOMException: ``InvalidStateError`` while CONNECTING.
            BadType: `data` is none of these.
        """
        if self._events.state == CONNECTING:
            raise DOMException(
                "still CONNECTING: write `await socket.opened()` first, or send in onopen", "InvalidStateError"
            )
        payload, text, shown = outgoing(data)
        self._wire.amount.add(len(payload))
        opened = self._events.state == OPEN
        note = self.end.note("event", "send()", shown, size=len(payload), binary=not text, pending=opened)
        if opened:
            self._wire.send(payload, note, text=text)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Start the closing handshake. Closing a socket that is closing or closed does nothing.

        Before `open` it fails the connection instead (WHATWG WebSockets section 3.1, `close`).

        Args:
            code: 1000, or 3000 to 4999; left out, the Close frame carries none.
            reason: At most 123 bytes of UTF-8.

        Raises:
            DOMException: ``InvalidAccessError`` for another code, ``SyntaxError`` for a longer reason.
        """
        text = check_close(code, reason)
        if self._events.state in (CLOSING, CLOSED):
            return
        connecting = self._events.state == CONNECTING
        self._events.change(CLOSING, "close()")
        said = " ".join(str(part) for part in (code, text) if part not in (None, ""))
        note = self.end.note("event", "close()", said, pending=True)
        self._wire.close(1000 if code is None and text else code, text, note, connecting=connecting)

    # For notebooks

    @awaited("await socket.opened()", "end")
    async def opened(self, timeout: float = 5.0) -> Event:  # noqa: ASYNC109
        """Wait until the socket is open.

        Args:
            timeout: The longest to wait, in seconds.

        Returns:
            The ``open`` event.

        Raises:
            ConnectionEnded: The connection failed instead.
            TimedOut: Nothing happened in time.
        """
        return await self._mailbox.opened(timeout)

    @awaited("await socket.closed()", "end")
    async def closed(self, timeout: float = 15.0) -> CloseEvent:  # noqa: ASYNC109
        """Wait until the socket is closed.

        Args:
            timeout: The longest to wait, in seconds.

        Returns:
            The ``close`` event.

        Raises:
            TimedOut: It is still not closed.
        """
        return await self._mailbox.closed(timeout)

    def next(self, type: str = "message", timeout: float = 5.0) -> Pending[Any]:
        """Wait for an event.

        Args:
            type: ``open``, ``message``, ``error`` or ``close``.
            timeout: The longest to wait, in seconds.

        Returns:
            The oldest event of the type that was not taken yet. To be awaited.

        Raises:
            BadValue: There is no such type.
            ConnectionEnded: The socket is closed and no such event can come any more.
            TimedOut: None came in time.
        """
        check_event_type(type)
        return Pending(lambda: self._mailbox.next(type, timeout), f'event = await socket.next("{type}")', self.end)

    def __aiter__(self) -> AsyncIterator[MessageEvent]:
        """The messages, until the socket is closed."""
        return self._mailbox.messages()

    @property
    def states(self) -> tuple[tuple[int, str], ...]:
        """Every state it has had, each with what led to it. Ours."""
        return self._events.states

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose at this end of the connection. Ours."""
        return self._wire.faults

    # What the lab uses

    def on_home(self, function: Callable[[], None]) -> None:
        """Run a function on the home loop, from any thread, without waiting. What it raises is a row. Ours."""
        try:
            self._home.call_soon_threadsafe(guarded(function, partial(not_done, self.end)))
        except RuntimeError:
            raise LabClosed(
                f"the event loop of {self!r} has ended; make another: socket = lab.WebSocket(url)"
            ) from None

    def watch_state(self, watcher: Callable[[], None]) -> None:
        """Be told, on the home loop, after each change of `readyState`; it must return at once. Ours."""
        self._events.watchers.add(watcher)

    def backlog(self) -> tuple[int, int]:
        """Events, and bytes, that the home loop has not taken yet, and those that it is just being told of. Ours."""
        return self._wire.backlog()

    def buffers(self) -> Buffers | None:
        """What this end holds, in bytes, from any thread; None before TCP is up and when it is closed. Ours."""
        return self._wire.buffers()

    def go_away(self) -> None:
        """Close with 1001 "going away", from any thread: what a browser does when its page is left. Ours."""
        self._wire.go_away()

    def leave(self) -> None:
        """Close with 1001 and tell nobody any more: the home loop ends. Ours."""
        self._wire.leave()
        self._events.change(CLOSED, "its loop ended")
        self._forget()

    def abort(self) -> None:
        """End the connection at once, from any thread. Ours."""
        self._wire.abort()

    def __setattr__(self, name: str, value: Any) -> None:
        check_assignment(name)
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<WebSocket {self.url} {STATES[self._events.state]}>"

    # On the home loop

    def _forget(self) -> None:
        """It is over, or nobody is told any more."""
        self._loop_sockets.leaving.pop(self.end, None)
        self.host.sockets.discard(self)

    def _why_silent(self) -> str:
        """The end of the sentence that says which event did not come."""
        reason = self.host.blocked_reason()
        return f": {reason}" if reason else f"; the socket is {self!r}, and the log says what did happen"
