"""Reading UTF-8 that comes in pieces (RFC 3629): a character may be cut by the border of two pieces."""

from __future__ import annotations

from codecs import utf_8_decode

_BITE = 64 * 1024  # read at once: as characters it takes up to four times as much


def read_utf8(tail: bytes, piece: bytes, *, final: bool = False) -> tuple[bytes, str]:
    """Read on.

    Args:
        tail: What the pieces before left over: the beginning of a character, or nothing.
        piece: The next piece.
        final: Whether nothing comes behind it.

    Returns:
        The beginning of a character whose rest is still to come, and what is wrong: empty where nothing is.
    """
    if len(piece) > _BITE:
        for at in range(0, len(piece), _BITE):
            tail, wrong = read_utf8(tail, piece[at : at + _BITE], final=final and at + _BITE >= len(piece))
            if wrong:
                return b"", wrong
        return tail, ""
    data = tail + piece
    try:
        return data[utf_8_decode(data, "strict", final)[1] :], ""
    except UnicodeDecodeError as error:
        at_end = error.reason == "unexpected end of data"
        return b"", f"{error.reason} {'at its end' if at_end else f'near {data[error.start]:#04x}'}"
