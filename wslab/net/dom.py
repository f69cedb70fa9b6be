"""The few classes of the DOM that a WebSocket needs: events, their target, and its exception.

WHATWG DOM sections 2.2 (Event) and 2.7 (EventTarget), HTML section 8.1.8.1 (event handler attributes), Web IDL section 2.8
(DOMException). Names are the browser's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Listener = Callable[[Any], object]


class DOMException(Exception):
    """An exception of the browser's API.

    Attributes:
        name: Which one it is: ``SyntaxError``, ``InvalidStateError``, ``InvalidAccessError``.
        message: What is wrong, in a sentence.
    """

    def __init__(self, message: str = "", name: str = "Error") -> None:
        super().__init__(message)
        self.message = message
        self.name = name

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


class Event:
    """Something that happened (WHATWG DOM section 2.2).

    Attributes:
        type: ``open``, ``message``, ``error`` or ``close``.
        target: The object it happened to; None before it is dispatched.
    """

    def __init__(self, type: str) -> None:
        self.type = type
        self.target: EventTarget | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.type}>"


class MessageEvent(Event):
    """A message arrived (HTML section 9.1).

    Attributes:
        data: The text as `str`, or the bytes.
        origin: Scheme, host and port of the server.
    """

    def __init__(self, type: str = "message", *, data: Any = None, origin: str = "") -> None:
        super().__init__(type)
        self.data = data
        self.origin = origin
        self.lastEventId = ""
        self.source = None
        self.ports: tuple[()] = ()

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


class EventTarget:
    """Keeps listeners and calls them in the order in which they were added (WHATWG DOM section 2.7)."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[tuple[Listener, bool]]] = {}
        self._handlers: dict[str, Listener] = {}

    def addEventListener(self, type: str, listener: Listener, *, once: bool = False) -> None:
        """Call `listener` at every event of a type, or at the next one only. Adding it twice does nothing."""
        entries = self._listeners.setdefault(type, [])
        if all(known is not listener for known, _ in entries):
            entries.append((listener, once))

    def removeEventListener(self, type: str, listener: Listener) -> None:
        """Undo `addEventListener`. Removing what is not there does nothing."""
        entries = self._listeners.get(type, [])
        entries[:] = [entry for entry in entries if entry[0] is not listener]

    def dispatchEvent(self, event: Event) -> bool:
        """Call every listener of the event's type, one that raises not keeping the others from theirs."""
        event.target = self
        for listener, once in tuple(self._listeners.get(event.type, ())):
            if once:
                self.removeEventListener(event.type, listener)
            try:
                self._call(listener, event)
            except Exception as error:  # noqa: BLE001  (reported, as a browser does; the others still run)
                self._report(event, error)
        return True

    def _call(self, listener: Listener, event: Event) -> None:
        listener(event)

    def _report(self, event: Event, error: BaseException) -> None:
        raise NotImplementedError

    def _handler(self, type: str) -> Listener | None:
        return self._handlers.get(type)

    def _set_handler(self, type: str, value: Any) -> None:
        """An ``on...`` attribute: one listener that keeps its place in the order when it is replaced."""
        known = type in self._handlers
        if not callable(value):
            if known:
                del self._handlers[type]
                entries = self._listeners.get(type, [])
                entries[:] = [entry for entry in entries if getattr(entry[0], "__self__", None) is not self._slot(type)]
            return
        self._handlers[type] = value
        if not known:
            self._listeners.setdefault(type, []).append((self._slot(type).call, False))

    def _slot(self, type: str) -> _Slot:
        slots: dict[str, _Slot] = self.__dict__.setdefault("_slots", {})
        return slots.setdefault(type, _Slot(self._handlers, type))


class _Slot:
    """The listener behind an ``on...`` attribute."""

    def __init__(self, handlers: dict[str, Listener], type: str) -> None:
        self._handlers = handlers
        self._type = type

    def call(self, event: Event) -> object:
        handler = self._handlers.get(self._type)
        return handler(event) if handler is not None else None
