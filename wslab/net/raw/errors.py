"""What a raw socket says when the bytes that were wanted do not come."""

from __future__ import annotations

from wslab.net.errors import LabError
from wslab.wire import one_line

_SHOWN = 16  # bytes


class RawEnded(LabError, ConnectionError):
    """A raw socket's connection ended, or never came to be, while something was wanted of it.

    Attributes:
        ending: How TCP ended: ``FIN``, ``RST``, ``closed here`` or other words; empty where it never came to be.
    """

    def __init__(self, message: str, ending: str = "") -> None:
        self.ending = ending
        super().__init__(message)


def shown(data: bytes | bytearray) -> str:
    """Say how many bytes there are, and the first of them: in hex, and as text where they are."""
    if not data:
        return "nothing has come"
    first = bytes(data[:_SHOWN])
    text = f", {one_line(first.decode())!r}" if first.isascii() and first.decode().strip().isprintable() else ""
    more = " ..." if len(data) > _SHOWN else ""
    verb = "byte has" if len(data) == 1 else "bytes have"
    return f"{len(data)} {verb} come ({first.hex(' ')}{more}{text})"


def at_end(wanted: str, data: bytes | bytearray, ending: str) -> RawEnded:
    """The error for bytes that will not come any more.

    Args:
        wanted: What was expected.
        data: What came and nobody has taken.
        ending: How TCP ended.
    """
    rest = "; write await raw.receive() to take it" if data else ""
    how = {"FIN": "the peer ended TCP (FIN)", "RST": "the peer reset TCP (RST)"}.get(ending, f"TCP ended: {ending}")
    return RawEnded(f"expected {wanted}, {shown(data)} and {how}{rest}", ending)
