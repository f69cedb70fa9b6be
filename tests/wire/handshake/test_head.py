"""Handshake heads: read from anything, credentials never shown (RFC 9112 section 2 to 5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire import Head, parse_head

SECRET = "s3cr3t-7af1"
NAMES = ["Cookie", "Cookie2", "Set-Cookie", "Set-Cookie2", "Authorization", "Proxy-Authorization"]


def head_of(*lines: str) -> Head:
    return parse_head("\r\n".join(lines).encode("latin-1"))


def shown(head: Head) -> str:
    """All that a reader of the head is shown."""
    return "\n".join([*head.lines, head.summary, head.name, repr(head)])


def test_a_request_is_read_into_its_lines() -> None:
    head = head_of("GET /chat?room=1 HTTP/1.1", "Host: example.org", "X-Empty:", "Two: a: b")
    assert head.name == "GET /chat?room=1"
    assert (head.status, head.is_http) == (None, True)
    assert head.headers == (("Host", "example.org"), ("X-Empty", ""), ("Two", "a: b"))
    assert head.lines == ("GET /chat?room=1 HTTP/1.1", "Host: example.org", "X-Empty: ", "Two: a: b")


def test_a_response_is_called_by_its_status_and_phrase() -> None:
    head = head_of("HTTP/1.1 403 Forbidden", "Content-Length: 0")
    assert (head.name, head.status, head.is_http) == ("403 Forbidden", 403, True)


@pytest.mark.parametrize(
    "line",
    ["", "hello", "GET /", "GET / FTP/1.1 x", "HTTP/1.1", "HTTP/1.1 20 x", "HTTP/1.1 \xb2\xb2\xb2 x", "\x16\x03\x01"],
)
def test_what_is_no_http_says_so(line: str) -> None:
    head = head_of(line)
    assert (head.is_http, head.name, head.status) == (False, "not HTTP", None)


def test_values_are_found_whatever_the_case_of_their_name() -> None:
    assert head_of("GET / HTTP/1.1", "UPGRADE: a", "x: y", "Upgrade:b ").values("upgrade") == ["a", "b"]


def test_the_summary_names_what_decides_the_handshake_and_no_parameters() -> None:
    head = head_of(
        "GET / HTTP/1.1", "Host: h", "Upgrade: websocket", "Origin: http://x", "Sec-WebSocket-Key: abc",
        "Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-other",
    )  # fmt: skip
    assert head.summary == (
        "Upgrade: websocket, Origin: http://x, Sec-WebSocket-Protocol: chat, permessage-deflate, x-other"
    )


@given(
    name=st.sampled_from(NAMES),
    upper=st.lists(st.booleans(), min_size=19, max_size=19),
    gap=st.sampled_from(["", " ", "\t"]),
)
def test_credentials_are_redacted_in_every_letter_case(name: str, upper: list[bool], gap: str) -> None:
    spelled = "".join(c.upper() if up else c.lower() for c, up in zip(name, upper, strict=False))
    head = head_of("GET / HTTP/1.1", f"{spelled}{gap}: sid={SECRET}", "Host: h")
    assert SECRET not in shown(head)
    assert head.lines[1].endswith(": (redacted)")
    assert head.lines[2] == "Host: h"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fold", [" ", "\t", "  "])
def test_a_credential_that_goes_on_in_a_folded_line_is_redacted_with_it(name: str, fold: str) -> None:
    """RFC 9112 section 5.2: a line that begins with white space belongs to the one before it."""
    head = head_of("GET / HTTP/1.1", f"{name}: a=b;", f"{fold}x: {SECRET}", f"{fold}{SECRET}", "Host: h")
    assert SECRET not in shown(head)
    assert head.lines[-1] == "Host: h"


@pytest.mark.parametrize("name", NAMES)
def test_a_credential_behind_a_bare_line_feed_is_redacted(name: str) -> None:
    """RFC 9112 section 2.2: a recipient may take a single LF as the end of a line, so a reader of the log must be safe."""
    head = parse_head(f"GET / HTTP/1.1\r\nHost: h\n{name}: {SECRET}\r\nUpgrade: websocket\n{name}: {SECRET}".encode())
    assert SECRET not in shown(head)


def test_other_headers_are_not_redacted() -> None:
    assert head_of("GET / HTTP/1.1", "X-Cookie: v").lines[1] == "X-Cookie: v"


def test_control_characters_of_a_head_are_made_visible() -> None:
    head = head_of("GET /\x1b[31m HTTP/1.1", "X\x00: \x07\x1b")
    assert head.lines == ("GET /⟨ESC⟩[31m HTTP/1.1", "X⟨NUL⟩: ⟨BEL⟩⟨ESC⟩")
    assert head.name == "GET /⟨ESC⟩[31m"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    head = parse_head(data)
    assert "\n" not in head.name + head.summary + "".join(head.lines) + repr(head)
    assert isinstance(head.is_http, bool)
