"""`WebSocket`: its states and events, where they happen and in which order."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

import wslab
from tests.net.harness import BINARY, CLOSE, CONT, LIMIT, PING, PONG, TEXT, Peer, RawServer, frame, rows, run, until
from wslab import CloseEvent, DOMException, Lab, MessageEvent, NoLoop, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import ServerConnection

    from wslab import Event
    from wslab.timeline import Row


def watch(socket: WebSocket) -> list[str]:
    """The events of a socket as they come, with the state each finds."""
    seen: list[str] = []

    def note(event: Event) -> None:
        data = f" {event.data!r}" if isinstance(event, MessageEvent) else ""
        code = f" {event.code} {event.wasClean}" if isinstance(event, CloseEvent) else ""
        seen.append(f"{event.type}{data}{code} in {socket.readyState}")

    for name in ("open", "message", "error", "close"):
        socket.addEventListener(name, note)
    return seen


async def test_it_goes_through_its_states() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        assert (socket.readyState, socket.protocol, socket.extensions, socket.bufferedAmount) == (0, "", "", 0)
        assert repr(socket) == f"<WebSocket {server.url}/ CONNECTING>"
        await socket.opened()
        assert socket.readyState == WebSocket.OPEN == socket.OPEN == 1
        assert repr(socket) == f"<WebSocket {server.url}/ OPEN>"
        socket.send("hi")
        await socket.next()
        socket.close(1000, "bye")
        assert socket.readyState == WebSocket.CLOSING == 2
        event = await socket.closed()
        assert (event.code, event.reason, event.wasClean) == (1000, "bye", True)
        assert socket.readyState == WebSocket.CLOSED == 3
        assert seen == ["open in 1", "message 'hi' in 1", "close 1000 True in 3"]


async def test_handlers_set_after_the_constructor_miss_nothing() -> None:
    async def eager(peer: Peer) -> None:
        await peer.request()
        peer.write(peer.response(), frame(TEXT, b"one"), frame(BINARY, b"two"), frame(CLOSE, b"\x03\xe8bye"))
        await peer.frame()
        peer.writer.close()

    async with RawServer(eager) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        time.sleep(0.1)  # noqa: ASYNC251  whatever the network does meanwhile: no event before this code yields
        seen = watch(socket)
        assert socket.readyState == 0
        await socket.closed()
        assert seen == ["open in 1", "message 'one' in 1", "message <Blob 3 bytes> in 1", "close 1000 True in 3"]


async def test_events_come_one_at_a_time_on_the_thread_of_the_home_loop() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        home, inside, threads, order = threading.get_ident(), [0], set(), []

        def slow(event: Event) -> None:
            inside[0] += 1
            assert inside[0] == 1
            threads.add(threading.get_ident())
            if isinstance(event, MessageEvent):
                order.append(event.data)
            inside[0] -= 1

        for name in ("open", "message", "close"):
            socket.addEventListener(name, slow)
        await socket.opened()
        sent = [str(number) for number in range(300)]
        for text in sent:
            socket.send(text)
        await until(lambda: len(order) == 300)
        assert order == sent
        socket.close()
        await socket.closed()
        assert threads == {home}


def block_until(condition: Callable[[], object]) -> None:
    """Keep the calling loop from running until something holds."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


async def test_a_home_loop_that_is_blocked_loses_no_connection_and_no_event() -> None:
    async def count(connection: ServerConnection) -> None:
        for number in range(20):
            await connection.send(str(number))
        await connection.wait_closed()

    async with Lab() as lab:
        server = await lab.serve(count, ping_interval=0.05, ping_timeout=LIMIT)
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        await socket.opened()

        def pongs() -> list[Row]:
            return [row for row in rows(lab, kind="control", source="client to server") if row.name == "pong"]

        before = len(pongs())
        block_until(lambda: len(pongs()) >= before + 3 and socket.backlog()[0] >= 20 + 1 - len(seen))
        assert len(server.connections) == 1
        assert len(seen) <= 2, "one event a turn of the loop, and it has had no other"
        await until(lambda: len(seen) == 21, "the queued events")
        assert seen == ["open in 1", *(f"message '{number}' in 1" for number in range(20))]
        assert socket.readyState == socket.OPEN
        socket.close()
        assert (await socket.closed()).wasClean


