"""Nothing that a cell has started outlives its run, however the run, the lab or the kernel ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from jupyter_client.manager import AsyncKernelManager

from tests.net.harness import said
from tests.peers.noding import LIMIT, alive, gone, need_node, ran, until
from tests.ports import free_port
from wslab import Lab
from wslab.peers import NodeRun

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.node, pytest.mark.skipif(os.name == "nt", reason="signals and process groups")]

ROOT = Path(__file__).parents[3]
BEGIN = 'const fs = require("fs"), { spawn } = require("child_process");\n'
UP = 'fs.writeFileSync(FILE + ".new", String(process.pid)); fs.renameSync(FILE + ".new", FILE);\n'
CELLS = {
    "waits": f"{UP} setInterval(() => {{}}, 1000);",
    "loops": f"{UP} for (;;) {{}}",
    "ignores SIGTERM": f'process.on("SIGTERM", () => {{}}); {UP} setInterval(() => {{}}, 1000);',
    "has children": f'spawn("sleep", ["1000"]); spawn("sh", ["-c", "sleep 1000 & sleep 1000"]); {UP} for (;;) {{}}',
    "has left its group": f'spawn("sleep", ["1000"], {{ detached: true, stdio: "ignore" }}).unref(); {UP} for (;;) {{}}',
}
KERNEL = """
import asyncio, sys
from wslab import Lab
from wslab.peers import NodeRun
async def main():
    global lab, run
    lab = Lab()
    run = NodeRun(lab, {code!r})
    run.start()
    print("up", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
"""
AS_A_KERNEL_DOES = """
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
"""


@pytest.fixture(scope="module", autouse=True)
def node() -> None:
    """Node."""
    need_node()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Where a cell writes its process id. Whatever a failing test leaves is killed."""
    path = tmp_path / "pid"
    yield path
    for pid in pids_in(path) if path.exists() else ():
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def cell(name: str, file: Path) -> str:
    """The JavaScript of a cell."""
    return BEGIN + CELLS[name].replace("FILE", repr(str(file)))


def pids_in(file: Path) -> list[int]:
    """The process ids that a cell has written."""
    return [int(pid) for pid in file.read_text(encoding="utf-8").split()]


async def family(file: Path, name: str) -> list[int]:
    """The process ids of a cell that is up: Node, and all it has started."""
    await until(file.exists)
    (pid,) = pids_in(file)
    parent = psutil.Process(pid)
    expected = {"has children": 4, "has left its group": 1}.get(name, 0)
    await until(lambda: len(parent.children(recursive=True)) >= expected)
    pids = [parent.pid, *(child.pid for child in parent.children(recursive=True))]
    assert alive(pids) == pids
    return pids


@pytest.mark.parametrize("name", CELLS)
async def test_stopping_ends_all_of_it(name: str, file: Path) -> None:
    async with Lab() as lab:
        run = NodeRun(lab, cell(name, file))
        await asyncio.to_thread(run.start)
        pids = await family(file, name)
        await asyncio.to_thread(run.stop)
        assert run.exit_code in (-signal.SIGTERM, -signal.SIGKILL)
        await gone(pids)


async def test_running_the_cell_again_ends_the_first() -> None:
    async with Lab() as lab:
        first, second = (NodeRun(lab, "for (;;) {}") for _ in "ab")
        await asyncio.to_thread(first.start)
        await asyncio.to_thread(second.start)
        assert first.exit_code is not None
        assert lab.hosting.runs == (second,)


@pytest.mark.parametrize("name", CELLS)
async def test_closing_the_lab_ends_all_of_it(name: str, file: Path) -> None:
    lab = Lab()
    run = NodeRun(lab, cell(name, file))
    await asyncio.to_thread(run.start)
    pids = await family(file, name)
    await lab.close()
    await gone(pids)
    await until(lambda: run.exit_code is not None)
    assert said(lab, 'node "node" stopped', "this lab is closed")


async def test_a_lab_of_the_same_name_ends_it(file: Path) -> None:
    old = Lab()
    run = NodeRun(old, cell("loops", file))
    await asyncio.to_thread(run.start)
    pids = await family(file, "loops")
    async with Lab():
        await gone(pids)
        await until(lambda: run.exit_code is not None)


async def test_children_end_with_a_cell_that_ends_by_itself(file: Path) -> None:
    code = (
        BEGIN
        + """
        const children = [{ stdio: "inherit" }, { stdio: "ignore", detached: true }].map((how) => spawn("sleep", ["1000"], how));
        for (const child of children) child.unref();
        fs.writeFileSync(FILE, children.map((child) => child.pid).join(" "));
        process.exit(0);
    """.replace("FILE", repr(str(file)))
    )
    async with Lab() as lab:
        run = await ran(lab, code)
        assert run.exit_code == 0
        pids = pids_in(file)
        assert len(pids) == 2
        await gone(pids)


async def kernel(name: str, file: Path, first: str = "") -> asyncio.subprocess.Process:
    """A process that has run the cell, as a kernel would."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", first + KERNEL.format(code=cell(name, file)) + AS_A_KERNEL_DOES, cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    line = await asyncio.wait_for(process.stdout.readline(), LIMIT)
    assert line == b"up\n", (await process.stderr.read()).decode()
    return process


@pytest.mark.parametrize("name", CELLS)
async def test_a_kernel_that_exits_takes_it_along_and_is_silent(name: str, file: Path) -> None:
    process = await kernel(name, file)
    pids = await family(file, name)
    _, errors = await asyncio.wait_for(process.communicate(b"\n"), LIMIT)
    assert (errors.decode(), process.returncode) == ("", 0)
    await gone(pids)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the kernel looks for what has left the group")
async def test_a_kernel_that_exits_before_it_has_looked_for_what_has_left_the_group_takes_it_along(file: Path) -> None:
    blind = "import psutil\npsutil.process_iter = lambda *_: iter(())\n"
    process = await kernel("has left its group", file, blind)
    pids = await family(file, "has left its group")
    _, errors = await asyncio.wait_for(process.communicate(b"\n"), LIMIT)
    assert (errors.decode(), process.returncode) == ("", 0)
    await gone(pids)


@pytest.mark.parametrize("name", CELLS)
async def test_a_kernel_that_is_killed_takes_it_along(name: str, file: Path) -> None:
    process = await kernel(name, file)
    pids = await family(file, name)
    process.kill()
    await asyncio.wait_for(process.communicate(), LIMIT)
    await gone(pids)


@pytest.mark.kernel
async def test_a_kernel_that_is_restarted_takes_it_along(file: Path) -> None:
    # Jupyter would choose ports that another test may take before the kernel does.
    ports = {f"{name}_port": free_port() for name in ("shell", "iopub", "stdin", "hb", "control")}
    manager = AsyncKernelManager(kernel_name="python3", cache_ports=False, **ports)
    await manager.start_kernel(cwd=str(ROOT))
    client = manager.client()
    try:
        client.start_channels()
        await client.wait_for_ready(timeout=LIMIT)
        client.execute(KERNEL.format(code=cell("has children", file)).split("    print")[0] + "\nawait main()")
        pids = await family(file, "has children")
        await manager.restart_kernel()
        await gone(pids)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
