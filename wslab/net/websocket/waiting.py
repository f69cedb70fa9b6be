"""What a notebook needs beside the browser's callbacks: awaiting an event. Ours, not the standard's.

`await socket.next("message")` gives the oldest event of that type that nobody has taken yet, or the next one to come, so
nothing is lost between two cells. Every wait has a limit, and when it is reached a sentence says what did not happen.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from wslab.net.awaitable import Pending, awaited
from wslab.net.dom import CloseEvent, Event, EventTarget, MessageEvent
from wslab.net.errors import BadValue, LabError, TimedOut

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wslab.timeline import End

_TYPES = ("open", "message", "error", "close")
_UNTAKEN = 1024  # events of one type that wait to be taken; the oldest go first
_UNTAKEN_BYTES = 16 * 1024 * 1024


class ConnectionEnded(LabError, ConnectionError):
    """The socket closed while something else was awaited.

    Attributes:
        event: The `CloseEvent`.
    """

    def __init__(self, message: str, event: CloseEvent) -> None:
        self.event = event
        super().__init__(message)


class _Untaken:
    """Events of one type that `next` has not given to anybody, the oldest of them let go past a bound.

    Attributes:
        lost: How many were let go since `next` last asked.
    """

    __slots__ = ("_bytes", "_events", "lost")

    def __init__(self) -> None:
        self._events: deque[tuple[Event, int]] = deque()
        self._bytes = 0
        self.lost = 0

    def add(self, event: Event, size: int, *, first: bool = False) -> None:
        """Keep an event with so many bytes of data."""
        if first:
            self._events.appendleft((event, size))
        else:
            self._events.append((event, size))
        self._bytes += size
        while len(self._events) > _UNTAKEN or (self._bytes > _UNTAKEN_BYTES and len(self._events) > 1):
            self.take()
            self.lost += 1

    def take(self) -> Event:
        """Give the oldest."""
        event, size = self._events.popleft()
        self._bytes -= size
        return event

    def __bool__(self) -> bool:
        return bool(self._events)


class Waiting(EventTarget):
    """An event target whose events can be awaited."""

    end: End

    def __init__(self) -> None:
        super().__init__()
        self._untaken = {name: _Untaken() for name in _TYPES}
        self._waiters: dict[str, deque[asyncio.Future[Event]]] = {name: deque() for name in _TYPES}
        self._lookers: dict[str, deque[asyncio.Future[Event]]] = {name: deque() for name in _TYPES}
        self._last: CloseEvent | None = None
        self._was_open: Event | None = None

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
        return await self._wait("open", timeout)

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
        return await self._wait_closed(timeout)

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
        if type not in _TYPES:
            raise BadValue(
                f'a WebSocket has the events {", ".join(_TYPES)}, not {type!r}; write await socket.next("message")'
            )
        return Pending(lambda: self._next(type, timeout), f'event = await socket.next("{type}")', self.end)

    async def __aiter__(self) -> AsyncIterator[MessageEvent]:
        """The messages, until the socket is closed."""
        while True:
            try:
                yield await self._next("message", None)
            except ConnectionEnded:
                return

    def _arrived(self, event: Event, size: int = 0) -> None:
        """Hand an event that was just dispatched, with so many bytes of data, to whoever waits for it."""
        if isinstance(event, CloseEvent):
            self._last = event
        elif event.type == "open":
            self._was_open = event
        for looker in self._lookers[event.type]:  # `opened` and `closed` take nothing away: all who wait are told
            if not looker.done():
                looker.set_result(event)
        waiters = self._waiters[event.type]
        while waiters:
            waiter = waiters.popleft()
            if not waiter.done():
                waiter.set_result(event)
                break
        else:
            self._untaken[event.type].add(event, size)
        if isinstance(event, CloseEvent):
            for waiters in (*self._waiters.values(), *self._lookers.values()):
                for waiter in waiters:
                    if not waiter.done():
                        waiter.set_exception(self._ended(event))

    async def _next(self, kind: str, limit: float | None) -> Any:
        untaken = self._untaken[kind]
        if untaken.lost:
            count, untaken.lost = untaken.lost, 0
            self._remark(
                f"{count} older {kind} events were let go: next() keeps {_UNTAKEN}, or 16 MiB, that nobody has taken"
            )
        if untaken:
            return untaken.take()
        if self._last is not None:
            raise self._ended(self._last)
        return await self._wait_in(self._waiters[kind], kind, limit)

    async def _wait_in(self, waiters: deque[asyncio.Future[Event]], kind: str, limit: float | None) -> Event:
        waiter: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        waiters.append(waiter)
        try:
            async with asyncio.timeout(limit):
                return await waiter
        except TimeoutError:
            if waiter.done() and not waiter.cancelled():  # it came in the very moment in which the limit was reached
                return waiter.result()
            raise TimedOut(self._nothing(kind, limit or 0), limit or 0) from None
        except asyncio.CancelledError:
            self._put_back(waiters, kind, waiter)
            raise
        finally:
            if waiter in waiters:
                waiters.remove(waiter)

    def _put_back(self, waiters: deque[asyncio.Future[Event]], kind: str, waiter: asyncio.Future[Event]) -> None:
        """An event that came in the very moment in which its waiter gave up is for the next one."""
        came = waiter.done() and not waiter.cancelled() and waiter.exception() is None
        if came and waiters is self._waiters[kind]:
            self._untaken[kind].add(waiter.result(), 0, first=True)

    async def _wait(self, kind: str, limit: float) -> Event:
        if self._was_open is not None:
            return self._was_open
        if self._last is not None:
            raise self._ended(self._last)
        return await self._wait_in(self._lookers[kind], kind, limit)

    async def _wait_closed(self, limit: float) -> CloseEvent:
        if self._last is not None:
            return self._last
        event = await self._wait_in(self._lookers["close"], "close", limit)
        assert isinstance(event, CloseEvent)
        return event

    def _ended(self, event: CloseEvent) -> ConnectionEnded:
        reason = f", reason {event.reason!r}" if event.reason else ""
        when = "" if self._was_open is not None else " before it was open"
        return ConnectionEnded(f"the socket closed{when}: code {event.code}{reason}; the log says what happened", event)

    def _nothing(self, kind: str, limit: float) -> str:
        reason = self._blocked_reason()
        why = f": {reason}" if reason else f"; the socket is {self!r}, and the log says what did happen"
        return f"no {kind} event within {limit:g} s{why}"

    def _report(self, event: Event, error: BaseException) -> None:
        raise NotImplementedError

    def _remark(self, text: str) -> None:
        raise NotImplementedError

    def _blocked_reason(self) -> str:
        raise NotImplementedError
