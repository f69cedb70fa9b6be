"""Faults at a relay: what a server of ours suffers, a server behind a relay suffers too."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

import pytest
import websockets
from websockets.exceptions import ConnectionClosedError

from tests.net.harness import until
from tests.net.relay.relaying import Stand, before, through

UP: Final = "client to server"
DOWN: Final = "server to client"
WAYS = (UP, DOWN)


async def echo(websocket: Any) -> None:
    async for message in websocket:
        await websocket.send(message)


async def echoed(client: Any, text: str) -> None:
    """Send a text and see it come back, before anything else does."""
    await client.send(text)
    assert await client.recv() == text


def faults(stand: Stand) -> list[str]:
    """The names of the rows of faults."""
    return [row.name for row in stand.rows() if row.kind == "fault"]


@pytest.mark.parametrize("way", WAYS)
async def test_latency_holds_the_bytes_of_a_direction(way: Any) -> None:
    async with before(echo) as stand, websockets.connect(stand.relay.url, compression=None) as client:
        await echoed(client, "fast")
        stand.relay.faults.set(latency=0.1, direction=way)
        started = asyncio.get_running_loop().time()
        await echoed(client, "slow")
        assert asyncio.get_running_loop().time() - started > 0.099
        stand.relay.faults.clear()
        await echoed(client, "fast again")
        assert faults(stand) == ["latency 0.1 s", "no faults"]


async def test_connections_to_come_suffer_too_from_their_first_byte() -> None:
    async with before(echo) as stand:
        stand.relay.faults.slice = 3
        async with websockets.connect(stand.relay.url, compression=None) as client:
            await echoed(client, "a message in slices")
            (end,) = stand.timeline.ends
            assert max(map(len, end.received.chunks)) == 3


@pytest.mark.parametrize("way", WAYS)
async def test_a_stall_lets_nothing_pass_until_it_is_resumed(way: Any) -> None:
    async with before(echo) as stand, websockets.connect(stand.relay.url, compression=None) as client:
        stand.relay.faults.stall(way)
        await client.send("into the black hole")
        (end,) = stand.timeline.ends
        side = stand.relay.links()[end]
        await until(lambda: side.faults.stalled == (way,))
        await until(
            lambda: side.transport.get_write_buffer_size() if way == DOWN else not side.transport.real.is_reading()
        )
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.recv(), 0.1)
        stand.relay.faults.resume(way)
        assert await client.recv() == "into the black hole"


@pytest.mark.parametrize(("way", "what", "code"), [(UP, "bad opcode", 1002), (DOWN, "bad opcode", 1002), (UP, "unmasked", 1002), (DOWN, "masked", 1002), (UP, "bad UTF-8", 1007), (DOWN, "RSV", 1002)])  # fmt: skip
async def test_a_corrupted_frame_fails_the_connection_at_its_receiver(way: Any, what: str, code: int) -> None:
    codes: list[tuple[Any, Any]] = []

    async def keeps(websocket: Any) -> None:
        await echo_quietly(websocket)
        codes.append((websocket.protocol.close_sent, websocket.protocol.close_rcvd))

    async def echo_quietly(websocket: Any) -> None:
        try:
            await echo(websocket)
        except ConnectionClosedError:
            return

    async with before(keeps) as stand, websockets.connect(stand.relay.url, compression=None) as client:
        (end,) = stand.timeline.ends
        stand.relay.links()[end].faults.corrupt(what, way)
        with pytest.raises(ConnectionClosedError):
            await echoed(client, "hello")
        sent = client.protocol.close_sent if way == DOWN else client.protocol.close_rcvd
        assert sent is not None
        assert sent.code == code
        await until(lambda: codes)
        theirs = codes[0][0] if way == UP else codes[0][1]
        assert theirs.code == code
        (row,) = [row for row in stand.rows() if row.name.startswith("corrupted")]
        assert row.link is not None
        assert row.link[0] == way


async def test_a_reset_on_purpose_resets_both_sides() -> None:
    async with through() as (client, server, stand):
        stand.relay.faults.reset()
        assert await client.was_reset()
        assert await server.was_reset()
        await until(lambda: not stand.relay.links())
        assert stand.end().ending == "reset by the server (RST)"


async def test_a_drop_on_purpose_ends_both_sides_in_good_order() -> None:
    async with through() as (client, server, stand):
        await client.send(b"never read")
        await until(lambda: stand.end().received.stop == 10)
        stand.relay.faults.drop()
        assert await client.heard() == b""
        client.fin()
        assert await server.heard() == b"never read"
        await server.send(b"nobody hears this")
        server.fin()
        await until(lambda: not stand.relay.links())
        assert stand.end().ending == ""


async def test_a_side_that_never_answers_a_drop_is_given_up() -> None:
    async with through() as (client, server, stand):
        stand.relay.faults.drop()
        assert await client.heard() == b""
        await until(lambda: not stand.relay.links())
        assert await server.heard() == b""
        await until(lambda: all(side.over for side in list(stand.relay._all)), "the end of the half to the server")


async def test_a_half_close_ends_the_servers_direction_only() -> None:
    async with through() as (client, server, stand):
        stand.relay.faults.half_close()
        assert await client.heard() == b""
        await server.send(b"into the void")
        await client.send(b"still heard")
        client.fin()
        assert await server.heard() == b"still heard"
        server.fin()
        await until(lambda: not stand.relay.links())
        end = stand.end()
        assert (end.left, end.sent.stop) == (0, 13)


async def test_a_connection_drops_after_so_many_bytes() -> None:
    async with through() as (client, server, stand):
        stand.relay.faults.drop_after(bytes=5, direction=DOWN)
        await server.send(b"123")
        await server.send(b"456789")
        assert await client.heard() == b"12345"
        client.fin()
        assert await server.heard() == b""


@pytest.mark.parametrize("way", WAYS)
async def test_a_slow_line_makes_the_sender_wait_and_loses_nothing(way: Any) -> None:
    async with through() as (client, server, stand):
        one, other = (client, server) if way == UP else (server, client)
        stand.relay.faults.set(bandwidth=20_000, direction=way)
        await client.send(b"POST ")
        assert await server.reader.readexactly(5) == b"POST "
        whole = os.urandom(1024 * 1024) * 16
        sending = asyncio.create_task(one.send(whole))
        (side,) = stand.relay.links().values()
        near = side.transport.real if way == UP else side.other.transport
        await until(lambda: not near.is_reading())
        assert not sending.done()
        stand.relay.faults.clear()
        assert await other.reader.readexactly(len(whole)) == whole
        await sending


@pytest.mark.parametrize("who", ["client", "server"])
@pytest.mark.parametrize("how", ["FIN", "RST"])
async def test_whoever_ends_across_latency_ends_both(who: str, how: str) -> None:
    async with through() as (client, server, stand):
        stand.relay.faults.latency = 0.05
        one, other = (client, server) if who == "client" else (server, client)
        await one.send(b"last words")
        if how == "FIN":
            one.fin()
            assert await other.heard() == b"last words"
            other.fin()
            await one.heard()
        else:
            await until(lambda: 10 in (stand.end().sent.stop, stand.end().received.stop))
            one.rst()
            assert await other.was_reset()
        await until(lambda: not stand.relay.links())


async def test_a_connection_that_ends_across_a_stall_is_kept_from_the_client_until_the_stall_ends() -> None:
    async with through() as (client, server, stand):
        stand.relay.faults.stall()
        await until(lambda: faults(stand) == ["stall"])
        server.rst()
        await until(lambda: not stand.relay.links())
        assert client.reader.at_eof() is False
        stand.relay.faults.resume()
        assert await client.was_reset()
        assert faults(stand) == ["stall", "ended across a stall", "resume"]
