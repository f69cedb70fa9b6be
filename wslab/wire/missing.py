"""How much is missing at least, when the data end in the middle of something."""

from __future__ import annotations

_STARTS = (b"GET ", b"HTTP/1.")
_END_OF_HEAD = b"\r\n\r\n"


def may_begin_a_head(start: bytes) -> bool:
    """Whether a head begins here, or may once more bytes have come.

    Args:
        start: The first bytes, seven are enough.
    """
    return any(start.startswith(word) or word.startswith(start) for word in _STARTS)


def begins_a_head(start: bytes) -> bool:
    """Whether a head begins here.

    Args:
        start: The first bytes, seven are enough.
    """
    return start.startswith(_STARTS)


def to_end_of_head(rest: bytes) -> int:
    """How many bytes a head still needs, at least.

    Args:
        rest: The head so far, without the empty line that ends it.
    """
    return next(4 - size for size in (3, 2, 1, 0) if rest.endswith(_END_OF_HEAD[:size]))


def to_whole_frame(rest: bytes) -> int:
    """How many bytes a frame still needs, at least, whose header is not whole.

    Args:
        rest: The frame so far.
    """
    if len(rest) < 2:
        return 2 - len(rest)
    length = rest[1] & 0x7F
    extra = {126: 2, 127: 8}.get(length, 0)
    header = 2 + extra + (4 if rest[1] & 0x80 else 0)
    if extra:  # the bytes of the length that have come say how long it is at least
        length = int.from_bytes(rest[2 : 2 + extra].ljust(extra, b"\0"), "big")
    return header + length - len(rest)
