"""Opening handshakes explained: each line, the accept key, and the verdict on real answers of websockets."""

from __future__ import annotations

import pytest
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from wslab.wire import BadType, BadValue, Handshake, accept_steps, explain, parse_head, request, response

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def answer(asked: bytes) -> bytes:
    """What websockets answers, with the Server header that its servers add."""
    server = ServerProtocol(extensions=[ServerPerMessageDeflateFactory()])
    server.receive_data(asked)
    for event in server.events_received():
        reply = server.accept(event)  # type: ignore[arg-type]
        reply.headers["Server"] = "Python/3.11 websockets/17.4"
        server.send_response(reply)
    return b"".join(server.data_to_send())


def rows(found: Handshake) -> dict[str, tuple[str | None, bool | None]]:
    """What the server did, and whether it agrees with the RFC."""
    return {row.name: (row.did, row.agrees) for row in found.verdict.rows}


def test_the_accept_key_of_the_rfc_is_computed_step_by_step() -> None:
    """RFC 6455 section 1.3 and 4.2.2."""
    steps = accept_steps(f" {KEY}\t")
    assert dict(steps) == {
        "key": KEY,
        "key + GUID": KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
        "SHA-1": "b37a4f2cc0624f1690f64606cf385945b2bec4ea",
        "base64": ACCEPT,
    }
    assert (steps.accept, steps.key_bytes, accept_steps("AAAA").key_bytes, accept_steps("?").key_bytes) == (
        ACCEPT,
        16,
        3,
        None,
    )


@pytest.mark.parametrize(("key", "error"), [(b"x", BadType), (None, BadType), ("\u20ac", BadValue)])
def test_what_is_no_key_is_refused_with_advice(key: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"expected .*got .*; .*write accept_steps"):
        accept_steps(key)  # type: ignore[arg-type]


def test_every_line_of_a_right_handshake_is_explained_and_right() -> None:
    asked = request(key=KEY, headers={"Origin": "http://a.example", "Sec-WebSocket-Extensions": "permessage-deflate"})
    found = explain(asked, answer(asked))
    assert found.right
    assert found.request is not None
    assert found.response is not None
    assert [(line.name, line.right) for line in found.request.lines] == [
        ("request line", True), ("Host", True), ("Upgrade", True), ("Connection", True), ("Sec-WebSocket-Key", True),
        ("Sec-WebSocket-Version", True), ("Origin", None), ("Sec-WebSocket-Extensions", True),
    ]  # fmt: skip
    for line in found.request.lines + found.response.lines:
        assert line.meaning
        assert line.section.startswith("RFC ")
    assert rows(found)["Sec-WebSocket-Accept"] == (ACCEPT, True)
    assert found.verdict.agrees
    assert (found.verdict.status, found.verdict.firm, found.verdict.answer) == (101, True, 101)
    assert "compressed" in found.response.lines[-2].meaning + found.response.lines[-1].meaning
    assert repr(found) == "<Handshake: GET / -> 101 Switching Protocols>"


def test_a_version_that_is_not_known_must_be_answered_with_the_versions_that_are_and_websockets_does_not() -> None:
    """RFC 6455 section 4.2.2 and 4.4."""
    asked = request(headers={"Sec-WebSocket-Version": "12"})
    found = explain(asked, answer(asked))
    assert (found.verdict.status, found.verdict.firm, found.verdict.answer, found.verdict.agrees) == (
        426,
        False,
        400,
        False,
    )
    assert rows(found) == {"status": ("400 Bad Request", True), "Sec-WebSocket-Version": ("", False)}
    assert "websockets" in found.verdict.rows[1].why
    told = explain(asked, response(status=426, headers={"Sec-WebSocket-Version": "13", "Upgrade": "websocket"}))
    assert told.verdict.agrees
    assert told.response is not None
    assert told.response.right


