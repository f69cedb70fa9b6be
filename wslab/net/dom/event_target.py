"""An event, and an object that has listeners for it, as in a page.

WHATWG DOM section 2.2 (Event), 2.7 (EventTarget) and 2.10 (dispatch), HTML section 8.1.8.1 (event handler attributes: ``onmessage`` and the like).

    target.addEventListener("message", f)   any number, in the order of adding
    target.onmessage = f                    one; it keeps its place in that order when it is replaced
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from wslab.net.dom.web_idl import DOMException
from wslab.net.errors import BadType
from wslab.net.tasks import is_contained, spawn

if TYPE_CHECKING:
    import asyncio

Listener = Callable[[Any], object]

_ORIGIN = time.perf_counter()


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


class _Entry:
    """A listener in the list: what `addEventListener` was given, or the slot of an ``on...`` attribute."""

    __slots__ = ("call", "capture", "given", "once", "removed", "slot")

    def __init__(self, given: Any, call: Listener, *, capture: bool, once: bool, slot: bool = False) -> None:
        self.given = given
        self.call = call
        self.capture = capture
        self.once = once
        self.slot = slot
        self.removed = False


class EventTarget:
    """Keeps listeners and calls them in the order in which they were added (WHATWG DOM section 2.7).

    Args:
        home: The loop on which a listener that is an ``async def`` runs on, as in JavaScript.
        report: Told of an event and what a listener raised at it.
    """

    def __init__(self, home: asyncio.AbstractEventLoop, report: Callable[[Event, BaseException], object]) -> None:
        self._home = home
        self._report = report
        self._listeners: dict[str, list[_Entry]] = {}
        self._slots: dict[str, _Entry] = {}

    def addEventListener(
        self,
        type: str,
        listener: Any,
        options: bool | Mapping[str, Any] = False,
        *,
        once: bool = False,
        capture: bool = False,
    ) -> None:
        """Call a listener at every event of a type, or at the next one only. Adding it twice does nothing.

        Args:
            type: The type of event.
            listener: A function of one event, or an object with a method ``handleEvent``; None does nothing.
            options: As in JavaScript: ``{"once": True}``, ``{"capture": True}``, or capture alone.
            once: The same as a keyword.
            capture: The same as a keyword: called before the others.

        Raises:
            BadType: The listener is neither.
        """
        if listener is None:
            return
        call = _callable(listener)
        if isinstance(options, Mapping):
            once, capture = once or bool(options.get("once")), capture or bool(options.get("capture"))
        else:
            capture = capture or bool(options)
        entries = self._listeners.setdefault(type, [])
        if not any(entry.given == listener and entry.capture == capture and not entry.slot for entry in entries):
            entries.append(_Entry(listener, call, capture=capture, once=once))

    def removeEventListener(
        self, type: str, listener: Any, options: bool | Mapping[str, Any] = False, *, capture: bool = False
    ) -> None:
        """Undo `addEventListener`, also for an event that is being dispatched. Removing what is not there does nothing."""
        capture = capture or bool(options.get("capture") if isinstance(options, Mapping) else options)
        for entry in self._listeners.get(type, ()):
            if entry.given == listener and entry.capture == capture and not entry.slot:
                self._remove(type, entry)
                break

    def dispatchEvent(self, event: Event) -> bool:
        """Call every listener of the event's type, one that raises not keeping the others from theirs.

        Returns:
            False where a listener called `preventDefault` on a cancelable event.

        Raises:
            BadType: It is no event.
            DOMException: ``InvalidStateError`` when the event is being dispatched already.
        """
        if not isinstance(event, Event):
            raise BadType(f'dispatchEvent() takes an event such as Event("message"), not {event!r:.60}')
        event.isTrusted = False
        return self._dispatch(event)

    def _dispatch(self, event: Event) -> bool:
        if event.eventPhase:
            raise DOMException("this event is being dispatched already; make another one", "InvalidStateError")
        event.target = event.currentTarget = self
        event.eventPhase = Event.AT_TARGET
        try:
            entries = self._listeners.get(event.type)
            if entries:
                if any(entry.capture for entry in entries):  # those come first, and can keep the event from the others
                    self._invoke(event, [entry for entry in entries if entry.capture])
                self._invoke(event, [entry for entry in entries if not entry.capture])
        finally:
            event.eventPhase, event.currentTarget = Event.NONE, None
            event._stopped = event._stopped_at_once = False  # noqa: SLF001  (ours)
        return not event.defaultPrevented

    def _invoke(self, event: Event, entries: list[_Entry]) -> None:
        """Call these. They are a copy: a listener that is added meanwhile waits for the next event."""
        if event._stopped:  # noqa: SLF001  (ours)
            return
        for entry in entries:
            if entry.removed:
                continue
            if entry.once:
                self._remove(event.type, entry)
            try:
                result = entry.call(event)
                if result is not None and isinstance(result, Coroutine):
                    spawn(result, partial(self._report, event), self._home)
            except BaseException as error:
                self._report(event, error)
                if not is_contained(error):  # else the others still run, as in a browser
                    raise
            else:
                if entry.slot and result is False:
                    event.preventDefault()
            if event._stopped_at_once:  # noqa: SLF001  (ours)
                break

    def _remove(self, type: str, entry: _Entry) -> None:
        entry.removed = True
        self._listeners[type].remove(entry)

    def _handler(self, type: str) -> Any:
        slot = self._slots.get(type)
        return slot.given if slot is not None else None

    def _set_handler(self, type: str, value: Any) -> None:
        """An ``on...`` attribute: one listener that keeps its place in the order when it is replaced."""
        slot = self._slots.get(type)
        if not callable(value):
            if slot is not None:
                del self._slots[type]
                self._remove(type, slot)
        elif slot is not None:
            slot.given = slot.call = value
        else:
            self._slots[type] = slot = _Entry(value, value, capture=False, once=False, slot=True)
            self._listeners.setdefault(type, []).append(slot)


def event_handler(type: str) -> property:
    """An ``on...`` attribute for one type of event: a function of one event, or None (HTML section 8.1.8.1)."""
    return property(lambda self: self._handler(type), lambda self, value: self._set_handler(type, value))


def _callable(listener: Any) -> Listener:
    if callable(listener):
        return listener  # type: ignore[no-any-return]
    if callable(getattr(listener, "handleEvent", None)):

        def handle(event: Event) -> object:
            return listener.handleEvent(event)  # looked up at each event, as in the DOM

        return handle
    raise BadType(
        f"a listener is a function of one event, not {type(listener).__name__} {listener!r:.60}; "
        'write addEventListener("message", handler), without calling handler'
    )
