"""Close codes: their registered names, and who may send which (RFC 6455 section 7.4.1 and the IANA registry of close codes)."""

from __future__ import annotations

CLOSE_CODES: dict[int, str] = {
    1000: "normal closure",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1005: "no status received",
    1006: "abnormal closure",
    1007: "invalid payload data",
    1008: "policy violation",
    1009: "message too big",
    1010: "mandatory extension",
    1011: "internal error",
    1012: "service restart",
    1013: "try again later",
    1014: "bad gateway",
    1015: "TLS handshake failure",
}
NEVER_SENT = frozenset({1005, 1006, 1015})
"""Codes that never travel: words that an endpoint says to its own application."""

REASON_LIMIT = 123
"""The most bytes of a reason: a control frame holds 125, two of them the code (RFC 6455 section 5.5)."""


def may_be_sent(code: int, *, by_page: bool = False) -> bool:
    """True if a Close frame may carry a code.

    Args:
        code: The code.
        by_page: Whether a page sends it, which may give fewer (WHATWG WebSockets section 3.1, `close`).
    """
    if 3000 <= code <= 4999:  # a library's, a framework's or an application's own
        return True
    return code == 1000 if by_page else code in CLOSE_CODES and code not in NEVER_SENT


def close_code_name(code: int) -> str:
    """Say what a close code means.

    Args:
        code: The code, 0 to 65535.

    Returns:
        Its registered name, or the range it belongs to (RFC 6455 section 7.4.2).
    """
    if code in CLOSE_CODES:
        return CLOSE_CODES[code]
    if code < 1000:
        return "not used"
    if code < 3000:
        return "reserved"
    if code < 4000:
        return "registered for libraries and frameworks"
    if code < 5000:
        return "private use"
    return "out of range"
