"""A handler that raises, a peer that closes with a code of its own, a connection that is lost: a row each, nothing else."""

from __future__ import annotations

import asyncio
import struct
import sys
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests.net.harness import LIMIT, rows, said, until
from wslab import Lab, echo

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from wslab.net import Handler
    from wslab.timeline import Row


async def breaks(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(str(1 // int(message)))


async def waits(connection: ServerConnection) -> None:
    async for _ in connection:
        pass


async def ending(lab: Lab, *, prefix: str) -> Row:
    """The row that says how a handler ended."""
    await until(lambda: any(row.name.startswith(prefix) for row in rows(lab, source="server")), prefix)
    (row,) = [row for row in rows(lab, source="server") if row.name.startswith(prefix)]
    return row


async def test_a_handler_that_raises_leaves_a_row_and_the_client_sees_1011(capfd: pytest.CaptureFixture[str]) -> None:
    async with Lab() as lab:
        server = await lab.serve(breaks)
        async with websockets.connect(server.url) as client:
            await client.send("1")
            assert await client.recv() == "1"
            await client.send("0")
            with pytest.raises(ConnectionClosed) as caught:
                await client.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1011
        row = await ending(lab, prefix="handler breaks raised")
        line = breaks.__code__.co_firstlineno + 2
        assert row.text == (
            "ZeroDivisionError: integer division or modulo by zero "
            f"at line {line}: await connection.send(str(1 // int(message)))"
        )
        assert row.problem == "the server closes with 1011"
        async with websockets.connect(server.url) as client:  # it serves on
            await client.send("1")
            assert await client.recv() == "1"
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError, GeneratorExit, BaseException])
async def test_whatever_a_handler_raises_its_server_serves_on(
    error: type[BaseException], capfd: pytest.CaptureFixture[str]
) -> None:
    async def leaves(connection: ServerConnection) -> None:
        if await connection.recv() == "leave":
            raise error("leaving")
        await connection.send("here")

    async with Lab() as lab:
        server = await lab.serve(leaves)
        async with websockets.connect(server.url) as client:
            await client.send("leave")
            with pytest.raises(ConnectionClosed) as caught:
                await asyncio.wait_for(client.recv(), LIMIT)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1011
        async with websockets.connect(server.url) as client:
            await client.send("stay")
            assert await client.recv() == "here"
        row = await ending(lab, prefix="handler leaves raised")
        assert row.text.startswith(f"{error.__name__}: leaving at line ")
        assert not said(lab, "nobody caught")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
async def test_an_exit_in_a_task_or_a_callback_of_a_handler_does_not_end_its_server(error: type[BaseException]) -> None:
    def leaves() -> None:
        raise error("leaving")

    async def leaves_too() -> None:
        leaves()

    async def handler(connection: ServerConnection) -> None:
        asyncio.get_running_loop().call_soon(leaves)
        task = asyncio.create_task(leaves_too())
        await asyncio.wait({task})
        await connection.send(repr(task.exception()))

    async with Lab() as lab:
        server = await lab.serve(handler)
        for _ in range(2):
            async with websockets.connect(server.url) as client:
                assert await asyncio.wait_for(client.recv(), LIMIT) == f"{error.__name__}('leaving')"
        assert rows(
            lab, name="server server: nobody caught an error in one of its tasks", text=f"{error.__name__}: leaving"
        )


async def test_a_peer_that_closes_with_4001_leaves_a_row_and_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    async with Lab() as lab:
        client = await websockets.connect((await lab.serve(waits)).url)
        await client.close(4001, "wrong password")
        row = await ending(lab, prefix="handler waits")
        assert row.name == "handler waits stopped"
        assert row.text.startswith("the client closed with 4001 (private use) at line ")
        assert row.problem == ""
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_normal_end_needs_no_row(code: int) -> None:
    async with Lab() as lab:
        client = await websockets.connect((await lab.serve(waits)).url)
        await client.close(code)
        await lab.settled()
        assert not [row for row in rows(lab, source="server") if row.name.startswith("handler")]


async def test_a_connection_that_is_lost_says_so() -> None:
    async with Lab() as lab:
        client = await websockets.connect((await lab.serve(waits)).url)
        client.transport.abort()
        row = await ending(lab, prefix="handler waits")
        assert row.text.startswith("the connection was lost without a Close frame at line ")
        await client.wait_closed()


async def test_a_connection_that_the_server_itself_failed_says_so() -> None:
    async with Lab() as lab:
        client = await websockets.connect((await lab.serve(waits, max_size=10)).url)
        await client.send("more than ten bytes")
        row = await ending(lab, prefix="handler waits")
        assert row.text.startswith("the server failed the connection with 1009 (message too big)")
        await client.wait_closed()


async def test_a_connection_that_is_reset_says_so() -> None:
    async with Lab() as lab:
        client = await websockets.connect((await lab.serve(waits)).url)
        client.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        client.transport.abort()
        await until(lambda: rows(lab, name="TCP ended without a Close frame", text="reset by the peer (RST)"))
        await client.wait_closed()


async def recv_once(connection: ServerConnection) -> None:
    await connection.recv()


@pytest.mark.parametrize("handler", [echo, recv_once])
async def test_a_peer_that_has_sent_more_than_was_read_is_closed_soon(handler: Handler) -> None:
    # websockets alone takes its whole close_timeout here: a full queue keeps it from reading the Close, or the end of TCP.
    async with Lab() as lab:
        server = await lab.serve(handler, close_timeout=3600)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        for number in range(200):
            socket.send("x" * number * 10)
        socket.close(1000)
        assert (await socket.closed()).wasClean
        await lab.settled(timeout=LIMIT)
        assert not server.connections


async def test_an_error_while_a_server_stops_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    async def complains(connection: ServerConnection) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            raise RuntimeError("interrupted")

    async with Lab() as lab:
        client = await websockets.connect((await lab.serve(complains)).url)
        await lab.serve()
        assert not [row for row in rows(lab, source="server") if "raised" in row.name]
        await client.close()
    assert capfd.readouterr() == ("", "")


async def test_a_task_of_a_handler_that_nobody_watches_leaves_a_row(capfd: pytest.CaptureFixture[str]) -> None:
    async def careless(connection: ServerConnection) -> None:
        async def fails() -> None:
            raise LookupError("nobody looks")

        task = asyncio.create_task(fails())
        await asyncio.wait({task})
        del task
        await connection.send("done")

    async with Lab() as lab:
        async with websockets.connect((await lab.serve(careless)).url) as client:
            assert await client.recv() == "done"
        name = "server server: nobody caught an error in one of its tasks"
        await until(lambda: rows(lab, name=name, text="LookupError: nobody looks", problem="unhandled"), "the row")
    assert capfd.readouterr() == ("", "")


async def test_a_process_request_that_raises_is_answered_500_and_leaves_a_row() -> None:
    def process_request(connection: object, request: object) -> None:
        raise LookupError("no such room")

    async with Lab() as lab:
        server = await lab.serve(process_request=process_request)
        with pytest.raises(websockets.InvalidStatus) as caught:
            await websockets.connect(server.url)
        assert caught.value.response.status_code == 500
        row = await ending(lab, prefix="process_request raised")
        assert row.text.startswith("LookupError: no such room at line ")


def test_the_tests_see_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    print("seen", file=sys.stderr)
    assert capfd.readouterr().err == "seen\n"
