"""The half of a WebSocket that makes events, on its home loop, of what its wire tells (WHATWG WebSockets section 4).

    lab's thread   post_open, post_message, post_closing, post_close ──► Inbox
    home loop      ──► readyState, the row of the event, its listeners, whoever awaits it

One step at a time, in order: `wslab.net.websocket.delivery` sees to that.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from wslab.net.dom import Blob, CloseEvent, Event, MessageEvent
from wslab.net.recording import printing_to
from wslab.net.tasks import spawn
from wslab.net.threads import Abandoned
from wslab.net.websocket.argument_checks import hexed
from wslab.net.websocket.delivery import Inbox
from wslab.net.websocket.loop_sockets import sockets_of
from wslab.net.websocket.waiting import Waiting
from wslab.timeline import Watchers, error_and_line
from wslab.wire import one_line

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wslab.net.dom import Listener, SocketURL
    from wslab.timeline import End

CONNECTING, OPEN, CLOSING, CLOSED = 0, 1, 2, 3
STATES = ("CONNECTING", "OPEN", "CLOSING", "CLOSED")


class CloseFacts(NamedTuple):
    """What the `close` event of a connection says, and whether an `error` event comes before it.

    `stop` is the offset behind the last byte that was received.
    """

    failed: bool
    clean: bool
    code: int
    reason: str
    stop: int


class SocketEvents(Waiting):
    """A socket's events and state.

    Args:
        home: The loop of the code that makes the socket.
        url: Its URL.
        end: This end of the connection on the timeline.
        changed: Told, on the home loop, when it has opened and when it has closed.

    Attributes:
        end: This end of the connection on the timeline. Ours.
        states: Every state it has had, each with what led to it. Ours.
    """

    def __init__(self, home: asyncio.AbstractEventLoop, url: SocketURL, end: End, changed: Callable[[], None]) -> None:
        super().__init__()
        self._home = home
        self._origin = url.origin
        self._state = CONNECTING
        self._protocol = self._extensions = ""
        self._binary_type = "blob"
        self.states: tuple[tuple[int, str], ...] = ((CONNECTING, "new WebSocket()"),)
        self.end = end
        self.end.note("event", "new WebSocket()", url.shown, link=("client to server", 0))
        self._state_watchers = Watchers("a watcher of readyState", self.end.failed)
        self._inbox = Inbox(home, self._home_gone, self._after_step, partial(self.end.failed, "an event failed"))
        self._changed = changed
        self._loop_sockets = sockets_of(home)
        self._loop_sockets.leaving[end] = self.leave

    def watch_state(self, watcher: Callable[[], None]) -> None:
        """Be told, on the home loop, after each change of `readyState`; it must return at once. Ours."""
        self._state_watchers.add(watcher)

    def leave(self) -> None:
        """Close with 1001 and tell nobody any more: the home loop ends. Ours."""
        raise NotImplementedError

    # What the wire tells, on the lab's thread: each must return at once

    def backlog(self) -> tuple[int, int]:
        """Events, and bytes, that the home loop has not taken yet."""
        return self._inbox.waiting()

    def post_open(self, protocol: str, extensions: str, stop: int) -> None:
        """The opening handshake is done."""
        self._inbox.post(self._open, protocol, extensions, stop)

    def post_message(self, data: str | bytes, size: int, stop: int) -> None:
        """A message is complete."""
        self._inbox.post(self._message, data, size, stop, size=size)

    def post_closing(self) -> None:
        """The peer's Close frame is here."""
        self._inbox.post(self._closing)

    def post_close(self, facts: CloseFacts) -> None:
        """TCP is over."""
        self._inbox.post(self._close, facts)

    # On the home loop

    def _open(self, protocol: str, extensions: str, stop: int) -> None:
        if self._state == CONNECTING:
            self._protocol, self._extensions = protocol, extensions
            self._change(OPEN, "open event")
            self._fire(Event("open"), "", None, stop)
            self._changed()

    def _message(self, data: str | bytes, size: int, stop: int) -> None:
        if self._state != OPEN:
            return
        given: str | bytes | Blob = data
        if isinstance(data, str):
            shown, binary = one_line(data), False
        else:
            shown, binary = hexed(data), True
            given = Blob([data]) if self._binary_type == "blob" else data
        self._fire(MessageEvent(data=given, origin=self._origin), shown, size, stop, binary=binary)

    def _closing(self) -> None:
        if self._state in (CONNECTING, OPEN):
            self._change(CLOSING, "Close frame")

    def _close(self, facts: CloseFacts) -> None:
        self._forget()
        self._change(CLOSED, f"close event, {facts.code}")
        if facts.failed:
            self._fire(Event("error"), "", None, facts.stop)
        event = CloseEvent(wasClean=facts.clean, code=facts.code, reason=facts.reason)
        reason = f" {facts.reason}" if facts.reason else ""
        self._fire(event, f"{facts.code}{reason}, {'clean' if facts.clean else 'not clean'}", None, facts.stop)
        self._changed()

    def _fire(self, event: Event, text: str, size: int | None, stop: int, *, binary: bool = False) -> None:
        event.isTrusted = True
        self.end.note(
            "event", event.type, text, size=size, link=("server to client", stop) if stop else None, binary=binary
        )
        try:
            with printing_to(self.end.printed):
                self._dispatch(event)
        finally:  # also when a callback was interrupted: whoever awaits the event gets it
            self._arrived(event, size or 0)

    def _call(self, listener: Listener, event: Event) -> object:
        result = listener(event)
        if result is not None and isinstance(result, Coroutine):  # an async callback runs on, as in JavaScript
            spawn(result, partial(self._report, event), self._home)
        return result

    def _change(self, state: int, why: str) -> None:
        self._state = state
        self.states = (*self.states, (state, why))
        self._state_watchers.tell()

    def _forget(self) -> None:
        """It is over, or nobody is told any more."""
        self._loop_sockets.leaving.pop(self.end, None)

    def _report(self, event: Event, error: BaseException) -> None:
        if not isinstance(error, Abandoned):
            self.end.note("note", f"on{event.type} raised", error_and_line(error), problem="the socket goes on")

    def _remark(self, text: str) -> None:
        self.end.note("note", "next()", text)

    def _home_gone(self) -> None:
        """The home loop has ended without a word, and an event could not be delivered. On the lab's thread."""
        raise NotImplementedError

    def _after_step(self) -> None:
        """A step is over."""
        raise NotImplementedError