async def test_the_network_is_not_read_on_while_too_many_events_wait_and_none_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wslab.net.websocket.receiving._BACKLOG_EVENTS", 10)

    async def talks(connection: ServerConnection) -> None:
        for number in range(50):
            await connection.send(str(number))
            await asyncio.sleep(0)
        await connection.wait_closed()

    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(talks)).url)
        await socket.opened()
        block_until(lambda: socket._wire._connection.receiving.paused)
        assert [(await socket.next()).data for _ in range(50)] == [str(number) for number in range(50)]
        await until(lambda: not socket._wire._connection.receiving.paused)


async def test_a_client_on_the_blocked_loop_itself_would_have_died() -> None:
    # What the test above would show if the I/O were done on the home loop: no pong, and the server gives up.
    async with Lab() as lab:
        server = await lab.serve(ping_interval=0.05, ping_timeout=0.05)
        client = await lab.connect(server.url)
        block_until(lambda: rows(lab, kind="close"))
        await until(lambda: not server.connections)
        await client.wait_closed()
        assert client.close_code in (1011, 1006)


async def test_fragments_with_a_ping_inside_are_one_message_and_the_ping_is_answered() -> None:
    answered: list[Any] = []

    async def fragments(peer: Peer) -> None:
        await peer.open()
        peer.write(
            frame(TEXT, "\u4f60".encode()[:1], fin=False), frame(CONT, "\u4f60".encode()[1:], fin=False),
            frame(PING, b"still there?"), frame(CONT, b"!"),
        )  # fmt: skip
        answered.append(await peer.frame())
        await peer.gone()

    async with RawServer(fragments) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        seen = watch(socket)
        assert (await socket.next()).data == "\u4f60!"
        await until(lambda: answered)
        assert answered == [(PONG, b"still there?")]
        assert seen == ["open in 1", "message '\u4f60!' in 1"]


async def test_message_events_say_where_they_come_from() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(f"{server.url}/chat?x=1")
        await socket.opened()
        socket.send("hi")
        event = await socket.next()
        assert event.origin == server.url
        assert (event.type, event.target, event.lastEventId, event.source, event.ports) == (
            "message",
            socket,
            "",
            None,
            (),
        )
        assert repr(event) == "<MessageEvent 'hi'>"


async def test_callbacks_that_raise_leave_a_row_and_the_others_still_run(capfd: pytest.CaptureFixture[str]) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        order: list[str] = []

        def broken(event: Event) -> None:
            order.append("broken")
            raise LookupError("no such room")

        async def broken_later(event: Event) -> None:
            await asyncio.sleep(0)
            raise KeyError("later")

        socket.onmessage = broken
        socket.addEventListener("message", broken_later)
        socket.addEventListener("message", lambda _event: order.append("second"))
        await socket.opened()
        for _ in range(2):
            socket.send("hi")
            await socket.next()
        assert order == ["broken", "second"] * 2
        assert socket.readyState == socket.OPEN
        await until(lambda: len(rows(lab, name="onmessage raised")) == 4, "four rows")
        texts = [row.text for row in rows(lab, name="onmessage raised")]
        assert sum(text.startswith("LookupError: no such room at line ") for text in texts) == 2
        assert sum(text.startswith("KeyError: 'later' at line ") for text in texts) == 2
    assert capfd.readouterr() == ("", "")


async def test_async_callbacks_run_on() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        order: list[str] = []

        async def later(event: MessageEvent) -> None:
            order.append(f"begin {event.data}")
            await asyncio.sleep(0.02)
            order.append(f"end {event.data}")

        socket.onmessage = later
        await socket.opened()
        socket.send("a")
        socket.send("b")
        await until(lambda: len(order) == 4)
        assert order[:2] in (["begin a", "begin b"], ["begin a", "end a"])
        socket.close()
        await socket.closed()


