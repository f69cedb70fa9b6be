"""Each fault alone, over real TCP: what it does at both ends, and its row."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosedError

from tests.net.harness import LIMIT, connection, hears, rows, until
from wslab import Lab
from wslab.net import tcp
from wslab.net.faults.settings import WAYS
from wslab.wire import frame as build

if TYPE_CHECKING:
    from wslab.net import Server, WebSocket
    from wslab.timeline import Connection

UP, DOWN = WAYS


async def pair(lab: Lab, **options: Any) -> tuple[Server, WebSocket]:
    """An echo server and an open socket."""
    server = await lab.serve(**options)
    socket = lab.WebSocket(server.url)
    await socket.opened()
    return server, socket


async def echoed(socket: WebSocket, text: str) -> None:
    """Send a text and see it come back, before anything else does."""
    socket.send(text)
    assert (await socket.next("message")).data == text


def ends(lab: Lab) -> Connection:
    """The first connection, with both ends."""
    found = connection(lab)
    assert found.client_end is not None
    assert found.server_end is not None
    return found


def took(lab: Lab, text: str, source: str) -> float:
    """Seconds between a message's last byte leaving one end and its coming to the other."""
    row = next(row for row in rows(lab, source=source, kind="message") if row.text == text)
    found = ends(lab)
    up = source == UP
    sent = (found.client_end if up else found.server_end).sent.time_of(row.stop)  # type: ignore[union-attr]
    came = (found.server_end if up else found.client_end).received.time_of(row.stop)  # type: ignore[union-attr]
    assert sent is not None
    assert came is not None
    return (came - sent) / 1e9


async def test_latency_holds_every_byte_in_both_directions_and_clear_ends_it() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.latency = 0.1
        await echoed(socket, "slow")
        server.faults.clear()
        await echoed(socket, "fast")
        assert took(lab, "slow", UP) > 0.099
        assert took(lab, "slow", DOWN) > 0.099
        assert [row.name for row in rows(lab, kind="fault")] == ["latency 0.1 s", "no faults"]
        assert {row.source for row in rows(lab, kind="fault")} == {"server"}


async def test_latency_of_one_direction_leaves_the_other_alone() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.set(latency=3 * LIMIT, direction=DOWN)
        assert server.faults.latency == {UP: 0.0, DOWN: 3 * LIMIT}
        socket.send("x")
        await until(lambda: rows(lab, text="x", source=DOWN), "what is not held")
        assert not rows(lab, name="message", kind="event")
        server.faults.clear()
        assert (await socket.next("message")).data == "x"


async def test_jitter_never_changes_the_order() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.jitter = 0.01
        sent = [f"message {number}" for number in range(50)]
        for text in sent:
            socket.send(text)
        assert [(await socket.next("message")).data for _ in sent] == sent


async def test_a_bandwidth_limit_takes_the_time_that_the_bytes_take() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab, compression=None)
        server.faults.set(bandwidth=10_000, direction=UP)
        await echoed(socket, "x" * 2000)
        assert took(lab, rows(lab, source=UP, kind="message")[0].text, UP) > 0.199
        found = ends(lab)
        assert found.server_end is not None
        assert max(map(len, found.server_end.received.chunks[1:])) <= 200, "it comes in small parts, not all at the end"


async def test_slices_come_as_small_segments_and_make_the_same_message() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab, compression=None)
        server.faults.slice = 3
        await echoed(socket, "a message in slices")
        found = ends(lab)
        assert found.server_end is not None
        assert max(map(len, found.server_end.received.chunks[1:])) == 3


async def test_a_stall_lets_nothing_pass_until_it_is_resumed() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.stall(UP)
        assert server.faults.stalled == (UP,)
        socket.send("into the black hole")
        await until(lambda: rows(lab, text="into the black hole", source=UP))
        assert ends(lab).server_end.received.stop < ends(lab).client_end.sent.stop  # type: ignore[union-attr]
        with pytest.raises(TimeoutError, match="bytes on the way from client to server"):
            await lab.settled(0.1)
        server.faults.resume(UP)
        assert (await socket.next("message")).data == "into the black hole"
        await lab.settled(LIMIT)
        assert [row.name for row in rows(lab, kind="fault")] == ["stall", "resume"]


async def test_a_stall_of_the_way_back_is_another_thing() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.stall(DOWN)
        socket.send("heard")
        await until(lambda: rows(lab, text="heard", source=DOWN))
        assert not rows(lab, name="message", kind="event")
        server.faults.clear()
        assert (await socket.next("message")).data == "heard"


