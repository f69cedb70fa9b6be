"""Connections that never opened, for real: no TCP, no TLS, no answer, another answer than 101, a 101 that is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request, Response

from tests.net.certificate import Certificate
from tests.net.harness import LIMIT, Peer, RawServer
from tests.net.websocket.diagnosis.diagnosing import diagnosis
from tests.net.websocket.test_refused import SWITCH, answers
from wslab import Lab
from wslab.net.websocket import connection as client_connection
from wslab.timeline import Diagnosis


async def of_url(url: str, folder: Path) -> Diagnosis:
    async with Lab() as lab:
        await lab.WebSocket(url).closed()
        return await diagnosis(lab, folder)


async def of_answer(answer: bytes, folder: Path) -> Diagnosis:
    async with RawServer(answers(answer)) as server:
        return await of_url(server.url, folder)


def http(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "", ""]).encode()


@contextlib.contextmanager
def deaf_port() -> Iterator[int]:
    """A port at which nobody listens, and nobody else begins to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


# No TCP


async def test_nobody_listens_and_no_such_name_are_told_apart(tmp_path: Path) -> None:
    with deaf_port() as port:
        refused = await of_url(f"ws://127.0.0.1:{port}", tmp_path)
    unknown = await of_url("ws://no-such-name.invalid", tmp_path)
    assert (refused.cause, refused.code, refused.certainty) == ("refused-tcp", 1006, "certain")
    assert refused.sentence == "no TCP connection: refused, for nobody listens at that address and port"
    assert refused.evidence[0].text.startswith("TCP connection failed: refused")
    assert refused.evidence[0].row is not None
    assert (unknown.cause, unknown.certainty) == ("dns", "certain")
    assert unknown.sentence == "no TCP connection: the name no-such-name.invalid cannot be resolved"


async def test_the_client_of_the_library_fails_the_same_way(tmp_path: Path) -> None:
    with deaf_port() as port:
        async with Lab() as lab:
            with pytest.raises(OSError, match=r".*"):
                await lab.connect(f"ws://127.0.0.1:{port}")
            found = await diagnosis(lab, tmp_path)
    assert found.cause == "refused-tcp"


async def test_a_relay_whose_server_never_began_to_listen(tmp_path: Path) -> None:
    with deaf_port() as port:
        async with Lab() as lab:
            relay = await lab.hosting.relay("node", 0)
            relay.forward(port)
            with contextlib.suppress(ConnectionError):  # it may be reset before it is noticed that it was up
                reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
                with contextlib.closing(writer):
                    await reader.read()
            found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("tcp-failed", "server", "certain"), found
    assert "the server behind the relay never began to listen" in found.sentence
    assert "nobody behind the relay refused: nobody listens" in found.evidence[0].text
    assert found.evidence[0].row is not None


# TLS


