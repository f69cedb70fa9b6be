"""Frames and handshakes built by hand, legal and not; what fits in none is refused with advice."""

from __future__ import annotations

import random

import pytest
from websockets.frames import Frame as TheirFrame
from websockets.frames import Opcode

from wslab.wire import (
    BadType,
    BadValue,
    close_body,
    dissect,
    explain,
    frame,
    parse_close,
    parse_head,
    request,
    response,
)

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def lines(data: bytes) -> list[str]:
    """The lines of a head."""
    return data.decode("latin-1").split("\r\n")


def test_the_samples_of_the_rfc_are_built() -> None:
    """RFC 6455 section 5.7."""
    assert frame("Hello").hex() == "810548656c6c6f"
    assert frame("Hello", mask=bytes.fromhex("37fa213d")).hex() == "818537fa213d7f9f4d5158"
    assert (frame("Hel", fin=False) + frame("lo", "continuation")).hex() == "010348656c80026c6f"
    assert (frame("Hello", "ping") + frame(b"Hello", 10)).hex() == "890548656c6c6f8a0548656c6c6f"
    assert frame(bytes(256))[:4].hex() == "827e0100"
    assert frame(bytes(65536))[:10].hex() == "827f0000000000010000"


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_an_unmasked_frame_is_the_one_that_websockets_builds(size: int) -> None:
    payload = random.Random(size).randbytes(size)
    assert frame(payload) == TheirFrame(Opcode.BINARY, payload).serialize(mask=False)


def test_a_random_masking_key_differs_from_frame_to_frame() -> None:
    assert len({dissect(frame("x", mask=True))[0].masking_key for _ in range(20)}) > 15


def test_a_length_may_be_a_lie() -> None:
    assert frame("abc", length=5).hex() == "8105616263"
    assert frame("abc", length=300).hex() == "817e012c616263"
    assert frame(b"", length=2**64 - 1).hex() == "827f" + "ff" * 8
    assert frame("abc", length_bits=64).hex() == "817f0000000000000003616263"


def test_every_close_body_is_read_back_even_one_that_must_not_travel() -> None:
    for code, reason in ((1000, "bye"), (0, ""), (1005, "\u00fc"), (65535, "x" * 200)):
        assert parse_close(close_body(code, reason)) == (code, reason)
    assert close_body(1000, b"\xff") == b"\x03\xe8\xff"


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        ((5,), {}, BadType),
        ((None,), {}, BadType),
        (("\ud800",), {}, BadValue),
        (("", 16), {}, BadValue),
        (("", -1), {}, BadValue),
        (("", "pang"), {}, BadValue),
        (("", 1.0), {}, BadType),
        (("", True), {}, BadType),
        (("",), {"mask": b"abc"}, BadValue),
        (("",), {"mask": "abcd"}, BadType),
        (("",), {"mask": 4}, BadType),
        (("",), {"length": -1}, BadValue),
        (("",), {"length": 2**64}, BadValue),
        (("",), {"length": 10**5000}, BadValue),
        (("",), {"length": "5"}, BadType),
        (("",), {"length_bits": 8}, BadValue),
        (("",), {"length_bits": 7.0}, BadType),
        (("x" * 126,), {"length_bits": 7}, BadValue),
        (("",), {"length": 2**16, "length_bits": 16}, BadValue),
    ],
)
def test_what_fits_in_no_frame_is_refused_with_advice(
    arguments: tuple[object, ...], options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"expected .*got .*; "):
        frame(*arguments, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "error"), [(-1, BadValue), (65536, BadValue), ("1000", BadType), (True, BadType)])
def test_a_code_of_more_than_two_bytes_is_refused(code: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"expected .*got .*; write close_body"):
        close_body(code)  # type: ignore[arg-type]


def test_a_request_is_the_least_that_a_client_must_say() -> None:
    assert lines(request("/chat", host="example.org", key=KEY)) == [
        "GET /chat HTTP/1.1", "Host: example.org", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13", "", "",
    ]  # fmt: skip
    assert explain(request()).right
    assert request() != request()


def test_headers_are_replaced_repeated_added_and_left_out() -> None:
    headers = {"upgrade": "h2c", "HOST": None, "Cookie": ["a=1", "b=2"], "Sec-WebSocket-Version": ["8", "13"]}
    head = parse_head(request(headers=headers).split(b"\r\n\r\n")[0])
    assert head.values("upgrade") == ["h2c"]
    assert head.values("host") == []
    assert head.values("cookie") == ["a=1", "b=2"]
    assert head.values("sec-websocket-version") == ["8", "13"]
    assert lines(request("*", method="POST", version="HTTP/1.0"))[0] == "POST * HTTP/1.0"


def test_a_response_carries_the_accept_of_its_request() -> None:
    """RFC 6455 section 1.3."""
    expected = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    asked = request(key=KEY)
    for answer in (response(asked), response(parse_head(asked.split(b"\r\n\r\n")[0])), response(key=KEY)):
        assert lines(answer) == [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            expected,
            "",
            "",
        ]
    assert explain(asked, response(asked)).right
    assert lines(response(headers={"sec-websocket-accept": "wrong"}))[3] == "sec-websocket-accept: wrong"


def test_a_refusal_has_its_own_headers_and_a_body() -> None:
    refusal = response(status=426, headers={"Sec-WebSocket-Version": "13"}, body=b"no")
    assert lines(refusal) == [
        "HTTP/1.1 426 Upgrade Required",
        "Content-Length: 2",
        "Sec-WebSocket-Version: 13",
        "",
        "no",
    ]
    assert lines(response(status=599))[0] == "HTTP/1.1 599 Unknown"
    assert lines(response(status=200, phrase="Fine"))[0] == "HTTP/1.1 200 Fine"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"target": 5}, BadType),
        ({"target": "/a\r\nX: y"}, BadValue),
        ({"target": "/\u20ac"}, BadValue),
        ({"key": b"x"}, BadType),
        ({"host": None}, BadType),
        ({"headers": ["Host"]}, BadType),
        ({"headers": {"Host": 5}}, BadType),
        ({"headers": {"Host": b"x"}}, BadType),
        ({"headers": {"Host": [None]}}, BadType),
        ({"headers": {5: "x"}}, BadType),
        ({"headers": {"X": "a\nb"}}, BadValue),
    ],
)
def test_what_fits_on_no_line_is_refused_with_advice(options: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error, match=r"expected .*got .*; "):
        request(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        ((), {}, BadValue),
        ((request(headers={"Sec-WebSocket-Key": None}),), {}, BadValue),
        (("GET / HTTP/1.1",), {}, BadType),
        ((), {"status": "403"}, BadType),
        ((), {"status": 1000}, BadValue),
        ((), {"status": 403, "body": "no"}, BadType),
        ((), {"key": "\u20ac"}, BadValue),
        ((), {"key": 5}, BadType),
    ],
)
def test_a_response_that_cannot_be_built_is_refused_with_advice(
    arguments: tuple[object, ...], options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"expected .*got .*; "):
        response(*arguments, **options)  # type: ignore[arg-type]
