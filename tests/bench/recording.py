"""What recording costs: the lab against bare websockets, interleaved in one run, as ratios of CPU time.

    python tests/bench/recording.py            about a minute
    python tests/bench/recording.py --pairs 9  more pairs, narrower ranges

Both sides run the same code: a `websockets` server on a thread, a `websockets` client on the main loop. One side records both
ends into a timeline, the other does not. CPU is that of the whole process; each pair runs bare and recorded right after another, in
alternating order, and the table gives the median ratio of the pairs with its range.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from wslab import Lab
from wslab.net import LoopThread, echo

Traffic = Callable[[ClientConnection], Awaitable[None]]


async def sink(connection: ServerConnection) -> None:
    """Read everything; answer the word that ends a burst."""
    async for message in connection:
        if message == "end":
            await connection.send("done")


def echoing(count: int, size: int) -> Traffic:
    """One message at a time, there and back."""

    async def run(connection: ClientConnection) -> None:
        message = "x" * size
        for _ in range(count):
            await connection.send(message)
            await connection.recv()

    return run


def one_way(count: int, size: int) -> Traffic:
    """A burst in one direction, and one answer at the end."""

    async def run(connection: ClientConnection) -> None:
        message = b"x" * size
        for _ in range(count):
            await connection.send(message)
        await connection.send("end")
        await connection.recv()

    return run


async def timed(traffic: Traffic, connection: ClientConnection) -> tuple[float, float]:
    """CPU and wall seconds of one run."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    await traffic(connection)
    return time.process_time() - cpu, time.perf_counter() - wall


async def bare(traffic: Traffic, handler: Callable[[ServerConnection], Awaitable[None]]) -> tuple[float, float]:
    """Run traffic with nothing recorded."""
    thread = LoopThread("bench-bare")

    async def start() -> tuple[object, int]:
        server = await serve(handler, "127.0.0.1", 0, compression=None)
        return server, next(iter(server.sockets)).getsockname()[1]

    _, port = await thread.run(start(), 5, lambda: "the bare server did not start")
    async with connect(f"ws://127.0.0.1:{port}", compression=None, proxy=None) as connection:
        result = await timed(traffic, connection)
    thread.stop()
    await thread.wait_ended(2)
    return result


async def recorded(traffic: Traffic, handler: Callable[[ServerConnection], Awaitable[None]]) -> tuple[float, float]:
    """Run traffic with both ends recorded."""
    async with Lab("bench") as lab:
        server = await lab.serve(handler, compression=None)
        async with lab.connect(server.url, compression=None) as connection:
            return await timed(traffic, connection)


CASES: dict[str, tuple[Traffic, int, Callable[[ServerConnection], Awaitable[None]]]] = {
    "echo 64 B": (echoing(3000, 64), 3000, echo),
    "one-way 64 B": (one_way(20_000, 64), 20_000, sink),
    "one-way 64 KiB": (one_way(600, 64 * 1024), 600, sink),
}


async def main(pairs: int) -> None:
    """Run all cases and print the table."""
    print(f"{'':<16}{'bare CPU us/msg':>17}{'recorded':>12}{'ratio CPU':>12}{'range':>16}{'rate':>9}")
    for name, (traffic, count, handler) in CASES.items():
        ratios, rates, costs = [], [], []
        await bare(traffic, handler)
        await recorded(traffic, handler)
        for index in range(pairs):
            if index % 2:
                with_tap, without = await recorded(traffic, handler), await bare(traffic, handler)
            else:
                without, with_tap = await bare(traffic, handler), await recorded(traffic, handler)
            ratios.append(with_tap[0] / without[0])
            rates.append(without[1] / with_tap[1])
            costs.append((without[0] / count * 1e6, with_tap[0] / count * 1e6))
        middle = [statistics.median(cost) for cost in zip(*costs, strict=True)]
        span = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(
            f"{name:<16}{middle[0]:>17.1f}{middle[1]:>12.1f}"
            f"{statistics.median(ratios):>11.2f}x{span:>16}{statistics.median(rates):>8.2f}x"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5, help="pairs of runs for each case")
    asyncio.run(main(parser.parse_args().pairs))
