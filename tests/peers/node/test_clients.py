"""Clients in a cell in a real Node: what they tell pairs with the server's end."""

from __future__ import annotations

import pytest

from tests.net.harness import rows, said
from tests.peers.noding import ECHO, LIMIT, need_ws, prints, ran
from tests.ports import free_port
from wslab import Lab
from wslab.peers.node import Node

pytestmark = pytest.mark.node


@pytest.fixture(scope="module", autouse=True)
def node() -> Node:
    """Node with `ws`."""
    return need_ws()


class TestClients:
    """A client in the cell is a witness of its own end, and pairs with the server's."""

    CODE = """
        const WebSocket = require("ws");
        const socket = new WebSocket("URL");
        socket.onopen = () => { console.log("open", socket.url); socket.send("to Python"); };
        socket.onmessage = (event) => { console.log(event.data); socket.close(1000, "enough"); };
    """

    @pytest.mark.parametrize("path", ["", "/chat?room=1"])
    async def test_one_of_ws_and_a_python_server(self, path: str) -> None:
        paths = []

        async def greet(connection: object) -> None:
            paths.append(connection.request.path)  # type: ignore[attr-defined]
            async for message in connection:  # type: ignore[attr-defined]
                await connection.send(f"got {message}")  # type: ignore[attr-defined]

        async with Lab() as lab:
            server = await lab.serve(greet)
            url = f"ws://localhost:{server.port}{path or '/'}"
            run = await ran(lab, self.CODE.replace("URL", url))
            await lab.settled(LIMIT)
            assert prints(lab) == [f"open {url}", "got to Python"]
            (connection,) = lab.timeline.connections()
            assert (connection.client, paths) == ("node", [path or "/"])
            own = [(row.name, row.text) for row in rows(lab, source="client", kind="event")]
            assert own == [
                ("new WebSocket()", url),
                ("open", ""),
                ("send()", "to Python"),
                ("message", "got to Python"),
                ("close()", "1000 enough"),
                ("close", "1000 enough, clean"),
            ]
            assert "wslab-marker" not in lab.transcript()
            assert run.exit_code == 0

    async def test_node_s_own_where_it_has_one(self, node: Node) -> None:
        code = self.CODE.replace('const WebSocket = require("ws");', "")
        async with Lab() as lab:
            server = await lab.serve()
            run = await ran(lab, code.replace("URL", server.url))
            if node.major < 22:
                assert "exit code 1: ReferenceError: WebSocket is not defined (cell, line 3)" in run.console.text
                return
            await lab.settled(LIMIT)
            assert prints(lab) == [f"open {server.url}/", "to Python"]
            (connection,) = lab.timeline.connections()
            assert connection.client == "node"
            assert said(lab, "close", "1000 enough, clean")

    async def test_a_client_and_a_server_in_one_cell(self) -> None:
        port = free_port()
        code = (
            ECHO
            + self.CODE.replace("const WebSocket", "const { WebSocket }")
            + "socket.on('close', () => process.exit());"
        )
        async with Lab() as lab:
            await ran(lab, code.replace("URL", f"ws://localhost:{port}/").replace("PORT", str(port)))
            await lab.settled(LIMIT)
            (connection,) = lab.timeline.connections()
            assert connection.client == "node"
            kinds = {(row.source, row.name) for row in rows(lab, kind="event")}
            assert {("client", "open"), ("server", "connection"), ("server", "message"), ("client", "message")} <= kinds

    async def test_nobody_listens_there(self) -> None:
        async with Lab() as lab:
            code = f'new (require("ws"))("ws://localhost:{free_port()}").on("error", () => {{}});'
            run = await ran(lab, code)
            assert run.exit_code == 0
            assert said(lab, "error", "ECONNREFUSED")
            assert said(lab, "close", "1006, not clean")

    async def test_heartbeats_and_terminate_are_rows_and_answers_of_ws_itself_are_not(self) -> None:
        port = free_port()
        code = """
            const { WebSocketServer, WebSocket } = require("ws");
            const wss = new WebSocketServer({ port: PORT });
            wss.on("connection", (ws) => { ws.ping("?"); ws.on("pong", () => ws.terminate()); wss.close(); });
            new WebSocket("ws://localhost:PORT");
        """.replace("PORT", str(port))
        async with Lab() as lab:
            await ran(lab, code)
            told = [(row.source, row.name) for row in rows(lab, kind="event")]
            assert [name for source, name in told if source == "server"] == [
                "connection", "ping()", "pong", "terminate()", "close",
            ]  # fmt: skip
            assert [name for source, name in told if source == "client"] == ["new WebSocket()", "open", "ping", "close"]
