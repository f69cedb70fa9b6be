"""The browser's WebSocket, in Python (WHATWG WebSockets section 3).

    home loop   the code that made the socket, its events, `readyState`, `bufferedAmount`
    lab thread  bytes, pongs, close replies: `wslab.net.client_wire`

Events come one at a time, in order, and never before the code that made the socket has yielded. A cell that blocks keeps its
events waiting and its connection alive, as in a browser.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from wslab.net import prints
from wslab.net.asked import check_close, check_protocols, usv_string
from wslab.net.blocked import raised_at
from wslab.net.client_host import NO_LAB
from wslab.net.client_wire import ClientWire, Ending
from wslab.net.dom import CloseEvent, DOMException, Event, MessageEvent
from wslab.net.errors import BadType, LabClosed, NoLoop
from wslab.net.url import parse_url
from wslab.net.waiting import Waiting
from wslab.wire import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wslab.net.client_host import ClientHost

CONNECTING, OPEN, CLOSING, CLOSED = 0, 1, 2, 3
_STATES = ("CONNECTING", "OPEN", "CLOSING", "CLOSED")
_BATCH = 32  # events dispatched before the loop gets a turn


class WebSocket(Waiting):
    """A WebSocket connection, with the names and rules of a browser's.

    Args:
        url: ``ws:`` or ``wss:``; ``http:`` and ``https:`` are changed into them.
        protocols: Subprotocols to offer, one as text or several in order of preference.
        base: What a relative `url` is relative to: the URL of a page.

    Attributes:
        end: This end of the connection on the timeline.

    Raises:
        DOMException: ``SyntaxError`` for a URL or a subprotocol that no browser would take.
        NoLoop: No event loop runs here.
    """

    CONNECTING: ClassVar[int] = CONNECTING
    OPEN: ClassVar[int] = OPEN
    CLOSING: ClassVar[int] = CLOSING
    CLOSED: ClassVar[int] = CLOSED
    host: ClassVar[ClientHost] = NO_LAB

    def __init__(self, url: str, protocols: str | Sequence[str] = (), *, base: str | None = None) -> None:
        super().__init__()
        host = self.host
        if host.closed:
            raise LabClosed(host.closed)
        parsed = parse_url(url, base)
        offered = check_protocols(protocols)
        try:
            self._home = asyncio.get_running_loop()
        except RuntimeError:
            raise NoLoop(
                "a WebSocket needs a running event loop for its events: make it in a notebook cell or inside an async function; "
                "from a widget's callback or another thread write lab.call(lambda: lab.WebSocket(url))"
            ) from None
        self._url = parsed
        self._state = CONNECTING
        self._buffered = 0
        self._protocol = self._extensions = ""
        self._binary_type = "blob"
        self._inbox: deque[tuple[Callable[..., None], tuple[Any, ...], int]] = deque()
        self._posted = self._taken = 0
        self._scheduled = self._dispatching = False
        self._thread = host.thread()
        self.end = host.timeline.client_end(port=parsed.port)
        self.end.note("event", "new WebSocket()", parsed.href, link=("client to server", 0))
        self._wire = ClientWire(self, self.end, parsed, offered)
        host.sockets.add(self)
        # Not before this code has yielded: the home loop itself starts it, so no event can come earlier.
        self._home.call_soon(self._thread.post, self._wire.start)

    # The browser's interface

    @property
    def url(self) -> str:
        """The URL, as parsed and written out again."""
        return self._url.href

    @property
    def readyState(self) -> int:
        """CONNECTING 0, OPEN 1, CLOSING 2 or CLOSED 3."""
        return self._state

    @property
    def bufferedAmount(self) -> int:
        """Bytes of application data that `send` has taken and the network has not."""
        return self._buffered

    @property
    def protocol(self) -> str:
        """The subprotocol the server chose; empty before `open` and where there is none."""
        return self._protocol

    @property
    def extensions(self) -> str:
        """The extensions the server agreed to; empty before `open`."""
        return self._extensions

    @property
    def binaryType(self) -> str:
        """What binary messages arrive as in a browser: ``blob`` or ``arraybuffer``. Here they are `bytes` either way."""
        return self._binary_type

    @binaryType.setter
    def binaryType(self, value: str) -> None:
        if value in ("blob", "arraybuffer"):
            self._binary_type = value

    onopen = property(lambda self: self._handler("open"), lambda self, value: self._set_handler("open", value))
    onmessage = property(lambda self: self._handler("message"), lambda self, value: self._set_handler("message", value))
    onerror = property(lambda self: self._handler("error"), lambda self, value: self._set_handler("error", value))
    onclose = property(lambda self: self._handler("close"), lambda self, value: self._set_handler("close", value))

    def send(self, data: str | bytes | bytearray | memoryview) -> None:
        """Queue a message: `str` as text, bytes as binary. It returns before anything has left.

        Raises:
            DOMException: ``InvalidStateError`` while CONNECTING.
            BadType: `data` is neither.
        """
        if self._state == CONNECTING:
            raise DOMException(
                "still CONNECTING: write `await socket.opened()` first, or send in onopen", "InvalidStateError"
            )
        if isinstance(data, str):
            payload: str | bytes = usv_string(data)
            size = len(payload.encode()) if isinstance(payload, str) else 0
            shown = data
        elif isinstance(data, (bytes, bytearray, memoryview)):
            payload = bytes(data)
            size, shown = len(payload), payload[:60].hex(" ")
        else:
            raise BadType(
                f"send() takes text or bytes, not {type(data).__name__} {data!r:.60}; "
                "for other values write socket.send(json.dumps(value))"
            )
        self._buffered += size
        pending = self._state == OPEN
        note = self.end.note("event", "send()", one_line(shown), size=size, pending=pending)
        if pending and not self._thread.post(self._wire.send, payload, note):
            self.end.resolve(note, None)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Start the closing handshake. Closing a socket that is closing or closed does nothing.

        Args:
            code: 1000, or 3000 to 4999; left out, the Close frame carries none.
            reason: At most 123 bytes of UTF-8.

        Raises:
            DOMException: ``InvalidAccessError`` for another code, ``SyntaxError`` for a longer reason.
        """
        text = check_close(code, reason)
        if self._state in (CLOSING, CLOSED):
            return
        connecting, self._state = self._state == CONNECTING, CLOSING
        said = " ".join(str(part) for part in (code, text) if part not in (None, ""))
        note = self.end.note("event", "close()", said, pending=True)
        if code is None and text:
            code = 1000
        if not self._thread.post(lambda: self._wire.close(code, text, note, connecting=connecting)):
            self.end.resolve(note, None)

    # What the lab uses

    def on_home(self, function: Callable[[], None]) -> None:
        """Run a function on the home loop, from any thread, without waiting. What it raises is a row."""

        def run() -> None:
            try:
                function()
            except Exception as error:  # noqa: BLE001  (nobody waits for it)
                self.end.note("note", "not done", f"{error}")

        try:
            self._home.call_soon_threadsafe(run)
        except RuntimeError:
            raise LabClosed(
                f"the event loop of {self!r} has ended; make another: socket = lab.WebSocket(url)"
            ) from None

    def go_away(self) -> None:
        """Close with 1001 "going away", from any thread: what a browser does when its page is left."""
        self._thread.post(self._wire.close, 1001, "", None)

    def abort(self) -> None:
        """End the connection at once, from any thread."""
        self._thread.post(self._wire.abort)

    def __repr__(self) -> str:
        return f"<WebSocket {self.url} {_STATES[self._state]}>"

    # From the lab's thread: `wslab.net.client_wire.Home`

    def backlog(self) -> tuple[int, int]:
        """Events, and bytes, that the home loop has not taken yet."""
        return len(self._inbox), self._posted - self._taken

    def post_open(self, protocol: str, extensions: str, stop: int) -> None:
        """The opening handshake is done."""
        self._post(self._open, (protocol, extensions, stop))

    def post_message(self, data: str | bytes, size: int, stop: int) -> None:
        """A message is complete."""
        self._post(self._message, (data, size, stop), size)

    def post_closing(self) -> None:
        """The peer's Close frame is here."""
        self._post(self._closing, ())

    def post_sent(self, size: int) -> None:
        """The network has taken this many bytes of application data."""
        self._post(self._sent, (size,))

    def post_close(self, ending: Ending) -> None:
        """TCP is over."""
        self._post(self._close, (ending,))

    def _post(self, step: Callable[..., None], arguments: tuple[Any, ...], size: int = 0) -> None:
        self._posted += size
        self._inbox.append((step, arguments, size))
        if not self._scheduled or self._home.is_closed():
            self._scheduled = True
            try:
                self._home.call_soon_threadsafe(self._drain)
            except RuntimeError:  # the home loop is gone, and its page with it
                self._inbox.clear()
                self._wire.close(1001 if self._state == OPEN else None, "", None)
                self.host.sockets.discard(self)

    # On the home loop

    def _drain(self) -> None:
        self._scheduled = False
        if self._dispatching:  # a callback runs the loop itself: its event is not over, so the next one waits
            return
        self._dispatching = True
        try:
            for _ in range(_BATCH):
                if not self._inbox:
                    break
                step, arguments, size = self._inbox.popleft()
                self._taken += size
                step(*arguments)
        finally:  # also when a callback was interrupted
            self._dispatching = False
            if self._inbox and not self._scheduled:
                self._scheduled = True
                self._home.call_soon(self._drain)
        if not self._inbox:
            self._thread.post(self._wire.resume)

    def _open(self, protocol: str, extensions: str, stop: int) -> None:
        if self._state != CONNECTING:
            return
        self._state, self._protocol, self._extensions = OPEN, protocol, extensions
        self._fire(Event("open"), "", None, stop)
        self.host.changed()

    def _message(self, data: str | bytes, size: int, stop: int) -> None:
        if self._state == OPEN:
            shown = data if isinstance(data, str) else data[:60].hex(" ")
            self._fire(MessageEvent(data=data, origin=self._url.origin), one_line(shown), size, stop)

    def _closing(self) -> None:
        if self._state in (CONNECTING, OPEN):
            self._state = CLOSING

    def _sent(self, size: int) -> None:
        self._buffered -= size

    def _close(self, ending: Ending) -> None:
        self._state = CLOSED
        self.host.sockets.discard(self)
        if ending.failed:
            self._fire(Event("error"), "", None, ending.stop)
        event = CloseEvent(wasClean=ending.clean, code=ending.code, reason=ending.reason)
        reason = f" {ending.reason}" if ending.reason else ""
        self._fire(event, f"{ending.code}{reason}, {'clean' if ending.clean else 'not clean'}", None, ending.stop)
        self.host.changed()

    def _fire(self, event: Event, text: str, size: int | None, stop: int) -> None:
        link = ("server to client", stop) if stop else None
        self.end.note("event", event.type, text, size=size, link=link)  # type: ignore[arg-type]
        with prints.printing_to(self.end.printed):
            self.dispatchEvent(event)
        self._arrived(event)

    def _call(self, listener: Callable[[Any], object], event: Event) -> None:
        result = listener(event)
        if inspect.iscoroutine(result):  # an async callback runs on, as in JavaScript
            task = self._home.create_task(result)
            self._callbacks.add(task)
            task.add_done_callback(lambda done: self._callback_done(done, event))

    def _report(self, event: Event, error: BaseException) -> None:
        place = raised_at(error)
        at = f" at {place}" if place else ""
        self.end.note(
            "note", f"on{event.type} raised", f"{type(error).__name__}: {error}{at}", problem="the socket goes on"
        )

    def _excuse(self) -> str:
        return self.host.excuse()
