"""A relay in front of a server that is not ours: nothing of what passes is changed, and all of it is recorded."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus

from tests.net.harness import run, until
from tests.net.relay.relaying import Behind, Wire, before, relayed, through

MEBI = 1024 * 1024


async def echo(websocket: Any) -> None:
    async for message in websocket:
        await websocket.send(message)


# WebSocket through it


@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_messages_pass_and_are_recorded_as_they_were_sent(compression: str | None) -> None:
    sent: list[str | bytes] = ["hello", b"\x00\xff", "\u4f60" * 70_000, ""]
    async with before(echo, compression=compression) as stand:
        async with websockets.connect(stand.relay.url, compression=compression) as client:
            for message in sent:
                await client.send(message)
                assert await client.recv() == message
            assert client.response is not None
            assert ("Sec-WebSocket-Extensions" in client.response.headers) == (compression is not None)
        details = [stand.timeline.detail(row).payload for row in stand.rows() if row.kind == "message"]
        raw = [each.encode() if isinstance(each, str) else each for each in sent]
        assert sorted(each or b"" for each in details) == sorted(raw * 2)


async def test_the_one_who_closes_decides_on_code_and_reason_in_both_directions() -> None:
    async def closes(websocket: Any) -> None:
        if websocket.request.path == "/server":
            await websocket.close(4001, "enough")
        else:
            await websocket.wait_closed()
            told.append((websocket.close_code, websocket.close_reason))

    told: list[tuple[int, str]] = []
    async with before(closes) as stand:
        async with websockets.connect(f"{stand.relay.url}/server") as client:
            with pytest.raises(websockets.ConnectionClosed):
                await client.recv()
            assert (client.close_code, client.close_reason) == (4001, "enough")
        async with websockets.connect(f"{stand.relay.url}/client") as client:
            await client.close(3000, "bye")
        await until(lambda: told)
        assert told == [(3000, "bye")]
        await until(lambda: not stand.relay.links())
        assert [end.ending for end in stand.timeline.ends] == ["", ""]


async def test_a_refusal_of_the_server_behind_reaches_the_client() -> None:
    def refuse(connection: Any, request: Any) -> Any:
        return connection.respond(418, "teapot\n")

    async with before(echo, process_request=refuse) as stand:
        with pytest.raises(InvalidStatus) as caught:
            await websockets.connect(stand.relay.url)
        assert caught.value.response.status_code == 418


async def test_a_ping_of_either_side_is_answered_by_the_other() -> None:
    async def pings(websocket: Any) -> None:
        await (await websocket.ping(b"from the server"))
        await websocket.wait_closed()

    async with before(pings) as stand, websockets.connect(stand.relay.url) as client:
        await (await client.ping(b"from the client"))
        await until(lambda: len([row for row in stand.rows() if row.kind == "control"]) == 4)


async def test_many_connections_at_once() -> None:
    async with before(echo) as stand:

        async def talk(number: int) -> None:
            async with websockets.connect(stand.relay.url) as client:
                for part in range(3):
                    await client.send(f"{number} {part}")
                    assert await client.recv() == f"{number} {part}"

        await asyncio.gather(*(talk(number) for number in range(100)))
        await until(lambda: not stand.relay.links())
        assert len(stand.timeline.ends) == 100


# Bytes


PARTS = st.lists(st.binary(min_size=1, max_size=3000), max_size=6)


@settings(max_examples=25, deadline=None)
@given(PARTS, PARTS, st.booleans())
def test_any_split_of_bytes_in_either_direction_comes_out_identical(
    up: list[bytes], down: list[bytes], client_ends_first: bool
) -> None:
    async def talk() -> None:
        async with through() as (client, server, stand):

            async def say(wire: Wire, parts: list[bytes]) -> None:
                for part in parts:
                    await wire.send(part)
                    await asyncio.sleep(0)

            await asyncio.gather(say(client, up), say(server, down))
            first, second = (client, server) if client_ends_first else (server, client)
            first.fin()
            assert await second.heard() == b"".join(up if client_ends_first else down)
            second.fin()
            assert await first.heard() == b"".join(down if client_ends_first else up)
            await until(lambda: not stand.relay.links())
            end = stand.end()
            assert b"".join(end.received.chunks) == b"".join(up)
            assert b"".join(end.sent.chunks) == b"".join(down)
            assert end.is_remote
            assert end.ending == ""

    run(talk())


async def test_both_addresses_of_this_machine_lead_to_it() -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        for host in ("127.0.0.1", "::1"):
            client = await Wire.to(stand.relay.port, host)
            server = await behind.accepted.get()
            await client.send(b"GET")
            assert await server.reader.readexactly(3) == b"GET"
            await client.close()


async def test_a_client_that_has_ended_its_direction_still_hears_the_server() -> None:
    async with through() as (client, server, stand):
        await client.send(b"GET /last")
        client.fin()
        assert await server.heard() == b"GET /last"
        assert stand.end().fin is not None
        for _ in range(3):
            await server.send(b"still here ")
        server.fin()
        assert await client.heard() == b"still here " * 3
        await until(lambda: not stand.relay.links())


async def test_a_server_that_has_ended_its_direction_still_hears_the_client() -> None:
    async with through() as (client, server, stand):
        server.fin()
        assert await client.heard() == b""
        await client.send(b"x" * 100_000)
        client.fin()
        assert await server.heard() == b"x" * 100_000
        await until(lambda: not stand.relay.links())
        assert stand.end().fin is None, "the client only answered: it was the server that ended the connection"


async def test_a_server_that_has_ended_its_direction_and_reads_nothing_makes_the_client_wait() -> None:
    async with through() as (client, server, stand):
        (side,) = stand.relay.links().values()
        server.fin()
        assert await client.heard() == b""
        server.writer.transport.pause_reading()  # type: ignore[attr-defined]
        whole = os.urandom(MEBI) * 32
        sending = asyncio.create_task(client.send(whole))
        await until(lambda: not side.transport.real.is_reading())
        assert side.held < MEBI
        server.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert await server.reader.readexactly(len(whole)) == whole
        await sending


@pytest.mark.parametrize("who", ["client", "server"])
async def test_a_reset_of_either_side_resets_the_other(who: str) -> None:
    async with through() as (client, server, stand):
        await client.send(b"GET")
        assert await server.reader.readexactly(3) == b"GET"
        one, other = (client, server) if who == "client" else (server, client)
        one.rst()
        assert await other.was_reset()
        await until(lambda: not stand.relay.links())
        assert stand.end().ending == ("reset by the peer (RST)" if who == "client" else "reset by the server (RST)")


@pytest.mark.parametrize("who", ["client", "server"])
async def test_a_reset_behind_a_fin_resets_the_other_once_it_speaks(who: str) -> None:
    async with through() as (client, server, stand):
        one, other = (client, server) if who == "client" else (server, client)
        one.fin()
        assert await other.heard() == b""
        one.rst()

        async def speak() -> None:
            while True:
                await other.send(b"anybody?")
                await asyncio.sleep(0)  # `drain` alone lets nobody else run, and the RST waits for its turn

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(speak(), 10)
        await until(lambda: not stand.relay.links())


@pytest.mark.parametrize("who", ["client", "server"])
async def test_a_side_that_reads_nothing_makes_the_other_wait_and_little_is_held(who: str) -> None:
    async with through() as (client, server, stand):
        one, other = (client, server) if who == "client" else (server, client)
        other.writer.transport.pause_reading()  # type: ignore[attr-defined]
        (side,) = stand.relay.links().values()
        if who == "client":
            await client.send(b"POST ")  # no request line is waited for
        whole = os.urandom(MEBI) * 48
        sending = asyncio.create_task(one.send(whole))
        far, near = (side.other, side) if who == "client" else (side, side.other)
        await until(lambda: far.paused and not one.writer.transport.is_closing())
        stream = stand.end().received if who == "client" else stand.end().sent
        real = getattr(near.transport, "real", near.transport)
        await until(lambda: not real.is_reading())
        assert far.waiting < MEBI
        assert stream.stop < len(whole)
        buffers = side.buffers()
        assert buffers is not None
        assert (buffers.library if who == "client" else buffers.transport) == far.waiting > 0
        other.writer.transport.resume_reading()  # type: ignore[attr-defined]
        got = await other.reader.readexactly(len(whole) + 5 * (who == "client"))
        assert got.removeprefix(b"POST ") == whole
        await sending
