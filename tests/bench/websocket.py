"""What the browser's rules cost: `lab.WebSocket` against the `websockets` client, in turn on one recorded server, as ratios of rates.

    python -m tests.bench.websocket             about a minute
    python -m tests.bench.websocket --pairs 15  more pairs, narrower ranges

Both clients live on the same home loop and echo 64 bytes, one at a time or 32 in flight. The peer is the bare
`websockets` ClientConnection, whose I/O runs on the home loop itself and which records nothing; the class records, and
hops to the lab's thread and back for each message. A ratio above one means that the class was faster.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import time
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import connect

from wslab import Lab

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MESSAGE = "x" * 64


async def peer(url: str, count: int, in_flight: int, _lab: Lab) -> float:
    """Messages a second of the bare `ClientConnection`."""
    async with connect(url, proxy=None, compression=None) as connection:
        start = time.perf_counter()
        for _ in range(in_flight):
            await connection.send(MESSAGE)
        for _ in range(count - in_flight):
            await connection.recv()
            await connection.send(MESSAGE)
        for _ in range(in_flight):
            await connection.recv()
        return count / (time.perf_counter() - start)


async def ours(url: str, count: int, in_flight: int, lab: Lab) -> float:
    """Messages a second of the class, used as a page uses it: `onmessage` sends the next one."""
    socket = lab.WebSocket(url)
    await socket.opened()
    done = asyncio.get_running_loop().create_future()
    left = [count - in_flight, count]

    def onmessage(_event: Any) -> None:
        left[1] -= 1
        if left[0] > 0:
            left[0] -= 1
            socket.send(MESSAGE)
        elif left[1] == 0:
            done.set_result(None)

    socket.onmessage = onmessage
    start = time.perf_counter()
    for _ in range(in_flight):
        socket.send(MESSAGE)
    await done
    rate = count / (time.perf_counter() - start)
    socket.close()
    await socket.closed()
    return rate


CASES = {"echo 64 B, one at a time": 1, "echo 64 B, 32 in flight": 32}


async def main(pairs: int, count: int) -> None:
    """Run all cases and print the table."""
    print(f"{'':<28}{'peer/s':>10}{'class/s':>10}{'ratio':>9}{'range':>16}")
    async with Lab("bench") as lab:
        server = await lab.serve(compression=None)
        for name, in_flight in CASES.items():
            ratios, rates = [], []
            sides: list[Callable[..., Awaitable[float]]] = [peer, ours]
            for side in sides:
                await side(server.url, count // 4, in_flight, lab)
            for index in range(pairs):
                found = {}
                for side in sides if index % 2 else reversed(sides):
                    lab.clear()
                    gc.collect()
                    found[side] = await side(server.url, count, in_flight, lab)
                ratios.append(found[ours] / found[peer])
                rates.append((found[peer], found[ours]))
            middle = [statistics.median(rate) for rate in zip(*rates, strict=True)]
            span = f"{min(ratios):.2f} to {max(ratios):.2f}"
            print(f"{name:<28}{middle[0]:>10.0f}{middle[1]:>10.0f}{statistics.median(ratios):>8.2f}x{span:>16}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9, help="pairs of runs for each case")
    parser.add_argument("--count", type=int, default=3000, help="messages in a run")
    given = parser.parse_args()
    asyncio.run(main(given.pairs, given.count))
