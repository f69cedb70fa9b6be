"""The browser's WebSocket, in Python (WHATWG WebSockets section 3).

    home loop   the code that made the socket, its events, `readyState`, `bufferedAmount`
    lab thread  bytes, pongs, close replies: `wslab.net.websocket.wire`

Events come one at a time, in order, and never before the code that made the socket has yielded. A cell that blocks keeps its
events waiting and its connection alive, as in a browser.
"""

from __future__ import annotations

import asyncio
import difflib
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from wslab.net.dom import DOMException, parse_url
from wslab.net.errors import LabClosed, NoLoop
from wslab.net.faults import EndFaults
from wslab.net.recording import measure
from wslab.net.tasks import guarded, not_done
from wslab.net.websocket.argument_checks import check_close, check_protocols, outgoing
from wslab.net.websocket.buffered_amount import BufferedAmount
from wslab.net.websocket.client_host import NO_LAB
from wslab.net.websocket.delivery import Outbox
from wslab.net.websocket.events import CLOSED, CLOSING, CONNECTING, OPEN, STATES, SocketEvents
from wslab.net.websocket.wire import ClientWire
from wslab.timeline import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wslab.net.dom import Blob
    from wslab.net.faults import Faults
    from wslab.net.recording import Buffers
    from wslab.net.websocket.client_host import ClientHost

_READ_ONLY = frozenset({"url", "readyState", "bufferedAmount", "protocol", "extensions", "faults", *STATES})
_HANDLERS = ("onopen", "onmessage", "onerror", "onclose")


class _Interface(type):
    """Keeps the four states what they are (Web IDL section 2.5.1: constants are read-only)."""

    def __setattr__(cls, name: str, value: Any) -> None:
        if name in STATES:
            raise AttributeError(f"{name} is a constant: the state of a socket is socket.readyState")
        super().__setattr__(name, value)


