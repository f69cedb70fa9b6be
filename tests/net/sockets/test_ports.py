"""A port that somebody else has: who it is, and what to type."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
import websockets

from tests.net.harness import rows
from wslab import BadValue, Lab, LabError, PortTaken
from wslab.net.sockets import ports

HOLD = """
import socket, sys
address, port = sys.argv[1], int(sys.argv[2])
sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind((address, port))
sock.listen()
print("listens", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
async def test_a_port_taken_by_another_process_is_named_with_its_holder(address: str, held_port: int) -> None:
    port = held_port
    with subprocess.Popen(  # noqa: ASYNC220  (it is awaited by reading its first line)
        [sys.executable, "-c", HOLD, address, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "listens\n"
        async with Lab() as lab:
            with pytest.raises(PortTaken) as caught:
                await lab.serve(port=port)
            assert lab.servers == ()
        other.stdin.close()
    assert caught.value.port == port
    assert f"process {other.pid}" in caught.value.holder
    assert f"port {port} is taken by" in str(caught.value)
    assert "write port=0" in str(caught.value)
    assert isinstance(caught.value, OSError)
    assert isinstance(caught.value, LabError)


async def test_a_port_taken_by_another_lab_of_this_process_is_named() -> None:
    async with Lab("one") as one, Lab("two") as two:
        server = await one.serve()
        with pytest.raises(
            PortTaken, match=rf"port {server.port} is taken by this kernel itself.*write port=0"
        ) as caught:
            await two.serve(port=server.port)
        assert f"process {os.getpid()}" in caught.value.holder
        assert two.servers == ()
        assert one.servers == (server,)
        async with websockets.connect(server.url):
            pass


async def test_a_taken_port_leaves_the_server_of_that_name_running() -> None:
    async with Lab() as lab:
        server, other = await lab.serve(), await lab.serve(name="other")
        async with websockets.connect(server.url) as client:
            with pytest.raises(PortTaken):
                await lab.serve(port=other.port)
            await client.send("hi")
            assert await client.recv() == "hi"
        assert lab.servers == (server, other)
        assert not rows(lab, name='server "server" restarts')


async def test_a_port_that_was_taken_meanwhile_is_replaced_by_a_free_one() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        await server.stop()
        with socket.create_server(("127.0.0.1", server.port), backlog=1):
            again = await lab.serve()
            assert again.port != server.port
            async with websockets.connect(again.url):
                pass


async def test_a_server_can_be_replaced_right_after_it_had_clients(held_port: int) -> None:
    # The kernel keeps closed connections for a minute (TIME_WAIT): they must not keep the port.
    for _ in range(3):
        async with Lab() as lab:
            server = await lab.serve(port=held_port)
            client = await websockets.connect(server.url)
            await server.stop()
            await client.wait_closed()


async def test_a_port_below_1024_says_that_the_system_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "administrator" in ports.holder(80)


@pytest.mark.parametrize("port", [80000, -1])
async def test_a_port_out_of_range_says_what_is_possible(port: int) -> None:
    async with Lab() as lab:
        with pytest.raises(BadValue, match=f"1 to 65535, or 0 for a free one, not {port}; leave it out"):
            lab.serve(port=port)
