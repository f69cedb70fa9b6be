"""The exercises of lesson 02 take every right answer, not only the one in the solutions."""

from __future__ import annotations

import pytest

from tests.lessons.answers import result_of
from wslab.lessons import find

RIGHT = [
    pytest.param(
        "02.1",
        r"""
def upgrade(host, path, key):
    return (
        f"GET {path} HTTP/1.1\r\n"
        "connection: keep-alive, upgrade\r\n"
        "upgrade: WebSocket\r\n"
        "sec-websocket-version: 13\r\n"
        f"sec-websocket-key: {key}\r\n"
        f"host: {host}\r\n"
        "Origin: http://localhost:8888\r\n"
        "\r\n"
    ).encode("ascii")
""",
        id="02.1 another order, another spelling, a page of this machine",
    ),
    pytest.param(
        "02.1",
        """
def upgrade(host, path, key):
    from wslab import request

    return request(path, host=host, key=key)
""",
        id="02.1 wslab.request",
    ),
    pytest.param(
        "02.2",
        """
def accept(key):
    sha1 = hashlib.sha1()
    sha1.update(key.encode("ascii"))
    sha1.update(GUID.encode("ascii"))
    return str(base64.standard_b64encode(sha1.digest()), "ascii")
""",
        id="02.2 in pieces",
    ),
    pytest.param(
        "02.2",
        """
def accept(key):
    from websockets.utils import accept_key

    return accept_key(key)
""",
        id="02.2 websockets' own",
    ),
    pytest.param(
        "02.3",
        """
def accepted(key, head):
    from wslab import explain

    return explain(f"GET / HTTP/1.1\\r\\nSec-WebSocket-Key: {key}\\r\\n\\r\\n".encode(), head.encode()).response.right and " 101 " in head
""",
        id="02.3 explain",
    ),
    pytest.param(
        "02.3",
        """
def accepted(key, head):
    import email

    status, rest = head.split("\\r\\n", 1)
    headers = email.message_from_string(rest)
    if int(status.split()[1]) != 101:
        return False
    words = [word.strip().lower() for word in headers.get("Connection", "").split(",")]
    if "upgrade" not in words or headers.get("Upgrade", "").lower() != "websocket":
        return False
    return headers["Sec-WebSocket-Accept"] == accept_steps(key).accept
""",
        id="02.3 the headers of an e-mail",
    ),
    pytest.param(
        "02.4",
        """
def rfc_says(headers):
    import base64

    try:
        size = len(base64.b64decode(headers["sec-websocket-key"], validate=True))
        words = [word.strip().lower() for word in headers["connection"].split(",")]
        right = size == 16 and "upgrade" in words and headers["upgrade"].lower() == "websocket" and headers["host"]
    except (KeyError, ValueError):
        return 400, None
    if not right:
        return 400, None
    return (101, None) if headers.get("sec-websocket-version") == "13" else (426, "13")
""",
        id="02.4 the version last",
    ),
    pytest.param(
        "02.4",
        """
def rfc_says(headers):
    from wslab import explain, request

    asked = request(headers={name: None for name in ("Host", "Upgrade", "Connection", "Sec-WebSocket-Key")} | headers)
    status = explain(asked).verdict.status
    return status, "13" if status == 426 else None
""",
        id="02.4 explain",
    ),
    pytest.param(
        "02.4",
        """
def rfc_says(headers):
    if headers.get("upgrade", "").lower() != "websocket" or "upgrade" not in headers.get("connection", "").lower():
        return 426, None
    if headers.get("sec-websocket-version") != "13":
        return 426, "13"
    if "host" not in headers or accept_steps(headers.get("sec-websocket-key", "")).key_bytes != 16:
        return 400, None
    return 101, None
""",
        id="02.4 426 for a missing Upgrade, as HTTP has it",
    ),
    pytest.param(
        "02.5",
        """
def choose(connection, subprotocols):
    known = {"chat.v1", "chat.v2"} & set(subprotocols)
    return max(known, default=None)
""",
        id="02.5 a set",
    ),
]


@pytest.mark.parametrize(("number", "code"), RIGHT)
def test_another_right_answer_passes(number: str, code: str) -> None:
    result = result_of(find(number), code)

    assert result.passed, result