async def test_half_close_ends_one_direction_and_the_other_goes_on() -> None:
    heard: list[Any] = []
    async with Lab() as lab:
        server = await lab.serve(hears(heard))
        raw = await lab.raw(server.url, half_open=True)
        await raw.upgrade()
        server.faults.half_close()
        assert await raw.ended() == "FIN"
        await raw.send(build("still heard", mask=True))
        await until(lambda: heard == ["still heard"])
        assert [row.name for row in rows(lab, kind="fault")] == ["half-close"]
        await raw.close()


async def test_a_browser_sees_the_half_closed_connection_end() -> None:
    async with Lab() as lab:
        _, socket = await pair(lab)
        socket.faults.half_close()
        await socket.closed()
        row = rows(lab, kind="fault")[0]
        assert (row.source, row.text) == ("client", "FIN client to server; nothing more leaves")


async def test_a_reset_is_rst_at_the_other_end() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.reset()
        event = await socket.closed()
        assert (event.code, event.wasClean) == (1006, False)
        await lab.settled(LIMIT)
        found = ends(lab)
        assert found.client_end is not None
        assert found.server_end is not None
        assert found.client_end.ending == "reset by the peer (RST)"
        assert found.server_end.ending == "reset by the server (RST)"


async def test_a_drop_is_a_clean_end_of_tcp_without_a_close_frame() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.drop()
        event = await socket.closed()
        assert (event.code, event.wasClean) == (1006, False)
        await lab.settled(LIMIT)
        assert [end.ending for end in ends(lab).ends] == ["", ""]
        assert not rows(lab, kind="close")
        assert len(rows(lab, name="TCP ended without a Close frame")) == 2


async def test_a_drop_is_no_reset_where_bytes_wait_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "ORDERLY_END_SECONDS", LIMIT)  # after it the connection is reset, as it should be
    async with Lab() as lab:
        server = await lab.serve()
        raw = await lab.raw(server.url, half_open=True)
        await raw.upgrade()
        server.faults.stall(UP)
        await raw.send(build("x" * 50_000, mask=True))
        server.faults.drop()
        assert await raw.ended() == "FIN"
        for _ in range(3):
            await raw.send(b"a reset would be found here")
        await raw.close()
        await lab.settled(LIMIT)
        assert [end.ending for end in ends(lab).ends] == ["", ""]


@pytest.mark.parametrize(("what", "code"), [("bad opcode", 1002), ("RSV", 1002), ("masked", 1002), ("bad UTF-8", 1007)])
@pytest.mark.parametrize("compression", ["deflate", None])
async def test_a_corrupted_frame_of_the_server_fails_the_client(what: str, code: int, compression: Any) -> None:
    async with Lab() as lab:
        server, socket = await pair(lab, compression=compression)
        server.faults.corrupt(what)
        socket.send("a text that will be wrong when it comes back")
        event = await socket.closed()
        assert not event.wasClean
        await lab.settled(LIMIT)
        assert rows(lab, source=UP, kind="close")[0].name == f"close {code}"
        asked, done = rows(lab, kind="fault")
        assert (asked.name, done.name) == (f"corrupt: {what}", f"corrupted: {what}")
        found = ends(lab)
        assert found.client_end is not None
        assert found.server_end is not None
        source, offset, before = found.server_end.otherwise[0]
        assert done.link == (source, offset)
        assert found.client_end.received.read(0, offset + 2) == found.server_end.sent.read(0, offset + 2)
        written = found.server_end.written()
        assert written[offset : offset + len(before)] == before
        assert len(written) == found.server_end.sent.stop
        assert written != found.server_end.sent.read(0, len(written))


@pytest.mark.parametrize(
    ("what", "code"), [("bad opcode", 1002), ("RSV", 1002), ("unmasked", 1002), ("bad UTF-8", 1007)]
)
@pytest.mark.parametrize("at", ["the server's end", "the client's end"])
async def test_a_corrupted_frame_of_the_client_fails_the_server(what: str, code: int, at: str) -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        if at == "the server's end":
            server.faults.corrupt(what, direction=UP)
        else:
            socket.faults.corrupt(what)
        socket.send("a text that will be wrong when it arrives")
        event = await socket.closed()
        assert event.code == code
        await lab.settled(LIMIT)
        end = ends(lab).server_end if at == "the server's end" else ends(lab).client_end
        assert end is not None
        assert end.otherwise[0][0] == UP
        assert (ends(lab).client_end.sent.read(0, 10_000) == ends(lab).client_end.written()) == (  # type: ignore[union-attr]
            at == "the server's end"
        )


