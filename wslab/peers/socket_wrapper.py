"""The wrapper around a runtime's own WebSocket, a browser's or Node's: one JavaScript text for both (static/socket.js)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PATH = Path(__file__).parent / "static" / "socket.js"


@cache
def socket_wrapper() -> str:
    """The text of the wrapper."""
    return _PATH.read_text(encoding="utf-8")
