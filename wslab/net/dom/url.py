"""The URL of a WebSocket, parsed as browsers parse it (WHATWG WebSockets section 3.1, WHATWG URL through ada-url)."""

from __future__ import annotations

from typing import NamedTuple

import ada_url

from wslab.net.dom.web_idl import DOMException, usv_string

_SCHEMES = {"http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:"}


class SocketURL(NamedTuple):
    """A parsed ws: or wss: URL. `host` has no brackets; `resource` is path and query."""

    href: str
    secure: bool
    host: str
    port: int
    resource: str

    @property
    def shown(self) -> str:
        """The URL for the log: without a name and password."""
        return f"{self.origin}{self.resource}"

    @property
    def origin(self) -> str:
        """Scheme, host and port as a MessageEvent names its origin."""
        scheme, rest = self.href.split("://", 1)
        return f"{scheme}://{rest.split('/', 1)[0].rpartition('@')[2]}"


def parse_url(url: object, base: str | None = None) -> SocketURL:
    """Parse the first argument of ``new WebSocket(url)``.

    Args:
        url: The URL; anything else is turned into text first.
        base: The URL it is relative to: a page's own.

    Raises:
        DOMException: `SyntaxError`, saying what is wrong with it.
    """
    text = usv_string(str(url))
    hint = 'write it like "ws://127.0.0.1:8080" (or server.url)'
    try:
        parsed = ada_url.URL(text, usv_string(base)) if base is not None else ada_url.URL(text)
    except ValueError:
        raise DOMException(f"the URL {text!r} cannot be parsed; {hint}", "SyntaxError") from None
    if parsed.protocol not in _SCHEMES:
        raise DOMException(
            f"the URL {text!r} begins with {parsed.protocol!r}, not with ws: or wss:; {hint}", "SyntaxError"
        )
    if "#" in parsed.href:
        raise DOMException(
            f"the URL {text!r} has a fragment (#), which a server never sees; leave it out", "SyntaxError"
        )
    parsed.protocol = _SCHEMES[parsed.protocol]
    secure = parsed.protocol == "wss:"
    return SocketURL(
        href=parsed.href,
        secure=secure,
        host=parsed.hostname.strip("[]"),
        port=int(parsed.port or (443 if secure else 80)),
        resource=parsed.pathname + parsed.search,
    )
