"""tshark, which shares no code with wslab, sees the same frames in what wslab exports and in what really went by."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.optional import need
from tests.ports import free_port
from tests.timeline.pair import Pair
from tests.timeline.tshark import Facts, ask, dissected, need_tshark, taken
from wslab import Lab
from wslab.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.asyncio.server import ServerConnection

FRAMES = 2000


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


def messages(seed: int, count: int) -> list[str | bytes]:
    """Messages of all kinds and lengths, most of them short."""
    chance = random.Random(seed)
    sizes = [0, 1, 125, 126, 127, 4000, 65535, 65536, 200_000, *(chance.randrange(200) for _ in range(count - 9))]
    chance.shuffle(sizes)
    return [chance.randbytes(size) if chance.random() < 0.4 else "\u4f60y" * (size // 4) for size in sizes]


async def converse(lab: Lab, port: int, count: int, *, compressed: bool) -> None:
    """Two clients talk with a server: bursts, fragments, pings and a closing handshake."""
    compression: Any = "deflate" if compressed else None
    server = await lab.serve(echo, port=port, compression=compression)
    socket = lab.WebSocket(server.url)
    socket.binaryType = "arraybuffer"
    await socket.opened()
    sent = messages(1, count)
    for message in sent:
        socket.send(message)  # all at once: many frames a segment
    for message in sent:
        assert (await socket.next()).data == message
    socket.close(4001, "enough \u2026")
    await socket.closed()
    async with lab.connect(server.url, compression=compression) as client:
        for message in messages(2, count // 4):
            await client.send(message)
            assert await client.recv() == message
        for _ in range(20):
            await client.send(["in ", "three ", "parts"])
            assert await client.recv() == "in three parts"
            await (await client.ping())
    await lab.settled(30)


def recorded(timeline: Timeline) -> dict[int, list[Facts]]:
    """The frames that were recorded, by the port of their sender, as `dissected` gives them."""
    out: dict[int, list[Facts]] = {}
    for connection in timeline.connections():
        for end in connection.ends:
            assert end.local is not None
            out.setdefault(end.local.port, []).extend(taken(end.sent))
    return out


@pytest.mark.parametrize("compressed", [False, True])
def test_every_frame_of_an_export_is_the_same_to_tshark(compressed: bool, tmp_path: Path) -> None:
    need_tshark()

    async def talk() -> Timeline:
        async with Lab("tshark") as lab:
            await converse(lab, 0, 500, compressed=compressed)
            lab.timeline.export(tmp_path / "talk.pcapng")
            return lab.timeline.copy()

    expected = recorded(asyncio.run(talk()))
    found = dissected(tmp_path / "talk.pcapng")
    assert found == expected
    everything = [facts for each in found.values() for facts in each]
    assert len(everything) > FRAMES / 2
    assert {facts.opcode for facts in everything} == {0, 1, 2, 8, 9, 10}
    assert any(facts.rsv for facts in everything) == compressed
    assert {facts.masked for facts in everything} == {False, True}
    assert not all(facts.fin for facts in everything)
    assert ask(tmp_path / "talk.pcapng", "-Y", "_ws.malformed or tcp.analysis.flags or tcp.checksum.status == 0") == ""
    packets = ask(tmp_path / "talk.pcapng", "-Y", "websocket", "-T", "fields", "-e", "websocket.opcode").splitlines()
    assert max(line.count(",") for line in packets) > 2  # several frames in a segment


def test_tshark_inflates_what_was_compressed(tmp_path: Path) -> None:
    need_tshark()
    timeline = Timeline()
    pair = Pair(timeline, deflate=True)
    for index in range(20):
        pair.text("client" if index % 2 else "server", f"the same words again {index}")
    pair.close()
    timeline.export(tmp_path / "deflated.pcapng")
    texts = ask(
        tmp_path / "deflated.pcapng", "-Y", "websocket.payload.text", "-T", "fields", "-e", "websocket.payload.text"
    )
    assert texts.splitlines() == [f"the same words again {index}" for index in range(20)]


@pytest.mark.parametrize("port", [30_000, 44_818])
@pytest.mark.parametrize("family", [4, 6])
def test_a_connection_of_either_family_is_whole_to_tshark(family: int, port: int, tmp_path: Path) -> None:
    need_tshark()
    timeline = Timeline()
    host = "127.0.0.1" if family == 4 else "::1"
    client = timeline.client_end(port=8000)
    client.connected((host, port), (host, 8000))
    record = client.tap(client.sent), client.tap(client.received)
    record[0](b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    record[1](b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    record[1](b"\x81\x02hi")
    client.lost()
    timeline.export(tmp_path / "one.pcapng")
    fields = [
        "-T",
        "fields",
        "-e",
        f"ip{'v6' * (family == 6)}.src",
        "-e",
        "tcp.srcport",
        "-e",
        "tcp.flags.str",
        "-e",
        "_ws.col.Protocol",
    ]
    lines = [line.split("\t") for line in ask(tmp_path / "one.pcapng", *fields).splitlines()]
    assert {(where, used) for where, used, *_ in lines} == {(host, str(port)), (host, "8000")}
    shown = ["".join(sign for sign in flags if sign.isalpha()) for _, _, flags, _ in lines]
    assert shown == ["S", "AS", "A", "AP", "AP", "AP", "AF", "A", "AF", "A"]
    assert [name for *_, name in lines][3:6] == ["HTTP", "HTTP", "WebSocket"]
    assert ask(tmp_path / "one.pcapng", "-o", "tcp.check_checksum:TRUE", "-Y", "tcp.checksum.status == 0") == ""


def test_a_connection_that_was_reset_ends_with_rst(tmp_path: Path) -> None:
    need_tshark()
    timeline = Timeline()
    pair = Pair(timeline)
    pair.client.lost("reset by the peer (RST)")
    pair.server.lost()
    timeline.export(tmp_path / "reset.pcapng")
    found = ask(
        tmp_path / "reset.pcapng",
        "-Y",
        "tcp.flags.reset == 1 or tcp.flags.fin == 1",
        "-T",
        "fields",
        "-e",
        "tcp.srcport",
    )
    assert found.split() == ["8000"]


@pytest.mark.parametrize("deflate", [False, True])
def test_what_is_left_of_a_long_recording_is_still_websocket_to_tshark(deflate: bool, tmp_path: Path) -> None:
    need_tshark()
    timeline = Timeline(keep=20)
    pair = Pair(timeline, deflate=deflate)
    for index in range(200):
        pair.text("client" if index % 2 else "server", f"message {index}")
    timeline.export(tmp_path / "rest.pcapng")
    found = dissected(tmp_path / "rest.pcapng")
    assert timeline.dropped.rows > 150
    assert sum(map(len, found.values())) == 20
    if not deflate:
        payloads = sorted(facts.payload for facts in found[8000])
        assert payloads == sorted(f"message {index}".encode() for index in range(180, 200, 2))
    comments = ask(tmp_path / "rest.pcapng", "-Y", "frame.comment", "-T", "fields", "-e", "frame.comment")
    assert comments.count("made up by wslab") == 2


@pytest.mark.parametrize("size", [7, 50])
def test_what_is_left_begins_with_a_whole_frame(size: int, tmp_path: Path) -> None:
    need_tshark()
    timeline = Timeline(keep=10)
    pair = Pair(timeline)
    frames = b"".join(b"\x81\x0bmessage %03d" % index for index in range(100))
    for at in range(0, len(frames), size):
        pair.write("server", frames[at : at + size])
    timeline.export(tmp_path / "rest.pcapng")
    found = dissected(tmp_path / "rest.pcapng")
    assert [facts.payload for facts in found[8000]] == [b"message %03d" % index for index in range(90, 100)]


@contextlib.contextmanager
def capturing(path: Path, port: int) -> Iterator[None]:
    """dumpcap at the loopback interface, of one port: whatever else goes by need not be written, nor read again."""
    need(shutil.which("dumpcap"), "no dumpcap here: apt-get install tshark")
    command = ["dumpcap", "-q", "-B", "64", "-i", "lo", "-f", f"tcp port {port}", "-w", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            for line in process.stderr:
                said += line
                if line.startswith("File:"):
                    break
            if process.poll() is not None or "File:" not in said:
                # A right, not a part: a container may well run CI without it, and the exports are tested all the same.
                pytest.skip(f"nobody may capture at the loopback interface here: {said.strip()[-200:]}")
            yield
        finally:
            process.terminate()


def test_what_really_went_by_is_what_was_recorded(tmp_path: Path) -> None:
    need_tshark()
    path, port = tmp_path / "lo.pcapng", free_port()

    async def talk() -> dict[int, list[Facts]]:
        async with Lab("capture") as lab:
            await converse(lab, port, 400, compressed=True)
            return recorded(lab.timeline.copy())

    with capturing(path, port):
        expected = asyncio.run(talk())
        # The capture is written behind the traffic: it is read again until the last connection is over in it.
        for _ in range(200):
            with contextlib.suppress(subprocess.CalledProcessError):  # cut in the middle of a packet
                if len(ask(path, "-Y", "tcp.flags.fin == 1").splitlines()) >= 2 * (len(expected) - 1):
                    break
    found = dissected(path)  # only now does the file end with a whole packet
    assert sum(map(len, expected.values())) > FRAMES / 2
    assert found == expected
