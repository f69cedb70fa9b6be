"""What the tests of Node share: a Node to run, cells that run in it, and a look at what is left of a process."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

import wslab
from tests.net import harness
from tests.net.harness import rows
from tests.optional import missing
from wslab import Lab
from wslab.peers import Node, NodeRun, NoNode, NoWs, bring_ws, find_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

LIMIT = 60.0
"""The longest that Node may take to begin or to end, in seconds: it is a large program, and the machine may have much to do."""

SERVER = """\
const WebSocket = require("ws");

const wss = new WebSocket.Server({ port: PORT });

wss.on("connection", function (ws) {
  console.log("已建立WebSocket连接");

  ws.on("message", function (message) {
    console.log("接收到消息：" + message);
    // 处理接收到的消息
  });

  ws.send("Hello, client!");
});
"""
"""The server of the source document; only its port is another one, for tests run side by side."""

ECHO = """\
const { WebSocketServer } = require("ws");
new WebSocketServer({ port: PORT }).on("connection", (ws) => ws.on("message", (data, binary) => ws.send(data, { binary })));
"""


def need_node() -> Node:
    """Node, or the test is skipped."""
    try:
        return find_node()
    except NoNode as error:
        missing(str(error))


def need_ws() -> Node:
    """Node with ``ws``, or the test is skipped."""
    node = need_node()
    try:
        bring_ws(node)
    except NoWs as error:
        missing(str(error))
    return node


@contextlib.asynccontextmanager
async def running(lab: Lab, code: str, name: str = "node") -> AsyncIterator[NodeRun]:
    """A cell whose main part has run, or that has ended; it is stopped in the end."""
    run = NodeRun(lab, code, name)
    await asyncio.to_thread(run.start)
    try:
        assert await asyncio.to_thread(run.wait_ready, LIMIT), run.console.text
        yield run
    finally:
        await asyncio.to_thread(run.stop)


async def ran(lab: Lab, code: str) -> NodeRun:
    """A cell that has ended by itself."""
    async with running(lab, code) as run:
        assert await asyncio.to_thread(run.wait_ended, LIMIT), run.console.text
    return run


async def ended(run: NodeRun) -> None:
    """Wait until a run has ended by itself."""
    assert await asyncio.to_thread(run.wait_ended, LIMIT), run.console.text


async def until(condition: Callable[[], object], what: str = "it") -> None:
    """Wait until something holds that waits for Node."""
    await harness.until(condition, what, LIMIT)


def alive(pids: Iterable[int]) -> list[int]:
    """Those of some processes that still run."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found


async def gone(pids: Iterable[int]) -> None:
    """Wait until processes are gone."""
    pids = list(pids)
    await until(lambda: not alive(pids))


def prints(lab: Lab) -> list[str]:
    """What was printed, in the order of arrival."""
    return [row.text for row in rows(lab, kind="print")]


def no_folder_of_ours(text: str) -> None:
    """Nothing that a learner reads names a folder of this package or of the cache, or the file that does not exist."""
    assert str(Path(wslab.__file__).parent) not in text
    assert "node_modules" not in text
    assert "cell.js" not in text
    assert "node:internal" not in text
