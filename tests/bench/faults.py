"""What faults cost while none is on: the tap as it is against a tap that knows of none, as ratios of CPU time.

    python -m tests.bench.faults              about a minute
    python -m tests.bench.faults --rounds 99  more rounds, a surer answer

Both sides run the same code over a timeline: a `websockets` server and a `websockets` client on one loop (two threads would add their
own chances to every run), both ends recorded. One side uses wslab's connection classes, the other the same recording written here without any thought of faults.
CPU is that of the whole process, and of many short runs in turn the least is taken: whatever else the machine does only adds to it.
The last column compares the other side with itself in the same way: so far can a ratio be trusted. Below 1.03 is asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from tests.bench.recording import CASES, Traffic, echoing, one_way, timed
from wslab.net import ServerFaults, recorded_client, recorded_server
from wslab.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wslab.timeline import End

COUNTS = {"echo 64 B": 400, "one-way 64 B": 3000, "one-way 64 KiB": 400}
TRAFFIC: dict[str, Traffic] = {
    "echo 64 B": echoing(COUNTS["echo 64 B"], 64),
    "one-way 64 B": one_way(COUNTS["one-way 64 B"], 64),
    "one-way 64 KiB": one_way(COUNTS["one-way 64 KiB"], 64 * 1024),
}


class BareTransport:
    """A transport that records what is written to it, and nothing else."""

    def __init__(self, transport: asyncio.Transport, record: Callable[[bytes], None]) -> None:
        write_on = transport.write

        def write(data: bytes | bytearray | memoryview) -> None:
            whole = data if data.__class__ is bytes else bytes(data)
            record(whole)
            write_on(whole)

        self._transport = transport
        self.write = write
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def bare(base: type[Any], begin: Callable[[Any, asyncio.Transport], End]) -> type[Any]:
    """A connection class that records both directions, and nothing else."""

    class Bare(base):  # type: ignore[misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            end = begin(self, transport)
            record, receive = end.tap(end.received), super().data_received

            def data_received(data: bytes) -> None:
                record(data if data.__class__ is bytes else bytes(data))
                receive(data)

            self.data_received = data_received
            super().connection_made(BareTransport(transport, end.tap(end.sent)))

    return Bare


async def run(name: str, *, faulty: bool) -> float:
    """CPU seconds of one run of a case."""
    timeline = Timeline(keep=10_000, keep_bytes=64 * 1024 * 1024)
    handler: Callable[[ServerConnection], Awaitable[None]] = CASES[name][2]

    def accepted(_connection: ServerConnection, transport: asyncio.Transport) -> End:
        return timeline.server_end("bench", *map(transport.get_extra_info, ("sockname", "peername")))

    def established(_connection: ClientConnection, transport: asyncio.Transport) -> End:
        end = timeline.client_end()
        end.connected(*map(transport.get_extra_info, ("sockname", "peername")))
        return end

    if faulty:
        served: type[Any] = recorded_server(accepted, ServerFaults("bench", timeline, secure=False))
        client: type[Any] = recorded_client(established)
    else:
        served, client = bare(ServerConnection, accepted), bare(ClientConnection, established)

    listening = serve(handler, "127.0.0.1", 0, compression=None, create_connection=served)
    async with listening as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        async with connect(url, compression=None, proxy=None, create_connection=client) as connection:
            cpu, _ = await timed(TRAFFIC[name], connection)
    gc.collect()
    return cpu


async def main(rounds: int) -> None:
    """Run all cases and print the table."""
    print(f"{'':<16}{'without, us a message':>24}{'ratio of CPU':>15}{'same against same':>20}")
    for name, count in COUNTS.items():
        least = dict.fromkeys(("with", "without", "again"), float("inf"))
        order = list(least)
        for _ in range(rounds):
            order.append(order.pop(0))
            for side in order:
                least[side] = min(least[side], await run(name, faulty=side == "with"))
        ratio, noise = (least[side] / least["without"] for side in ("with", "again"))
        print(f"{name:<16}{least['without'] / count * 1e6:>24.1f}{ratio:>14.3f}x{noise:>19.3f}x")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60, help="rounds of three runs for each case")
    asyncio.run(main(parser.parse_args().rounds))
