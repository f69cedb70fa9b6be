"""The events of a WebSocket, and the exception of the browser's API.

    Event ─┬─ MessageEvent   data, origin
           └─ CloseEvent     wasClean, code, reason
    DOMException             name: SyntaxError, InvalidStateError, InvalidAccessError

WHATWG DOM section 2.2 (Event), HTML section 9.1 (MessageEvent), WHATWG WebSockets section 6 (CloseEvent), Web IDL section
2.8.1 (DOMException). Names are the browser's.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from wslab.net.dom.event_target import EventTarget

_ORIGIN = time.perf_counter()
_CODES = {"InvalidStateError": 11, "SyntaxError": 12, "InvalidAccessError": 15}


class DOMException(Exception):
    """An exception of the browser's API (Web IDL section 2.8.1).

    Attributes:
        name: Which one it is: ``SyntaxError``, ``InvalidStateError``, ``InvalidAccessError``.
        message: What is wrong, in a sentence.
        code: The number that it had before exceptions had names; 0 for the newer ones.
    """

    def __init__(self, message: str = "", name: str = "Error") -> None:
        super().__init__(message)
        self.message = message
        self.name = name

    @property
    def code(self) -> int:
        """The number of its name, from the time before names."""
        return _CODES.get(self.name, 0)

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


class Event:
    """Something that happened (WHATWG DOM section 2.2).

    Args:
        type: What happened: ``open``, ``message``, ``error``, ``close``, or a name of your own.
        bubbles: Whether it would rise through a page's elements; a socket has nothing above it.
        cancelable: Whether `preventDefault` has an effect.

    Attributes:
        type: What happened.
        target: The object it happened to; None before it is dispatched.
        currentTarget: The object whose listener runs now; None when none does.
        eventPhase: `NONE`, or `AT_TARGET` while its listeners run.
        isTrusted: Whether the socket itself made it, not somebody's `dispatchEvent`.
        timeStamp: When it was made, in milliseconds since wslab was imported.
    """

    NONE: ClassVar[int] = 0
    CAPTURING_PHASE: ClassVar[int] = 1
    AT_TARGET: ClassVar[int] = 2
    BUBBLING_PHASE: ClassVar[int] = 3

    target: EventTarget | None = None
    currentTarget: EventTarget | None = None
    eventPhase = 0
    isTrusted = False
    defaultPrevented = False
    composed = False
    _stopped = False
    _stopped_at_once = False

    def __init__(self, type: str, *, bubbles: bool = False, cancelable: bool = False) -> None:
        self.type = type
        self.bubbles = bubbles
        self.cancelable = cancelable
        self.timeStamp = (time.perf_counter() - _ORIGIN) * 1000

    def preventDefault(self) -> None:
        """Ask that what normally follows does not; without effect unless the event is cancelable."""
        if self.cancelable:
            self.defaultPrevented = True

    def stopPropagation(self) -> None:
        """Go no further: listeners that capture keep the event from the others, and before dispatch from all."""
        self._stopped = True

    def stopImmediatePropagation(self) -> None:
        """Let no further listener of this event run."""
        self._stopped = self._stopped_at_once = True

    def composedPath(self) -> list[EventTarget]:
        """The objects whose listeners are asked: the socket, while they run."""
        return [self.currentTarget] if self.currentTarget is not None else []

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.type}>"


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
