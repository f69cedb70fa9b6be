"""No process and no port outlives a run of Node, however it ends: in a real kernel, with its signals and its death."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import nbformat
import psutil
import pytest

from tests.notebooks import kernels
from tests.peers.left_behind import NO_NODE, can_listen, family, freed, still
from tests.peers.noding import need_ws
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kernel, pytest.mark.node]

SETUP = "%load_ext wslab\nfrom wslab import Lab\nlab = Lab()"

SERVER = """%%node
const WebSocket = require("ws");
const { spawn } = require("child_process");
const wss = new WebSocket.Server({ port: PORT });
const helper = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
wss.on("connection", (ws) => {
  ws.on("message", (message) => {
    if (String(message) === "raise") throw new Error("on purpose");
    if (String(message) === "abort") process.abort();
    if (String(message) === "spin") for (;;);
  });
});
"""

SAY = """
socket = lab.WebSocket("ws://localhost:{port}")
await socket.opened()
socket.send({text!r})
"""

END = """
import asyncio

async with asyncio.timeout(60):
    await socket.closed()
    while lab.hosting.runs:
        await asyncio.sleep(0.01)
await lab.settled(60)
"""

ROWS = "[[row.name, row.text, row.problem] for row in lab.timeline.rows() if row.connection == 0]"


@pytest.fixture
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kernels.Kernel]:
    """A kernel with a lab, on a machine with Node."""
    need_ws()
    with kernels.kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        run(kernel, SETUP)
        yield kernel


def run(kernel: kernels.Kernel, source: str) -> str:
    """Runs a cell that must not raise, and returns its plain text."""
    (outputs,) = kernel.queued([nbformat.v4.new_code_cell(source)])
    assert not [each for each in outputs if each["output_type"] == "error"], outputs
    return "".join(each.get("text") or each.get("data", {}).get("text/plain", "") for each in outputs)


def begin(kernel: kernels.Kernel) -> tuple[int, list[psutil.Process]]:
    """Starts the server. Returns its port and every process that belongs to it."""
    port = free_port()
    run(kernel, SERVER.replace("PORT", str(port)))
    processes = family(kernel.pid)
    assert len(processes) >= 2, "Node and its helper"
    assert not can_listen(port)
    return port, processes


@pytest.mark.parametrize(
    ("text", "said"), [("raise", ["exit code 1", ""]), ("abort", ["ended by SIGABRT", "Node crashed"])]
)
def test_a_node_that_crashes_leaves_a_row_and_nothing_else(kernel: kernels.Kernel, text: str, said: list[str]) -> None:
    port, processes = begin(kernel)
    run(kernel, SAY.format(port=port, text=text) + END)
    assert still(processes) == []
    rows = kernel.value(ROWS)
    assert [row[1:] for row in rows if row[0] == 'node "node" ended'] == [said], rows
    assert can_listen(port)
    assert f":{port}" in run(kernel, f"server = await lab.serve(port={port})\nprint(server.url)")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_kernel_that_is_killed_takes_even_a_node_in_an_endless_loop_with_it(kernel: kernels.Kernel) -> None:
    port, processes = begin(kernel)
    run(kernel, SAY.format(port=port, text="spin"))
    os.kill(kernel.pid, signal.SIGKILL)
    assert still(processes) == []
    assert freed(port)  # the kernel may still be on its way out when Node has gone


def test_without_node_a_cell_says_what_to_install(kernel: kernels.Kernel) -> None:
    run(kernel, NO_NODE)
    (outputs,) = kernel.queued([nbformat.v4.new_code_cell('%%node\nconsole.log("here")')])
    shown = str(outputs)
    assert "Traceback" not in shown
    assert 'python -m pip install "wslab[node]"' in shown
    assert family(kernel.pid) == []
