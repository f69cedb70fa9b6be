"""What callbacks raise in a kernel: `exit()` and its kind end nothing but themselves; Ctrl-C interrupts the cell, as ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest

from tests.notebooks.kernels import Kernel, kernel

ROOT = Path(__file__).parents[2]

START = """
import asyncio, os, sys, time
from wslab import Lab
lab = Lab()
server = await lab.serve()
socket = lab.WebSocket(server.url)
await socket.opened()
def raised():
    return [row.text.split(" at line")[0] for row in lab.timeline.rows() if row.name == "onmessage raised"]
"""

QUITS = """
def quits(event):
    {raises}
async def quits_later(event):
    await asyncio.sleep(0)
    {raises}
socket.onmessage = {which}
socket.send("hi")
{rest}
"""

RAISES = {
    "sys.exit()": "sys.exit('bye')",
    "quit()": "exit_of_python = SystemExit; raise exit_of_python(2)",
    "KeyboardInterrupt": "raise KeyboardInterrupt('mine')",
    "GeneratorExit": "raise GeneratorExit('over')",
    "CancelledError": "raise asyncio.CancelledError('given up')",
}


def cell(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source)


def text(outputs: list[dict[str, Any]], kind: str = "stdout") -> str:
    return "".join(each["text"] for each in outputs if each["output_type"] == "stream" and each["name"] == kind)


def errors(outputs: list[dict[str, Any]]) -> list[str]:
    return [each["ename"] for each in outputs if each["output_type"] == "error"]


@pytest.mark.kernel
def test_whatever_an_event_callback_raises_the_kernel_goes_on() -> None:
    with kernel() as running:
        assert not errors(running.stepped([cell(START)])[0])
        pid = running.pid
        number = 0
        for raises in RAISES.values():
            for which in ("quits", "quits_later"):
                for rest in ("await socket.next()", ""):  # while a cell waits, and between two cells
                    number += 1
                    source = QUITS.format(raises=raises, which=which, rest=rest)
                    wait = f"while len(raised()) < {number}: await asyncio.sleep(0.01); lab.timeline.refresh()"
                    alive = "socket.onmessage = None; print('alive', os.getpid())"
                    outputs = running.stepped([cell(each) for each in (source, wait, alive)])
                    assert not errors(outputs[0]), (source, outputs)
                    assert not text(outputs[1], "stderr"), (source, outputs)
                    assert text(outputs[2]) == f"alive {pid}\n"
        told = running.value("[text.split(':')[0] for text in raised()]")
        names = ["SystemExit", "SystemExit", "KeyboardInterrupt", "GeneratorExit", "CancelledError"]
        assert told == [name for name in names for _ in range(4)]


INTERRUPTED = {
    "events": """
        socket.onmessage = lambda event: socket.send("again")
        socket.send("hi")
        await asyncio.sleep(3600)
    """,
    "next": """
        socket.onmessage = lambda event: socket.send("again")
        socket.send("hi")
        while True: await socket.next()
    """,
    "sleep": "time.sleep(3600)",
    "spins": "while True: pass",
    "a listener called by hand": """
        from wslab import Event
        socket.addEventListener("ring", lambda event: time.sleep(3600))
        socket.dispatchEvent(Event("ring"))
    """,
    "a callback in a nested loop": """
        import nest_asyncio2
        nest_asyncio2.apply()
        socket.onmessage = lambda event: time.sleep(3600)
        socket.send("hi")
        asyncio.get_event_loop().run_until_complete(asyncio.sleep(3600))
    """,
    "lab.call": "lab.call(lambda: time.sleep(3600))",
}


def interrupt(running: Kernel, source: str, begun: Path) -> list[dict[str, Any]]:
    """Interrupt a cell once it has said that it runs."""

    def push() -> None:
        while not begun.exists():
            time.sleep(0.01)
        time.sleep(0.3)  # it is in the midst of it by now; later does no harm
        os.kill(running.pid, signal.SIGINT)

    thread = threading.Thread(target=push, daemon=True)
    thread.start()
    outputs = running.stepped([cell(f"open({str(begun)!r}, 'w').close()\n{dedent(source)}")])[0]
    thread.join(10)
    return outputs


@pytest.mark.kernel
@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("what", INTERRUPTED)
def test_the_users_interrupt_interrupts_a_cell_whatever_it_is_in(what: str, tmp_path: Path) -> None:
    with kernel() as running:
        assert not errors(running.stepped([cell(START)])[0])
        outputs = interrupt(running, INTERRUPTED[what], tmp_path / "begun")
        assert errors(outputs) in (["KeyboardInterrupt"], ["CancelledError"]), outputs
        after = "socket.onmessage = None\nmade = lab.WebSocket(server.url)\nawait made.opened()\nprint('alive')"
        outputs = running.stepped([cell(after)])[0]
        assert text(outputs) == "alive\n", outputs


SCRIPT = """
import asyncio, sys
from wslab import Lab

async def main():
    lab = Lab()
    server = await lab.serve()
    socket = lab.WebSocket(server.url)
    def spins(event):
        print("spins", flush=True)
        while True:
            pass
    socket.onmessage = spins
    await socket.opened()
    socket.send("hi")
    await asyncio.sleep(3600)

loop = asyncio.new_event_loop()
{run}
"""


@pytest.mark.parametrize("run", ["asyncio.run(main())", "loop.run_until_complete(main())"])
def test_ctrl_c_ends_a_script_whose_callback_spins(run: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(run=run)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "spins\n"
        for _ in range(100):  # asyncio.run takes the first for a wish, and the second for an order
            process.send_signal(signal.SIGINT)
            try:
                process.wait(0.3)
                break
            except subprocess.TimeoutExpired:
                continue
        assert process.returncode not in (None, 0)
        assert process.stderr is not None
        assert "KeyboardInterrupt" in process.stderr.read()
    finally:
        process.kill()
        process.communicate()
