"""A lab: what it says of itself, how it closes, and how the next one of its name takes over."""

from __future__ import annotations

import asyncio
import gc
import re
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests.net.harness import LIMIT, Peer, RawServer, run, until
from tests.ports import free_port
from wslab import Lab, LabClosed, WebSocket
from wslab.lab import shutdown

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from wslab import Server


async def test_it_says_what_is_running() -> None:
    async with Lab("mine") as lab:
        assert repr(lab) == "Lab 'mine'\n  no server"
        server = await lab.serve(name="chat")
        assert repr(lab) == f"Lab 'mine'\n  server 'chat' at {server.url}, 0 open"
        first, second = lab.WebSocket(server.url), lab.WebSocket(f"{server.url}/two")
        await asyncio.gather(first.opened(), second.opened())
        client = await lab.connect(server.url)
        await until(lambda: len(server.connections) == 3)
        assert repr(lab).splitlines() == [
            "Lab 'mine'",
            f"  server 'chat' at {server.url}, 3 open",
            f"  <WebSocket {server.url}/ OPEN>",
            f"  <WebSocket {server.url}/two OPEN>",
            "  client #3 of lab.connect()",
        ]
        first.close()
        await first.closed()
        await client.close()
        await until(lambda: len(server.connections) == 1)
        assert len(repr(lab).splitlines()) == 3
    assert repr(lab) == "<Lab 'mine' closed>"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab that closes waits for its peers for as long as they need on a machine with very much to do."""
    monkeypatch.setattr(shutdown, "_GOODBYE", LIMIT)


@pytest.mark.usefixtures("patient")
async def test_closing_says_1001_to_everybody() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket, ours = lab.WebSocket(server.url), await lab.connect(server.url)
        plain = await websockets.connect(server.url)
        await socket.opened()
        await lab.close()
        assert (await socket.closed()).code == 1001
        for client in (ours, plain):
            with pytest.raises(ConnectionClosed) as caught:
                await client.recv()
            assert 1001 in {each.code for each in (caught.value.rcvd, caught.value.sent) if each}
        assert not server.running
        await until(lambda: not threads_of("wslab-server"))


def threads_of(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


@pytest.mark.usefixtures("patient")
async def test_the_server_of_another_lab_sees_1001() -> None:
    seen: list[Any] = []

    async def handler(connection: ServerConnection) -> None:
        await connection.wait_closed()
        seen.append(connection.close_code)

    async with Lab("servers") as servers:
        server = await servers.serve(handler)
        async with Lab("clients") as clients:
            socket = clients.WebSocket(server.url)
            await socket.opened()
            await clients.connect(server.url)
        await until(lambda: len(seen) == 2)
        assert seen == [1001, 1001]


async def test_closing_twice_does_nothing() -> None:
    lab = Lab()
    await lab.serve()
    await lab.close()
    await lab.close()
    async with lab:
        pass


async def test_two_may_close_it_at_once() -> None:
    lab = Lab()
    await lab.serve()
    await asyncio.gather(lab.close(), lab.close())


async def test_a_closed_lab_says_what_to_write() -> None:
    async with Lab() as lab:
        server = await lab.serve()
    told = re.escape("this lab is closed; make a new one: lab = Lab()")
    for use in (lab.serve, lambda: lab.connect(server.url), lambda: lab.WebSocket(server.url)):
        with pytest.raises(LabClosed, match=told):
            use()
    assert "server" in lab.transcript()  # what happened can still be read
    lab.clear()
    assert lab.transcript() == ""
    await lab.settled()


async def test_a_lab_that_closes_while_a_server_starts_leaves_no_server() -> None:
    lab = Lab()
    await lab.serve(name="first")
    serving = asyncio.ensure_future(lab.serve())
    await asyncio.sleep(0)
    await lab.close()
    with pytest.raises(LabClosed):
        await serving
    assert lab.servers == ()


@pytest.mark.usefixtures("patient")
async def test_a_second_lab_with_the_same_name_takes_over() -> None:
    first = Lab("x")
    server = await first.serve(name="chat", port=free_port())
    socket = first.WebSocket(server.url)
    await socket.opened()
    second = Lab("x")
    again = await second.serve(name="chat")
    assert again.port == server.port
    assert (await socket.closed()).code == 1001
    told = re.escape("this lab was replaced by a newer Lab('x'); use that one")
    for use in (first.serve, lambda: first.connect(server.url), lambda: first.WebSocket(server.url)):
        with pytest.raises(LabClosed, match=told):
            use()
    assert repr(first) == "<Lab 'x' closed>"
    await first.close()  # nothing to do
    assert again.running
    await second.close()


async def test_a_lab_of_another_name_lives_on() -> None:
    async with Lab("x") as x:
        server = await x.serve()
        async with Lab("y"):
            assert server.running
            await x.serve()


@pytest.mark.parametrize("serve_between", [False, True])
async def test_ports_are_inherited_through_several_labs(serve_between: bool) -> None:
    async def deaf(peer: Peer) -> None:  # so that the first lab takes a while to go
        await peer.open()
        await peer.gone()

    async with RawServer(deaf) as slow:
        first = Lab("x")
        port = (await first.serve(port=free_port())).port
        await first.WebSocket(slow.url).opened()
        second = Lab("x")
        if serve_between:
            second._io()  # its thread runs, so it can be closed before the first one is
        third = Lab("x")
        assert (await third.serve()).port == port
        await third.close()


@pytest.mark.usefixtures("patient")
async def test_a_cell_that_makes_and_serves_may_be_run_twenty_times() -> None:
    port, ports, sockets, lab = free_port(), set(), [], Lab("again")
    await lab.serve(port=port)
    for _ in range(20):
        lab = Lab("again")
        server = await lab.serve()
        ports.add(server.port)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        sockets.append(socket)
        socket.send("hi")
        assert (await socket.next()).data == "hi"
    assert ports == {port}
    assert [(await socket.closed()).code for socket in sockets[:-1]] == [1001] * 19
    await lab.close()
    await until(lambda: not threads_of("wslab-"))


async def test_taking_over_from_a_lab_whose_handler_is_stuck() -> None:
    async def sleeps(connection: ServerConnection) -> None:
        async for _ in connection:
            time.sleep(3)  # noqa: ASYNC251

    first = Lab("x")
    server = await first.serve(sleeps, port=free_port())
    socket = first.WebSocket(server.url)
    await socket.opened()
    socket.send("block")
    async with Lab("x") as second:
        again = await second.serve()
        assert again.port == server.port
        async with websockets.connect(again.url):
            pass


async def test_the_log_is_one_and_stays_readable() -> None:
    async with Lab() as lab:
        assert lab.log is lab.log
        assert lab.panel is lab.panel
        assert repr(lab.log) == '<Log of lab "lab">'
        log, panel = lab.log, lab.panel
    log.close()
    panel.close()


async def test_forgetting_to_await_says_what_to_write_and_warns_of_nothing() -> None:
    async with Lab() as lab:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for forgotten, write in (
                (lab.serve(), "server = await lab.serve()"),
                (lab.settled(), "await lab.settled()"),
                (lab.close(), "await lab.close()"),
            ):
                assert repr(forgotten) == f"<nothing has happened yet: an await is missing. Write: {write}>"
                with pytest.raises(AttributeError, match=rf"no \.url: an await is missing\. Write: {re.escape(write)}"):
                    _ = forgotten.url
            client = lab.connect("ws://127.0.0.1:1")
            del client, forgotten
            gc.collect()
        assert lab.servers == ()
        server = await lab.serve()
        stop = server.stop()
        assert "Write: await server.stop()" in repr(stop)
        assert server.running


def test_two_runs_of_asyncio_in_one_process() -> None:
    for _ in range(2):

        async def main() -> None:
            async with Lab() as lab:
                socket = lab.WebSocket((await lab.serve()).url)
                await socket.opened()
                socket.send("hi")
                assert (await socket.next()).data == "hi"

        run(main())


def test_one_lab_over_several_loops() -> None:
    lab = Lab("over loops")
    ports: list[int] = []
    left: list[WebSocket] = []

    async def cell() -> None:
        server = await lab.serve(port=0 if ports else free_port())
        ports.append(server.port)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        left.append(socket)
        assert lab.call(lambda: 5) == 5

    for _ in range(3):
        asyncio.run(cell())
    assert len(set(ports)) == 1

    async def end() -> None:
        server = lab.servers[0]
        async with websockets.connect(server.url) as client:
            await client.send("still here")
            assert await client.recv() == "still here"
        await lab.close()

    run(end())
    assert len(left) == 3


@pytest.mark.parametrize("queued", [False, True])
def test_the_home_loop_may_end_while_sockets_are_open(queued: bool) -> None:
    async def talks(connection: ServerConnection) -> None:
        for number in range(1000):
            await connection.send(str(number))
            await asyncio.sleep(0.01)

    lab = Lab("loop ends")

    async def cell() -> tuple[Server, WebSocket]:
        server = await lab.serve(talks)
        socket = lab.WebSocket(server.url)
        await socket.next()  # its handler runs
        return server, socket

    loop = asyncio.new_event_loop()
    server, socket = loop.run_until_complete(cell())
    deadline = time.monotonic() + LIMIT
    while queued and not socket.backlog()[0]:  # an event is queued when the loop ends
        assert time.monotonic() < deadline
        time.sleep(0.001)
    loop.close()

    async def later() -> None:
        await until(lambda: not server.connections, "the server seeing that its client's page is gone")
        await until(lambda: socket not in lab._host.sockets, "the lab forgetting the socket")
        with pytest.raises(LabClosed, match=r"the event loop of .* has ended; make another: socket = lab\.WebSocket"):
            socket.on_home(lambda: None)
        await lab.close()

    run(later())


def test_it_may_be_made_before_any_loop_runs() -> None:
    lab = Lab("early")

    async def main() -> None:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        assert lab.call(lambda: "known") == "known"
        await lab.close()

    run(main())


def test_the_class_of_its_sockets_is_a_websocket() -> None:
    lab = Lab("class")
    assert issubclass(lab.WebSocket, WebSocket)
    assert lab.WebSocket.__name__ == "WebSocket"
    asyncio.run(_close(lab))


async def _close(lab: Lab) -> None:
    await lab.close()
