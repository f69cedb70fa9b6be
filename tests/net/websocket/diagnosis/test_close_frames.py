"""Endings with a Close frame, produced for real over TCP, each beside what looks like it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from tests.net.harness import CLOSE, TEXT, Peer, RawServer, frame, rows
from tests.net.websocket.diagnosis.diagnosing import diagnosis
from wslab import Lab
from wslab.net.websocket import connection as client_connection


async def hold(connection: ServerConnection) -> None:
    await connection.wait_closed()


def closes_with(code: int, reason: str = "") -> Any:
    async def handler(connection: ServerConnection) -> None:
        await connection.close(code, reason)

    return handler


# Who, and with which code


async def test_a_client_that_is_done(tmp_path: Path) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket.close(1000, "done")
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.clean, found.certainty) == (
        "normal",
        "client",
        1000,
        True,
        "certain",
    )
    assert found.sentence == (
        "the client closed with 1000 (normal closure): it was done; the server answered, which makes it a clean close"
    )
    assert not found.doubt
    texts = [each.text for each in found.evidence]
    assert texts[0] == 'Close frame from the client: 1000 (normal closure), reason "done"'
    assert texts[1] == "the client's own code called close()"
    assert "the last byte from server to client arrived" in texts


async def test_a_server_that_is_done(tmp_path: Path) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(closes_with(1000))).url)
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.clean) == ("normal", "server", True)


async def test_no_diagnosis_while_it_lives() -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        assert lab.timeline.connections()[0].diagnosis is None


async def test_a_close_frame_without_a_code_is_1005(tmp_path: Path) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        socket.close()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.clean) == ("no-status", "client", 1005, True)


async def test_a_server_that_shuts_down_and_a_page_that_is_left_are_told_apart(tmp_path: Path) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        page, other = lab.WebSocket(server.url), lab.WebSocket(server.url)
        await asyncio.gather(page.opened(), other.opened())
        page.go_away()
        await page.closed()
        await server.stop()
        await other.closed()
        one, two = await diagnosis(lab, tmp_path, 1), await diagnosis(lab, tmp_path, 2)
    assert (one.cause, one.first, two.cause, two.first) == ("going-away", "client", "going-away", "server")


@pytest.mark.parametrize(
    ("code", "cause"),
    [(1003, "unsupported-data"), (1008, "policy"), (1010, "mandatory-extension"), (1012, "service-restart"),
     (1013, "try-again-later"), (1014, "bad-gateway"), (3001, "registered-code"), (4001, "private-code")],
)  # fmt: skip
async def test_the_other_codes_that_a_program_may_send(code: int, cause: str, tmp_path: Path) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(closes_with(code, "because"))).url)
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.clean) == (cause, "server", code, True)
    assert 'reason "because"' in found.evidence[0].text


async def test_a_server_that_is_served_again_restarts(tmp_path: Path) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve()).url)
        await socket.opened()
        await lab.serve()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code) == ("service-restart", "server", 1012)


async def test_a_code_that_must_not_travel(tmp_path: Path) -> None:
    async def breaks(peer: Peer) -> None:
        await peer.open()
        peer.write(frame(CLOSE, (1005).to_bytes(2, "big")))
        await peer.gone()
        peer.writer.close()

    async with RawServer(breaks) as server, Lab() as lab:
        await lab.WebSocket(server.url).closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code) == ("protocol-error", "server", 1005)
    assert "must not stand in a Close frame" in found.sentence


# Errors, of either side


async def test_bytes_of_a_server_that_break_the_protocol(tmp_path: Path) -> None:
    async def breaks(peer: Peer) -> None:
        await peer.open()
        peer.write(b"\x83\x00")
        await peer.gone()
        peer.writer.close()

    async with RawServer(breaks) as server, Lab() as lab:
        await lab.WebSocket(server.url).closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.certainty) == ("protocol-error", "client", 1002, "certain")
    assert "opcode 0x3 is reserved" in found.evidence[1].text
    assert found.evidence[1].row == (1, "server to client", 1)


async def test_bytes_of_a_client_that_break_the_protocol_and_a_server_that_only_says_so(tmp_path: Path) -> None:
    async with Lab() as lab:
        raw = await lab.raw((await lab.serve(hold)).url)
        await raw.upgrade()
        await raw.send(b"\x81\x02hi")
        await raw.ended()
        socket = lab.WebSocket((await lab.serve(closes_with(1002), name="says so")).url)
        await socket.closed()
        one, two = await diagnosis(lab, tmp_path, 1), await diagnosis(lab, tmp_path, 2)
    assert (one.cause, one.first, one.certainty) == ("protocol-error", "server", "certain")
    assert "a client must mask" in one.evidence[1].text
    assert (two.cause, two.first, two.certainty) == ("protocol-error", "server", "likely")
    assert "may have chosen the code" in two.doubt


async def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    async def breaks(peer: Peer) -> None:
        await peer.open()
        peer.write(frame(TEXT, b"caf\xe9!"))
        await peer.gone()
        peer.writer.close()

    async with RawServer(breaks) as server, Lab() as lab:
        await lab.WebSocket(server.url).closed()
        raw = await lab.raw((await lab.serve()).url)
        await raw.upgrade()
        await raw.send(frame(TEXT, b"caf\xe9!", mask=True))
        await raw.ended()
        one, two = await diagnosis(lab, tmp_path, 1), await diagnosis(lab, tmp_path, 2)
    assert (one.cause, one.first, one.certainty) == ("bad-data", "client", "certain")
    assert (two.cause, two.first, two.certainty) == ("bad-data", "server", "certain")
    assert one.evidence[1].text == (
        "text from the server: the text is not UTF-8: invalid continuation byte near 0xe9 (RFC 6455 section 8.1)"
    )


async def test_1009_of_either_side_says_whose_limit_it_is(tmp_path: Path) -> None:
    async def sends(connection: ServerConnection) -> None:
        await connection.send(b"x" * 5000)
        await connection.wait_closed()

    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(hold, max_size=1000)).url)
        await socket.opened()
        socket.send("x" * 2000)
        await socket.closed()
        client = await lab.connect((await lab.serve(sends, name="sends")).url, max_size=1000)
        await client.wait_closed()
        one, two = await diagnosis(lab, tmp_path, 1), await diagnosis(lab, tmp_path, 2)
    assert (one.cause, one.first, one.certainty) == ("too-big", "server", "certain")
    assert "the limit is the server's" in one.sentence
    assert "raise the limit of the server (max_size" in one.advice
    assert "the largest message from the client: 2000 bytes" in one.evidence[1].text
    assert (two.cause, two.first, two.certainty) == ("too-big", "client", "certain")
    assert "the limit is the client's" in two.sentence


async def test_a_handler_that_raised_is_no_keepalive_timeout(tmp_path: Path) -> None:
    async def chat(connection: ServerConnection) -> None:
        await connection.recv()
        raise KeyError("room")

    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(chat)).url)
        await socket.opened()
        socket.send("hi")
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.certainty) == ("internal-error", "server", 1011, "certain")
    assert found.sentence == "the server closed with 1011 (internal error): handler chat raised KeyError"
    assert any("handler chat raised KeyError: 'room'" in each.text for each in found.evidence)


async def test_1011_that_a_program_chose_itself_is_no_keepalive_timeout_whatever_it_says(tmp_path: Path) -> None:
    async with Lab() as lab:
        socket = lab.WebSocket((await lab.serve(closes_with(1011, "keepalive ping timeout"))).url)
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.certainty) == ("internal-error", "likely")
    assert found.doubt == "why the server's program failed is not in the recording"


# Keepalive


async def test_a_client_that_reads_pings_and_does_not_answer(tmp_path: Path) -> None:
    async with Lab() as lab:
        raw = await lab.raw((await lab.serve(hold, ping_interval=0.05, ping_timeout=0.1, close_timeout=0.1)).url)
        await raw.upgrade()
        await raw.ended()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.certainty) == ("keepalive-timeout", "server", 1011, "certain")
    assert "the client had read the ping and did not answer" in found.sentence
    assert any(
        each.text == "ping from the server: it reached the client, which did not answer" for each in found.evidence
    )


async def test_a_client_whose_program_is_blocked(tmp_path: Path) -> None:
    async with Lab() as lab:
        server = await lab.serve(hold, ping_interval=0.05, ping_timeout=0.1, close_timeout=1)
        client = await lab.connect(server.url, ping_interval=None)
        time.sleep(0.8)  # noqa: ASYNC251  (that is the fault)
        await client.wait_closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("keepalive-timeout", "server", "certain")
    assert "so its program was blocked" in found.sentence


async def test_from_one_end_it_cannot_be_told_why_pings_went_unanswered(tmp_path: Path) -> None:
    async def silent(peer: Peer) -> None:
        await peer.open()
        while True:
            await peer.frame()

    async with RawServer(silent) as server, Lab() as lab:
        client = await lab.connect(server.url, ping_interval=0.05, ping_timeout=0.1, close_timeout=0.1)
        await client.wait_closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("keepalive-timeout", "client", "unknown")
    assert "a silent drop, a blocked program and a very slow server look the same" in found.doubt
    assert any(each.text == "the server's end was not recorded" for each in found.evidence)


async def test_pings_that_are_answered_accuse_nobody(tmp_path: Path) -> None:
    async def pings(connection: ServerConnection) -> None:
        for _ in range(3):
            await (await connection.ping())
        await connection.close(1011, "keepalive ping timeout")

    async with Lab() as lab:
        await lab.WebSocket((await lab.serve(pings)).url).closed()
        found = await diagnosis(lab, tmp_path)
    assert found.cause == "internal-error"


# Both at once, and no answer


async def test_both_sides_close_at_once(tmp_path: Path) -> None:
    async def leaves(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.close(1001)

    async with Lab() as lab:
        client = await lab.connect((await lab.serve(leaves)).url)
        await client.send("go")
        while not rows(lab, name="close 1001"):  # the server's Close frame leaves, and nobody here reads it
            time.sleep(0.01)  # noqa: ASYNC251
        await client.close(1000)
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.clean, found.certainty) == ("both-closing", "", True, "certain")
    assert "the client with 1000 (normal closure)" in found.sentence
    assert "the server with 1001 (going away)" in found.sentence


async def test_an_answer_with_another_code_looks_the_same_from_one_end(tmp_path: Path) -> None:
    async def answers(peer: Peer) -> None:
        await peer.open()
        await peer.frame()
        peer.write(frame(CLOSE, b"\x03\xe9"))
        peer.writer.close()

    async with RawServer(answers) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close(1000)
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.certainty) == ("both-closing", "likely")
    assert "looks the same" in found.doubt


async def test_a_close_frame_that_a_client_got_and_never_answered(tmp_path: Path) -> None:
    async with Lab() as lab:
        raw = await lab.raw((await lab.serve(closes_with(1000), close_timeout=0.1)).url)
        await raw.upgrade()
        await raw.ended()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.clean, found.certainty) == ("close-lost", "server", False, "certain")
    assert "it reached the client, which never answered" in found.sentence


async def test_a_server_that_ends_tcp_instead_of_an_answer(tmp_path: Path) -> None:
    async def hangs_up(peer: Peer) -> None:
        await peer.open()
        await peer.frame()
        peer.writer.close()

    async with RawServer(hangs_up) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close(1000)
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("close-lost", "client", "certain")
    assert "the server ended TCP without an answer" in found.sentence


async def test_a_server_that_never_answers_a_close_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_connection, "CLOSE_LIMIT", 0.1)

    async def deaf(peer: Peer) -> None:
        await peer.open()
        await peer.gone()

    async with RawServer(deaf) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.close()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.code, found.certainty) == ("close-lost", "client", 1005, "unknown")
    assert "a silent drop and a very slow server look the same" in found.doubt