def test_a_missing_upgrade_is_answered_by_an_error_and_426_is_one() -> None:
    asked = request(headers={"Upgrade": None})
    found = explain(asked, answer(asked))
    assert rows(found) == {"status": ("426 Upgrade Required", True)}
    assert (found.verdict.status, found.verdict.section) == (400, "RFC 6455 section 4.2.1")
    assert "15.5.22" in found.verdict.rows[0].why
    assert found.request is not None
    absent = found.request.lines[-1]
    assert (absent.name, absent.value, absent.right) == ("Upgrade", None, False)
    assert "required" in absent.problem


WRONG = {
    "method": ({"method": "POST"}, "method must be GET"),
    "version": ({"version": "HTTP/1.0"}, "at least HTTP/1.1"),
    "upgrade": ({"headers": {"Upgrade": "h2c"}}, "'websocket'"),
    "connection": ({"headers": {"Connection": "close"}}, "'Upgrade'"),
    "no connection": ({"headers": {"Connection": None}}, "required"),
    "no key": ({"headers": {"Sec-WebSocket-Key": None}}, "required"),
    "two keys": ({"headers": {"Sec-WebSocket-Key": [KEY, KEY]}}, "more than once"),
    "short key": ({"key": "AAAA"}, "16 bytes, got 3"),
    "no base64": ({"key": "not base64"}, "base64"),
    "no version": ({"headers": {"Sec-WebSocket-Version": None}}, "required"),
    "two versions": ({"headers": {"Sec-WebSocket-Version": ["13", "13"]}}, "more than once"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_is_found_and_the_refusal_of_websockets_is_an_error_as_the_rfc_says(case: str) -> None:
    options, problem = WRONG[case]
    asked = request(**options)  # type: ignore[arg-type]
    reply = answer(asked)
    assert not reply.startswith(b"HTTP/1.1 101")
    found = explain(asked, reply)
    assert found.request is not None
    assert not found.request.right
    assert any(problem in each for each in found.request.problems)
    assert (found.verdict.status, found.verdict.agrees) == (400, True)
    accepted = explain(asked, response(asked, key=KEY))
    assert (accepted.verdict.agrees, accepted.verdict.rows[0].why) == (False, "the server accepts what it must refuse")


def test_a_missing_host_must_be_answered_with_400_and_websockets_does_not_look() -> None:
    """RFC 9112 section 3.2."""
    for value in (None, ["a", "b"]):
        asked = request(headers={"Host": value})
        found = explain(asked, answer(asked))
        assert rows(found) == {"status": ("101 Switching Protocols", False)}
        assert "websockets does not look at Host" in found.verdict.rows[0].why


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"Origin": ["http://a", "http://b"]}, "Origin"),
        ({"Sec-WebSocket-Protocol": "chat, chat"}, "Sec-WebSocket-Protocol"),
        ({"Sec-WebSocket-Protocol": "chat room"}, "Sec-WebSocket-Protocol"),
        ({"Sec-WebSocket-Protocol": " , "}, "Sec-WebSocket-Protocol"),
        ({"Sec-WebSocket-Extensions": ""}, "Sec-WebSocket-Extensions"),
        ({"Sec-WebSocket-Extensions": "a b"}, "Sec-WebSocket-Extensions"),
        ({"Sec-WebSocket-Extensions": "permessage-deflate; level=3"}, "Sec-WebSocket-Extensions"),
        ({"Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits"}, "Sec-WebSocket-Extensions"),
        ({"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits=7"}, "Sec-WebSocket-Extensions"),
        ({"Sec-WebSocket-Extensions": "permessage-deflate; server_no_context_takeover=1"}, "Sec-WebSocket-Extensions"),
        ({"Sec-WebSocket-Accept": ACCEPT}, "Sec-WebSocket-Accept"),
    ],
)
def test_an_optional_header_that_is_wrong_is_found(headers: dict[str, str], name: str) -> None:
    found = explain(request(headers=headers))
    assert found.request is not None
    assert {line.name for line in found.request.lines if line.right is False} == {name}


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"Upgrade": "h2c"}, "Upgrade"),
        ({"Upgrade": None}, "Upgrade"),
        ({"Connection": "close"}, "Connection"),
        ({"Sec-WebSocket-Accept": "AAAA"}, "Sec-WebSocket-Accept"),
        ({"Sec-WebSocket-Accept": None}, "Sec-WebSocket-Accept"),
        ({"Sec-WebSocket-Accept": [ACCEPT, ACCEPT]}, "Sec-WebSocket-Accept"),
        ({"Sec-WebSocket-Protocol": "other"}, "Sec-WebSocket-Protocol"),
        ({"Sec-WebSocket-Protocol": "chat, echo"}, "Sec-WebSocket-Protocol"),
        ({"Sec-WebSocket-Extensions": "x-other"}, "Sec-WebSocket-Extensions"),
        ({"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits=9"}, "Sec-WebSocket-Extensions"),
        ({"Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=16"}, "Sec-WebSocket-Extensions"),
    ],
)
def test_an_answer_for_which_a_client_must_fail_is_found_and_the_client_of_websockets_fails_too(
    headers: dict[str, str], name: str
) -> None:
    offer = ClientPerMessageDeflateFactory(client_max_window_bits=None)
    protocols = [Subprotocol("chat"), Subprotocol("echo")]
    client = ClientProtocol(parse_uri("ws://a/"), subprotocols=protocols, extensions=[offer])
    client.key = KEY
    client.send_request(client.connect())
    asked = b"".join(client.data_to_send())
    assert KEY.encode() in asked
    reply = response(asked, headers)
    found = explain(asked, reply)
    assert found.response is not None
    assert {line.name.lower() for line in found.response.lines if line.right is False} == {name.lower()}
    assert [row.name for row in found.verdict.rows if row.agrees is False] == [name]
    assert (found.verdict.agrees, found.right) == (False, False)
    client.receive_data(reply)
    assert client.handshake_exc is not None


