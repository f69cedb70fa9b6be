"""What the owner of a relay sees: a server behind that is not there yet, connections, ports, and the end of it."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

import pytest
from websockets.asyncio.server import serve

from tests.net.harness import connection, free_port, until
from tests.net.relay.relaying import Behind, Wire, is_reset_by, relayed, through
from wslab import Lab
from wslab.net import LoopThread, PortTaken, Relay
from wslab.net.relay import relay as relay_module
from wslab.timeline import Timeline

MEBI = 1024 * 1024


async def echo(websocket: Any) -> None:
    async for message in websocket:
        await websocket.send(message)


# Before the server behind is there


async def test_connections_that_came_early_wait_for_the_server_behind() -> None:
    async with relayed() as stand, Behind() as behind:
        clients = [await Wire.to(stand.relay.port) for _ in range(3)]
        for number, client in enumerate(clients):
            await client.send(b"%d" % number)
        clients[0].fin()
        await until(lambda: sum(side.held for side in stand.relay.links().values()) == 3)
        stand.relay.forward(behind.port)
        servers = [await behind.accepted.get() for _ in clients]
        heard = {await server.reader.readexactly(1): server for server in servers}
        assert sorted(heard) == [b"0", b"1", b"2"]
        assert await heard[b"0"].heard() == b""
        await heard[b"2"].send(b"welcome")
        assert await clients[2].reader.readexactly(7) == b"welcome"
        for client in clients:
            await client.close()


async def test_what_comes_early_is_not_held_without_bound() -> None:
    async with relayed() as stand, Behind() as behind:
        client = await Wire.to(stand.relay.port)
        whole = os.urandom(MEBI) * 16
        sending = asyncio.create_task(client.send(whole))
        await until(stand.relay.links)
        (side,) = stand.relay.links().values()
        await until(lambda: not side.transport.real.is_reading())
        assert side.held < MEBI
        stand.relay.forward(behind.port)
        server = await behind.accepted.get()
        assert await server.reader.readexactly(len(whole)) == whole
        await sending
        await client.close()


async def test_a_connection_that_waits_too_long_is_reset_and_a_row_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "_WAIT", 0.05)
    async with relayed() as stand:
        assert await is_reset_by(stand.relay.port)
        await until(lambda: not stand.relay.links())
        (row,) = stand.rows("nobody behind the relay")
        assert row.text == "node has not begun to listen within 0.05 s; the connection is reset (RST)"
        assert stand.end().ending == "reset by the server (RST)"


async def test_a_connection_that_the_server_behind_refuses_is_reset_and_a_row_says_why() -> None:
    nobody = free_port()
    async with relayed(nobody) as stand:
        assert await is_reset_by(stand.relay.port)
        await until(lambda: not stand.relay.links())
        (row,) = stand.rows("nobody behind the relay")
        assert row.text == f"refused: nobody listens at 127.0.0.1:{nobody}; the connection is reset (RST)"


@pytest.mark.parametrize("how", ["RST", "FIN"])
async def test_a_client_that_does_not_wait_leaves_nothing(how: str) -> None:
    async with relayed() as stand:
        client = await Wire.to(stand.relay.port)
        await until(stand.relay.links)
        if how == "RST":
            client.rst()
            await until(lambda: not stand.relay.links())
        else:
            await client.close()
            await until(lambda: stand.end().fin)


# In a lab


async def test_in_a_lab_it_is_the_servers_end_of_a_sockets_connection() -> None:
    async with serve(echo, "127.0.0.1", 0) as behind, Lab() as lab:
        relay = await lab.hosting.relay("node", 0)
        relay.forward(next(iter(behind.sockets)).getsockname()[1])
        socket = lab.WebSocket(relay.url)
        await socket.opened()
        socket.send("hello")
        assert (await socket.next()).data == "hello"
        await lab.settled()
        one = connection(lab)
        assert one.client_end is socket.end
        assert one.server_end in relay.links()
        assert repr(one) == "<Connection 1: client to node, open>"
        assert relay.connections == (one,)
        socket.close(1000)
        assert (await socket.closed()).wasClean
        await until(lambda: not relay.links())


# Its owner's side


async def test_the_server_behind_can_ask_whose_connection_it_sees() -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        clients = [await Wire.to(stand.relay.port) for _ in range(5)]
        found = set()
        for _ in clients:
            server = await behind.accepted.get()
            end = stand.relay.end_of(server.from_port)
            assert end is not None
            assert end.remote is not None
            found.add(end.remote.port)
        assert found == {client.port for client in clients}
        assert stand.relay.end_of(1) is None
        for client in clients:
            client.rst()
        await until(lambda: not stand.relay.links())
        assert all(stand.relay.end_of(wire.from_port) for wire in behind.wires), "also shortly after it is over"


async def test_connections_that_are_long_over_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "_REMEMBERED", 2)
    async with Behind() as behind, relayed(behind.port) as stand:
        for _ in range(4):
            client = await Wire.to(stand.relay.port)
            await behind.accepted.get()
            client.rst()
            await until(lambda: not stand.relay.links())
        known = [stand.relay.end_of(wire.from_port) is not None for wire in behind.wires]
        assert known == [False, False, True, True]


async def test_a_port_that_is_taken_is_named_with_its_holder() -> None:
    thread = LoopThread("wslab-relay")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        relay = Relay("node", Timeline(), None, thread)
        with pytest.raises(PortTaken, match=f"port {port} is taken by this kernel itself") as caught:
            await relay.listen(port)
        assert caught.value.port == port
        assert not relay.running
        assert repr(relay) == "<Relay 'node' stopped>"
    assert await relay.listen(port) == port
    assert repr(relay) == f"<Relay 'node' at ws://127.0.0.1:{port}, 0 open>"
    await relay.shut_down(1001)
    thread.stop()
    assert await thread.wait_ended(5)


async def test_it_is_looked_at_as_a_server_is() -> None:
    changes: list[int] = []
    async with Behind() as behind, relayed(behind.port) as stand:
        relay = stand.relay
        relay.on_change(lambda: changes.append(len(relay.links())))
        client = await Wire.to(relay.port)
        await behind.accepted.get()
        assert [c.server for c in relay.connections] == ["node"]
        assert set(relay.links()) == {stand.end()}
        client.rst()
        await until(lambda: changes == [1, 0])
        assert relay.connections == ()


@pytest.mark.parametrize("fault", ["none", "latency", "stall"])
async def test_shutting_down_ends_both_legs_and_says_so(fault: str) -> None:
    async with through() as (client, server, stand):
        if fault == "latency":
            stand.relay.faults.latency = 30
        elif fault == "stall":
            stand.relay.faults.stall()
        await server.send(b"not lost")
        await until(lambda: stand.end().sent.stop == 8)
        await asyncio.gather(stand.relay.shut_down(1001, "going away"), stand.relay.shut_down(1012))
        if fault == "none":
            assert await client.heard() == b"not lost"
        else:
            await client.was_reset()
        await server.was_reset()
        (row,) = stand.rows("the relay ends")
        assert row.text.startswith("asked to close with 1001 going away, but only node itself could send")
        with pytest.raises(ConnectionRefusedError):
            await Wire.to(stand.relay.port)


async def test_shutting_down_does_not_wait_for_a_side_that_reads_nothing() -> None:
    async with through() as (client, server, stand):
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        sending = asyncio.create_task(server.send(bytes(MEBI) * 32))
        await until(stand.relay.links)
        (side,) = stand.relay.links().values()
        await until(lambda: side.paused)
        await stand.relay.shut_down(1001)
        with pytest.raises(ConnectionError):
            await sending


async def test_shutting_down_while_connections_wait() -> None:
    async with relayed() as stand:
        clients = [await Wire.to(stand.relay.port) for _ in range(3)]
        await until(lambda: len(stand.relay.links()) == 3)
        await stand.relay.shut_down(1001)
        for client in clients:
            assert not await client.was_reset()
            await client.close()


async def test_its_port_is_free_for_the_next_one_at_once() -> None:
    async with through() as (client, server, stand):
        await client.send(b"x")
        await stand.relay.shut_down(1012)
        again = Relay("node", stand.timeline, None, stand.thread)
        assert await again.listen(stand.relay.port) == stand.relay.port
        again.forward(server.port)
        other = await Wire.to(again.port)
        await until(again.links)
        await again.shut_down(1001)
        await other.close()


async def test_a_thread_that_is_gone_ends_it_too() -> None:
    thread = LoopThread("wslab-relay")
    relay = Relay("node", Timeline(), None, thread)
    thread.stop()
    assert await thread.wait_ended(5)
    await relay.shut_down(1001)
    await relay.shut_down(1001)
    assert not relay.running
    with pytest.raises(RuntimeError):
        await relay.listen(0)


async def test_the_port_of_a_relay_whose_thread_has_ended_is_free() -> None:
    thread = LoopThread("wslab-relay")
    relay = Relay("node", Timeline(), None, thread)
    port = await relay.listen(0)
    thread.stop()
    assert await thread.wait_ended(5)
    assert not relay.running
    with pytest.raises(ConnectionRefusedError):
        await Wire.to(port)
    await relay.shut_down(1001)
