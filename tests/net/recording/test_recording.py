"""What is recorded is what the sockets carried, byte for byte, at both ends."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.net.certificate import Certificate
from tests.net.harness import connection, relay, rows, run, until
from wslab import Lab

if TYPE_CHECKING:
    from pathlib import Path

    from wslab.timeline import Timeline


def carried(timeline: Timeline) -> dict[str, tuple[bytes, bytes]]:
    """What each end of the only connection, or of both of its halves, sent and received."""
    timeline.refresh()
    return {
        end.side: (b"".join(end.sent.chunks), b"".join(end.received.chunks))
        for each in timeline.connections()
        for end in each.ends
    }


def burst(seed: int) -> list[str | bytes]:
    """Messages of many sizes and kinds."""
    chance = random.Random(seed)
    sizes = [0, 1, 125, 126, 127, 65535, 65536, *(chance.randrange(3000) for _ in range(20))]
    return [chance.randbytes(size) if chance.random() < 0.5 else "\u4f60x" * (size // 2) for size in sizes]


@pytest.mark.parametrize("client", ["lab.connect", "lab.WebSocket"])
@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_the_record_is_what_passed_between_the_ends(client: str, compression: str | None) -> None:
    messages = burst(1)
    async with Lab() as lab:
        server = await lab.serve(compression=compression)
        async with relay(server.port) as between:
            url = f"ws://127.0.0.1:{between.port}"
            if client == "lab.connect":
                async with lab.connect(url, compression=compression) as connected:
                    for message in messages:
                        await connected.send(message)
                        assert await connected.recv() == message
                    await (await connected.ping())
                    await connected.send(["in ", "three ", "parts"])
                    assert await connected.recv() == "in three parts"
            else:
                socket = lab.WebSocket(url)
                socket.binaryType = "arraybuffer"
                await socket.opened()
                for message in messages:
                    socket.send(message)
                    assert (await socket.next()).data == message
                socket.close(3000, "done")
                assert (await socket.closed()).wasClean
            await until(lambda: not server.connections)
        ends = carried(lab.timeline)
        up, down = bytes(between.up), bytes(between.down)
        assert len(up) > 100_000 or compression
        assert up.startswith(b"GET / HTTP/1.1\r\n")
        assert ends["client"] == (up, down)
        assert ends["server"] == (down, up)


@pytest.mark.parametrize("client", ["lab.connect", "lab.WebSocket"])
async def test_a_refused_handshake_is_recorded_too(client: str) -> None:
    async with Lab() as lab:
        server = await lab.serve(origins=[])
        async with relay(server.port) as between:
            url = f"ws://127.0.0.1:{between.port}"
            if client == "lab.connect":
                with pytest.raises(websockets.InvalidStatus):
                    await lab.connect(url)
            else:
                assert (await lab.WebSocket(url).closed()).code == 1006
            await until(lambda: b"may not connect" in between.down)
        up, down = bytes(between.up), bytes(between.down)
        assert down.startswith(b"HTTP/1.1 403")
        ends = carried(lab.timeline)
        assert ends["server"] == (down, up)
        assert ends["client"][0] == up
        assert down.startswith(ends["client"][1])
        assert ends["client"][1].startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("client", ["lab.connect", "lab.WebSocket"])
async def test_over_tls_the_record_is_the_plain_text_of_both_ends(
    client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = Certificate(tmp_path)
    messages = burst(2)
    async with Lab() as lab:
        server = await lab.serve(ssl=trusted.server)
        assert server.url.startswith("wss://127.0.0.1:")
        if client == "lab.connect":
            async with lab.connect(server.url, ssl=trusted.client) as connected:
                for message in messages:
                    await connected.send(message)
                    assert await connected.recv() == message
        else:
            monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
            socket = lab.WebSocket(server.url)
            socket.binaryType = "arraybuffer"
            await socket.opened()
            for message in messages:
                socket.send(message)
            assert [(await socket.next()).data for _ in messages] == messages
            await until(lambda: socket.bufferedAmount == 0)
            socket.close()
            assert (await socket.closed()).wasClean
        await lab.settled()
        ends = carried(lab.timeline)
        assert ends["client"] == ends["server"][::-1]
        assert ends["client"][0].startswith(b"GET / HTTP/1.1\r\n")
        assert ends["client"][1].startswith(b"HTTP/1.1 101")
        assert [row.size for row in rows(lab, source="client to server", kind="message")] == [
            len(message.encode() if isinstance(message, str) else message) for message in messages
        ]


async def test_a_certificate_that_nobody_trusts_is_named(tmp_path: Path) -> None:
    untrusted = Certificate(tmp_path)
    async with Lab() as lab:
        server = await lab.serve(ssl=untrusted.server)
        socket = lab.WebSocket(server.url)
        assert (await socket.closed()).code == 1006
        (row,) = rows(lab, name="TCP connection failed", connection=1)
        assert row.text.startswith(f"TLS: the certificate of 127.0.0.1:{server.port} is not trusted (self")


async def test_plain_clients_are_recorded_at_the_servers_end() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        async with relay(server.port) as between, websockets.connect(f"ws://127.0.0.1:{between.port}") as client:
            await client.send("hi")
            await client.recv()
            await client.close()
            await until(lambda: not server.connections)
        assert carried(lab.timeline) == {"server": (bytes(between.down), bytes(between.up))}
        assert [each.client_end for each in lab.timeline.connections()] == [None]


@settings(max_examples=15)
@given(st.lists(st.one_of(st.text(max_size=300), st.binary(max_size=300)), max_size=8), st.booleans())
def test_any_conversation_is_recorded_alike_at_both_ends(messages: list[str | bytes], compressed: bool) -> None:
    async def talk() -> None:
        async with Lab() as lab:
            server = await lab.serve(compression="deflate" if compressed else None)
            socket = lab.WebSocket(server.url)
            socket.binaryType = "arraybuffer"
            await socket.opened()
            for message in messages:
                socket.send(message)
            assert [(await socket.next()).data for _ in messages] == messages
            socket.close()
            await socket.closed()
            await lab.settled()
            ends = carried(lab.timeline)
            assert ends["client"] == ends["server"][::-1]
            details = [lab.timeline.detail(row).payload for row in rows(lab, kind="message", source="server to client")]
            assert details == [each.encode() if isinstance(each, str) else each for each in messages]

    run(talk())


async def test_both_ends_of_a_connection_are_one() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(name="chat")).url)
        await socket.opened()
        await lab.settled()
        one = connection(lab)
        assert one.client_end is socket.end
        assert one.server_end is not None
        assert repr(one) == "<Connection 1: client to chat, open>"
