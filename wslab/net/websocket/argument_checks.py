"""What code asks of a WebSocket, held against the rules a browser has for a page."""

from __future__ import annotations

from typing import Any, NamedTuple

from wslab.net.dom import EVENT_TYPES, Blob, DOMException, usv_string
from wslab.net.errors import BadType, BadValue
from wslab.wire import REASON_LIMIT, may_be_sent, one_line


class Outgoing(NamedTuple):
    """A message that `send` was given: its payload, whether it is text, and how a row shows it."""

    payload: bytes
    text: bool
    shown: str


def outgoing(data: object) -> Outgoing:
    """Take what a page may send (WHATWG WebSockets section 3.1, `send`).

    Args:
        data: `str`, `bytes`, `bytearray`, `memoryview` (just its slice) or `Blob`.

    Raises:
        BadType: It is something else.
    """
    if isinstance(data, str):
        return Outgoing(usv_string(data).encode(), text=True, shown=one_line(data))
    if isinstance(data, Blob):
        data = data.content
    if isinstance(data, (bytes, bytearray, memoryview)):
        payload = bytes(data)
        return Outgoing(payload, text=False, shown=hexed(payload))
    raise BadType(
        f"send() takes text, bytes or a Blob, not {type(data).__name__} {data!r:.60}; "
        "for other values write socket.send(json.dumps(value))"
    )


def hexed(data: bytes) -> str:
    """How a row shows bytes: the first of them in hex."""
    return data[:60].hex(" ")


def check_protocols(protocols: object) -> tuple[str, ...]:
    """See that subprotocols can be offered (WHATWG WebSockets section 3.1, RFC 6455 section 4.1).

    Args:
        protocols: One as text, or several.

    Raises:
        BadType: It is neither.
        DOMException: ``SyntaxError``: one is no token, or stands there twice.
    """
    names = (protocols,) if isinstance(protocols, str) else protocols
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise BadType(f'protocols is text or a list of texts such as ["chat"], not {protocols!r:.60}')
    for name in names:
        if not name or not all(0x21 <= ord(c) <= 0x7E and c not in '()<>@,;:\\"/[]?={}' for c in name):
            raise DOMException(
                f"{name!r} cannot name a subprotocol: letters, digits and - . _ only, no spaces", "SyntaxError"
            )
    if len(set(names)) != len(names):
        raise DOMException(f"each subprotocol may be offered once: {', '.join(names)}", "SyntaxError")
    return tuple(names)


def check_close(code: Any, reason: Any) -> str:
    """See that a page may close with this code and reason (WHATWG WebSockets section 3.1, `close`).

    Returns:
        The reason as it will travel.

    Raises:
        BadType: The reason is no text.
        DOMException: ``InvalidAccessError`` for another code, ``SyntaxError`` for a longer reason.
    """
    if reason is not None and not isinstance(reason, str):
        raise BadType(f'a reason is text, not {type(reason).__name__} {reason!r:.60}; write socket.close(1000, "bye")')
    if code is not None and not (isinstance(code, int) and may_be_sent(code, by_page=True)):
        raise DOMException(f"a page may close with 1000 or 3000 to 4999, not {code!r}", "InvalidAccessError")
    text = usv_string(reason or "")
    if len(text.encode()) > REASON_LIMIT:
        raise DOMException(f"a reason holds {REASON_LIMIT} bytes of UTF-8, not {len(text.encode())}", "SyntaxError")
    return text


def check_event_type(name: str) -> None:
    """See that a WebSocket has events of a type.

    Raises:
        BadValue: It has none.
    """
    if name not in EVENT_TYPES:
        raise BadValue(
            f'a WebSocket has the events {", ".join(EVENT_TYPES)}, not {name!r}; write await socket.next("message")'
        )
