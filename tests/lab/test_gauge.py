"""Where bytes wait when the reader does not read: the library fills first, then the kernel, then the transport."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from tests.net.harness import until
from wslab import Lab

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


async def test_a_reader_that_stalls_fills_every_place_one_after_the_other() -> None:
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
        seen: dict[str, int] = {}
        for number in range(1000):
            socket.send("x" * 100_000)
            await asyncio.sleep(0.002)
            transport, _, arrived, library = lab.gauge.sample()[1, "client to server"]
            for name, size in (("transport", transport), ("arrived", arrived), ("library", library)):
                if size:
                    seen.setdefault(name, number)
            if transport:
                break
        if sys.platform == "linux":
            assert seen["library"] <= seen["arrived"] <= seen["transport"]
            assert seen["library"] < seen["transport"]
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