async def test_a_certificate_that_nobody_trusts_and_a_server_without_tls(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    async with Lab() as lab:
        secure = await lab.serve(name="secure", ssl=certificate.server)
        plain = await lab.serve(name="plain")
        await lab.WebSocket(secure.url).closed()
        await lab.WebSocket(plain.url.replace("ws:", "wss:")).closed()
        await lab.WebSocket(secure.url.replace("wss:", "ws:")).closed()
        await lab.settled(LIMIT)
        numbers = [each.number for each in lab.timeline.connections()]
        causes = {number: await diagnosis(lab, tmp_path, number) for number in numbers}
    untrusted = causes[1]
    assert (untrusted.cause, untrusted.certainty) == ("tls", "certain")
    assert "does not trust the server's certificate" in untrusted.sentence
    others = [each for number, each in causes.items() if number > 1]
    assert any(each.cause == "tls" and "write ws: instead of wss:" in each.advice for each in others)
    assert any(each.cause == "tls-to-plain" for each in others)
    assert any(each.cause == "handshake-unanswered" for each in others)


# No answer


async def test_a_server_that_hangs_up_and_one_that_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs_up(peer: Peer) -> None:
        await peer.request()
        peer.writer.close()

    async def silent(peer: Peer) -> None:
        await peer.gone()

    async with RawServer(hangs_up) as server:
        one = await of_url(server.url, tmp_path)
    monkeypatch.setattr(client_connection, "OPEN_LIMIT", 1)  # TCP is up long before
    async with RawServer(silent) as server:
        two = await of_url(server.url, tmp_path)
    assert (one.cause, one.first, one.certainty) == ("handshake-unanswered", "server", "likely")
    assert (two.cause, two.first, two.certainty) == ("given-up", "client", "likely")
    assert "a server that is blocked and a path that drops the answer look the same" in two.doubt


async def test_a_page_that_closes_before_there_is_an_answer(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def silent(peer: Peer) -> None:
        await peer.request()
        asked.set()
        await peer.gone()

    async with RawServer(silent) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await asked.wait()
        socket.close()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.certainty) == ("given-up", "certain")
    assert "the client's own code closed it" in found.sentence


async def test_tcp_without_a_request_and_bytes_that_are_none(tmp_path: Path) -> None:
    async with Lab() as lab:
        server = await lab.serve()
        for data in (b"", b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            raw = await lab.raw(server.url)
            if data:
                await raw.send(data)
            await raw.close()
        found = [await diagnosis(lab, tmp_path, number) for number in (1, 2, 3)]
    assert [each.cause for each in found] == ["no-request", "bad-request", "bad-request"]


async def test_what_is_no_http(tmp_path: Path) -> None:
    found = await of_answer(b"220 mail.example ESMTP\r\n\r\n", tmp_path)
    assert (found.cause, found.certainty) == ("not-http", "certain")


# Another answer than 101


@pytest.mark.parametrize(
    ("answer", "cause", "word"),
    [
        (
            http("301 Moved Permanently", "Location: ws://elsewhere.example/"),
            "redirect",
            "a browser's WebSocket does not follow",
        ),
        (http("302 Found", "Location: https://login.example/", "Server: nginx"), "redirect", "leads elsewhere"),
        (http("404 Not Found"), "wrong-path", "the server has no WebSocket at this path"),
        (http("404 Not Found", "Server: nginx/1.25"), "wrong-path", "a proxy in front of the server has no WebSocket"),
        (http("200 OK", "Content-Type: text/html"), "wrong-path", "no WebSocket at this path"),
        (http("407 Proxy Authentication Required", "Via: 1.1 squid"), "proxy", "a proxy wants to know who asks"),
        (http("502 Bad Gateway", "Server: nginx"), "proxy", "no right answer from the server behind it"),
        (http("503 Service Unavailable"), "proxy", "no right answer from the server behind it"),
        (http("504 Gateway Timeout"), "proxy", "no right answer from the server behind it"),
        (http("401 Unauthorized"), "refused-handshake", "wants to know who asks"),
        (http("403 Forbidden"), "refused-handshake", "its Origin"),
        (http("429 Too Many Requests"), "refused-handshake", "too much to do"),
        (http("500 Internal Server Error"), "refused-handshake", "failed"),
        (http("418 I'm a teapot"), "refused-handshake", "refused"),
        (http("599 Nobody Knows"), "refused-handshake", "failed"),
    ],
    ids=lambda value: value[9:12].decode() if isinstance(value, bytes) else "",
)
async def test_an_answer_that_is_no_101(answer: bytes, cause: str, word: str, tmp_path: Path) -> None:
    found = await of_answer(answer, tmp_path)
    assert (found.cause, found.first, found.code) == (cause, "server", 1006)
    assert word in found.sentence
    assert answer[9:12].decode() in found.sentence
    assert found.certainty == ("certain" if cause == "redirect" else "likely")
    shown = [line for line in answer.decode().split("\r\n") if line.startswith(("Location", "Server", "Via"))]
    assert set(shown) <= {each.text for each in found.evidence}


async def test_a_server_that_refuses_itself_is_told_from_a_proxy(tmp_path: Path) -> None:
    def refuse(status: HTTPStatus):  # type: ignore[no-untyped-def]  # noqa: ANN202
        def ask(connection: ServerConnection, _: Request) -> Response:
            return connection.respond(status, "")

        return ask

    async with Lab() as lab:
        for status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY, HTTPStatus.NOT_FOUND):
            await lab.WebSocket((await lab.serve(name=status.name, process_request=refuse(status))).url).closed()
        found = [await diagnosis(lab, tmp_path, number) for number in (1, 2, 3)]
    assert [each.cause for each in found] == ["refused-handshake", "refused-handshake", "wrong-path"]
    assert [each.certainty for each in found] == ["certain"] * 3
    assert not any(each.doubt for each in found)


async def test_an_origin_that_is_refused_and_a_process_request_that_raised(tmp_path: Path) -> None:
    async def raises(_: ServerConnection, __: Request) -> None:
        raise LookupError("no such user")

    async with Lab() as lab:
        server = await lab.serve()
        with pytest.raises(InvalidHandshake):
            await lab.connect(server.url, origin="https://elsewhere.example")
        await lab.WebSocket((await lab.serve(name="raises", process_request=raises)).url).closed()
        one, two = await diagnosis(lab, tmp_path, 1), await diagnosis(lab, tmp_path, 2)
    assert (one.cause, one.certainty) == ("refused-handshake", "certain")
    assert any("Origin refused https://elsewhere.example" in each.text for each in one.evidence)
    assert "500" in two.sentence
    assert any("process_request raised LookupError" in each.text for each in two.evidence)


async def test_a_request_without_upgrade_is_a_page_or_a_proxy(tmp_path: Path) -> None:
    async with Lab() as lab:
        raw = await lab.raw((await lab.serve()).url)
        await raw.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n")
        await raw.head()
        await raw.close()
        found = await diagnosis(lab, tmp_path)
    assert (found.cause, found.certainty) == ("bad-request", "likely")
    assert "a proxy that took Upgrade out of the request" in found.doubt
    wrong = next(each for each in found.evidence if each.text.startswith("the request's Upgrade"))
    assert wrong.row == (1, "client to server", 0)
    assert "websockets\u2026" in found.report(times=False)


# A 101 that is wrong


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (SWITCH.replace(b"KEY", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") + b"\r\n", "for this key"),
        (SWITCH + b"Sec-WebSocket-Protocol: chat\r\n\r\n", "'chat' was not offered"),
        (SWITCH + b"Sec-WebSocket-Extensions: x-unknown\r\n\r\n", "'x-unknown' was not offered"),
    ],
)
async def test_a_101_that_the_client_does_not_accept(answer: bytes, told: str, tmp_path: Path) -> None:
    found = await of_answer(answer, tmp_path)
    assert (found.cause, found.first, found.certainty) == ("handshake-failed", "client", "certain")
    assert any(told in each.text for each in found.evidence)


async def test_no_subprotocol_of_those_offered(tmp_path: Path) -> None:
    async with RawServer(answers(SWITCH + b"\r\n")) as server, Lab() as lab:
        await lab.WebSocket(server.url, "chat").closed()
        found = await diagnosis(lab, tmp_path)
    assert found.cause == "handshake-failed"
    assert any("chose none" in each.text for each in found.evidence)


async def test_a_101_that_was_accepted_is_not_blamed(tmp_path: Path) -> None:
    async with RawServer(answers(SWITCH + b"\r\n")) as server, Lab() as lab:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        socket.abort()
        await socket.closed()
        found = await diagnosis(lab, tmp_path)
    assert found.cause == "no-close"


# An address that does not answer


@contextlib.contextmanager
def no_room() -> Iterator[int]:
    """A port whose queue is full: the system drops every further SYN."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.skipif(sys.platform != "linux", reason="a full queue refuses elsewhere")
async def test_an_address_that_does_not_answer_and_a_client_that_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_room() as port:
        async with Lab() as lab:
            page = lab.WebSocket(f"ws://127.0.0.1:{port}")
            await asyncio.sleep(0)
            page.close()
            await page.closed()
            impatient = await diagnosis(lab, tmp_path)
        monkeypatch.setattr(client_connection, "OPEN_LIMIT", 0.2)
        silent = await of_url(f"ws://127.0.0.1:{port}", tmp_path)
    assert (impatient.cause, impatient.certainty) == ("given-up", "certain")
    assert (silent.cause, silent.certainty) == ("tcp-timeout", "unknown")
    assert "a firewall that drops look the same" in silent.doubt


@pytest.mark.skipif(sys.platform != "linux", reason="systems differ in what they say")
async def test_an_address_that_no_client_may_use(tmp_path: Path) -> None:
    found = await of_url("ws://255.255.255.255:9/", tmp_path)
    assert found.cause == "tcp-failed"
