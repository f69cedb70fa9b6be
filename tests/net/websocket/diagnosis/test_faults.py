"""Endings that faults produce: silence, idle cuts and lost Close frames, with both ends recorded."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from tests.net.harness import rows, until
from tests.net.websocket.diagnosis.diagnosing import any_silence, diagnosis
from tests.net.websocket.diagnosis.test_close_frames import hold
from wslab import Lab
from wslab.net.websocket import connection as client_connection


async def stalls(connection: Any) -> None:
    """Stalls the connection before the first ping of either side."""
    connection.faults.stall()
    await connection.wait_closed()


async def test_pings_into_a_black_hole_in_the_middle_of_traffic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wslab.timeline.diagnosis.facts._SILENCE", 60 * 10**9)  # a slow machine makes no silence
    async with Lab() as lab:
        server = await lab.serve(stalls, ping_interval=0.1, ping_timeout=0.3, close_timeout=0.1)
        client = await lab.connect(server.url, ping_interval=0.1, ping_timeout=0.3, close_timeout=0.1)
        await client.wait_closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.certainty) == ("silent-drop", "likely")
    assert "the path drops bytes" in found.sentence
    assert "a program that reads no more looks the same" in found.doubt
    assert any(each.text.startswith("fault: stall") for each in found.evidence)


async def test_the_same_after_a_long_silence_is_an_idle_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    any_silence(monkeypatch)
    async with Lab() as lab:
        server = await lab.serve(stalls, ping_interval=None)
        client = await lab.connect(server.url, ping_interval=1.5, ping_timeout=0.3, close_timeout=0.1)
        await client.wait_closed()
        server.faults.reset()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.certainty) == ("idle-cut", "likely")
    assert "forgot the idle connection" in found.sentence
    assert found.advice.startswith("send heartbeats")


async def test_a_close_frame_that_never_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_connection, "CLOSE_LIMIT", 1)
    any_silence(monkeypatch)
    async with Lab() as lab:
        server = await lab.serve(hold, ping_interval=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.stall("client to server")
        socket.close(1000)
        await socket.closed()
        server.faults.reset()  # else the server's end would live on for ever
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.clean) == ("close-lost", "client", 1000, False)
    assert found.sentence.endswith("it never reached the server")
    assert found.certainty == "likely"


@pytest.mark.parametrize("close", [True, False])
async def test_what_was_sent_before_it_and_never_arrived_either_is_a_silent_drop(
    close: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_connection, "CLOSE_LIMIT", 1)
    any_silence(monkeypatch)
    async with Lab() as lab:
        server = await lab.serve(hold, ping_interval=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.stall("client to server")
        socket.send("into the black hole")
        if close:
            socket.close(1000)
        else:
            await asyncio.sleep(1.5)  # the server lives on and hears nothing, for more than a second
            socket.abort()
        await socket.closed()
        server.faults.reset()  # else the server's end would live on for ever
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("silent-drop", "client" if close else "", "likely")
    assert "what the client sent no longer reached the server" in found.sentence


async def test_what_was_under_way_when_tcp_ended_is_no_silent_drop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wslab.timeline.diagnosis.facts._SILENCE", 60 * 10**9)  # a slow machine makes no silence
    async with Lab() as lab:
        server = await lab.serve(hold, ping_interval=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.stall("client to server")
        socket.send("under way")
        await until(lambda: rows(lab, kind="message"))
        server.faults.reset()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert found.cause == "reset"


async def test_an_answer_that_never_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_connection, "CLOSE_LIMIT", 1)
    any_silence(monkeypatch)
    async with Lab() as lab:
        server = await lab.serve(hold, ping_interval=None, close_timeout=0.1)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.stall("server to client")
        socket.close(1000)
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.clean) == ("close-lost", "client", False)
    assert "the server answered and the answer never reached the client" in found.sentence


async def test_an_idle_cut_by_fin_and_a_reset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    any_silence(monkeypatch)
    async with Lab() as lab:
        server = await lab.serve(hold, ping_interval=None)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.drop_after(idle=1.2)
        await socket.closed()
        server.faults.clear()
        other = lab.WebSocket(server.url)
        await other.opened()
        server.faults.reset()
        await other.closed()
        one = await diagnosis(lab, tmp_path, 1)
        monkeypatch.setattr("wslab.timeline.diagnosis.facts._SILENCE", 60 * 10**9)  # a slow machine makes no silence
        two = await diagnosis(lab, tmp_path, 2)
    assert (one.cause, one.certainty) == ("idle-cut", "likely")
    assert (two.cause, two.first, two.certainty) == ("reset", "server", "likely")
    assert any("fault: reset" in each.text for each in two.evidence)


async def test_both_sides_close_while_the_line_stands_still(tmp_path: Path) -> None:
    async with Lab() as lab:

        async def leaves(connection: ServerConnection) -> None:
            await until(lambda: rows(lab, kind="fault"))  # asked for, and obeyed
            await connection.close(1001)

        server = await lab.serve(leaves)
        socket = lab.WebSocket(server.url)
        await socket.opened()
        server.faults.stall()
        await until(lambda: rows(lab, name="close 1001"))
        socket.close(1000)
        await until(lambda: rows(lab, name="close 1000"))
        server.faults.resume()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.certainty) == ("both-closing", "certain")
