"""The end of the process: 1001 to everybody, soon, and silently. Each test runs a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests.net.harness import until
from wslab.lab import open_labs
from wslab.lab.open_labs import OpenLabs

if TYPE_CHECKING:
    from asyncio.subprocess import Process

ROOT = Path(__file__).parents[2]
LIMIT = 80.0
"""A process that has not ended after so many seconds never will: each handler here stays for an hour."""

HEAD = """
import asyncio, sys, time, threading
import websockets
from wslab import Lab
inside = threading.Event()
async def echo(connection):
    async for message in connection:
        await connection.send(message)
        inside.set()
async def sleeps(connection):
    async for message in connection:
        inside.set()
        time.sleep(3600)
async def spins(connection):
    async for message in connection:
        inside.set()
        while True: pass
async def never(connection):
    inside.set()
    await asyncio.sleep(3600)
async def swallows(connection):
    inside.set()
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
PATIENT = """
import warnings
from wslab.lab import open_labs, shutdown
# Only who waits so long sees what Python never shows unasked: transports of loops that ended before them.
warnings.simplefilter("ignore", ResourceWarning)
open_labs.EXIT_LIMIT = shutdown._GOODBYE = 60  # half a second may be too short on a machine with very much to do
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
    await asyncio.to_thread(inside.wait)
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


async def end(process: Process) -> tuple[str, int]:
    """Let it go, and see what it complained of, and its exit code."""
    _, errors = await asyncio.wait_for(process.communicate(b"\n"), LIMIT)
    return errors.decode(), process.returncode or 0


@pytest.mark.parametrize("way", ENDS)
@pytest.mark.parametrize("handler", ["echo", "never"])
async def test_a_process_with_open_clients_ends_silently_and_says_1001(handler: str, way: str) -> None:
    process = await start(PATIENT + MANY.format(handler=handler) + ENDS[way])
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with websockets.connect(url) as client:
        errors, code = await end(process)
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1001
    assert (errors, code) == ("", 0)


@pytest.mark.parametrize("handler", ["sleeps", "spins", "swallows"])
async def test_a_process_whose_handler_will_not_end_ends_all_the_same(handler: str) -> None:
    process = await start(MANY.format(handler=handler) + ENDS["as a kernel"])
    assert process.stdout is not None
    await process.stdout.readline()
    assert await end(process) == ("", 0)


async def test_a_server_elsewhere_sees_1001_from_the_clients_of_a_process_that_ends() -> None:
    seen: list[int | None] = []

    async def watch(connection: websockets.ServerConnection) -> None:
        await connection.wait_closed()
        seen.append(connection.close_code)

    async with websockets.serve(watch, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        process = await start(
            PATIENT
            + f"""
async def main():
    global lab, socket
    lab = Lab()
    socket = lab.WebSocket("ws://127.0.0.1:{port}")
    await socket.opened()
loop = as_a_kernel_does(main)
"""
        )
        assert await end(process) == ("", 0)
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
    assert await end(await start(program)) == ("", 0)


def test_the_end_of_the_process_waits_for_half_a_second_at_most_however_many_labs_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, waited = [100.0], []

    class Never:
        """What is done once a lab has closed; this one never has."""

        def result(self, limit: float) -> None:
            waited.append(limit)
            now[0] += limit
            raise TimeoutError

    never: Any = Never()
    labs: OpenLabs[object] = OpenLabs(lambda _: ({}, None), lambda _: never, lambda *_: None)
    monkeypatch.setattr(open_labs, "time", SimpleNamespace(monotonic=lambda: now[0]))
    for name in ("a", "b", "c"):
        labs.enter(name, object())
    labs.close_all()
    assert open_labs.EXIT_LIMIT == 0.5
    assert waited == [0.5, 0, 0]
