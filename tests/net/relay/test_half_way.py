"""A relay whose connection to the server behind is still being made: the server's system has accepted, the relay does not know yet.

A busy machine stretches this moment, so whatever happens in it must come out as it would a moment later. Here it lasts until a test
lets it end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from tests.net.harness import until
from tests.net.relay.relaying import Behind, Through, Wire, relayed


class HalfWay(Through):
    """A client and the server behind, joined by a relay that has not heard yet that the server took the connection."""

    gate: asyncio.Event

    def go_on(self) -> None:
        """Let the relay hear of it."""
        self.stand.thread.post(self.gate.set)


@contextlib.asynccontextmanager
async def half_way() -> AsyncIterator[HalfWay]:
    """One connection through a relay that is still being made."""
    async with Behind() as behind, relayed(behind.port) as stand:
        loop, gate = stand.thread.loop, asyncio.Event()
        connect = loop.create_connection

        async def held(*args: Any, **options: Any) -> Any:
            await gate.wait()
            return await connect(*args, **options)

        loop.create_connection = held  # type: ignore[method-assign]
        client = await Wire.to(stand.relay.port)
        server = await behind.accepted.get()
        found = HalfWay(client, server, stand)
        found.gate = gate
        try:
            yield found
        finally:
            client.writer.transport.abort()
            server.writer.transport.abort()


async def test_a_reset_on_purpose_resets_both_sides() -> None:
    async with half_way() as joined:
        client, server, stand = joined
        stand.relay.faults.reset()
        assert await client.was_reset()
        joined.go_on()
        assert await server.was_reset()
        await until(lambda: not stand.relay.links())
        assert stand.end().ending == "reset by the server (RST)"


async def test_a_reset_of_the_client_resets_the_server() -> None:
    async with half_way() as joined:
        client, server, stand = joined
        client.rst()
        await until(lambda: not stand.relay.links())
        joined.go_on()
        assert await server.was_reset()
        assert not stand.rows("nobody behind the relay")


async def test_a_drop_on_purpose_ends_the_server_in_good_order_behind_what_was_sent() -> None:
    async with half_way() as joined:
        client, server, stand = joined
        await client.send(b"read in the end")
        await until(lambda: stand.end().received.stop == 15)
        stand.relay.faults.drop()
        assert await client.heard() == b""
        client.fin()
        await until(lambda: not stand.relay.links())
        joined.go_on()
        assert await server.heard() == b"read in the end"
        server.fin()
        assert stand.end().ending == ""


async def test_shutting_down_ends_both_sides() -> None:
    async with half_way() as joined:
        client, server, stand = joined
        await stand.relay.shut_down(1001)
        assert await client.heard() == b""
        assert await server.heard() == b""