async def test_a_wrong_length_takes_a_byte_of_the_next_frame() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab, compression=None)
        socket.binaryType = "arraybuffer"
        server.faults.corrupt("wrong length")
        socket.send(b"five.")
        await until(lambda: rows(lab, name="corrupted: wrong length"))
        assert not rows(lab, name="message", kind="event"), "a byte is missing"
        socket.send(b"next!")
        assert (await socket.next("message")).data == b"five.\x82"
        assert (await socket.closed()).code == 1006


async def test_drop_after_bytes_delivers_exactly_so_many() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab, compression=None)
        received = ends(lab).client_end.received.stop  # type: ignore[union-attr]
        server.faults.drop_after(bytes=25, direction=DOWN)
        for _ in range(4):
            socket.send("ten bytes.")
        await socket.closed()
        await lab.settled(LIMIT)
        found = ends(lab)
        assert found.client_end is not None
        assert found.server_end is not None
        assert found.client_end.received.stop == received + 25
        assert found.server_end.left == received + 25, "what was written behind them never left"
        assert received + 25 < found.server_end.sent.stop
        assert [row.name for row in rows(lab, kind="fault")] == ["drop after 25 B server to client", "drop"]


async def test_drop_after_seconds_comes_under_steady_traffic_too() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.drop_after(seconds=0.2)
        while socket.readyState == socket.OPEN:  # if bytes put it off, it would never come
            socket.send("steady")
            await asyncio.sleep(0.01)
        assert (await socket.closed()).code == 1006
        assert rows(lab, kind="fault")[-1].text == "after 0.2 s: TCP closed without a Close frame"


async def test_drop_after_idle_waits_for_silence() -> None:
    async with Lab() as lab:
        server, socket = await pair(lab)
        server.faults.drop_after(idle=0.3)
        for _ in range(5):
            await asyncio.sleep(0.1)
            if socket.readyState != socket.OPEN:  # this machine stood still for so long
                break
            socket.send("not idle")
        assert (await socket.closed()).code == 1006
        asked, fault = rows(lab, kind="fault")
        echoed = [row.time for row in rows(lab, kind="message", source=DOWN)]
        assert fault.time - max(asked.time, *echoed, 0) > 0.299e9


async def test_faults_of_a_server_hold_for_connections_to_come() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        server.faults.latency = 0.05
        assert rows(lab, kind="fault", source="lab")[0].text == "server server: both directions"
        socket = lab.WebSocket(server.url)
        await socket.opened()
        await echoed(socket, "late")
        assert took(lab, "late", UP) > 0.049
        row = rows(lab, kind="fault", source="server")[0]
        assert (row.name, row.text) == ("latency 0.05 s, both directions", "set for all connections of the server")


async def test_faults_can_be_set_before_there_is_a_connection() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        socket = lab.WebSocket(server.url)
        socket.faults.latency = 0.05
        await socket.opened()
        await echoed(socket, "late")
        assert took(lab, "late", UP) > 0.049
        assert took(lab, "late", DOWN) > 0.049


async def test_the_faults_of_a_library_client_and_of_a_handler_act_at_once() -> None:
    async def handler(websocket: Any) -> None:
        websocket.faults.latency = 0.05
        await websocket.send("held")
        await websocket.recv()
        websocket.faults.reset()

    async with Lab() as lab:
        server = await lab.serve(handler)
        client: Any = await lab.connect(server.url)
        assert await client.recv() == "held"
        client.faults.set(latency=0.05, direction=UP)
        await client.send("held too")
        with pytest.raises(ConnectionClosedError):
            await client.recv()
        assert took(lab, "held", DOWN) > 0.049
        assert took(lab, "held too", UP) > 0.099, "both ends hold it"


async def test_a_corruption_finds_the_next_frame_where_one_is_half_there() -> None:
    heard: list[Any] = []
    async with Lab() as lab:
        server = await lab.serve(hears(heard))
        raw = await lab.raw(server.url)
        await raw.upgrade()
        whole = bytes([0x81, 0x85, 0, 0, 0, 0]) + b"first"
        await raw.send(whole[:8])
        await until(lambda: ends(lab).server_end.received.stop == ends(lab).client_end.sent.stop)  # type: ignore[union-attr]
        server.faults.corrupt("bad opcode", direction=UP)
        await raw.send(whole[8:] + whole)
        frame = await raw.frame()
        assert (frame.opcode, frame.payload[:2]) == (8, (1002).to_bytes(2, "big"))
        await until(lambda: heard == ["first"])
        await raw.close()
