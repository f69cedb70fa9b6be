"""Where bytes wait when the reader does not read: in the library, in the kernel, and in the transport."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from tests.lab.turns import turned
from tests.net.harness import LIMIT, until
from wslab import Lab

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


async def test_a_reader_that_stalls_fills_every_place() -> None:
    go_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def stalls(connection: ServerConnection) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(go_on.wait(), loop))
        async for _ in connection:
            pass

    async with Lab() as lab:
        server = await lab.serve(stalls, compression=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        places = lab.gauge.sample()[1, "client to server"]
        steady, deadline = 0, time.monotonic() + LIMIT
        # A busy machine fills any place for a moment: what counts is what stays while every loop takes its turns.
        while steady < 5 or (sys.platform == "linux" and not all(places)):
            assert time.monotonic() < deadline, f"not every place fills: {places}"
            before = places
            if not places[0]:
                socket.send("x" * 100_000)
            await turned(lab)
            places = lab.gauge.sample()[1, "client to server"]
            steady = steady + 1 if places[0] and places[2:] == before[2:] else 0
        if sys.platform == "linux":
            assert 16 < (places[3] or 0) / 100_000 < 21, "the library stops reading when its queue of 16 frames is full"
        assert socket.bufferedAmount > 0
        assert lab.gauge is lab.gauge
        go_on.set()
        await until(lambda: not any(any(map(bool, places)) for places in lab.gauge.sample().values()))
        await until(lambda: socket.bufferedAmount == 0)
        socket.close()
        await socket.closed()
        await until(lambda: lab.gauge.sample() == {}, "the server's end being closed too")


async def test_the_real_client_has_a_gauge_too() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        async with lab.connect(server.url) as connection:
            await connection.send("hi")
            await until(lambda: lab.gauge.sample()[1, "server to client"][3] == 2)  # echoed, read, and not taken
            assert await connection.recv() == "hi"
            assert lab.gauge.sample()[1, "server to client"][3] == 0
