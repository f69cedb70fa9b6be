"""Who may connect: the Origin header, compared exactly after parsing (RFC 6455 section 10.2, RFC 6454).

A browser says in Origin which page opens the connection, and a page cannot forge it. Programs say nothing. So a server that
listens on loopback only still answers every page the learner has open, unless it looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from wslab.net.errors import BadType

LOOPBACK = "loopback pages, and programs that send no Origin"
"""The default rule."""

Origins = str | Sequence[str | re.Pattern[str] | None] | None

_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def check_origins(rule: Any) -> None:
    """See that something says who may connect.

    Raises:
        BadType: It does not; the message shows how to write it.
    """
    if rule is None or rule is LOOPBACK:
        return
    if not isinstance(rule, (list, tuple, set, frozenset)) or not all(
        entry is None or isinstance(entry, (str, re.Pattern)) for entry in rule
    ):
        raise BadType(
            f'origins is a list of exact Origins such as origins=["http://localhost:8888"], not {rule!r:.60}; '
            "write origins=None for everybody, or leave it out for loopback pages"
        )


def allowed(origin: str | None, rule: Origins) -> bool:
    """Whether a handshake with this Origin may pass.

    Args:
        origin: The value of the header; None where there is none.
        rule: `LOOPBACK`; None for everybody; or a list as `websockets.serve` takes it: exact strings, compiled patterns,
            and None for "no Origin".
    """
    if rule is None:
        return True
    if not isinstance(rule, str):
        return any(_matches(origin, entry) for entry in rule)
    return origin is None or _is_loopback(origin)


def _matches(origin: str | None, entry: str | re.Pattern[str] | None) -> bool:
    if isinstance(entry, re.Pattern):
        return origin is not None and entry.fullmatch(origin) is not None
    return origin == entry


def _is_loopback(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    exact = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    return parts.scheme in ("http", "https") and parts.hostname in _HOSTS and origin == exact
