"""One-time markers in URLs: how a socket of a page, or of Node, is found again at the server's end of its connection.

    ws://localhost:8080/chat?room=1&wslab-marker=KEY.7        KEY: one run of a cell's code; 7: its seventh socket

A page cannot know the port of its own socket, so our wrapper of `WebSocket` adds a marker to the URL as its last parameter.
The server's end takes it out of the request line before anybody else sees it: handler, log, Node, the recorded bytes.
Each marker is good once. What only looks like a marker is somebody else's business, and stays where it is.
"""

from __future__ import annotations

import re
import secrets
import threading

_MARKER = re.compile(rb"([?&])wslab-marker=([A-Za-z0-9_-]{22})\.([0-9]{1,9})(?:(?=[ #\r\n])|(&)|\Z)")


class Markers:
    """The markers of one lab. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: dict[str, set[int] | None] = {}  # by key; None once it is revoked
        self._origins: dict[str, str] = {}

    def issue(self) -> str:
        """Make the key of a run. Its markers are ``KEY.1``, ``KEY.2`` and so on."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._used[key] = set()
        return key

    def revoke(self, key: str) -> None:
        """End a run: its markers are still taken out of URLs, but pair nothing and allow nothing."""
        with self._lock:
            if key in self._used:
                self._used[key] = None
                self._origins.pop(key, None)

    def allow(self, key: str, origin: str) -> None:
        """Keep the Origin that the page of a run reported.

        Args:
            key: The key of the run.
            origin: The Origin. ``null`` is that of every sandboxed page, so it tells nothing and is not kept.
        """
        with self._lock:
            if self._used.get(key) is not None and origin != "null":
                self._origins[key] = origin

    def origin(self, marker: str) -> str | None:
        """The Origin that the page reported whose run this marker belongs to; None where there is none."""
        with self._lock:
            return self._origins.get(marker.rpartition(".")[0])

    def take(self, line: bytes) -> tuple[bytes, str]:
        """Take our markers out of a request line.

        Args:
            line: The first line of a request (RFC 9112 section 3).

        Returns:
            The line without them, and the marker; empty where there is none of ours, or it was used before.
        """
        found = ""

        def without(match: re.Match[bytes]) -> bytes:
            nonlocal found
            before, key, number, behind = match.group(1), match.group(2).decode(), int(match.group(3)), match.group(4)
            if key not in self._used:
                return match.group()
            used = self._used[key]
            if used is not None and number not in used:
                used.add(number)
                found = f"{key}.{number}"
            return before if behind else b""

        with self._lock:
            while (shorter := _MARKER.sub(without, line)) != line:  # one may have stood behind another
                line = shorter
        return line, found
