"""Which character each byte of a payload became: bytes of UTF-8 to characters, across the borders of frames."""

from __future__ import annotations

import unicodedata
from typing import TypeAlias

from wslab.wire import close_code_name, visible

Piece: TypeAlias = tuple[int, int, str, str]
"""Start and stop among the payload bytes, what to show for them, and what that is in words.

The start is negative, or the stop behind the last byte, where a character is cut by the border of a frame."""

_MOST_BYTES = 4


def text_pieces(before: bytes, data: bytes, after: bytes, *, whole: bool = True) -> list[Piece]:
    """Tell the characters of a text payload (RFC 3629).

    Args:
        before: The last bytes of the message before these, three at most.
        data: The bytes.
        after: The bytes behind them, three at most.
        whole: Whether nothing more can come behind those.

    Returns:
        A piece for each character, and for each byte that is no UTF-8.
    """
    joined, at, stop = before + data + after, len(before), len(before) + len(data)
    place = _begin(joined, at)
    out = []
    while place < stop:
        size = _size(joined[place])
        raw = joined[place : place + size]
        try:
            char = raw.decode() if size else ""
        except UnicodeDecodeError:
            char = ""
        if char:
            piece = (place - at, place - at + size, picture(char), _words(char))
        elif size > len(raw) and not whole and all(byte & 0xC0 == 0x80 for byte in raw[1:]):
            size = len(raw)
            piece = (place - at, place - at + size, "\u2026", "the beginning of a character whose rest has not come")
        else:
            size = 1
            piece = (place - at, place - at + 1, "\ufffd", "no UTF-8")
        if place + size > at:
            out.append(piece)
        place += size
    return out


def close_pieces(payload: bytes, *, whole: bool = True) -> list[Piece]:
    """Tell the parts of a Close body: the code, then the characters of the reason (RFC 6455 section 5.5.1)."""
    if len(payload) < 2:
        return []
    code = int.from_bytes(payload[:2], "big")
    rest = text_pieces(b"", payload[2:], b"", whole=whole)
    words = f"the close code {code}, {close_code_name(code)}"
    return [(0, 2, str(code), words), *((a + 2, b + 2, shown, said) for a, b, shown, said in rest)]


def ascii_pieces(payload: bytes) -> list[Piece]:
    """Tell the bytes that would be printable ASCII, for payloads that are no text."""
    return [
        (place, place + 1, picture(chr(byte)), "as ASCII") for place, byte in enumerate(payload) if 0x20 <= byte < 0x7F
    ]


def picture(char: str) -> str:
    """A character as it can be shown alone: spaces, control characters and marks made visible."""
    if char == " ":
        return "\u2423"
    return f"\u25cc{char}" if unicodedata.combining(char) else visible(char)


def _words(char: str) -> str:
    name = unicodedata.name(char, "").lower()
    return f"U+{ord(char):04X}{', ' + name if name else ''}"


def _begin(joined: bytes, at: int) -> int:
    """Where the character begins that covers a place."""
    for place in range(at, max(-1, at - _MOST_BYTES), -1):
        if place < len(joined) and joined[place] & 0xC0 != 0x80:
            return place if place + max(1, _size(joined[place])) > at else at
    return at


def _size(lead: int) -> int:
    """How many bytes the character has that begins with this one; 0 where none does."""
    if lead < 0x80:
        return 1
    return 2 if 0xC2 <= lead <= 0xDF else 3 if 0xE0 <= lead <= 0xEF else 4 if 0xF0 <= lead <= 0xF4 else 0
