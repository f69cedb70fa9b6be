"""The mailbox of a WebSocket: what a notebook needs beside the browser's callbacks, awaiting an event. Ours, not the standard's.

    event ──► those who wait in `opened` or `closed`, all of them
         └──► the first who waits in `next`, or else kept until somebody asks

So nothing is lost between two cells. Every wait has a limit, and when it is reached a sentence says what did not happen.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from wslab.net.dom import EVENT_TYPES, CloseEvent
from wslab.net.errors import LabError, TimedOut

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wslab.net.dom import Event, MessageEvent
    from wslab.timeline import End

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


class Mailbox:
    """The events of one socket for those who await them, on its home loop.

    Args:
        end: Where a row says how many events were let go.
        why_silent: Gives the end of the sentence that begins with "no message event within 5 s".
    """

    def __init__(self, end: End, why_silent: Callable[[], str]) -> None:
        self._end = end
        self._why_silent = why_silent
        self._untaken = {name: _Untaken() for name in EVENT_TYPES}
        self._waiters: dict[str, deque[asyncio.Future[Event]]] = {name: deque() for name in EVENT_TYPES}
        self._lookers: dict[str, deque[asyncio.Future[Event]]] = {name: deque() for name in EVENT_TYPES}
        self._open: Event | None = None
        self._close: CloseEvent | None = None

    def arrived(self, event: Event, size: int = 0) -> None:
        """Hand an event that was just dispatched, with so many bytes of data, to whoever waits for it."""
        if event.type == "open":
            self._open = event
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
            self._close = event
            for waiters in (*self._waiters.values(), *self._lookers.values()):
                for waiter in waiters:
                    if not waiter.done():
                        waiter.set_exception(self._ended(event))

    async def opened(self, limit: float) -> Event:
        """Wait for the ``open`` event, at most so many seconds."""
        if self._open is not None:
            return self._open
        if self._close is not None:
            raise self._ended(self._close)
        return await self._wait(self._lookers["open"], "open", limit)

    async def closed(self, limit: float) -> CloseEvent:
        """Wait for the ``close`` event, at most so many seconds."""
        if self._close is not None:
            return self._close
        event = await self._wait(self._lookers["close"], "close", limit)
        assert isinstance(event, CloseEvent)
        return event

    async def next(self, kind: str, limit: float | None) -> Any:
        """Take the oldest event of a type that was not taken yet, or wait for one, at most so many seconds."""
        untaken = self._untaken[kind]
        if untaken.lost:
            count, untaken.lost = untaken.lost, 0
            kept = f"next() keeps {_UNTAKEN}, or 16 MiB, that nobody has taken"
            self._end.note("note", "next()", f"{count} older {kind} events were let go: {kept}")
        if untaken:
            return untaken.take()
        if self._close is not None:
            raise self._ended(self._close)
        return await self._wait(self._waiters[kind], kind, limit)

    async def messages(self) -> AsyncIterator[MessageEvent]:
        """The messages, until the socket is closed."""
        while True:
            try:
                yield await self.next("message", None)
            except ConnectionEnded:
                return

    async def _wait(self, waiters: deque[asyncio.Future[Event]], kind: str, limit: float | None) -> Event:
        waiter: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        waiters.append(waiter)
        try:
            async with asyncio.timeout(limit):
                return await waiter
        except TimeoutError:
            if waiter.done() and not waiter.cancelled():  # it came in the very moment in which the limit was reached
                return waiter.result()
            raise TimedOut(f"no {kind} event within {limit or 0:g} s{self._why_silent()}", limit or 0) from None
        except asyncio.CancelledError:
            came = waiter.done() and not waiter.cancelled() and waiter.exception() is None
            if came and waiters is self._waiters[kind]:  # just when its waiter gave up: it is for the next one
                self._untaken[kind].add(waiter.result(), 0, first=True)
            raise
        finally:
            if waiter in waiters:
                waiters.remove(waiter)

    def _ended(self, event: CloseEvent) -> ConnectionEnded:
        reason = f", reason {event.reason!r}" if event.reason else ""
        when = "" if self._open is not None else " before it was open"
        return ConnectionEnded(f"the socket closed{when}: code {event.code}{reason}; the log says what happened", event)