class WebSocket(SocketEvents, metaclass=_Interface):
    """A WebSocket connection, with the names and rules of a browser's (WHATWG WebSockets section 3.1).

    Beside the standard stand `opened`, `closed`, `next` and ``async for``: ours, for notebooks.

    Args:
        url: ``ws:`` or ``wss:``; ``http:`` and ``https:`` are changed into them.
        protocols: Subprotocols to offer, one as text or several in order of preference.
        base: What a relative `url` is relative to: the URL of a page.

    Attributes:
        end: This end of the connection on the timeline. Ours.
        states: Every state it has had, each with what led to it. Ours.

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
        super().__init__(home, parsed, self.host.timeline.client_end(port=parsed.port), self.host.changed)
        self._url = parsed
        self._amount = BufferedAmount()
        self._wire = ClientWire(self, self.end, parsed, offered)
        self._outbox = Outbox(self.host.thread(), self._wire.flush, self._call_failed)
        self.host.sockets.add(self)
        # Not before this code has yielded: the home loop itself starts it, so no event can come earlier.
        home.call_soon(self._outbox.post, self._wire.start)

    # The browser's interface

    @property
    def url(self) -> str:
        """The URL, as parsed and written out again (WHATWG WebSockets section 3.1, `url`)."""
        return self._url.href

    @property
    def readyState(self) -> int:
        """CONNECTING 0, OPEN 1, CLOSING 2 or CLOSED 3 (WHATWG WebSockets section 3.1, `readyState`)."""
        return self._state

    @property
    def bufferedAmount(self) -> int:
        """Bytes of application data that `send` has taken and the network has not.

        It never changes while code runs, only between its tasks, and what was sent after `close` stays in it for ever
        (WHATWG WebSockets section 3.1, `bufferedAmount`).
        """
        self._fix()
        return self._amount.value

    @property
    def protocol(self) -> str:
        """The subprotocol the server chose; empty before `open` and where there is none (section 3.1, `protocol`)."""
        return self._protocol

    @property
    def extensions(self) -> str:
        """The extensions the server agreed to; empty before `open` (section 3.1, `extensions`)."""
        return self._extensions

    @property
    def binaryType(self) -> str:
        """What binary messages arrive as: ``blob`` (a `Blob`) or ``arraybuffer`` (`bytes`).

        Other values are ignored. It is read when a message is dispatched, not when it arrives (section 3.1, `binaryType`).
        """
        return self._binary_type

    @binaryType.setter
    def binaryType(self, value: str) -> None:
        if value in ("blob", "arraybuffer"):
            self._binary_type = value

    # Event handler attributes (WHATWG WebSockets section 3.1): a function of one event, or None.
    onopen = property(lambda self: self._handler("open"), lambda self, value: self._set_handler("open", value))
    onmessage = property(lambda self: self._handler("message"), lambda self, value: self._set_handler("message", value))
    onerror = property(lambda self: self._handler("error"), lambda self, value: self._set_handler("error", value))
    onclose = property(lambda self: self._handler("close"), lambda self, value: self._set_handler("close", value))

    def send(self, data: str | bytes | bytearray | memoryview | Blob) -> None:
        """Queue a message: `str` as text, bytes or a `Blob` as binary. It returns before anything has left.

        Lone surrogates become U+FFFD. After `close` nothing is sent and nothing raised: the amount just grows (WHATWG
        WebSockets section 3.1, `send`).

        Raises:
            DOMException: ``InvalidStateError`` while CONNECTING.
            BadType: `data` is none of these.
        """
        if self._state == CONNECTING:
            raise DOMException(
                "still CONNECTING: write `await socket.opened()` first, or send in onopen", "InvalidStateError"
            )
        payload, text, shown = outgoing(data)
        self._fix()
        self._amount.asked += len(payload)
        if self._state != OPEN:
            self.end.note("event", "send()", shown, size=len(payload), binary=not text)
            return
        note = self.end.note("event", "send()", shown, size=len(payload), binary=not text, pending=True)
        if not self._outbox.post(self._wire.send, payload, text, note):
            self.end.resolve(note, None)

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
        if self._state in (CLOSING, CLOSED):
            return
        connecting = self._state == CONNECTING
        self._change(CLOSING, "close()")
        said = " ".join(str(part) for part in (code, text) if part not in (None, ""))
        note = self.end.note("event", "close()", said, pending=True)
        if code is None and text:
            code = 1000
        posted = (
            self._outbox.post(self._wire.fail, note)
            if connecting
            else self._outbox.post(self._wire.close, code, text, note)
        )
        if not posted:
            self.end.resolve(note, None)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose at this end of the connection. Ours."""
        if self._wire.faults is None:
            self._wire.faults = EndFaults(self.end, self._outbox.post, self._wire.link, secure=self._url.secure)
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

    def backlog(self) -> tuple[int, int]:
        """Events, and bytes, that the home loop has not taken yet, and those that it is just being told of. Ours."""
        events, size = super().backlog()
        return events + self._wire.tells, size

    def buffers(self) -> Buffers | None:
        """What this end holds, in bytes, from any thread; None before TCP is up and when it is closed. Ours."""
        transport = self._wire.transport
        return None if transport is None else measure(transport, self.backlog()[1], self.bufferedAmount)

    def go_away(self) -> None:
        """Close with 1001 "going away", from any thread: what a browser does when its page is left. Ours."""
        self._outbox.post(self._wire.close, 1001, "", None)

    def leave(self) -> None:
        """Close with 1001 and tell nobody any more: the home loop ends. Ours."""
        self._inbox.shut()
        self.go_away()
        self._change(CLOSED, "its loop ended")
        self._forget()

    def abort(self) -> None:
        """End the connection at once, from any thread. Ours."""
        self._outbox.post(self._wire.abort)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _READ_ONLY:
            raise AttributeError(f"socket.{name} is read-only: the socket itself changes it")
        if name[:2] == "on" and name not in _HANDLERS and difflib.get_close_matches(name, _HANDLERS, cutoff=0.75):
            raise AttributeError(f"a WebSocket has no {name}: it has {', '.join(_HANDLERS)}")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<WebSocket {self.url} {STATES[self._state]}>"

    # On the lab's thread

    def _call_failed(self, error: BaseException, *arguments: object) -> None:
        self.end.failed("a call failed", error)
        for each in arguments:
            if isinstance(each, Note):  # the row of that call, for which all rows behind it would wait
                self.end.resolve(each, None)

    # On the home loop

    def _fix(self) -> None:
        if not self._amount.fixed:
            self._amount.fix(self._wire.taken, self._home, loosened=self._inbox.running)

    def _forget(self) -> None:
        super()._forget()
        self.host.sockets.discard(self)

    def _blocked_reason(self) -> str:
        return self.host.blocked_reason()

    def _after_step(self) -> None:
        self._amount.loosen()
        if self._wire.paused and not self._inbox.waiting()[0]:
            self._outbox.post(self._wire.resume)

    def _home_gone(self) -> None:
        """The home loop has ended without a word, and an event could not be delivered."""
        self._wire.close(1001 if self._state == OPEN else None, "", None)
        self._forget()
