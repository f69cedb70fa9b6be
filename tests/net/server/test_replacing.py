"""Serving again under a name: the same port, 1012 for whoever is connected, and nothing left of the old server."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import TYPE_CHECKING

import psutil
import pytest
import websockets

from tests.net.harness import LIMIT, rows, said, until
from tests.net.server.handlers_that_stay import (
    BLOCKING,
    STAYING,
    Clients,
    never_ends,
    spins,
    swallows_everything,
    waits_for,
)
from wslab import Lab, TimedOut, echo
from wslab.net.server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@pytest.fixture(params=["waits", "spins"])
def blocking(request: pytest.FixtureRequest) -> Iterator[Handler]:
    """A handler that blocks its thread for longer than any test takes."""
    release = threading.Event()
    yield spins if request.param == "spins" else waits_for(release)
    release.set()


async def test_a_server_whose_thread_is_stuck_is_abandoned_and_a_fresh_one_serves(blocking: Handler) -> None:
    async with Lab() as lab:
        old = await lab.serve(blocking)
        clients = await Clients.open(lab, old)
        clients.socket.send("block")
        await lab.serve(name="other")
        new = await lab.serve(echo)  # it does not wait for the handler
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


async def test_handlers_may_finish_what_they_do_within_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "GRACE", LIMIT)  # a second is plenty, but not for every machine at every moment
    monkeypatch.setattr("wslab.net.server.server._STOP", 2 * LIMIT)
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
        process, clients, most = psutil.Process(), [], (0, 0, 0)

        def now() -> tuple[int, int, int]:
            return len(asyncio.all_tasks()), process.num_fds(), threading.active_count()

        def no_more() -> bool:
            return all(count <= before for count, before in zip(now(), most, strict=True))

        for turn in range(20):
            server = await lab.serve(echo)
            socket = lab.WebSocket(server.url)
            await socket.opened()
            clients.append(socket)
            await until(lambda: all(each.readyState == 3 for each in clients[:-1]), "closing of the older sockets")
            await until(lambda: len([t for t in threading.enumerate() if t.name.startswith("wslab-server")]) == 1)
            if turn == 2:
                most = now()
            elif turn > 2:  # what has just ended may still be closing its last descriptor
                await until(no_more, f"not more tasks, descriptors and threads than {most}")
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


async def test_closing_the_lab_does_not_wait_for_a_stuck_handler(blocking: Handler) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(blocking)).url)
        await socket.opened()
        socket.send("block")
        with pytest.raises(TimedOut):
            await socket.next(timeout=0.2)
