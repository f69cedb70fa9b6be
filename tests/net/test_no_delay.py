"""No socket of a lab waits with a small packet until the one before was acknowledged (Nagle's algorithm, RFC 9293 section 3.7.4).

By the option, not by the clock: asyncio sets TCP_NODELAY, but only for a socket that says it is TCP's.
"""

from __future__ import annotations

import ast
import asyncio
import gc
import socket
from pathlib import Path
from typing import Any

import pytest

import wslab
from tests.net.certificate import Certificate
from tests.net.harness import until
from tests.net.relay.relaying import Behind, Wire, relayed
from wslab import Lab
from wslab.net import LoopThread
from wslab.peers.browser import Control


def undelayed(sock: Any) -> bool:
    """Whether a socket sends at once."""
    return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def tcp_sockets(port: int) -> dict[tuple[Any, Any], bool]:
    """Both ends of each connection with a port that are in this process, by their addresses, and whether they send at once."""
    found = {}
    for sock in [each for each in gc.get_objects() if type(each) is socket.socket and each.fileno() >= 0]:
        try:
            found[sock.getsockname()[:2], sock.getpeername()[:2]] = undelayed(sock)
        except OSError:  # it listens, or it is of another kind
            continue
    return {addresses: sends for addresses, sends in found.items() if port in (addresses[0][1], addresses[1][1])}


async def test_every_socket_of_servers_and_clients_sends_at_once() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        ws = lab.WebSocket(server.url)
        other = lab.WebSocket(f"ws://localhost:{server.port}")
        await ws.opened()
        await other.opened()
        async with lab.connect(server.url), lab.connect(f"ws://[::1]:{server.port}"), lab.raw(server.url) as raw:
            await raw.upgrade()
            found = tcp_sockets(server.port)
            assert len(found) == 10, "five connections, and both ends of each are here"
            assert all(found.values()), found
        ws.close()
        other.close()
        await ws.closed()
        await other.closed()


async def test_a_server_with_tls_sends_at_once_too(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    async with Lab() as lab:
        server = await lab.serve(ssl=certificate.server)
        async with lab.connect(f"wss://127.0.0.1:{server.port}", ssl=certificate.client):
            found = tcp_sockets(server.port)
            assert len(found) == 2
            assert all(found.values()), found


async def test_both_legs_of_a_relay_send_at_once() -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        for host in ("127.0.0.1", "::1"):
            client = await Wire.to(stand.relay.port, host)
            server = await behind.accepted.get()
            await until(lambda: all(side.other.transport is not None for side in stand.relay.links().values()))
            sides = list(stand.relay.links().values())
            assert sides
            for side in sides:
                assert undelayed(side.transport.get_extra_info("socket")), "to the client"
                assert undelayed(side.other.transport.get_extra_info("socket")), "to the server behind"
            client.fin()
            server.fin()
            await client.close()
            await until(lambda: not stand.relay.links())


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
async def test_a_clients_socket_that_was_passed_in_sends_at_once(family: socket.AddressFamily) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.connect(("::1" if family == socket.AF_INET6 else "127.0.0.1", server.port))
        assert not undelayed(sock), "else this proves nothing"
        async with lab.connect(server.url, sock=sock) as connection:
            assert undelayed(sock)
            await connection.send("hi")
            assert await connection.recv() == "hi"


async def test_a_socket_that_is_not_tcps_may_be_passed_in_too() -> None:
    async with Lab() as lab:
        ours, theirs = socket.socketpair()
        with theirs:
            connecting = asyncio.ensure_future(lab.connect("ws://localhost/", sock=ours).__aenter__())
            reader, writer = await asyncio.open_connection(sock=theirs)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"GET / HTTP/1.1\r\n")
            writer.close()
            with pytest.raises(Exception, match="did not receive a valid HTTP response"):
                await connecting


async def test_the_channel_to_a_page_sends_at_once() -> None:
    thread = LoopThread("wslab-control")
    control = Control(lambda *_: None, lambda _: None, lambda: None)
    await thread.run(control.listen(), 5, str)
    client = await Wire.to(control.port)
    address = ("127.0.0.1", control.port)
    await until(
        lambda: [sends for (local, _), sends in tcp_sockets(control.port).items() if local == address] == [True]
    )
    await client.close()
    await thread.run(control.close(), 5, str)
    thread.stop()
    assert await thread.wait_ended(5)


def test_no_module_makes_a_socket_without_saying_that_it_is_tcps() -> None:
    made = [
        (path.name, "socket.IPPROTO_TCP" in map(ast.unparse, node.args))
        for path in Path(wslab.__file__).parent.joinpath("net").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "socket.socket"
    ]
    assert len(made) >= 2, "else it looks for the wrong thing"
    assert all(said for _, said in made), made
