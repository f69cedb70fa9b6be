"""The life of a server: one state, whoever asks. A server whose thread has died is not running, and holds no port."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests.net.harness import LIMIT, rows, until
from wslab import Lab

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets import ServerConnection


async def breaks_its_loop(connection: ServerConnection) -> None:
    """A slip that is easily made: a loop's clock counts seconds, not dates. asyncio finds out later, where nobody can catch it."""
    await connection.recv()
    asyncio.get_running_loop().call_at("tomorrow", print)  # type: ignore[arg-type]


def spied(told: Callable[..., object], see: Callable[[], None], *what: Any) -> None:
    """Look around at the very moment in which a failure is told."""
    see()
    told(*what)


async def test_a_server_whose_loop_has_broken_is_not_running_when_that_is_told_and_frees_its_port(
    failures: list[str],
) -> None:
    async with Lab() as lab:
        server = await lab.serve(breaks_its_loop)
        thread = server._serving.thread
        seen: list[bool] = []
        thread.failed = functools.partial(spied, thread.failed, lambda: seen.append(server.running))
        client = await websockets.connect(server.url)
        await client.send("go")
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(client.recv(), LIMIT)
        assert await thread.wait_ended(LIMIT)
        assert seen == [False]
        assert not server.running
        assert repr(server) == "<Server 'server' stopped>"
        (row,) = rows(lab, name="server server has ended")
        assert row.text.startswith("TypeError")
        assert row.problem == "nobody is served any more; run its cell again"
        again = await lab.serve()
        assert again.port == server.port
        assert again.running
    assert failures == ["ERROR server server has ended: TypeError"]


async def test_whoever_is_connected_to_a_server_whose_loop_breaks_sees_the_end_and_its_port_is_told_to_be_free(
    failures: list[str],
) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        told: list[dict[int, str]] = []
        lab.hosting.ports.watch(lambda: told.append(lab.hosting.ports.taken()))
        socket = lab.WebSocket(server.url)
        await socket.opened()
        await until(server.links)
        (link,) = server.links().values()
        loop = server._serving.thread.loop
        loop.call_soon_threadsafe(functools.partial(setattr, loop, "_run_once", None))
        assert (await socket.closed()).code == 1006
        await until(lambda: told == [{}])
        assert not server.links()
        link.transport.real._sock.close()  # type: ignore[attr-defined]  # no transport of a broken loop ever closes
    assert failures == ["ERROR server server has ended: TypeError"]


async def test_whoever_stops_a_server_that_is_stopping_waits_until_it_has_stopped() -> None:
    async def stays(_connection: ServerConnection) -> None:
        await asyncio.sleep(3600)

    async with Lab() as lab:
        server = await lab.serve(stays)
        client = await websockets.connect(server.url)
        await until(server.links)
        first = asyncio.create_task(lab.serve())
        await until(lambda: not server.running)
        await server.stop()
        assert server._serving.thread.ended.done()
        await first
        await client.wait_closed()
