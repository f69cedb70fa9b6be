"""Servers of a cell in a real Node: they have the port that they name, and are recorded."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.net.harness import rows, said
from tests.peers.noding import (
    ECHO,
    SERVER,
    ended,
    need_ws,
    no_folder_of_ours,
    prints,
    ran,
    running,
    until,
)
from tests.ports import free_port
from wslab import Lab, PortTaken
from wslab.peers.node import Node

pytestmark = pytest.mark.node


@pytest.fixture(scope="module", autouse=True)
def node() -> Node:
    """Node with `ws`."""
    return need_ws()


class TestServers:
    """A server of the cell has the port that it names, and is recorded."""

    async def test_the_server_of_the_source_document_runs_as_it_stands(self) -> None:
        port = free_port()
        async with Lab() as lab, running(lab, SERVER.replace("PORT", str(port))) as run:
            assert lab.hosting.ports.taken() == {port: "node"}
            socket = lab.WebSocket(f"ws://localhost:{port}")
            await socket.opened()
            event = await socket.next("message")
            assert event.data == "Hello, client!"
            socket.send("Hello, server!")
            socket.close()
            await socket.closed()
            await until(lambda: prints(lab) == ["已建立WebSocket连接", "接收到消息：Hello, server!"])
            assert run.console.text == (
                f"node: running, listening on port {port}\n已建立WebSocket连接\n接收到消息：Hello, server!"
            )
            await until(lambda: rows(lab, source="server", name="close", text="1005, clean"))
            own = [(row.name, row.text) for row in rows(lab, source="server", kind="event")]
            assert own == [
                ("connection", ""),
                ("send()", "Hello, client!"),
                ("message", "Hello, server!"),
                ("close", "1005, clean"),
            ]
            linked = [row for row in rows(lab, source="server") if row.name in ("send()", "message")]
            assert all(row.link is not None for row in linked)

    @pytest.mark.parametrize(
        ("code", "address"),
        [
            ("const s = http.createServer().listen(PORT); told(s);", "::"),
            ("const s = http.createServer().listen('PORT', () => told(s));", "::"),
            ("const s = http.createServer().listen({ port: PORT, host: '127.0.0.1' }, () => told(s));", "127.0.0.1"),
            ("const s = http.createServer().listen(PORT, 'localhost', 10, () => told(s));", "127.0.0.1"),
            ("const s = net.createServer().listen(PORT, '::1'); s.on('listening', () => told(s));", "::1"),
            ("const s = new ws.WebSocketServer({ port: PORT }, () => told(s));", "::"),
            ("const s = new ws.WebSocketServer({ port: PORT, host: 'localhost' }); told(s);", "127.0.0.1"),
            (
                "const h = http.createServer(); const s = new ws.WebSocketServer({ server: h }); h.listen(PORT); told(s);",
                "::",
            ),
        ],
    )
    async def test_every_way_to_listen_on_a_port(self, code: str, address: str) -> None:
        head = "const http = require('http'), net = require('net'), ws = require('ws');"
        tell = "function told(server) { console.log(JSON.stringify(server.address())); }"
        port = free_port()
        async with Lab() as lab, running(lab, f"{head}\n{tell}\n{code.replace('PORT', str(port))}"):
            assert lab.hosting.ports.taken() == {port: "node"}
            family = "IPv6" if ":" in address else "IPv4"
            await until(lambda: prints(lab))
            assert json.loads(prints(lab)[0]) == {"address": address, "family": family, "port": port}
            assert said(lab, 'node "node" listens', f"ws://127.0.0.1:{port}")

    @pytest.mark.parametrize("given", ["0", "", "{ port: 0 }", "() => {}", "0, () => {}", "undefined", "null"])
    async def test_every_way_to_listen_on_a_free_port(self, given: str) -> None:
        code = f"const s = require('http').createServer().listen({given}); console.log(s.address().port, s.listening);"
        async with Lab() as lab, running(lab, code):
            (port,) = lab.hosting.ports.taken()
            await until(lambda: prints(lab) == [f"{port} true"])

    async def test_two_servers_of_a_cell_are_told_apart(self) -> None:
        async with Lab() as lab, running(lab, "for (const _ of 'ab') require('http').createServer().listen(0);") as run:
            assert sorted(lab.hosting.ports.taken().values()) == ["node", "node (2)"]
            assert run.console.text.startswith("node: running, listening on ports ")

    async def test_both_addresses_lead_to_it_and_only_loopback_does(self) -> None:
        port = free_port()
        async with Lab() as lab, running(lab, ECHO.replace("PORT", str(port))):
            for host in ("127.0.0.1", "[::1]", "localhost"):
                socket = lab.WebSocket(f"ws://{host}:{port}")
                await socket.opened()
                socket.send(b"\x00\x01")
                assert await (await socket.next("message")).data.arrayBuffer() == b"\x00\x01"
                socket.close()
                await socket.closed()

    @pytest.mark.parametrize(
        ("given", "what"),
        [("{ port: 0, host: '0.0.0.0' }", "0.0.0.0, port 0"), ("0, '::'", "::, port 0"), ("SOCKET", "the socket")],
    )
    async def test_what_cannot_be_relayed_is_left_to_node_and_said(self, given: str, what: str, tmp_path: Path) -> None:
        given = given.replace("SOCKET", repr(str(tmp_path / "s")))
        code = f"const s = require('http').createServer().listen({given}, () => {{ console.log('up'); s.close(); }});"
        async with Lab() as lab:
            run = await ran(lab, code)
            assert run.exit_code == 0
            assert prints(lab) == ["up"]
            assert said(lab, 'node "node"', f"{what}")
            assert said(lab, "is left to Node, and not recorded")
            assert lab.hosting.ports.taken() == {}

    async def test_a_server_that_closes_gives_its_port_back_and_may_listen_again(self) -> None:
        port = free_port()
        code = """
            const http = require("http");
            const first = http.createServer().listen(PORT, () => first.close(() => {
              const second = http.createServer().listen(PORT, () => { console.log(second.address().port); second.close(); });
            }));
        """.replace("PORT", str(port))
        async with Lab() as lab:
            run = await ran(lab, code)
            assert (run.exit_code, prints(lab)) == (0, [str(port)])
            assert lab.hosting.ports.taken() == {}

    async def test_what_is_under_way_when_a_server_closes_still_arrives(self) -> None:
        port = free_port()
        code = """
            const { WebSocketServer } = require("ws");
            const wss = new WebSocketServer({ port: PORT });
            wss.on("connection", (ws) => { ws.send("last words"); ws.close(4000, "done"); wss.close(); });
        """.replace("PORT", str(port))
        async with Lab() as lab, running(lab, code) as run:
            socket = lab.WebSocket(f"ws://localhost:{port}")
            seen = [await socket.next("message"), await socket.next("close")]
            assert [seen[0].data, seen[1].code, seen[1].reason, seen[1].wasClean] == ["last words", 4000, "done", True]
            await ended(run)
            assert run.exit_code == 0

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            ("s.listen(70000)", "ERR_SOCKET_BAD_PORT"),
            ("s.listen({ host: 'localhost' })", "ERR_INVALID_ARG_VALUE"),
            ("s.listen(PORT); s.listen(PORT)", "ERR_SERVER_ALREADY_LISTEN"),
            ("s.listen(PORT, 'localhost'); s.listen(PORT)", "ERR_SERVER_ALREADY_LISTEN"),
        ],
    )
    async def test_what_node_refuses_it_refuses_in_its_own_words(self, code: str, error: str) -> None:
        code = code.replace("PORT", str(free_port()))
        async with Lab() as lab:
            await ran(
                lab,
                f"const s = require('net').createServer();\ntry {{ {code} }} catch (e) {{ console.log(e.code); s.close(); }}",
            )
            assert prints(lab) == [error]


class TestCookies:
    """JupyterLab's own cookies never reach the code of a cell; every other one does."""

    SENT = 'session=s3ss10n; _xsrf=S3CRET; username-localhost-8888="2|1:0|S3CRET"'
    SEEN = "session=s3ss10n; _xsrf=xxxxxx; username-localhost-8888=xxxxxxxxxxxxxx"

    async def test_a_socket_and_each_request_of_a_connection(self) -> None:
        code = """
            const http = require("http"), { WebSocketServer } = require("ws");
            const server = http.createServer((req, res) => {
              console.log(req.method, req.url, req.headers.cookie, JSON.stringify(req.rawHeaders));
              req.on("data", (data) => console.log("body", String(data))).on("end", () => res.end());
            }).listen(PORT);
            new WebSocketServer({ server }).on("connection", (ws, req) => console.log("socket", req.headers.cookie));
        """
        port = free_port()
        async with Lab() as lab, running(lab, code.replace("PORT", str(port))):
            async with lab.connect(f"ws://localhost:{port}", additional_headers={"Cookie": self.SENT}):
                pass
            raw = await lab.raw(f"127.0.0.1:{port}")
            headers = f"Host: a\r\nCookie: {self.SENT}\r\n"
            body = "Cookie: _xsrf=S3CRET"
            for _ in range(2):
                asked = f"POST /form HTTP/1.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}"
                await raw.send(asked.encode())
                await raw.head()
            await raw.send(b"GET /two HTTP/1.1\r\nHost: a\r\ncookie: a=b\r\nCOOKIE: _xsrf=S3CRET\r\n\r\n")
            await raw.head()
            await until(lambda: len(prints(lab)) == 6)
            await raw.close()
            shown = prints(lab)
        assert shown[0] == f"socket {self.SEEN}"
        said = f"POST /form {self.SEEN} {json.dumps(['Host', 'a', 'Cookie', self.SEEN, 'Content-Length', '20'], separators=(',', ':'))}"
        assert shown[1:5] == [said, f"body {body}"] * 2, "a body is nobody's cookie"
        assert shown[5].startswith("GET /two a=b; _xsrf=xxxxxx ")

    async def test_a_server_of_plain_tcp(self) -> None:
        code = 'require("net").createServer((s) => s.on("data", (data) => console.log(JSON.stringify(`${data}`)))).listen(PORT);'
        port = free_port()
        async with Lab() as lab, running(lab, code.replace("PORT", str(port))):
            raw = await lab.raw(f"127.0.0.1:{port}")
            await raw.send(f"GET / HTTP/1.1\r\nCookie: {self.SENT};\r\n _xsrf=S3CRET\r\n\r\n".encode())
            await until(lambda: prints(lab) and prints(lab)[-1].endswith('\\n"'))
            shown = "".join(map(json.loads, prints(lab)))
            assert shown == f"GET / HTTP/1.1\r\nCookie: {self.SEEN};\r\n _xsrf=xxxxxx\r\n\r\n"
            await raw.close()


