"""The events of a WebSocket. Names are the browser's.

    Event ─┬─ MessageEvent   data, origin
           └─ CloseEvent     wasClean, code, reason

HTML section 9.1 (MessageEvent), WHATWG WebSockets section 6 (CloseEvent); an event without more to say is an `Event`.
"""

from __future__ import annotations

from typing import Any

from wslab.net.dom.event_target import Event

EVENT_TYPES = ("open", "message", "error", "close")
"""The types of event that a WebSocket has."""


class MessageEvent(Event):
    """A message arrived (HTML section 9.1).

    Attributes:
        data: The text as `str`; of a binary message a `Blob`, or `bytes` where binaryType is ``arraybuffer``.
        origin: Scheme, host and port of the server.
        lastEventId: Empty: it belongs to server-sent events.
        source: None: it belongs to messages between windows.
        ports: None of them: they belong to messages between windows.
    """

    lastEventId = ""
    source = None
    ports: tuple[()] = ()

    def __init__(self, type: str = "message", *, data: Any = None, origin: str = "") -> None:
        super().__init__(type)
        self.data = data
        self.origin = origin

    def __repr__(self) -> str:
        return f"<MessageEvent {self.data!r:.200}>"


class CloseEvent(Event):
    """The connection is over (WHATWG WebSockets section 6).

    Attributes:
        wasClean: Whether both Close frames went by before TCP ended.
        code: The peer's close code; 1005 when its Close had none, 1006 when there was no Close.
        reason: The peer's reason.
    """

    def __init__(self, type: str = "close", *, wasClean: bool = False, code: int = 0, reason: str = "") -> None:
        super().__init__(type)
        self.wasClean = wasClean
        self.code = code
        self.reason = reason

    def __repr__(self) -> str:
        reason = f" {self.reason!r}" if self.reason else ""
        return f"<CloseEvent {self.code}{reason}, {'clean' if self.wasClean else 'not clean'}>"
