"""The browser's WebSocket, in Python."""

from __future__ import annotations