class TestTakenPort:
    """Node's own error for the code, and who has the port in plain words."""

    CODE = """
        const server = require("http").createServer().listen(PORT, () => console.log("never"));
        server.on("error", (e) => console.log(e.name, e.code, e.syscall, e.address, e.port, e.message, e.stack.split("\\n")[1].trim()));
    """

    async def told(self, lab: Lab, port: int, holder: str) -> None:
        run = await ran(lab, self.CODE.replace("PORT", str(port)))
        assert run.exit_code == 0
        message = f"listen EADDRINUSE: address already in use :::{port}"
        assert prints(lab)[-1] == f"Error EADDRINUSE listen :: {port} {message} at Object.<anonymous> (cell, line 2)"
        warning = next(line for line in run.console.text.splitlines() if line.startswith("warning"))
        assert warning.startswith(f"warning: port {port} is taken by {holder}")
        assert warning.endswith("; stop it, or listen on another port")
        assert said(lab, 'node "node" cannot listen', f"port {port} is taken by {holder}")

    async def test_by_a_server_of_this_lab(self) -> None:
        async with Lab() as lab:
            server = await lab.serve(name="chat")
            await self.told(lab, server.port, 'server "chat" of this lab')

    async def test_by_another_node_cell(self) -> None:
        port = free_port()
        async with Lab() as lab, running(lab, ECHO.replace("PORT", str(port)), "other"):
            await self.told(lab, port, 'the Node cell "other" of this lab')

    async def test_by_this_kernel(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as own:
            async with Lab() as lab:
                await self.told(lab, own.getsockname()[1], "this kernel itself")

    async def test_and_python_is_told_of_the_cell(self) -> None:
        port = free_port()
        async with Lab() as lab, running(lab, ECHO.replace("PORT", str(port))):
            with pytest.raises(PortTaken, match=f'port {port} is taken by the Node cell "node" of this lab'):
                await lab.serve(port=port)

    async def test_nobody_listens_for_the_error(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as own:
            port = own.getsockname()[1]
            async with Lab() as lab:
                run = await ran(lab, f'const WebSocket = require("ws");\nnew WebSocket.Server({{ port: {port} }});')
        first = run.console.text.splitlines()[0]
        assert first == (
            f"node: failed, exit code 1: Error: listen EADDRINUSE: address already in use :::{port} (cell, line 2)"
        )
        assert "error:     at Object.<anonymous> (cell, line 2)" in run.console.text
        no_folder_of_ours(run.console.text)
