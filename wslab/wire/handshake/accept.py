"""How a server proves that it understood: Sec-WebSocket-Accept from Sec-WebSocket-Key (RFC 6455 section 4.2.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.wire.errors import BadType, BadValue, came

if TYPE_CHECKING:
    from collections.abc import Iterator

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""The same for every WebSocket in the world (RFC 6455 section 1.3)."""


@dataclass(frozen=True, slots=True)
class AcceptSteps:
    """From key to accept, step by step. Iterates over ``(step, value)``.

    Attributes:
        key: Sec-WebSocket-Key as it came, without white space around it.
        guid: What is appended to it.
        joined: Both in a row.
        sha1: The SHA-1 digest of that, 20 bytes in hex.
        accept: The digest in base64: Sec-WebSocket-Accept.
        key_bytes: How many bytes the key decodes to, 16 when it is right; None when it is no base64.
    """

    key: str
    guid: str
    joined: str
    sha1: str
    accept: str
    key_bytes: int | None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield "key", self.key
        yield "key + GUID", self.joined
        yield "SHA-1", self.sha1
        yield "base64", self.accept

    def __str__(self) -> str:
        return "\n".join(f"{step:<10}  {value}" for step, value in self)


def accept_steps(key: str) -> AcceptSteps:
    """Compute Sec-WebSocket-Accept (RFC 6455 section 4.2.2, item 5.4).

    Args:
        key: The value of Sec-WebSocket-Key. One that is wrong has steps too.

    Returns:
        Each step.

    Raises:
        BadType: `key` is no text.
        BadValue: `key` cannot stand in a header.
    """
    if not isinstance(key, str):
        raise BadType(f"expected the key as text, got {came(key)}; write accept_steps('dGhlIHNhbXBsZSBub25jZQ==')")
    key = key.strip(" \t")
    joined = key + GUID
    try:
        digest = hashlib.sha1(joined.encode("latin-1"), usedforsecurity=False).digest()
    except UnicodeEncodeError:
        raise BadValue(
            "expected a key of base64 characters, got one that no header can carry; "
            "write accept_steps('dGhlIHNhbXBsZSBub25jZQ==')"
        ) from None
    return AcceptSteps(key, GUID, joined, digest.hex(), base64.b64encode(digest).decode(), key_size(key))


def key_size(key: str) -> int | None:
    """How many bytes a key decodes to.

    Args:
        key: The value of Sec-WebSocket-Key.

    Returns:
        16 when it is right (RFC 6455 section 4.2.1, item 5); None when it is no base64.
    """
    try:
        return len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        return None
