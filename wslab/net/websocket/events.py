"""The state of a WebSocket and the events that tell of it, on its home loop (WHATWG WebSockets section 4).

    a step of the wire ──► readyState, the row of the event, its listeners, whoever awaits it

One step at a time, in order: `wslab.net.websocket.delivery` sees to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.net.dom import Blob, CloseEvent, Event, MessageEvent
from wslab.net.recording import printing_to
from wslab.net.threads import Abandoned
from wslab.net.websocket.argument_checks import hexed
from wslab.timeline import Watchers, error_and_line
from wslab.wire import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.websocket.mailbox import Mailbox
    from wslab.timeline import End

CONNECTING, OPEN, CLOSING, CLOSED = 0, 1, 2, 3
STATES = ("CONNECTING", "OPEN", "CLOSING", "CLOSED")


class Events:
    """The state of one socket, and its events.

    Args:
        end: Where the events are rows.
        origin: Scheme, host and port of the server.
        dispatch: Calls the listeners of an event.
        mailbox: Gives events to whoever awaits them.
        forget: Called first of all when the socket is closed.
        changed: Told when it has opened, and when it has closed.

    Attributes:
        state: `readyState`.
        states: Every state it has had, each with what led to it.
        watchers: Told after each change of the state.
        protocol: The subprotocol that the server chose; empty before `open`.
        extensions: The extensions that the server agreed to; empty before `open`.
        binary_type: `binaryType`.
        forget: The same.
    """

    def __init__(
        self,
        end: End,
        origin: str,
        dispatch: Callable[[Event], object],
        mailbox: Mailbox,
        forget: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._end = end
        self._origin = origin
        self._dispatch = dispatch
        self._mailbox = mailbox
        self._changed = changed
        self.forget = forget
        self.state = CONNECTING
        self.states: tuple[tuple[int, str], ...] = ((CONNECTING, "new WebSocket()"),)
        self.watchers = Watchers("a watcher of readyState", end.failed)
        self.protocol = self.extensions = ""
        self.binary_type = "blob"

    def change(self, state: int, why: str) -> None:
        """Change the state, for a reason."""
        self.state = state
        self.states = (*self.states, (state, why))
        self.watchers.tell()

    # The steps of the wire, posted without keywords; `stop` is the offset in the stream behind what made a step

    def open(self, protocol: str, extensions: str, stop: int) -> None:
        """The opening handshake is done."""
        if self.state == CONNECTING:
            self.protocol, self.extensions = protocol, extensions
            self.change(OPEN, "open event")
            self._fire(Event("open"), "", None, stop)
            self._changed()

    def message(self, data: str | bytes, size: int, stop: int) -> None:
        """A message is complete."""
        if self.state != OPEN:
            return
        given: str | bytes | Blob = data
        if isinstance(data, str):
            shown, binary = one_line(data), False
        else:
            shown, binary = hexed(data), True
            given = Blob([data]) if self.binary_type == "blob" else data
        self._fire(MessageEvent(data=given, origin=self._origin), shown, size, stop, binary=binary)

    def closing(self) -> None:
        """The peer's Close frame is here."""
        if self.state in (CONNECTING, OPEN):
            self.change(CLOSING, "Close frame")

    def close(self, failed: bool, clean: bool, code: int, reason: str, stop: int) -> None:  # noqa: FBT001  (posted)
        """TCP is over: a connection that failed has an `error` event before its `close` event."""
        self.forget()
        self.change(CLOSED, f"close event, {code}")
        if failed:
            self._fire(Event("error"), "", None, stop)
        event = CloseEvent(wasClean=clean, code=code, reason=reason)
        said = f" {reason}" if reason else ""
        self._fire(event, f"{code}{said}, {'clean' if clean else 'not clean'}", None, stop)
        self._changed()

    def _fire(self, event: Event, text: str, size: int | None, stop: int, *, binary: bool = False) -> None:
        event.isTrusted = True
        self._end.note(
            "event", event.type, text, size=size, link=("server to client", stop) if stop else None, binary=binary
        )
        try:
            with printing_to(self._end.printed):
                self._dispatch(event)
        finally:  # also when a callback was interrupted: whoever awaits the event gets it
            self._mailbox.arrived(event, size or 0)


def listener_raised(end: End, event: Event, error: BaseException) -> None:
    """Leave a row about what a listener raised."""
    if not isinstance(error, Abandoned):
        end.note("note", f"on{event.type} raised", error_and_line(error), problem="the socket goes on")
