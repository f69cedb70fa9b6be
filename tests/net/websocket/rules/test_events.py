"""Rules 71 to 73 of the browser's WebSocket: what an event says, and how it is dispatched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.net.harness import BINARY, CLOSE, TEXT, RawServer, frame
from tests.net.websocket.faulty import says
from tests.net.websocket.rules.test_listeners import idle, notes
from wslab import CloseEvent, DOMException, Event, Lab, MessageEvent, WebSocket


async def test_an_events_fields_say_whose_it_is_while_its_listeners_run_and_afterwards() -> None:
    async with (
        RawServer(says(frame(TEXT, b"hi"), frame(BINARY, b""), frame(CLOSE, b"\x03\xe8"))) as server,
        Lab() as lab,
    ):
        socket, kept, seen = lab.WebSocket(server.url), list[Event](), list[Any]()

        def look(event: Event) -> None:
            seen.append((event.target, event.currentTarget, event.eventPhase, event.composedPath(), event.isTrusted))
            kept.append(event)

        socket.onopen = socket.onmessage = socket.onclose = look
        await socket.closed()
        assert seen == [(socket, socket, Event.AT_TARGET, [socket], True)] * 4
        assert [event.type for event in kept] == ["open", "message", "message", "close"]
        assert [type(event) for event in kept] == [Event, MessageEvent, MessageEvent, CloseEvent]
        for event in kept:
            assert (event.target, event.currentTarget, event.eventPhase) == (socket, None, Event.NONE)
            assert event.composedPath() == []
            assert (event.bubbles, event.cancelable, event.defaultPrevented) == (False, False, False)
            event.preventDefault()
            assert event.defaultPrevented is False
        assert [event.timeStamp for event in kept] == sorted(event.timeStamp for event in kept)


async def test_an_error_event_is_a_plain_event_and_tells_nothing(held_port: int) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket(f"ws://127.0.0.1:{held_port}/")
        event = await socket.next("error")
        assert type(event) is Event
        assert (event.type, event.target, event.isTrusted) == ("error", socket, True)
        assert not hasattr(event, "message")
        await socket.closed()


def test_a_new_event_is_nobodys() -> None:
    event = Event("x")
    assert (event.type, event.target, event.currentTarget, event.eventPhase) == ("x", None, None, 0)
    assert (event.bubbles, event.cancelable, event.defaultPrevented, event.isTrusted) == (False, False, False, False)
    assert event.composedPath() == []
    assert (Event.NONE, Event.CAPTURING_PHASE, Event.AT_TARGET, Event.BUBBLING_PHASE) == (0, 1, 2, 3)
    assert event.timeStamp <= Event("later").timeStamp


async def test_dispatch_event_runs_on_attributes_and_listeners_and_is_not_trusted() -> None:
    async with Lab() as lab:
        socket, seen = await idle(lab), list[Any]()
        socket.onmessage = seen.append
        socket.addEventListener("message", seen.append)
        event = MessageEvent(data="by hand")
        assert socket.dispatchEvent(event) is True
        assert seen == [event, event]
        assert (event.isTrusted, event.target, event.currentTarget, event.eventPhase) == (False, socket, None, 0)
        socket.dispatchEvent(event)  # once over, it may be dispatched again
        assert len(seen) == 4


async def test_an_event_that_the_socket_made_is_not_trusted_any_more_when_it_is_dispatched_by_hand() -> None:
    async with RawServer(says(frame(TEXT, b"hi"))) as server, Lab() as lab:
        socket, trusted = lab.WebSocket(server.url), list[bool]()
        socket.onmessage = lambda event: trusted.append(event.isTrusted)
        event = await socket.next()
        socket.dispatchEvent(event)
        assert trusted == [True, False]
        assert socket.readyState == WebSocket.OPEN
        socket.dispatchEvent(CloseEvent("close", code=1000))
        assert socket.readyState == WebSocket.OPEN  # an event is a message about a change, not the change
        socket.abort()
        await socket.closed()


async def test_an_event_that_is_being_dispatched_is_an_invalid_state_error() -> None:
    async with Lab() as lab:
        socket, raised = await idle(lab), list[str]()

        def again(event: Event) -> None:
            with pytest.raises(DOMException) as caught:
                socket.dispatchEvent(event)
            raised.append(caught.value.name)

        socket.addEventListener("x", again)
        socket.dispatchEvent(Event("x"))
        assert raised == ["InvalidStateError"]


@pytest.mark.parametrize("other", [None, 5, "message", object()])
async def test_dispatching_what_is_no_event_is_a_type_error(other: Any) -> None:
    async with Lab() as lab:
        socket = await idle(lab)
        with pytest.raises(TypeError):
            socket.dispatchEvent(other)


async def test_dispatch_event_is_false_where_the_default_of_a_cancelable_event_was_prevented() -> None:
    async with Lab() as lab:
        socket = await idle(lab)
        socket.addEventListener("x", lambda event: event.preventDefault())
        plain, cancelable = Event("x"), Event("x", cancelable=True)
        assert (socket.dispatchEvent(plain), plain.defaultPrevented) == (True, False)
        assert (socket.dispatchEvent(cancelable), cancelable.defaultPrevented) == (False, True)
        socket.onopen = lambda _event: False  # HTML section 8.1.8.1: an on... attribute that returns false prevents it
        socket.addEventListener("message", lambda _event: False)
        assert socket.dispatchEvent(Event("open", cancelable=True)) is False
        assert socket.dispatchEvent(Event("message", cancelable=True)) is True


async def test_stop_immediate_propagation_keeps_the_event_from_the_listeners_behind_it() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()
        socket.addEventListener("x", lambda event: event.stopPropagation())
        socket.addEventListener("x", notes(order, "after stopPropagation"))
        socket.addEventListener("x", lambda event: event.stopImmediatePropagation())
        socket.addEventListener("x", notes(order, "after stopImmediatePropagation"))
        event = Event("x")
        assert socket.dispatchEvent(event)
        assert order == ["after stopPropagation"]
        socket.dispatchEvent(event)  # the flag belongs to one dispatch
        assert order == ["after stopPropagation"] * 2


async def test_stop_propagation_before_the_dispatch_keeps_it_from_every_listener() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()
        socket.addEventListener("x", notes(order, "x"))
        for stop in ("stopPropagation", "stopImmediatePropagation"):
            event = Event("x")
            getattr(event, stop)()
            assert socket.dispatchEvent(event) is True
            assert order == []
            socket.dispatchEvent(event)  # WHATWG DOM section 2.9: the end of a dispatch unsets it
            assert order == ["x"]
            order.clear()


async def test_capturing_listeners_run_first_and_may_stop_the_others() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()
        socket.addEventListener("x", notes(order, "second"))
        socket.addEventListener("x", notes(order, "first"), {"capture": True})
        socket.dispatchEvent(Event("x"))
        assert order == ["first", "second"]
        order.clear()
        socket.addEventListener("x", lambda event: event.stopPropagation(), capture=True)
        socket.dispatchEvent(Event("x"))
        assert order == ["first"]


async def test_an_event_dispatched_from_a_listener_runs_at_once_inside_it() -> None:
    async with Lab() as lab:
        socket, order = await idle(lab), list[str]()

        def outer(event: Event) -> None:
            order.append("outer begins")
            inner = Event("y")
            socket.dispatchEvent(inner)
            assert (event.eventPhase, inner.eventPhase) == (Event.AT_TARGET, Event.NONE)
            order.append("outer ends")

        socket.addEventListener("x", outer)
        socket.addEventListener("y", notes(order, "inner"))
        socket.dispatchEvent(Event("x"))
        assert order == ["outer begins", "inner", "outer ends"]


def test_a_close_event_is_by_default_not_clean_and_has_no_code_and_no_reason() -> None:
    event = CloseEvent("close")
    assert (event.type, event.wasClean, event.code, event.reason) == ("close", False, 0, "")
    full = CloseEvent("close", wasClean=True, code=1000, reason="bye")
    assert (full.wasClean, full.code, full.reason) == (True, 1000, "bye")
    assert isinstance(event, Event)


def test_a_message_event_is_by_default_empty() -> None:
    event = MessageEvent("message")
    assert (event.data, event.origin, event.lastEventId, event.source, event.ports) == (None, "", "", None, ())
