"""What compression did, told from real traffic: before and after, what was agreed, and nothing that was not seen."""

from __future__ import annotations

import asyncio
import os
import zlib
from typing import Any

import pytest
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from tests.net.harness import LIMIT
from wslab import BadType, BadValue, Lab
from wslab.timeline import compression_of
from wslab.view import CompressionTable

WORDS = "the quick brown fox jumps over the lazy dog " * 20


async def echoed(lab: Lab, messages: list[str | bytes], **options: Any) -> CompressionTable:
    """Echo some messages over a server with these options."""
    server = await lab.serve(**options)
    socket = lab.WebSocket(server.url)
    await socket.opened()
    for message in messages:
        socket.send(message)
        await socket.next()
    socket.close()
    await socket.closed()
    await lab.settled(LIMIT)
    return lab.compression()


def deflated(message: bytes, context: Any) -> int:
    """How many bytes a message has compressed, as RFC 7692 section 7.2.1 makes them."""
    return len((context.compress(message) + context.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff"))


async def test_the_bytes_before_and_after_are_those_that_travelled() -> None:
    async with Lab() as lab:
        table = await echoed(lab, [WORDS, WORDS, b"\x00" * 1000, "short"])
        (found,) = table.connections
        sent = [each for each in found.messages if each.row.source == "client to server"]
        assert [each.before for each in sent] == [len(WORDS), len(WORDS), 1000, 5]
        bits = found.agreed["client to server"].deflate
        assert bits is not None
        context = zlib.compressobj(wbits=-bits.window_bits)
        expected = [deflated(data, context) for data in (WORDS.encode(), WORDS.encode(), b"\x00" * 1000, b"short")]
        assert [each.after for each in sent] == expected
        assert sent[1].after < sent[0].after  # the second time it refers to the first
        assert found.of("client to server") == (sum(each.before for each in sent), sum(expected))


async def test_without_context_takeover_the_second_message_costs_as_much_as_the_first() -> None:
    factory = ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)
    async with Lab() as lab:
        table = await echoed(lab, [WORDS, WORDS], compression=None, extensions=[factory])
        (found,) = table.connections
        for direction in ("client to server", "server to client"):
            one, two = (each for each in found.messages if each.row.source == direction)
            assert one.after == two.after < one.before
            agreed = found.agreed[direction].deflate
            assert agreed is not None
            assert not agreed.context_takeover
        assert "without context takeover" in repr(table)


async def test_where_nothing_was_agreed_it_says_so_and_saves_nothing() -> None:
    async with Lab() as lab:
        table = await echoed(lab, [WORDS], compression=None)
        (found,) = table.connections
        assert [each.before == each.after for each in found.messages] == [True, True]
        assert {agreed.sender for agreed in found.agreed.values()} == {0}
        assert "client → server: no compression agreed" in repr(table)
        assert "0%" in repr(table)


async def test_random_bytes_grow() -> None:
    async with Lab() as lab:
        table = await echoed(lab, [os.urandom(1000)])
        before, after = table.connections[0].of("client to server")
        assert after > before
        assert "-" in repr(table)


async def test_the_window_that_was_agreed_decides_about_the_memory() -> None:
    factory = ServerPerMessageDeflateFactory(server_max_window_bits=9, client_max_window_bits=9)
    async with Lab() as lab:
        table = await echoed(lab, ["hi"], compression=None, extensions=[factory])
        for agreed in table.connections[0].agreed.values():
            assert agreed.deflate is not None
            assert agreed.deflate.window_bits == 9
            assert agreed.sender == (1 << 11) + (1 << 17)  # zconf.h
            assert agreed.receiver == (1 << 9) + 7 * 1024


async def test_a_payload_is_never_markup() -> None:
    async with Lab() as lab:
        table = await echoed(lab, ["<script>alert(1)</script>"])
        assert "<script>" not in table._repr_html_()
        assert "&lt;script&gt;" in table._repr_html_()


async def test_a_long_talk_is_cut_in_the_middle_and_its_sums_are_not() -> None:
    async with Lab() as lab:
        table = await echoed(lab, [str(number) for number in range(60)])
        assert "80 more" in repr(table)
        assert table.connections[0].of("client to server")[0] == sum(len(str(number)) for number in range(60))


async def test_one_connection_is_chosen_by_its_number_and_others_are_named() -> None:
    async with Lab() as lab:
        await echoed(lab, ["a"])
        await echoed(lab, ["b"])
        assert [each.connection for each in lab.compression().connections] == [1, 2]
        assert [each.connection for each in lab.compression(2).connections] == [2]
        with pytest.raises(BadValue, match="there is no connection 3; there are: 1, 2"):
            lab.compression(3)
        with pytest.raises(BadType, match=r"lab\.compression\(1\), not 'two'"):
            lab.compression("two")  # type: ignore[arg-type]


async def test_without_a_connection_it_says_what_to_do() -> None:
    async with Lab() as lab:
        assert repr(lab.compression()) == "no connection yet: make one, and send a message"


async def test_messages_whose_bytes_are_gone_are_counted_and_not_guessed() -> None:
    async with Lab(keep=30) as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        await socket.opened()
        for _ in range(60):
            socket.send(WORDS)
            await socket.next()
        await asyncio.sleep(0)
        await lab.settled(LIMIT)
        (connection,) = lab.timeline.connections()
        found = compression_of(lab.timeline, connection)
        assert 0 < len(found.messages) <= 30
        assert all(each.before == len(WORDS) for each in found.messages)