@pytest.mark.parametrize(("status", "agrees"), [(403, True), (401, True), (302, True), (503, True), (200, False)])
def test_a_server_may_refuse_a_right_request(status: int, agrees: bool) -> None:
    found = explain(request(), response(status=status))
    assert (found.verdict.agrees, len(found.verdict.rows)) == (agrees, 1)
    assert found.verdict.rows[0].why


def test_without_a_response_the_verdict_says_what_must_come() -> None:
    found = explain(request(key=KEY))
    assert (found.verdict.agrees, found.verdict.answer, found.response) == (None, None, None)
    assert {row.name: row.rfc for row in found.verdict.rows}["Sec-WebSocket-Accept"] == ACCEPT
    assert all(row.did is None and row.agrees is None for row in found.verdict.rows)


def test_a_response_alone_is_explained_as_far_as_it_goes() -> None:
    found = explain(None, parse_head(response(key=KEY).split(b"\r\n\r\n")[0]))
    assert (found.request, found.accept, found.right) == (None, None, True)
    assert explain(None).verdict.agrees is None


def test_credentials_are_not_shown() -> None:
    asked = request(headers={"Cookie": "sid=s3cret", "Authorization": "Bearer s3cret"})
    found = explain(asked, response(asked, {"Set-Cookie": "sid=s3cret"}))
    assert str(found).count("(redacted)") == 3
    assert "s3cret" not in str(found) + repr(found) + repr(found.request) + repr(found.verdict)


def test_bytes_behind_the_heads_are_not_read() -> None:
    asked = request(key=KEY)
    assert str(explain(asked + b"\x81\x02hi", response(asked) + b"\x81\x02hi")) == str(explain(asked, response(asked)))


@pytest.mark.parametrize("given", ["GET / HTTP/1.1", 5])
def test_what_is_no_head_is_refused_with_advice(given: object) -> None:
    with pytest.raises(BadType, match=r"expected bytes, got .*; pass the bytes of a request"):
        explain(given)  # type: ignore[arg-type]
