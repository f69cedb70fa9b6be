"""Pasted scripts that call `asyncio.run` where a loop runs already, as nest-asyncio2 allows. In a process of its own: it patches asyncio."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio
import sys
import nest_asyncio2
nest_asyncio2.apply()
from wslab import Lab

async def script(port):
    lab = Lab("script")
    server = await lab.serve(port=port)
    socket = lab.WebSocket(server.url)
    await socket.opened()
    seen = []
    def inside(event):
        seen.append("begin " + event.data)
        if event.data == "one":
            asyncio.get_event_loop().run_until_complete(asyncio.sleep(0.1))
        seen.append("end " + event.data)
    socket.onmessage = inside
    socket.send("one")
    socket.send("two")
    assert (await socket.next()).data == "one"
    assert (await socket.next()).data == "two"
    assert seen == ["begin one", "end one", "begin two", "end two"], seen
    async with lab.connect(server.url) as client:
        await client.send("hi")
        assert await client.recv() == "hi"
    socket.close(1000)
    await socket.closed()
    await lab.settled(30)
    return server.port

async def cell():
    return [asyncio.run(script(port)) for port in (int(sys.argv[1]), 0, 0)]

ports = asyncio.run(cell())
assert len(set(ports)) == 1, ports
asyncio.run(Lab("script").close())
print("fine")
"""


def test_scripts_run_inside_a_running_loop_again_and_again() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", PROGRAM, str(free_port())],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert (done.stderr, done.stdout) == ("", "fine\n")
