"""However a connection, its server, its lab or its process ends while a fault holds bytes, nothing stays."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosedError

from tests.net.certificate import Certificate
from tests.net.harness import LIMIT, connection, hears, rows, until
from wslab import Lab
from wslab.net.faults.settings import WAYS

if TYPE_CHECKING:
    from wslab import Server

UP, DOWN = WAYS
ROOT = Path(__file__).parents[3]


async def opened(server: Server) -> list[Any]:
    """The library's connections of a server, once there are any."""
    await until(server.links)
    return list(server.links().values())


@pytest.mark.parametrize(
    ("who", "how"), [("server", "latency"), ("client", "stall"), ("client", "latency"), ("both", "bandwidth")]
)
async def test_a_lab_closes_while_bytes_are_held(who: str, how: str) -> None:
    async with Lab() as lab:
        server = await lab.serve(compression=None)
        socket = lab.WebSocket(server.url)
        client: Any = await lab.connect(server.url)
        await socket.opened()
        for faults in (server.faults,) if who == "server" else (socket.faults, client.faults):
            if how == "latency":
                faults.latency = 30
            elif how == "stall":
                faults.stall()
            else:
                faults.bandwidth = 10
        if who == "both":
            server.faults.stall()
        socket.send("x" * 5000)
        await client.send("x" * 5000)


async def test_a_server_stops_while_bytes_are_held() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.latency = 60
        socket.send("never answered")
        async with asyncio.timeout(LIMIT):
            await server.stop()
        assert (await socket.closed()).code == 1006


async def test_a_socket_closes_in_good_order_through_latency() -> None:
    heard: list[Any] = []
    async with Lab() as lab:
        server = await lab.serve(hears(heard))
        server.faults.latency = 0.05
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.send("last")
        socket.close(3000, "done")
        event = await socket.closed()
        assert (event.code, event.wasClean) == (3000, True)
        await lab.settled(LIMIT)
        assert heard == ["last"]


async def test_a_server_that_gives_up_across_a_stall_is_not_seen_to_end_until_the_stall_ends() -> None:
    async def handler(websocket: Any) -> None:
        websocket.faults.stall()  # before the first ping
        await websocket.wait_closed()

    async with Lab() as lab:
        server = await lab.serve(handler, ping_interval=0.1, ping_timeout=0.1, close_timeout=0.1)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        await until(lambda: (end := connection(lab).server_end) and end.closed is not None)
        await until(lambda: not server.connections)
        assert socket.readyState == socket.OPEN
        assert connection(lab).client_end.closed is None  # type: ignore[union-attr]
        end = connection(lab).server_end
        assert end is not None
        assert end.left is not None
        assert end.left < end.sent.stop, "its pings and its Close frame never left"
        server.faults.resume()
        assert (await socket.closed()).code == 1006
        assert [row.name for row in rows(lab, kind="fault")] == ["stall", "ended across a stall", "resume"]


async def test_a_client_that_closes_across_a_stall_is_told_and_its_server_is_not() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        client: Any = await lab.connect(server.url, close_timeout=0.1)
        await until(lambda: server.connections)
        client.faults.stall()
        await client.close()
        assert client.close_code == 1006
        assert len(server.connections) == 1
        client.faults.clear()
        await until(lambda: not server.connections)


