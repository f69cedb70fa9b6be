"""The opening handshake as lines of text (RFC 6455 section 4, RFC 9112 section 2).

Only reading, for the log. Credentials are redacted here, once, so that no view can forget to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wslab.wire.text import one_line

END_OF_HEAD = b"\r\n\r\n"
"""The end of the last line, and an empty line."""

HEAD_LIMIT = 64 * 1024
"""A head longer than this is not read on."""

REDACTED = frozenset({"authorization", "proxy-authorization", "cookie", "cookie2", "set-cookie", "set-cookie2"})

_LINE = 4096
_VISIBLE = re.compile(rb"[^ \t\r\n]")
_END_OF_LINE = re.compile(r"\r?\n")  # a single LF may end a line too (RFC 9112 section 2.2)


def filled(data: bytes) -> bytes:
    """As many bytes, each an ``x``. Blanks and line ends stay: they decide where a line ends and which is folded.

    Args:
        data: A credential.
    """
    return _VISIBLE.sub(b"x", data)


@dataclass(frozen=True, slots=True)
class Head:
    """A request or response head.

    Attributes:
        start_line: ``GET /chat HTTP/1.1`` or ``HTTP/1.1 101 Switching Protocols``.
        headers: Name and value of each header line in order, credentials as they came. Show `lines` instead.
    """

    start_line: str
    headers: tuple[tuple[str, str], ...]

    @property
    def status(self) -> int | None:
        """The status code of a response; None for a request."""
        parts = self.start_line.split(" ", 2)
        if parts[0].startswith("HTTP/") and len(parts) > 1 and re.fullmatch("[0-9]{3}", parts[1]):
            return int(parts[1])
        return None

    @property
    def is_http(self) -> bool:
        """Whether the start line is one of HTTP/1.x."""
        parts = self.start_line.split(" ")
        return self.status is not None or (len(parts) == 3 and parts[2].startswith("HTTP/"))

    @property
    def name(self) -> str:
        """What the row of this handshake is called: ``GET /chat``, ``101 Switching Protocols``."""
        if not self.is_http:
            return "not HTTP"
        if self.status is not None:
            return one_line(self.start_line.split(" ", 1)[1])
        return one_line(self.start_line.rsplit(" ", 1)[0])

    def values(self, name: str) -> list[str]:
        """All values of the headers with this name, in order; names are matched without case."""
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def lines(self) -> tuple[str, ...]:
        """Start line and header lines, fit to be shown: credentials redacted, control characters visible."""
        shown = [one_line(self.start_line, _LINE)]
        for name, value in self.headers:
            shown.append(f"{one_line(name)}: {'(redacted)' if name.lower() in REDACTED else one_line(value, _LINE)}")
        return tuple(shown)

    @property
    def hidden(self) -> Head:
        """The same head, each byte of a credential an ``x``."""
        headers = [
            (name, filled(value.encode("latin-1", "replace")).decode() if name.lower() in REDACTED else value)
            for name, value in self.headers
        ]
        return Head(self.start_line, tuple(headers))

    @property
    def summary(self) -> str:
        """The headers that decide a WebSocket handshake, in a line; extensions without their parameters."""
        parts = []
        for name, value in self.headers:
            if name.lower() in ("upgrade", "origin", "sec-websocket-protocol"):
                parts.append(f"{name}: {value}")
            elif name.lower() == "sec-websocket-extensions":
                parts += [offer.split(";")[0].strip() for offer in value.split(",")]
        return one_line(", ".join(parts))

    def __repr__(self) -> str:
        return f"<Head {self.name}>"  # the generated one would show credentials


def parse_head(data: bytes) -> Head:
    """Read a head up to its empty line. Never raises: what is no HTTP becomes a head that says so.

    Args:
        data: The bytes of the head.

    Returns:
        The head.
    """
    start, *rest = _END_OF_LINE.split(data.decode("latin-1"))
    headers: list[tuple[str, str]] = []
    for line in rest:
        if line[:1] in (" ", "\t") and headers:  # folded: it goes on with the line before (RFC 9112 section 5.2)
            name, value = headers[-1]
            headers[-1] = (name, value + " " + line.strip(" \t"))
            continue
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip(" \t"), value.strip(" \t")))
        elif line:
            headers.append((line, ""))
    return Head(start, tuple(headers))
