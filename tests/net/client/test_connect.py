"""`lab.connect` is `websockets.connect` in everything, and recorded."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.net.harness import TEXT, Peer, RawServer, frame, rows, until
from wslab import Lab

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


async def test_awaiting_it_gives_the_real_connection() -> None:
    async with Lab() as lab:
        client = await lab.connect((await lab.serve()).url)
        assert isinstance(client, ClientConnection)
        await client.send("hi")
        assert await client.recv() == "hi"
        await client.close(4001, "enough")
        await lab.settled()
        assert [row.name for row in rows(lab, kind="close")] == ["close 4001"] * 2


async def test_async_with_closes_it() -> None:
    async with Lab() as lab:
        async with lab.connect((await lab.serve()).url) as client:
            await client.send(b"\x00\xff")
            assert await client.recv() == b"\x00\xff"
        assert client.close_code == 1000


async def test_async_for_connects_again_and_each_time_is_a_connection_of_its_own() -> None:
    async def once(connection: ServerConnection) -> None:
        await connection.send("again")

    async with Lab() as lab:
        server = await lab.serve(once)
        seen = 0
        async for client in lab.connect(server.url):
            assert await client.recv() == "again"
            await client.wait_closed()
            seen += 1
            if seen == 3:
                break
        await lab.settled()
        assert [row.connection for row in rows(lab, kind="message")] == [1, 2, 3]
        assert all(each.client_end and each.server_end for each in lab.timeline.connections())


async def test_options_go_to_websockets() -> None:
    async with Lab() as lab:
        server = await lab.serve(subprotocols=["chat"])
        async with lab.connect(
            server.url, subprotocols=["chat"], compression=None, origin="http://localhost"
        ) as client:
            assert client.subprotocol == "chat"
            assert client.request is not None
            assert client.request.headers["Origin"] == "http://localhost"
            assert "Sec-WebSocket-Extensions" not in client.request.headers


async def test_a_refused_connection_raises_as_websockets_does_and_leaves_a_row(held_port: int) -> None:
    url = f"ws://127.0.0.1:{held_port}"
    async with Lab() as lab:
        with pytest.raises(ConnectionRefusedError) as ours:
            await lab.connect(url)
        with pytest.raises(ConnectionRefusedError) as theirs:
            await websockets.connect(url)
        assert (type(ours.value), str(ours.value)) == (type(theirs.value), str(theirs.value))
        (row,) = rows(lab)
        assert (row.connection, row.source, row.name) == (1, "client", "TCP connection failed")
        assert row.text == f"refused: nobody listens at {url.removeprefix('ws://')}"
        await lab.settled()


async def test_a_name_that_cannot_be_resolved_leaves_a_row() -> None:
    async with Lab() as lab:
        with pytest.raises(OSError, match=r"."):
            await lab.connect("ws://no-such-name.invalid")
        assert rows(lab)[0].text == "the name no-such-name.invalid cannot be resolved"


async def test_a_refused_handshake_raises_as_websockets_does_and_is_recorded() -> None:
    async def not_found(peer: Peer) -> None:
        await peer.request()
        peer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nnope\n")

    async with RawServer(not_found) as server, Lab() as lab:
        with pytest.raises(websockets.InvalidStatus) as caught:
            await lab.connect(server.url)
        assert caught.value.response.status_code == 404
        assert [row.name for row in rows(lab, kind="handshake")] == ["GET /", "404 Not Found"]
        await lab.settled()


async def test_a_redirect_is_followed_and_both_connections_are_recorded() -> None:
    async with Lab() as lab:
        target = await lab.serve()

        async def elsewhere(peer: Peer) -> None:
            await peer.request()
            location = f"Location: {target.url}/new\r\n".encode()
            peer.write(b"HTTP/1.1 302 Found\r\n", location, b"Content-Length: 0\r\n\r\n")

        async with RawServer(elsewhere) as server, lab.connect(server.url) as client:
            await client.send("hi")
            assert await client.recv() == "hi"
        await lab.settled()
        assert [(row.connection, row.name) for row in rows(lab, kind="handshake")] == [
            (1, "GET /"),
            (1, "302 Found"),
            (2, "GET /new"),
            (2, "101 Switching Protocols"),
        ]
        assert all(not each.open for each in lab.timeline.connections())


async def test_giving_up_while_it_connects_leaves_nothing() -> None:
    async def silent(peer: Peer) -> None:
        await peer.gone()

    async with RawServer(silent) as server, Lab() as lab:
        with pytest.raises(TimeoutError):
            await lab.connect(server.url, open_timeout=0.1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lab.connect(server.url), 0.1)
        await until(lambda: all(not each.open for each in lab.timeline.connections()))
        await lab.settled()


async def test_it_is_told_apart_which_connection_is_which() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        clients = await asyncio.gather(*(lab.connect(server.url) for _ in range(10)))
        for number, client in enumerate(clients):
            await client.send(str(number))
            assert await client.recv() == str(number)
        await asyncio.gather(*(client.close() for client in clients))
        await lab.settled()
        for each in lab.timeline.connections():
            assert each.client_end is not None
            assert each.server_end is not None
        ups = {row.connection: row.text for row in rows(lab, kind="message", source="client to server")}
        downs = {row.connection: row.text for row in rows(lab, kind="message", source="server to client")}
        assert ups == downs
        assert len(ups) == 10


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY", "SOCKS_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_proxies_that_are_set_later_do_not_come_between(
    variable: str, host: str, monkeypatch: pytest.MonkeyPatch, held_port: int
) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    async with Lab() as lab:
        server = await lab.serve()
        monkeypatch.setenv(variable, f"http://127.0.0.1:{held_port}")
        for connect in (websockets.connect, lab.connect):
            async with connect(f"ws://{host}:{server.port}") as client:
                await client.send("hi")
                assert await client.recv() == "hi"


async def test_before_it_is_awaited_it_says_what_to_write() -> None:
    async with Lab() as lab:
        client = lab.connect("ws://127.0.0.1:1")
        assert repr(client) == "<not connected yet: write connection = await lab.connect(url)>"
        with pytest.raises(AttributeError, match=r"no \.send: write connection = await lab\.connect\(url\)"):
            client.send("hi")


async def test_messages_in_the_same_packet_as_the_handshake_are_not_lost() -> None:
    async def eager(peer: Peer) -> None:
        await peer.request()
        peer.write(peer.response(), frame(TEXT, b"one"), frame(TEXT, b"two"))
        await peer.gone()

    async with RawServer(eager) as server, Lab() as lab:
        client = await lab.connect(server.url, close_timeout=0.1)
        assert [await client.recv(), await client.recv()] == ["one", "two"]
        await client.close()
