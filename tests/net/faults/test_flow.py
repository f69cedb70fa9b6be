"""Flow control stays true while a fault holds bytes: whoever writes too much waits, and memory is bounded."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.net.harness import connection, hears, rows, until
from wslab import Lab
from wslab.net.faults.settings import WAYS

UP, DOWN = WAYS
BIG = "x" * 20_000


async def test_a_handler_that_sends_into_a_stall_waits_and_loses_nothing() -> None:
    sent: list[int] = []
    held: list[Any] = []

    async def handler(websocket: Any) -> None:
        held.append(websocket)
        await websocket.recv()
        for number in range(100):
            await websocket.send(f"{number} {BIG}")
            sent.append(number)

    async with Lab() as lab:
        server = await lab.serve(handler, compression=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.stall(DOWN)
        socket.send("go")
        await until(lambda: held and held[0].transport.get_write_buffer_size() > 32_768)
        await lab.serve(name="another")  # time for more, if more could come
        assert 0 < len(sent) < 5, "write_limit is 32 KiB"
        assert held[0].transport.get_write_buffer_size() < 100_000
        server.faults.resume(DOWN)
        got = [(await socket.next("message")).data for _ in range(100)]
        assert got == [f"{number} {BIG}" for number in range(100)]
        assert (await socket.closed()).code == 1000


async def test_the_buffered_amount_counts_what_a_fault_holds() -> None:
    async with Lab() as lab:
        server = await lab.serve(compression=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.faults.stall(UP)
        socket.send("x" * 1000)
        socket.send("y" * 500)
        await until(lambda: rows(lab, source=UP, kind="message", size=500))
        assert socket.bufferedAmount == 1500
        socket.faults.clear()
        assert (await socket.next("message")).data == "x" * 1000
        await until(lambda: not socket.bufferedAmount)


async def test_what_comes_is_held_up_to_a_bound_and_then_not_read() -> None:
    total = 8 * 1024 * 1024
    got: list[bytes] = []
    ends: list[Any] = []

    async def handler(websocket: Any) -> None:
        ends.append(websocket)
        await hears(got)(websocket)

    async with Lab() as lab:
        server = await lab.serve(handler, compression=None, max_size=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.set(latency=60, direction=UP)
        for _ in range(total // 65536):
            socket.send(b"x" * 65536)
        await until(lambda: ends and (faulty := ends[0].faults._link) and faulty._in.size > 1024 * 1024)
        await until(lambda: connection(lab).client_end.sent.stop > total)  # type: ignore[union-attr]
        assert ends[0].faults._link._in.size < 1024 * 1024 + 512 * 1024
        assert got == []
        server.faults.clear()
        await until(lambda: sum(map(len, got)) == total)


async def test_a_handler_that_does_not_read_still_stops_its_peer() -> None:
    reading = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    got: list[str] = []

    async def handler(websocket: Any) -> None:
        loops.append(asyncio.get_running_loop())
        await reading.wait()
        await hears(got)(websocket)

    async with Lab() as lab:
        server = await lab.serve(handler, compression=None, max_queue=4)
        server.faults.jitter = 0.001
        client: Any = await lab.connect(server.url, compression=None)
        sent = [f"{number} {BIG}" for number in range(2000)]

        async def burst() -> None:
            for message in sent:
                await client.send(message)

        task = asyncio.create_task(burst())
        await until(lambda: loops and client.transport.get_write_buffer_size() > 0)
        done, _ = await asyncio.wait({task}, timeout=0.3)
        assert not done, "40 MB do not fit into the buffers of two kernels and one library"
        loops[0].call_soon_threadsafe(reading.set)
        await task
        await until(lambda: len(got) == len(sent))
        assert got == sent
        await client.close()


async def test_faults_switched_on_and_off_in_the_middle_of_a_burst_change_nothing_of_it() -> None:
    async with Lab() as lab:
        server = await lab.serve(compression=None)
        client: Any = await lab.connect(server.url, compression=None)
        sent = [f"{number} {BIG[: number * 7 % 5000]}" for number in range(600)]
        got: list[str | bytes] = []

        async def listen() -> None:
            while len(got) < len(sent):
                got.append(await client.recv())

        listening = asyncio.create_task(listen())
        for number, message in enumerate(sent):
            if number % 50 == 10:
                server.faults.set(latency=0.002, slice=4096)
                client.faults.bandwidth = 5_000_000
            if number % 50 == 40:
                server.faults.clear()
                client.faults.clear()
            await client.send(message)
        await listening
        assert got == sent
        assert client.transport.carrier is client.transport.real, "nothing stands in between any more"
        await client.close()
        assert client.close_code == 1000
