"""Rules 1 to 4 and 67 of the browser's WebSocket: its constants and attributes."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from tests.net.harness import RawServer, rows
from tests.net.websocket.faulty import answers_close, each_state
from tests.net.websocket.rules.test_listeners import idle
from wslab import Event, Lab, WebSocket

CONSTANTS = {"CONNECTING": 0, "OPEN": 1, "CLOSING": 2, "CLOSED": 3}


ATTRIBUTES = ("onopen", "onmessage", "onerror", "onclose")


def assign(target: object, name: str, value: Any) -> None:
    """Assign as a page does: what is read-only may say so (strict mode) or not (sloppy mode)."""
    with contextlib.suppress(AttributeError):
        setattr(target, name, value)


async def test_the_constants_stand_on_class_and_instance_and_cannot_be_changed() -> None:
    async with Lab() as lab:
        socket = await idle(lab)
        for name, value in CONSTANTS.items():
            assert getattr(WebSocket, name) == getattr(lab.WebSocket, name, value) == getattr(socket, name) == value
            assign(socket, name, 9)
            assert getattr(socket, name) == value
            assert name not in vars(socket)


def test_the_constants_of_the_class_cannot_be_changed_either() -> None:
    for name, value in CONSTANTS.items():
        assign(WebSocket, name, 9)
        after = getattr(WebSocket, name)
        if after != value:
            setattr(WebSocket, name, value)  # the tests behind this one need it
        assert after == value


async def test_a_new_socket_is_connecting_and_empty_and_has_no_handlers() -> None:
    async with RawServer(answers_close([])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url, "chat")
        assert (socket.readyState, socket.bufferedAmount, socket.binaryType) == (0, 0, "blob")
        assert (socket.protocol, socket.extensions, socket.url) == ("", "", server.url)
        assert [getattr(socket, name) for name in ATTRIBUTES] == [None] * 4
        socket.close()
        await socket.closed()


async def test_assigning_a_read_only_attribute_changes_nothing_in_any_state() -> None:
    async with RawServer(answers_close([])) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        async for state in each_state(socket):
            assign(socket, "url", "ws://127.0.0.1:1/other")
            for name in ("readyState", "bufferedAmount", "protocol", "extensions"):
                assign(socket, name, 9)
            assert (socket.url, socket.readyState, socket.bufferedAmount) == (server.url, state, 0)
            assert (socket.protocol, socket.extensions) == ("", "")


async def test_a_socket_without_arguments_is_a_type_error() -> None:
    async with Lab() as lab:
        for make in (WebSocket, lab.WebSocket):
            with pytest.raises(TypeError):
                make()  # type: ignore[call-arg]
        assert not rows(lab)


@pytest.mark.parametrize("value", [None, 5, "f()", 0.5, True, [], {}, object()], ids=lambda value: type(value).__name__)
async def test_an_on_attribute_set_to_what_cannot_be_called_is_none(value: Any) -> None:
    async with Lab() as lab:
        socket = await idle(lab)
        for name in ATTRIBUTES:
            setattr(socket, name, print)
            assert getattr(socket, name) is print
            setattr(socket, name, value)
            assert getattr(socket, name) is None
        socket.dispatchEvent(Event("open"))
