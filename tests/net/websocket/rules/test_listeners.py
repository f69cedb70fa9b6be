"""Rules 68 to 70 of the browser's WebSocket: who listens, in which order, and what becomes of what they raise."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.net.harness import CLOSE, TEXT, RawServer, frame, rows, until
from tests.net.websocket.faulty import says
from wslab import Event, Lab, MessageEvent, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable


async def idle(lab: Lab) -> WebSocket:
    """A socket that is closed before it connects: an event target without a network."""
    socket = lab.WebSocket("ws://127.0.0.1:1/")
    socket.close()
    await socket.closed()
    return socket


def notes(order: list[str], text: str) -> Callable[[Event], None]:
    """A listener that appends a text."""
    return lambda _event: order.append(text)


async def test_listeners_run_in_the_order_of_adding_and_on_keeps_its_place_when_it_is_replaced() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()
        socket.addEventListener("message", notes(order, "first"))
        socket.onmessage = notes(order, "on, replaced")
        socket.addEventListener("message", notes(order, "second"))
        socket.addEventListener("open", notes(order, "another type"))
        socket.onmessage = notes(order, "on")
        socket.dispatchEvent(Event("message"))
        assert order == ["first", "on", "second"]
        order.clear()
        socket.onmessage = None
        socket.onmessage = notes(order, "on again")
        socket.dispatchEvent(Event("message"))
        assert order == ["first", "second", "on again"]


async def test_the_listeners_of_real_events_run_in_order_too() -> None:
    async with RawServer(says(frame(TEXT, b"hi"), frame(CLOSE, b"\x03\xe8"))) as server, Lab() as lab:
        socket, order = lab.WebSocket(server.url), list[str]()
        for name in ("open", "message", "error", "close"):
            socket.addEventListener(name, notes(order, f"{name} first"))
            setattr(socket, f"on{name}", notes(order, f"on{name}"))
            socket.addEventListener(name, notes(order, f"{name} second"))
        await socket.closed()
        assert order == [
            text for name in ("open", "message", "close") for text in (f"{name} first", f"on{name}", f"{name} second")
        ]


async def test_a_listener_added_twice_runs_once_and_one_added_for_once_runs_once() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()
        twice, once, options = notes(order, "twice"), notes(order, "once"), notes(order, "options")
        socket.addEventListener("x", twice)
        socket.addEventListener("x", once, once=True)
        socket.addEventListener("x", options, {"once": True})
        socket.addEventListener("x", twice)
        socket.addEventListener("x", twice, once=True)
        for _ in range(2):
            socket.dispatchEvent(Event("x"))
        assert order == ["twice", "once", "options", "twice"]


async def test_a_listener_added_for_once_is_gone_before_it_runs() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()

        def again(event: Event) -> None:
            order.append(event.type)
            socket.dispatchEvent(Event("x"))

        socket.addEventListener("x", again, {"once": True})
        socket.dispatchEvent(Event("x"))
        assert order == ["x"]


async def test_a_removed_listener_does_not_run_not_even_in_the_event_that_removes_it() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()
        later, removed, never = notes(order, "later"), notes(order, "removed"), notes(order, "never added")

        def change(event: Event) -> None:
            order.append("change")
            socket.removeEventListener("x", removed)
            socket.addEventListener("x", later)

        socket.addEventListener("x", change)
        socket.addEventListener("x", removed)
        socket.removeEventListener("x", never)
        socket.removeEventListener("y", removed)
        socket.dispatchEvent(Event("x"))
        assert order == ["change"]
        socket.dispatchEvent(Event("x"))
        assert order == ["change", "change", "later"]


async def test_a_method_can_be_added_and_removed_as_it_is_written() -> None:
    class Page:
        calls = 0

        def heard(self, event: Event) -> None:
            self.calls += 1

    async with Lab() as lab:
        socket, page = await idle(lab), Page()
        socket.addEventListener("x", page.heard)
        socket.addEventListener("x", page.heard)
        socket.dispatchEvent(Event("x"))
        socket.removeEventListener("x", page.heard)
        socket.dispatchEvent(Event("x"))
        assert page.calls == 1


async def test_an_object_with_handle_event_is_a_listener_and_the_method_is_looked_up_each_time() -> None:
    class Handler:
        def __init__(self) -> None:
            self.seen: list[str] = []

        def handleEvent(self, event: Event) -> None:  # noqa: N802  the DOM's name
            self.seen.append(event.type)

    async with Lab() as lab:
        socket, handler = await idle(lab), Handler()
        socket.addEventListener("x", handler)
        socket.dispatchEvent(Event("x"))
        handler.handleEvent = lambda event: handler.seen.append("replaced")  # type: ignore[method-assign]
        socket.dispatchEvent(Event("x"))
        socket.removeEventListener("x", handler)
        socket.dispatchEvent(Event("x"))
        assert handler.seen == ["x", "replaced"]


async def test_none_as_a_listener_does_nothing_and_what_cannot_be_called_is_a_type_error() -> None:
    async with Lab() as lab:
        socket = await idle(lab)
        socket.addEventListener("x", None)
        socket.removeEventListener("x", None)
        with pytest.raises(TypeError):
            socket.addEventListener("x", 5)
        assert socket.dispatchEvent(Event("x"))


async def test_a_handler_that_raises_is_reported_the_others_run_and_the_socket_stays_open() -> None:
    async with RawServer(says(frame(TEXT, b"1"), frame(TEXT, b"2"))) as server, Lab() as lab:
        socket, order = lab.WebSocket(server.url), list[str]()

        def broken(event: MessageEvent) -> None:
            order.append(f"broken {event.data}")
            raise LookupError("no such room")

        socket.addEventListener("message", broken)
        socket.onmessage = broken
        socket.addEventListener("message", lambda event: order.append(f"second {event.data}"))
        await until(lambda: len(order) == 6)
        assert order == [f"{who} {data}" for data in (1, 2) for who in ("broken", "broken", "second")]
        assert socket.readyState == WebSocket.OPEN
        told = [row.text for row in rows(lab, kind="note") if "no such room" in row.text]
        assert len(told) == 4
        socket.abort()
        await socket.closed()


async def test_one_function_may_listen_twice_as_capturing_and_not() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()
        both = notes(order, "both")
        socket.addEventListener("x", both)
        socket.addEventListener("x", both, True)
        socket.dispatchEvent(Event("x"))
        assert order == ["both", "both"]
        socket.removeEventListener("x", both, True)
        socket.dispatchEvent(Event("x"))
        assert order == ["both"] * 3


async def test_listeners_that_are_async_run_on_by_themselves() -> None:
    async with Lab() as lab:
        socket, order, go = await idle(lab), list[str](), asyncio.Event()

        async def slow(event: Event) -> None:
            order.append("begins")
            await go.wait()
            order.append("ends")

        socket.addEventListener("x", slow)
        assert socket.dispatchEvent(Event("x")) is True
        await until(lambda: order == ["begins"])
        go.set()
        await until(lambda: order == ["begins", "ends"])