async def test_a_process_that_ends_while_bytes_are_held_is_silent() -> None:
    program = """
import asyncio
from wslab import Lab
async def main():
    global lab, socket, client
    lab = Lab()
    server = await lab.serve()
    socket = lab.WebSocket(server.url)
    client = await lab.connect(server.url)
    await socket.opened()
    server.faults.latency = 30
    socket.faults.stall()
    client.faults.stall("client to server")
    socket.send("x" * 5000)
    await client.send("x" * 5000)
    await asyncio.sleep(0.1)
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", program, cwd=ROOT, stderr=subprocess.PIPE
    )
    _, errors = await asyncio.wait_for(process.communicate(), 3 * LIMIT)
    assert (errors.decode(), process.returncode) == ("", 0)


@pytest.mark.parametrize("how", ["FIN", "RST"])
async def test_a_peer_that_goes_while_its_bytes_are_held_is_heard_to_the_end(how: str) -> None:
    heard: list[Any] = []
    async with Lab() as lab:
        server = await lab.serve(hears(heard))
        client: Any = await lab.connect(server.url)
        server.faults.set(latency=60, direction=UP)
        await client.send("said")
        (link,) = await opened(server)
        await until(lambda: (faulty := link.faults._link) and faulty._in.size)
        if how == "RST":
            client.faults.reset()
        else:
            client.transport.abort()
        await until(lambda: len(link.faults._link._in._items) == 2, "the end of TCP behind what is held")
        assert heard == []
        server.faults.clear()
        await until(lambda: heard == ["said"])
        await until(lambda: connection(lab).server_end.closed is not None)  # type: ignore[union-attr]


async def test_what_never_left_is_counted_from_its_first_byte() -> None:
    async with Lab() as lab:
        server = await lab.serve(compression=None)
        client: Any = await lab.connect(server.url, compression=None)
        start = client.end.sent.stop
        client.faults.latency = 30
        await client.send("held " * 10)
        client.faults.half_close()
        await client.send("behind FIN")
        assert client.end.left == client.end.sent.stop - len("behind FIN") - 6
        client.faults.reset()
        await client.wait_closed()
        assert client.end.left == start
        assert client.end.sent.stop > start + 60


async def test_faults_over_tls(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    async with Lab() as lab:
        server = await lab.serve(ssl=certificate.server)
        for end_it in ("reset", "drop"):
            client: Any = await lab.connect(server.url, ssl=certificate.client)
            server.faults.set(latency=0.02, slice=100, direction=DOWN)
            client.faults.jitter = 0.01
            for number in range(10):
                await client.send(f"{number} " + "x" * 3000)
            for number in range(10):
                assert await client.recv() == f"{number} " + "x" * 3000
            with pytest.raises(ValueError, match="TLS cannot end one direction only"):
                server.faults.half_close()
            server.faults.clear()
            getattr(server.faults, end_it)()
            with pytest.raises(ConnectionClosedError):
                await client.recv()
            await client.wait_closed()
        await lab.settled(LIMIT)


async def test_faults_of_a_handler_that_blocks_wait_for_it_and_nothing_else_does() -> None:
    blocked, release = threading.Event(), threading.Event()
    waited: list[bool] = []

    async def handler(_websocket: Any) -> None:
        blocked.set()
        waited.append(release.wait(LIMIT))

    async with Lab() as lab:
        server = await lab.serve(handler)
        client: Any = await lab.connect(server.url)
        await until(blocked.is_set)
        server.faults.latency = 0.01
        assert server.faults.latency == 0.01
        assert not rows(lab, kind="fault")
        release.set()
        await until(lambda: rows(lab, kind="fault"))
        assert waited == [True], "switching it on did not wait for the handler"
        await client.wait_closed()


async def test_what_all_connections_suffer_passes_by_the_one_that_ended_while_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        over, alive = lab.WebSocket(server.url), lab.WebSocket(server.url)
        await asyncio.gather(over.opened(), alive.opened())
        faults: Any = server.faults
        found = faults._open()
        assert len(found) == 2
        over.close()
        await over.closed()
        await until(lambda: connection(lab).server_end.closed is not None)  # type: ignore[union-attr]
        monkeypatch.setattr(type(faults), "_open", lambda _: found)
        server.faults.reset()
        assert (await alive.closed()).code == 1006
        assert [row.connection for row in rows(lab, kind="fault")] == [2]


async def test_what_passes_after_the_peer_has_reset_is_written_no_more() -> None:
    """Else asyncio warns of each write to a connection that it knows is lost, on stderr, below a learner's cell."""
    held, go_on = threading.Event(), threading.Event()

    async def handler(websocket: Any) -> None:
        websocket.faults.stall(DOWN)
        await asyncio.sleep(0)
        for _ in range(20):
            await websocket.send("held")
        held.set()
        go_on.wait(LIMIT)  # the server hears of the reset only after it has let pass what it held

    async with Lab() as lab:
        server = await lab.serve(handler, compression=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        assert await asyncio.to_thread(held.wait, LIMIT)
        socket.faults.reset()
        await socket.closed()
        server.faults.clear()
        go_on.set()
        await until(lambda: not server.links())
