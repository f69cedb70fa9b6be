"""A burst of small messages through the lab against bare websockets, as a ratio of times: 64 messages of 64 B from one handler.

    python tests/bench/burst.py             a few seconds
    python tests/bench/burst.py --pairs 25  more pairs, narrower ranges

Both sides run the same code: a `websockets` server on a thread, whose handler answers each word with a burst, and a `websockets`
client on the main loop. The lab records both ends. A run is a number of bursts on one connection, behind one that is not counted;
each pair runs bare and recorded right after another, in alternating order. Ends with an error when the median ratio is past `LIMIT`:
where a socket waits for acknowledgements (Nagle's algorithm) a burst takes 40 ms, and the ratio is past 20.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import time
from typing import TYPE_CHECKING

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from wslab import Lab
from wslab.net import LoopThread

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection
    from websockets.asyncio.server import ServerConnection

LIMIT = 1.5
MESSAGES = 64
MESSAGE = "x" * 64
BURSTS = 40


async def burst(connection: ServerConnection) -> None:
    """Answer each message with a burst."""
    async for _ in connection:
        for _ in range(MESSAGES):
            await connection.send(MESSAGE)


async def timed(connection: ClientConnection) -> float:
    """Seconds that a burst takes, the median of a run."""
    gc.collect()
    times = []
    for _ in range(BURSTS + 1):
        began = time.perf_counter()
        await connection.send("go")
        for _ in range(MESSAGES):
            await connection.recv()
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


async def bare() -> float:
    """Run bursts with nothing recorded."""
    thread = LoopThread("bench-bare")

    async def start() -> tuple[object, int]:
        server = await serve(burst, "127.0.0.1", 0)
        return server, next(iter(server.sockets)).getsockname()[1]

    _, port = await thread.run(start(), 5, lambda: "the bare server did not start")
    async with connect(f"ws://127.0.0.1:{port}", proxy=None) as connection:
        result = await timed(connection)
    thread.stop()
    await thread.wait_ended(2)
    return result


async def recorded() -> float:
    """Run bursts with both ends recorded."""
    async with Lab("bench") as lab:
        server = await lab.serve(burst)
        async with lab.connect(server.url) as connection:
            return await timed(connection)


async def main(pairs: int) -> int:
    """Run the pairs and print what they showed."""
    ratios, times = [], []
    await bare()
    await recorded()
    for index in range(pairs):
        sides = [bare, recorded] if index % 2 else [recorded, bare]
        found = {side: await side() for side in sides}
        ratios.append(found[recorded] / found[bare])
        times.append((found[bare] * 1e3, found[recorded] * 1e3))
    without, with_lab = map(statistics.median, zip(*times, strict=True))
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(
        f"burst of {MESSAGES} messages of {len(MESSAGE)} B: bare {without:.2f} ms, lab {with_lab:.2f} ms; ratio {middle:.2f} "
        f"(quartiles {low:.2f} to {high:.2f}, range {min(ratios):.2f} to {max(ratios):.2f}, {pairs} pairs)"
    )
    if middle > LIMIT:
        print(f"more than {LIMIT:g} times as long")
    return int(middle > LIMIT)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=15, help="pairs of runs")
    sys.exit(asyncio.run(main(parser.parse_args().pairs)))
