"""Endings without a Close frame, produced for real over TCP, each beside what looks like it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.net.harness import Peer, RawServer, rows, until
from tests.net.websocket.diagnosis.diagnosing import any_silence, diagnosis
from tests.net.websocket.diagnosis.test_close_frames import hold
from tests.net.websocket.test_close import fin, rst
from wslab import Lab

CLIENT = """
import sys
from websockets.sync.client import connect
with connect(sys.argv[1], proxy=None, ping_interval=None, max_queue=1) as connection:
    connection.send("ready")
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _never_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wslab.timeline.diagnosis.facts._SILENCE", 60 * 10**9)  # a slow machine makes no silence


async def test_fin_and_rst_of_a_server_that_is_not_recorded(tmp_path: Path) -> None:
    async with RawServer(fin) as one, RawServer(rst) as two, Lab() as lab:
        for server in (one, two):
            socket = lab.WebSocket(server.url)
            await socket.opened()
            socket.send("go")
            await socket.closed()
        first, second = await diagnosis(lab, tmp_path, 1), await diagnosis(lab, tmp_path, 2)
    assert (second.cause, second.first, second.code, second.certainty) == ("reset", "server", 1006, "likely")
    assert second.sentence == "no Close frame: the server reset TCP (RST), or something between did in its name"
    assert "a firewall look the same" in second.doubt
    assert first.cause in ("no-close", "reset")  # what was sent after FIN may have been answered with RST
    assert first.first == "server"


async def test_fin_alone(tmp_path: Path) -> None:
    async with RawServer(fin) as server, Lab() as lab:
        await lab.WebSocket(server.url).closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.clean, found.certainty) == (
        "no-close", "server", 1006, False, "likely",
    )  # fmt: skip
    assert found.sentence.startswith("no Close frame: the server ended TCP in order (FIN)")
    assert "killed (its system sends the FIN)" in found.doubt


async def test_fin_and_rst_of_a_client_that_is_recorded_are_certain(tmp_path: Path) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        for reset in (False, True):
            raw = await lab.raw(server.url)
            await raw.upgrade()
            if reset:
                raw.reset()
            await raw.close()
        one, two = await diagnosis(lab, tmp_path, 1), await diagnosis(lab, tmp_path, 2)
    assert (one.cause, one.first, one.certainty) == ("no-close", "client", "certain")
    assert (two.cause, two.first, two.certainty) == ("reset", "client", "certain")
    assert two.sentence == "no Close frame: the client reset TCP (RST), on purpose"


@pytest.mark.skipif(sys.platform == "win32", reason="a killed program ends otherwise there")
@pytest.mark.parametrize(("unread", "cause"), [(False, "no-close"), (True, "reset")])
async def test_a_killed_client_sends_fin_and_with_bytes_unread_rst(unread: bool, cause: str, tmp_path: Path) -> None:
    async def chat(connection: ServerConnection) -> None:
        await connection.recv()
        for _ in range(100 * unread):  # its library takes in one or two and reads no more
            await connection.send(b"x" * 500_000)
        await connection.wait_closed()

    async with Lab() as lab:
        server = await lab.serve(chat, ping_interval=None, compression=None)
        program = subprocess.Popen([sys.executable, "-c", CLIENT, server.url], stdin=subprocess.PIPE)  # noqa: ASYNC220
        try:
            await until(lambda: rows(lab, kind="message", source="client to server"), limit=60)
            if unread:
                await until(lambda: len(rows(lab, kind="message", source="server to client")) > 5)
        finally:
            program.kill()
            program.communicate()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == (cause, "client", "likely")
    assert found.doubt


async def test_a_socket_that_is_aborted(tmp_path: Path) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(hold)).url)
        await socket.opened()
        socket.abort()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("no-close", "client", "certain")


async def test_an_idle_connection_that_something_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wslab.timeline.diagnosis.facts._SILENCE", 100_000_000)
    any_silence(monkeypatch)
    gate: list[Peer] = []

    async def waits(peer: Peer) -> None:
        await peer.open()
        gate.append(peer)
        await peer.gone()

    async with RawServer(waits) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        await asyncio.sleep(1.5)  # the silence itself, of more than a second
        gate[0].writer.close()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("idle-cut", "", "likely")
    assert found.advice.startswith("send heartbeats")
    assert "a server that happened to end just then looks the same" in found.doubt


@pytest.mark.parametrize(("idle", "cause"), [(False, "silent-drop"), (True, "idle-cut")])
async def test_a_client_that_gives_up_after_pings_without_an_answer(
    idle: bool, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(peer: Peer) -> None:
        await peer.open()
        await peer.gone()

    async with RawServer(silent) as server, Lab() as lab:
        client = await lab.connect(server.url, ping_interval=None)
        if idle:
            monkeypatch.setattr("wslab.timeline.diagnosis.facts._SILENCE", 100_000_000)
            any_silence(monkeypatch)
            await asyncio.sleep(1.5)  # the silence itself, of more than a second
        for _ in range(2):
            await client.ping()
        client.transport.abort()
        await client.wait_closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == (cause, "client", "likely")
    assert "pings went unanswered, nothing came from the server any more" in found.sentence
    assert "a silent drop, a blocked program and a very slow server look the same" in found.doubt
    assert [each.text for each in found.evidence].count("ping from the client: no answer came") == 2


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux alone gives up so soon")
async def test_a_system_that_gives_up_because_nothing_is_taken_any_more(tmp_path: Path) -> None:
    async def deaf(peer: Peer) -> None:
        await peer.open()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    async with RawServer(deaf) as server, Lab() as lab:
        client = await lab.connect(server.url, ping_interval=None, compression=None)
        client.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 200)

        async def flood() -> None:
            while True:
                await client.send(b"x" * 1_000_000)

        with pytest.raises(ConnectionClosed):
            await flood()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("silent-drop", "client", "likely")
    assert "was not acknowledged any more" in found.sentence
    assert found.doubt