async def test_one_handler_of_each_kind_and_none_for_what_cannot_be_called() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        calls: list[str] = []
        for name in ("onopen", "onmessage", "onerror", "onclose"):
            assert getattr(socket, name) is None
            setattr(socket, name, 5)
            assert getattr(socket, name) is None
        socket.onmessage = lambda _event: calls.append("replaced")
        socket.addEventListener("message", lambda _event: calls.append("listener"))
        socket.onmessage = last = lambda _event: calls.append("on")
        assert socket.onmessage is last
        await socket.opened()
        socket.send("hi")
        await socket.next()
        assert calls == ["on", "listener"]  # it keeps its place when it is replaced
        socket.onmessage = None
        socket.send("hi")
        await socket.next()
        assert calls == ["on", "listener", "listener"]


async def test_listeners_are_added_once_removed_and_run_once_as_in_the_dom() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        calls: list[str] = []

        def every(event: Event) -> None:
            calls.append("every")

        def once(event: Event) -> None:
            calls.append("once")

        socket.addEventListener("message", once, once=True)
        socket.addEventListener("message", every)
        socket.addEventListener("message", every)
        socket.removeEventListener("message", print)
        await socket.opened()
        for number in range(3):
            if number == 2:
                socket.removeEventListener("message", every)
            socket.send("hi")
            await socket.next()
        assert calls == ["once", "every", "every"]


def test_without_a_running_loop_it_says_what_to_write() -> None:
    for make in (WebSocket, Lab("without a loop").WebSocket):
        with pytest.raises(NoLoop, match=r"lab\.call\(lambda: lab\.WebSocket\(url\)\)"):
            make("ws://127.0.0.1:1")

    async def close() -> None:
        await Lab("without a loop").close()

    run(close())


async def test_several_sockets_made_together_are_numbered_as_they_were_made() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        sockets = [lab.WebSocket(f"{server.url}/{number}") for number in range(10)]
        await asyncio.gather(*(socket.opened() for socket in sockets))
        await lab.settled()
        requests = [
            row.name
            for row in sorted(rows(lab, kind="handshake", source="client to server"), key=lambda r: r.connection)
        ]
        assert requests == [f"GET /{number}" for number in range(10)]


async def test_two_hundred_sockets_in_a_row_leave_nothing() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        for number in range(200):
            socket = lab.WebSocket(server.url)
            await socket.opened()
            socket.send(str(number))
            assert (await socket.next()).data == str(number)
            socket.close()
            assert (await socket.closed()).wasClean
        await lab.settled()
        assert not lab._host.sockets
        assert len(asyncio.all_tasks()) == 1
        assert threading.active_count() < 10
        assert len(rows(lab, kind="message")) == 400


async def test_twenty_five_at_once_do_not_mix() -> None:
    async with Lab() as lab:
        server = await lab.serve()

        async def talk(number: int) -> None:
            socket = lab.WebSocket(server.url)
            await socket.opened()
            for step in range(20):
                socket.send(f"{number}:{step}")
                assert (await socket.next()).data == f"{number}:{step}"
            socket.close()
            await socket.closed()

        await asyncio.gather(*(talk(number) for number in range(25)))
        await lab.settled()
        assert len(lab.timeline.connections()) == 25


async def test_a_socket_of_no_lab_works_too() -> None:
    async with Lab() as lab:
        socket = wslab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket.send("hi")
        assert (await socket.next()).data == "hi"
        socket.close()
        await socket.closed()
    assert not wslab.WebSocket.host.sockets
    thread = wslab.WebSocket.host.thread()  # it is shared by all such sockets of a process, and stays
    thread.stop()
    assert await thread.wait_ended(10)


@pytest.mark.parametrize("name", ["CONNECTING", "OPEN", "CLOSING", "CLOSED"])
def test_the_constants_stand_on_the_class(name: str) -> None:
    assert getattr(WebSocket, name) == ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].index(name)


async def test_a_relative_url_needs_a_base() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        with pytest.raises(DOMException, match="cannot be parsed"):
            lab.WebSocket("/chat")
        socket = lab.WebSocket("/chat", base=f"http://127.0.0.1:{server.port}/page.html")
        assert socket.url == f"{server.url}/chat"
        await socket.opened()
