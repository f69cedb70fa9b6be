"""The browser's interfaces around a WebSocket: events, Blob, URL, DOMException."""

from __future__ import annotations
