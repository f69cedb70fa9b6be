"""What a run of Node does when two things happen at the same moment: each order is forced here."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import Any

import pytest

from tests.net.harness import rows, until
from tests.peers.noding import LIMIT, ended, gone, need_ws, prints, ran, running
from tests.ports import free_port
from wslab import Lab
from wslab.net import LoopThread
from wslab.peers import on_thread
from wslab.peers.node import Node, NodeRun
from wslab.peers.node import run as module
from wslab.peers.node.process import NodeProcess

IGNORES = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000);"


@pytest.mark.node
class TestWithNode:
    """With a real Node."""

    @pytest.fixture(autouse=True)
    def node(self) -> Node:
        """Node with `ws`."""
        return need_ws()

    async def test_what_it_is_told_before_it_has_read_its_cell_comes_after_that(self, node: Node) -> None:
        code = "setTimeout(() => { console.log('alive'); process.exit(0); }, 1);"
        told = {"code": code, "prefix": "> ", "key": "k", "ports": []}
        process = NodeProcess(node, told, None)
        process.tell({"ports": [8080]})
        written = await asyncio.to_thread(lambda: b"".join(process.chunks()))
        assert b'"text":"alive"' in written
        assert process.code == 0

    async def test_a_server_that_comes_while_node_starts_is_known_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with Lab() as lab:
            port = free_port()

            def begins(*given: Any) -> NodeProcess:
                process = NodeProcess(*given)
                serving = asyncio.run_coroutine_threadsafe(serve(), loop)
                serving.result(LIMIT)  # the run has no process yet that could be told
                return process

            async def serve() -> None:
                await lab.serve(port=port)

            loop = asyncio.get_running_loop()
            monkeypatch.setattr(module, "NodeProcess", begins)
            code = f'const ws = new (require("ws"))("ws://localhost:{port}"); ws.on("open", () => ws.close());'
            await ran(lab, code)
            await lab.settled(LIMIT)
            (connection,) = lab.timeline.connections()
            assert (connection.client, connection.server) == ("node", "server")

    @pytest.mark.skipif(os.name == "nt", reason="signals")
    async def test_it_is_killed_even_when_its_lab_waits_no_longer(self) -> None:
        async with Lab() as lab, running(lab, IGNORES) as run:
            await until(lambda: prints(lab) == ["up"], limit=LIMIT)

            async def cut_short() -> None:
                ending = asyncio.ensure_future(run.end("the lab ends"))
                await asyncio.sleep(0)
                ending.cancel()
                await asyncio.wait({ending})

            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(cut_short(), lab.hosting.thread().loop))
            await ended(run)
            assert run.exit_code == -signal.SIGKILL

    async def test_a_lab_that_ends_while_node_starts_leaves_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lab, loop, pids = Lab(), asyncio.get_running_loop(), []

        def begins(*given: Any) -> NodeProcess:
            process = NodeProcess(*given)
            pids.append(process.pid)
            asyncio.run_coroutine_threadsafe(close(), loop).result(LIMIT)
            return process

        async def close() -> None:
            await lab.close()

        monkeypatch.setattr(module, "NodeProcess", begins)
        monkeypatch.setattr(module, "_END", 0.1)  # the lab's thread waits for a run that cannot end yet
        run = NodeRun(lab, "setInterval(() => {}, 1000);")
        await asyncio.to_thread(run.start)
        await gone(pids)
        await ended(run)

    async def test_what_was_said_of_a_running_cell_does_not_come_after_how_it_ended(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with Lab() as lab, running(lab, "setInterval(() => {}, 1000);") as run:
            says, go_on, state = threading.Event(), threading.Event(), run.console.state

            def slow(word: str, text: str = "") -> None:
                if word == "running":
                    says.set()
                    go_on.wait(LIMIT)
                state(word, text)

            monkeypatch.setattr(run.console, "state", slow)
            showing = asyncio.ensure_future(asyncio.to_thread(run._show))
            assert await asyncio.to_thread(says.wait, LIMIT)
            assert run._process is not None
            run._process.signal(kill=True)
            await asyncio.to_thread(run.wait_ended, 0.2)  # as far as it gets
            go_on.set()
            await showing
            await ended(run)
            assert run.console.text.splitlines()[0] == "node: failed, ended by SIGKILL"

    async def test_a_process_that_ends_in_the_midst_of_send_has_told_of_it(self) -> None:
        code = """
            const ws = new (require("ws"))("URL");
            ws.on("open", () => { ws._sender.send = () => process.kill(process.pid, "SIGKILL"); ws.send("last words"); });
        """
        async with Lab() as lab:
            server = await lab.serve()
            await ran(lab, code.replace("URL", server.url))
            # No bytes came of it, and until the server's end is over too, some may: the row waits for that.
            await until(lambda: [row.text for row in rows(lab, name="send()")] == ["last words"], limit=LIMIT)

    async def test_a_send_that_raises_is_none(self) -> None:
        code = """
            const ws = new (require("ws"))("URL");
            const said = (data) => { try { ws.send(data); } catch (error) { console.log(error.name); } };
            said("too early");
            ws.on("open", () => { said({ no: "data" }); said("text"); said(new Uint8Array([1])); ws.close(); });
        """
        async with Lab() as lab:
            server = await lab.serve()
            await ran(lab, code.replace("URL", server.url))
            await lab.settled(LIMIT)
            assert prints(lab) == ["Error", "TypeError"]
            sent = [(row.text, row.link is not None) for row in rows(lab, name="send()", source="client")]
            assert sent == [("text", True), ("01", True)]


async def test_work_for_a_thread_that_has_ended_is_over_at_once_and_nobody_is_warned() -> None:
    thread, began = LoopThread("wslab-test"), []

    async def work() -> None:
        began.append(1)

    thread.stop()
    assert await thread.wait_ended(LIMIT)
    assert on_thread.begin(thread, work).done()
    on_thread.finish(thread, work, LIMIT)
    assert began == []


async def test_work_for_a_thread_that_ends_meanwhile_is_not_waited_for() -> None:
    thread, go_on = LoopThread("wslab-test"), threading.Event()

    async def never() -> None:
        await asyncio.sleep(3600)

    thread.post(go_on.wait, LIMIT)
    thread.stop()
    waiting = asyncio.ensure_future(asyncio.to_thread(on_thread.finish, thread, never, LIMIT))
    go_on.set()
    await asyncio.wait_for(waiting, LIMIT)
    assert await thread.wait_ended(LIMIT)
