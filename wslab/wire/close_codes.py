"""Close codes and their registered names (RFC 6455 section 7.4.1 and the IANA registry of close codes).

Three of them never travel: 1005, 1006 and 1015 are words an endpoint says to its own application.
"""

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
