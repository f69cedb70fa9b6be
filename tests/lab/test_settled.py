"""`lab.settled` waits for what is under way, and names what is still open."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest
import websockets

from tests.net.harness import LIMIT, Peer, RawServer, rows, until
from wslab import Lab, TimedOut

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


async def test_an_empty_lab_has_settled() -> None:
    async with Lab() as lab:
        await lab.settled()
        await lab.serve()
        await lab.settled()


async def test_everything_that_was_sent_has_been_received() -> None:
    async with Lab() as lab:
        client = lab.WebSocket((await lab.serve(close_timeout=3600)).url)
        await client.opened()
        seen: list[str] = []
        client.onmessage = lambda event: seen.append(event.data)
        for number in range(200):
            client.send("x" * number * 10)
        client.close()
        await lab.settled(LIMIT)  # websockets alone would take its close_timeout
        messages = rows(lab, kind="message", source="client to server")
        assert len(messages) == 200
        for row in messages:
            detail = lab.timeline.detail(row)
            assert (detail.client.state, detail.server.state) == ("recorded", "recorded")
        assert client.readyState == client.CLOSED
        assert len([row for row in rows(lab, kind="event") if row.name == "message"]) == len(seen)


async def test_it_waits_for_handlers_whose_connection_is_over() -> None:
    done: list[str] = []

    async def tidies(connection: ServerConnection) -> None:
        await connection.wait_closed()
        await asyncio.sleep(0.2)
        done.append("tidied")

    async with Lab() as lab:
        async with websockets.connect((await lab.serve(tidies)).url):
            pass
        await lab.settled(LIMIT)
        assert done == ["tidied"]


async def test_a_handler_lingers_until_the_server_has_let_go_of_its_link() -> None:
    lingering: list[int] = []

    class Links(dict[Any, Any]):
        def pop(self, *key: Any) -> Any:
            lingering.append(server.pending_handlers())
            return super().pop(*key)

    async with Lab() as lab:
        server = await lab.serve()
        server._serving.links = Links()
        async with websockets.connect(server.url):
            await until(server.links)
        await lab.settled(LIMIT)
        assert lingering == [1]  # else somebody who waits for it might still count a connection as open
        assert repr(lab).endswith(", 0 open")


async def test_it_names_a_handler_that_goes_on() -> None:
    async def stays(connection: ServerConnection) -> None:
        await connection.wait_closed()
        await asyncio.sleep(3600)

    async with Lab() as lab:
        server = await lab.serve(stays, name="stubborn")
        async with websockets.connect(server.url):
            pass
        await until(lambda: server.pending_handlers() and not lab.timeline.unsettled())
        with pytest.raises(TimedOut) as caught:
            await lab.settled(timeout=0.1)
        told = "not settled within 0.1 s: 1 handler of server {} still run{} although the connection is closed"
        assert str(caught.value) in {told.format(name, s) for name in ("stubborn", '"stubborn"') for s in ("", "s")}
        assert caught.value.waited == 0.1


@pytest.mark.skipif(sys.platform != "linux", reason="a full queue of a listener is Linux's way to let a client wait")
async def test_it_names_a_connection_that_is_still_connecting() -> None:
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # whoever comes when the queue is full is not answered
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        async with Lab() as lab:
            client = lab.WebSocket(f"ws://127.0.0.1:{full.getsockname()[1]}")
            with pytest.raises(TimedOut, match=re.escape("not settled within 0.1 s: connection 1 is still connecting")):
                await lab.settled(timeout=0.1)
            client.close()
            assert (await client.closed()).code == 1006
            await lab.settled(LIMIT)


async def test_it_names_a_connection_that_is_still_closing() -> None:
    async def deaf(peer: Peer) -> None:
        await peer.open()
        await peer.gone()

    async with RawServer(deaf) as server, Lab() as lab:
        client = lab.WebSocket(server.url)
        await client.opened()
        client.close()
        await until(lambda: rows(lab, kind="close", source="client to server"))
        with pytest.raises(TimedOut, match=re.escape("not settled within 0.1 s: connection 1 is still closing")):
            await lab.settled(timeout=0.1)


async def test_events_have_been_delivered() -> None:
    async with Lab() as lab:
        client = lab.WebSocket((await lab.serve()).url)
        await client.opened()
        count = [0]
        client.onmessage = lambda _event: count.__setitem__(0, count[0] + 1)
        for _ in range(500):
            client.send("x")
        await until(lambda: count[0] > 0)
        while count[0] < 500:
            await lab.settled(LIMIT)
        assert client.backlog() == (0, 0)


async def test_the_transcript_after_it_is_whole() -> None:
    async with Lab() as lab:
        client = lab.WebSocket((await lab.serve()).url)
        await client.opened()
        client.send("hi")
        await client.next()
        client.close(1000, "bye")
        await client.closed()
        await lab.settled(LIMIT)
        text = lab.transcript()
        assert repr(text) == str(text)
        lines = [" ".join(line.split(" Upgrade:")[0].split()) for line in text.splitlines() if line.startswith("#1")]
        assert lines == [
            "#1 client event new WebSocket() ws://127.0.0.1:PORT/",
            "#1 client → server handshake GET /",
            "#1 server → client handshake 101 Switching Protocols",
            "#1 client event open",
            '#1 client event send() "hi" 2 B',
            '#1 client → server message text "hi" 2 B',
            '#1 server → client message text "hi" 2 B',
            '#1 client event message "hi" 2 B',
            "#1 client event close() 1000 bye",
            "#1 client → server close close 1000 normal closure: bye",
            "#1 server → client close close 1000 normal closure: bye",
            "#1 client event close 1000 bye, clean",
        ]
