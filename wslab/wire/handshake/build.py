"""Building handshakes by hand: with any header replaced, repeated or left out (RFC 6455 section 4)."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TypeAlias

from wslab.wire.errors import BadType, BadValue, came, octets
from wslab.wire.handshake.accept import accept_steps
from wslab.wire.handshake.head import END_OF_HEAD, Head, parse_head

Headers: TypeAlias = Mapping[str, str | Sequence[str] | None]


def request(
    target: str = "/",
    headers: Headers | None = None,
    *,
    host: str = "127.0.0.1",
    key: str | None = None,
    method: str = "GET",
    version: str = "HTTP/1.1",
) -> bytes:
    """Build a client's opening handshake.

    Args:
        target: Path and query.
        headers: Headers to replace, to add, to repeat (a list of values) or to leave out (None). Names are matched
            without case.
        host: What Host says.
        key: Sec-WebSocket-Key; a random one when left out.
        method: Anything but GET is wrong.
        version: Anything below HTTP/1.1 is wrong.

    Returns:
        The bytes to send.

    Raises:
        BadType: An argument has the wrong type.
        BadValue: Something cannot stand on a line of a head.
    """
    key = base64.b64encode(os.urandom(16)).decode() if key is None else key
    usual = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
    }
    return _head(" ".join(_line(part, "the request line") for part in (method, target, version)), usual, headers)


def response(
    request: bytes | Head | None = None,
    headers: Headers | None = None,
    *,
    key: str | None = None,
    status: int = 101,
    phrase: str | None = None,
    version: str = "HTTP/1.1",
    body: bytes = b"",
) -> bytes:
    """Build a server's answer.

    Args:
        request: The request that it answers; its key gives Sec-WebSocket-Accept.
        headers: Headers to replace, to add, to repeat (a list of values) or to leave out (None).
        key: Sec-WebSocket-Key, when there is no request at hand.
        status: 101 accepts; with any other only your own headers and Content-Length are sent.
        phrase: The words behind the status; the usual ones when left out.
        version: The HTTP version.
        body: What follows the head, when `status` is not 101.

    Returns:
        The bytes to send.

    Raises:
        BadType: An argument has the wrong type.
        BadValue: No key is known for Sec-WebSocket-Accept, or something cannot stand on a line of a head.
    """
    if isinstance(status, bool) or not isinstance(status, int):
        raise BadType(f"expected status as a number, got {came(status)}; write status=403")
    if not 0 <= status <= 999:
        raise BadValue(f"expected a status of three digits, got {came(status)}; write status=403")
    body = octets(body, "write body=b'no'")
    usual: dict[str, str] = {}
    if status == 101:
        usual = {"Upgrade": "websocket", "Connection": "Upgrade"}
        if key is None and request is not None:
            head = request if isinstance(request, Head) else parse_head(octets(request, _ADVICE).split(END_OF_HEAD)[0])
            key = next(iter(head.values("sec-websocket-key")), None)
        if key is not None:
            usual["Sec-WebSocket-Accept"] = accept_steps(key).accept
        elif "sec-websocket-accept" not in {str(name).lower() for name in headers or ()}:
            raise BadValue(
                "expected a request with Sec-WebSocket-Key, or key=, got neither; "
                "write response(request), or headers={'Sec-WebSocket-Accept': ...} for a wrong one"
            )
    else:
        usual = {"Content-Length": str(len(body))}
    words = _phrase(status) if phrase is None else phrase
    start = f"{_line(version, 'the status line')} {status:03d} {_line(words, 'the status line')}"
    return _head(start, usual, headers) + (body if status != 101 else b"")


_ADVICE = "pass the bytes of the request, or leave it out and write key=..."


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _head(start: str, usual: dict[str, str], headers: Headers | None) -> bytes:
    lines: dict[str, list[str]] = {name: [_line(value, name)] for name, value in usual.items()}
    spelled = {name.lower(): name for name in usual}
    if headers is not None and not isinstance(headers, Mapping):
        raise BadType(
            f"expected headers as a dict, got {came(headers)}; write headers={{'Origin': 'http://a.example'}}"
        )
    for name, value in (headers or {}).items():
        known = _line(name, "a header name")
        place = spelled.setdefault(known.lower(), known)
        lines[place] = [_line(each, known) for each in _values(value, known)]
    text = [start, *(f"{name}: {value}" for name, values in lines.items() for value in values)]
    return "\r\n".join(text).encode("latin-1") + END_OF_HEAD


def _values(value: object, name: str) -> list[object]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, (list, tuple)):
        raise BadType(f"expected the value of {name} as text, a list or None, got {came(value)}; write '...' around it")
    return list(value)


def _line(text: object, where: str) -> str:
    if not isinstance(text, str):
        raise BadType(f"expected text for {where}, got {came(text)}; write '...' around it")
    if "\r" in text or "\n" in text:
        raise BadValue(
            f"expected one line for {where}, got a line break; put such bytes together by hand: b'...' + b'...'"
        )
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        raise BadValue(
            f"expected characters that HTTP can carry for {where}, got others; percent-encode them: urllib.parse.quote(...)"
        ) from None
    return text
