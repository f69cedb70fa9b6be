"""A raw socket sends exactly the bytes it is given, shows exactly what comes back, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import struct
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.certificate import Certificate
from tests.net.harness import LIMIT, Peer, RawServer, connection, rows, until
from wslab import Lab, LabClosed, TimedOut
from wslab.net import BadType, BadValue, RawEnded, RawSocket
from wslab.wire import accept_steps, close_body, frame

if TYPE_CHECKING:
    from pathlib import Path

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


async def idle(peer: Peer) -> None:
    """A server that says nothing and reads to the end."""
    await peer.gone()


async def test_exactly_the_bytes_that_are_sent_arrive_and_exactly_what_comes_back_is_seen() -> None:
    got: list[bytes] = []
    back = os.urandom(300)

    async def script(peer: Peer) -> None:
        got.append(await peer.reader.readexactly(259))
        peer.write(back)
        await peer.gone()

    async with Lab() as lab, RawServer(script) as server:
        raw = await lab.raw(server.url)
        await raw.send(bytes(range(256)))
        await raw.send(bytearray(b"ab"))
        await raw.send(memoryview(b"c"))
        assert await raw.receive(1) == back[:1]
        assert await raw.receive(199) == back[1:200]
        rest = await raw.receive()
        while len(rest) < 100:
            rest += await raw.receive()
        assert rest == back[200:]
        assert got == [bytes(range(256)) + b"abc"]


async def test_a_conversation_by_hand_with_a_real_server_is_on_the_timeline_like_any_other() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        async with lab.raw(server.url) as raw:
            head = await raw.upgrade("/chat", {"Origin": None}, key=KEY)
            assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
            assert f"Sec-WebSocket-Accept: {accept_steps(KEY).accept}".encode() in head
            assert head.endswith(b"\r\n\r\n")
            await raw.send(frame("Hel", fin=False, mask=True) + frame(b"?", "ping", mask=True))
            await raw.send(frame("lo", "continuation", mask=True))
            pong, echo = await raw.frame(), await raw.frame()
            assert (pong.opcode, pong.payload) == (0xA, b"?")
            assert (echo.opcode, echo.payload, echo.wire) == (1, b"Hello", frame("Hello"))
            await raw.send(frame(close_body(1000, "bye"), "close", mask=True))
            assert (await raw.frame()).payload == close_body(1000, "bye")
            assert await raw.ended() == "FIN"
        await lab.settled()
        each = connection(lab)
        assert each.client == "raw client"
        assert each.client_end is not None
        assert each.server_end is not None
        names = [(row.source, row.name) for row in rows(lab, connection=1) if row.source.startswith("client")]
        assert names == [("client to server", name) for name in ("GET /chat", "ping", "text", "close 1000")]
        assert not rows(lab, name="TCP ended without a Close frame")
        assert re.search(r'\|<-+ text "Hello" 5 B -+\|', lab.ladder(1).text)


async def test_a_frame_that_is_not_masked_is_answered_with_1002() -> None:
    async with Lab() as lab:
        raw = await lab.raw((await lab.serve()).url)
        await raw.upgrade()
        await raw.send(frame("not masked"))
        answer = await raw.frame()
        assert (answer.opcode, answer.payload[:2]) == (8, close_body(1002))
        assert await raw.ended() == "FIN"
        await until(lambda: raw.closed)
        with pytest.raises(RawEnded, match=re.escape("nothing more can be sent: TCP ended (FIN); write raw = await")):
            await raw.send(b"more")
        with pytest.raises(RawEnded, match="expected a whole frame, nothing has come and the peer ended TCP"):
            await raw.frame()
        assert await raw.receive() == b""
        await lab.settled()


async def test_a_refused_handshake_is_a_head_too() -> None:
    async with Lab() as lab:
        raw = await lab.raw((await lab.serve()).url)
        head = await raw.upgrade(headers={"Sec-WebSocket-Version": "12"})
        assert head.startswith(b"HTTP/1.1 4")
        assert head.endswith(b"\r\n\r\n")
        assert await raw.ended() == "FIN"


async def test_a_head_ends_at_its_blank_line_and_what_follows_is_left() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        for byte in peer.response() + frame("early") + frame("x" * 300):
            peer.write(bytes([byte]))
            await peer.writer.drain()
        await peer.gone()

    async with Lab() as lab, RawServer(script) as server, lab.raw(f"127.0.0.1:{server.port}") as raw:
        head = await raw.upgrade("/path?x=1")
        assert server.peers[0].head.startswith(f"GET /path?x=1 HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n")
        assert head.endswith(b"\r\n\r\n")
        assert (await raw.frame()).payload == b"early"
        assert (await raw.frame()).payload_length == 300


async def test_what_does_not_come_whole_is_said_and_stays_to_be_received() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.readexactly(1)
        peer.write(b"\x81\x05Hel")
        await peer.reader.readexactly(1)
        peer.writer.write_eof()
        await peer.gone()

    async with Lab() as lab, RawServer(script) as server, lab.raw(server.url) as raw:
        await raw.send(b"1")
        await until(lambda: "5 B to receive" in repr(raw))
        said = "expected a whole frame within 0.05 s, 5 bytes have come (81 05 48 65 6c), and TCP is open; await raw.receive()"
        with pytest.raises(TimedOut, match=re.escape(said)):
            await raw.frame(timeout=0.05)
        await raw.send(b"2")
        with pytest.raises(
            RawEnded, match=re.escape("5 bytes have come (81 05 48 65 6c) and the peer ended TCP (FIN)")
        ) as caught:
            await raw.receive(6)
        assert caught.value.ending == "FIN"
        assert await raw.receive() == b"\x81\x05Hel"
        assert await raw.receive() == b""


async def test_the_end_of_our_direction_is_seen_and_the_answer_still_comes() -> None:
    async def script(peer: Peer) -> None:
        peer.write(b"after " + await peer.reader.read())

    async with Lab() as lab, RawServer(script) as server, lab.raw(server.url) as raw:
        await raw.send(b"the end")
        raw.end_sending()
        with pytest.raises(RawEnded, match=re.escape("nothing more can be sent: end_sending() was called")):
            await raw.send(b"x")
        assert await raw.receive(13) == b"after the end"
        assert [row.name for row in rows(lab, source="client")] == ["end_sending()"]


async def test_a_reset_is_seen_at_both_ends() -> None:
    async with Lab() as lab:
        raw = await lab.raw((await lab.serve()).url)
        await raw.upgrade()
        raw.reset()
        assert raw.closed
        assert await raw.ended() == "reset here (RST)"
        await lab.settled()
        said = {row.source: row.text for row in rows(lab, name="TCP ended without a Close frame")}
        assert said == {"client": "reset by the client (RST)", "server": "reset by the peer (RST)"}


async def test_a_reset_by_the_peer_is_no_orderly_end() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.readexactly(1)
        peer.writer.get_extra_info("socket").setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER: close sends RST
        peer.writer.transport.abort()

    async with Lab() as lab, RawServer(script) as server:
        raw = await lab.raw(server.url)
        await raw.send(b"x")
        assert await raw.ended() == "RST"
        with pytest.raises(
            RawEnded, match=re.escape("expected at least a byte, nothing has come and the peer reset TCP (RST)")
        ):
            await raw.receive()
        assert repr(raw) == f"<RawSocket {server.url} ended: RST>"


async def test_a_half_open_socket_goes_on_sending_after_the_peers_end() -> None:
    got: list[bytes] = []

    async def script(peer: Peer) -> None:
        peer.writer.write_eof()
        got.append(await peer.reader.readexactly(5))
        await peer.gone()

    async with Lab() as lab, RawServer(script) as server:
        async with lab.raw(server.url, half_open=True) as raw:
            assert await raw.ended() == "FIN"
            assert not raw.closed
            await raw.send(b"still")
            await until(lambda: got == [b"still"])
        assert raw.closed


async def test_a_peer_that_floods_is_kept_waiting() -> None:
    async def script(peer: Peer) -> None:
        while True:
            peer.write(bytes(1024 * 1024))
            await peer.writer.drain()

    async with Lab(keep_bytes=1024 * 1024) as lab, RawServer(script) as server, lab.raw(server.url) as raw:
        await until(lambda: raw._wire._paused)
        assert len(raw._wire.buffer) < 17 * 1024 * 1024
        held = len(raw._wire.buffer)
        with pytest.raises(TimedOut, match=f"expected the end of TCP within 0.05 s, {held} bytes have come"):
            await raw.ended(timeout=0.05)
        assert len(raw._wire.buffer) == held
        assert len(await raw.receive(timeout=LIMIT)) == held
        assert await raw.receive(1024, timeout=LIMIT) == bytes(1024), "it reads on"


async def test_a_peer_that_does_not_read_is_named() -> None:
    async def script(peer: Peer) -> None:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    async with Lab() as lab, RawServer(script) as server, lab.raw(server.url) as raw:
        with pytest.raises(TimedOut, match="the peer has not read what was sent within"):
            await raw.send(bytes(32 * 1024 * 1024), timeout=0.2)
        await raw.close()
        await until(raw._wire.gone.done, "the end: it does not wait for ever for bytes that nobody reads")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (
            b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "expected a frame, got the head of a response; write await raw.head()",
        ),
        (b"\x82\x7f" + (2**62).to_bytes(8, "big"), f"a frame announces {2**62 + 10} bytes, more than"),
    ],
)
async def test_a_frame_that_cannot_be_taken_says_why(sent: bytes, said: str) -> None:
    async def script(peer: Peer) -> None:
        peer.write(sent)
        await peer.gone()

    async with Lab() as lab, RawServer(script) as server, lab.raw(server.url) as raw:
        with pytest.raises(BadValue, match=re.escape(said)):
            await raw.frame()
        assert await raw.receive(len(sent)) == sent


async def test_a_head_without_an_end_is_given_up() -> None:
    async def script(peer: Peer) -> None:
        peer.write(b"HTTP/1.1 " + b"x" * 100_000)
        await peer.gone()

    async with Lab() as lab, RawServer(script) as server, lab.raw(server.url) as raw:
        with pytest.raises(BadValue, match="no head: 65536 bytes came without a blank line"):
            await raw.head()


@pytest.mark.parametrize(
    ("use", "kind", "said"),
    [
        (lambda raw: raw.send("text"), BadType, "raw.send takes bytes, not str 'text'; write raw.send(text.encode())"),
        (lambda raw: raw.send(7), BadType, "raw.send takes bytes, not int 7; write raw.send(b'...')"),
        (lambda raw: raw.receive("1"), BadType, "raw.receive takes a number of bytes, not '1'"),
        (lambda raw: raw.receive(0), BadValue, "raw.receive takes 1 to 16777216 bytes at once, not 0"),
        (lambda raw: raw.receive(timeout=0), BadValue, "timeout takes seconds above 0, not 0; write timeout=5"),
        (lambda raw: raw.head(timeout="1"), BadType, "timeout takes seconds, not '1'; write timeout=5"),
    ],
)
async def test_a_wrong_argument_says_what_to_write(use: Any, kind: type[Exception], said: str) -> None:
    async with Lab() as lab, RawServer(idle) as server, lab.raw(server.url) as raw:
        with pytest.raises(kind, match=re.escape(said)):
            await use(raw)


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"url": 8080}, BadType, "lab.raw takes a URL as text, not int 8080; write raw = await lab.raw(server.url)"),
        ({"url": "ftp://host"}, BadValue, "begins with 'ftp:', not with ws: or wss:"),
        ({"url": "not a url"}, BadValue, "or host and port: lab.raw('127.0.0.1:8080')"),
        ({"url": "ws://127.0.0.1", "timeout": -1}, BadValue, "timeout takes seconds above 0"),
        ({"url": "wss://127.0.0.1", "half_open": True}, BadValue, "TLS has no half-open connections"),
        ({"url": "wss://127.0.0.1", "ssl": True}, BadType, "ssl takes an ssl.SSLContext, not True"),
    ],
)
async def test_a_url_that_cannot_work_says_what_to_write(
    given: dict[str, Any], kind: type[Exception], said: str
) -> None:
    async with Lab() as lab:
        with pytest.raises(kind, match=re.escape(said)):
            await lab.raw(**given)
        assert not rows(lab)


async def test_a_port_where_nobody_listens_leaves_a_row(held_port: int) -> None:
    url = f"ws://127.0.0.1:{held_port}/"
    async with Lab() as lab:
        with pytest.raises(RawEnded, match=f"no TCP connection to {url}: refused: nobody listens"):
            await lab.raw(url)
        (row,) = rows(lab)
        assert (row.source, row.name) == ("client", "TCP connection failed")
        await lab.settled()


async def test_a_forgotten_await_is_named() -> None:
    async with Lab() as lab, RawServer(idle) as server:
        raw = lab.raw(server.url)
        with pytest.raises(AttributeError, match="an await is missing"):
            raw.send(b"hi")
        assert not server.peers


async def test_a_socket_that_nobody_holds_any_more_closes() -> None:
    async with Lab() as lab, RawServer(idle) as server:
        raw: RawSocket | None = await lab.raw(server.url)
        assert f"raw socket to {server.url}" in repr(lab)
        raw = await lab.raw(server.url)  # as a cell does that runs again
        gc.collect()
        await until(lambda: repr(lab).count("raw socket") == 1)
        await until(lambda: server.peers and server.peers[0].reader.at_eof())
        assert not raw.closed


async def test_closing_the_lab_closes_it_and_whoever_waits_is_told() -> None:
    async with RawServer(idle) as server:
        lab = Lab()
        raw = await lab.raw(server.url)
        waiting = asyncio.create_task(raw.receive())
        await asyncio.sleep(0)
        await lab.close()
        with pytest.raises(RawEnded):
            await waiting
        assert raw.closed
        with pytest.raises(RawEnded):
            await raw.send(b"x")
        with pytest.raises(RawEnded, match="the lab of this socket is closed"):
            await raw.receive()
        with pytest.raises(LabClosed):
            lab.raw(server.url)
        raw.reset()
        await raw.close()


async def test_a_wait_that_is_cancelled_takes_nothing() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.readexactly(1)
        peer.write(b"all of it")
        await peer.gone()

    async with Lab() as lab, RawServer(script) as server, lab.raw(server.url) as raw:
        waiting = asyncio.create_task(raw.receive())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await raw.send(b"x")
        assert await raw.receive(9) == b"all of it"


async def test_a_wait_that_is_cancelled_when_its_bytes_are_on_the_way_leaves_them_to_the_next() -> None:
    async def script(peer: Peer) -> None:
        peer.write(b"all of it")
        await peer.gone()

    async with Lab() as lab, RawServer(script) as server, lab.raw(server.url) as raw:
        await until(lambda: len(raw._wire.buffer) == 9)
        waiting = asyncio.create_task(raw.receive(3))
        await asyncio.sleep(0)
        deadline = time.monotonic() + LIMIT
        while len(raw._wire.buffer) == 9:
            assert time.monotonic() < deadline
            time.sleep(0.001)  # noqa: ASYNC251  (the lab's thread takes them; this loop must not hear of it)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await raw.receive(9) == b"all of it"


async def test_a_wait_that_the_end_of_the_labs_thread_cuts_off_is_told_what_ended_it() -> None:
    async with Lab() as lab, RawServer(idle) as server, lab.raw(server.url) as raw:
        waiting = asyncio.create_task(raw.receive())

        def taking() -> set[asyncio.Task[object]]:
            return asyncio.all_tasks(raw._thread.loop) - {lab._watch}

        await until(taking)
        for task in taking():
            raw._thread.post(task.cancel)  # as the thread does with whatever still waits when it winds up
        with pytest.raises(RawEnded, match="the lab of this socket is closed"):
            await waiting


async def test_bytes_come_in_while_the_calling_loop_is_blocked() -> None:
    async with Lab() as lab, lab.raw((await lab.serve()).url) as raw:
        await raw.upgrade()
        await raw.send(frame("hi", mask=True))
        deadline = time.monotonic() + LIMIT
        while len(raw._wire.buffer) < 4:
            assert time.monotonic() < deadline
            time.sleep(0.001)  # noqa: ASYNC251  (the loop is blocked: the lab's own thread takes them in)
        assert await raw.receive() == frame("hi")


async def test_it_speaks_tls(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    async with Lab() as lab:
        server = await lab.serve(ssl=certificate.server)
        async with lab.raw(server.url, ssl=certificate.client) as raw:
            assert (await raw.upgrade()).startswith(b"HTTP/1.1 101 ")
            await raw.send(frame("secret", mask=True))
            assert (await raw.frame()).payload == b"secret"
            with pytest.raises(BadValue, match="TLS cannot end one direction only"):
                raw.end_sending()
        with pytest.raises(RawEnded, match=r"TLS: the certificate of .* is not trusted"):
            await lab.raw(server.url)
