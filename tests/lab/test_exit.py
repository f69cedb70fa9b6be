"""The end of the process: 1001 to everybody, soon, and silently. Each test runs a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests.net.harness import LIMIT, until

if TYPE_CHECKING:
    from asyncio.subprocess import Process

ROOT = Path(__file__).parents[2]
HEAD = """
import asyncio, sys, time, threading
import websockets
from wslab import Lab
async def echo(connection):
    async for message in connection:
        await connection.send(message)
async def sleeps(connection):
    async for message in connection:
        time.sleep(60)
async def spins(connection):
    async for message in connection:
        while True: pass
async def never(connection):
    await asyncio.sleep(3600)
async def swallows(connection):
    while True:
        try: await asyncio.sleep(3600)
        except BaseException: pass
def as_a_kernel_does(main):
    "The loop is stopped, not closed; the names live on; then the interpreter ends."
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(main())
    return loop
"""
MANY = """
async def main():
    global lab, server, socket, ours, plain
    lab = Lab()
    server = await lab.serve({handler})
    socket = lab.WebSocket(server.url)
    await socket.opened()
    ours = await lab.connect(server.url)
    plain = await websockets.connect(server.url)
    socket.send("go")
    await asyncio.sleep(0.2)
    print(server.url, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
"""
ENDS = {
    "as a kernel": "loop = as_a_kernel_does(main)",
    "asyncio.run": "asyncio.run(main())",
    "sys.exit": "loop = as_a_kernel_does(main); sys.exit(0)",
}


async def start(program: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", HEAD + program, cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


async def end(process: Process) -> tuple[float, str, int]:
    """Let it go, and see how long it took, what it complained of, and its exit code."""
    started = time.monotonic()
    _, errors = await asyncio.wait_for(process.communicate(b"\n"), LIMIT)
    return time.monotonic() - started, errors.decode(), process.returncode or 0


@pytest.mark.parametrize("way", ENDS)
@pytest.mark.parametrize("handler", ["echo", "never"])
async def test_a_process_with_open_clients_ends_soon_and_silently_and_says_1001(handler: str, way: str) -> None:
    process = await start(MANY.format(handler=handler) + ENDS[way])
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with websockets.connect(url) as client:
        took, errors, code = await end(process)
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1001
    assert (errors, code) == ("", 0)
    assert took < 5


@pytest.mark.parametrize("handler", ["sleeps", "spins", "swallows"])
async def test_a_process_whose_handler_will_not_end_ends_all_the_same(handler: str) -> None:
    process = await start(MANY.format(handler=handler) + ENDS["as a kernel"])
    assert process.stdout is not None
    await process.stdout.readline()
    took, errors, code = await end(process)
    assert (errors, code) == ("", 0)
    assert took < 5


async def test_a_server_elsewhere_sees_1001_from_the_clients_of_a_process_that_ends() -> None:
    seen: list[int | None] = []

    async def watch(connection: websockets.ServerConnection) -> None:
        await connection.wait_closed()
        seen.append(connection.close_code)

    async with websockets.serve(watch, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        process = await start(
            f"""
async def main():
    global lab, socket
    lab = Lab()
    socket = lab.WebSocket("ws://127.0.0.1:{port}")
    await socket.opened()
loop = as_a_kernel_does(main)
"""
        )
        _, errors, _ = await end(process)
        assert errors == ""
        await until(lambda: seen)
    assert seen == [1001]


@pytest.mark.parametrize(
    "program",
    [
        "lab = Lab()",
        "import wslab; lab = Lab(); lab.log; lab.panel; lab.serve(); lab.close()",
        "async def main():\n    async with Lab() as lab:\n        await lab.serve()\nasyncio.run(main())",
        "async def main():\n    await Lab('a').serve(); await Lab('b').serve(); Lab('a')\nasyncio.run(main())",
        "async def main():\n    lab = Lab(); await lab.serve(); raise SystemExit\nasyncio.run(main())",
    ],
    ids=["unused", "never awaited", "closed", "several", "interrupted"],
)
async def test_labs_in_every_state_end_silently(program: str) -> None:
    process = await start(program)
    took, errors, code = await end(process)
    assert (errors, code) == ("", 0)
    assert took < 10
