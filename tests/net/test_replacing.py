"""Serving again under a name: the same port, 1012 for whoever is connected, and nothing left of the old server."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest
import websockets

from tests.net.handlers_that_stay import BLOCKING, STAYING, Clients, never_ends, sleeps, spins, swallows_everything
from tests.net.harness import rows, said, until
from wslab import Lab, TimedOut, echo

if TYPE_CHECKING:
    from wslab.net import Handler


async def greeting(url: str) -> str:
    async with websockets.connect(url) as client:
        await client.send("still there?")
        return str(await client.recv())


@pytest.mark.parametrize("handler", [echo, *(each for each in STAYING if each not in BLOCKING)])
async def test_a_server_is_replaced_with_its_clients_open(handler: Handler) -> None:
    async with Lab() as lab:
        old = await lab.serve(handler)
        clients = await Clients.open(lab, old)
        new = await lab.serve(echo)
        assert new.port == old.port
        assert not old.running
        assert await greeting(new.url) == "still there?"
        assert await clients.codes() == [1012, 1012, 1012]
        assert clients.socket.readyState == clients.socket.CLOSED
        assert (
            len(
                rows(
                    lab, name='server "server" restarts', text="its connections are closed with 1012 (service restart)"
                )
            )
            == 1
        )


@pytest.mark.parametrize("handler", BLOCKING)
async def test_a_server_whose_thread_is_stuck_is_abandoned_and_a_fresh_one_serves(handler: Handler) -> None:
    async with Lab() as lab:
        old = await lab.serve(handler)
        clients = await Clients.open(lab, old)
        clients.socket.send("block")
        await lab.serve(name="other")
        started = time.monotonic()
        new = await lab.serve(echo)
        assert time.monotonic() - started < 10  # it does not wait for the handler
        assert new.port == old.port
        assert await greeting(new.url) == "still there?"
        assert set(await clients.codes()) <= {1006, 1012}


async def test_the_restart_is_said_only_when_something_restarts() -> None:
    async with Lab() as lab:
        await lab.serve()
        assert not said(lab, "restarts")


async def test_another_port_may_be_chosen_when_serving_again() -> None:
    async with Lab() as lab:
        old = await lab.serve()
        client = await websockets.connect(old.url)
        new = await lab.serve(port=(await lab.serve(name="other")).port + 0, name="other")
        assert new.name == "other"
        assert old.running
        await client.close()


async def test_handlers_may_finish_what_they_do_within_the_grace() -> None:
    done: list[str] = []

    async def tidy(connection: websockets.ServerConnection) -> None:
        try:
            await connection.wait_closed()
        finally:
            await asyncio.sleep(0.2)
            done.append("tidied up")

    async with Lab() as lab:
        client = await websockets.connect((await lab.serve(tidy)).url)
        await lab.serve()
        assert done == ["tidied up"]
        await client.close()


async def test_a_handler_that_goes_on_is_cancelled_not_killed() -> None:
    told: list[str] = []

    async def goes_on(connection: websockets.ServerConnection) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            told.append("cancelled")
            raise

    async with Lab() as lab:
        client = await websockets.connect((await lab.serve(goes_on)).url)
        await lab.serve()
        assert told == ["cancelled"]
        await client.close()


async def test_serving_twenty_times_in_a_row_lets_nothing_grow() -> None:
    async with Lab() as lab:
        process, counts = psutil.Process(), []
        clients = []
        for _ in range(20):
            server = await lab.serve(echo)
            socket = lab.WebSocket(server.url)
            await socket.opened()
            clients.append(socket)
            await until(lambda: all(each.readyState == 3 for each in clients[:-1]), "closing of the older sockets")
            await until(lambda: len([t for t in threading.enumerate() if t.name.startswith("wslab-server")]) == 1)
            counts.append((len(asyncio.all_tasks()), process.num_fds(), threading.active_count()))
        assert counts[2:] == counts[2:3] * 18
        assert [(await each.closed()).code for each in clients[:-1]] == [1012] * 19


async def test_replacing_can_be_interrupted_and_leaves_nothing() -> None:
    async with Lab() as lab:
        old = await lab.serve(never_ends)
        socket = lab.WebSocket(old.url)
        await socket.opened()
        serving = asyncio.ensure_future(lab.serve(echo))
        await until(lambda: not old.running)
        serving.cancel()  # as a learner's interrupt does
        with pytest.raises(asyncio.CancelledError):
            await serving
        new = await lab.serve(echo)
        assert new.port == old.port
        assert await greeting(new.url) == "still there?"


def test_a_handler_that_swallows_everything_never_hangs_the_garbage_collector() -> None:
    # Collected without a loop, its `await asyncio.sleep` would raise at once, for ever, wherever the collector runs.
    async def serve() -> None:
        async with Lab() as lab:
            socket = lab.WebSocket((await lab.serve(swallows_everything)).url)
            await socket.opened()

    asyncio.run(serve())
    gc.collect()


@pytest.mark.parametrize("handler", [sleeps, spins])
async def test_closing_the_lab_does_not_wait_for_a_stuck_handler(handler: Handler) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(handler)).url)
        await socket.opened()
        socket.send("block")
        with pytest.raises(TimedOut):
            await socket.next(timeout=0.2)
        started = time.monotonic()
    assert time.monotonic() - started < 10
