"""The items of a feed, taken apart: what may stand in them, and how it is shown.

An item was made by somebody else's code, or by somebody who only pretends to be our wrapper in it: everything is checked.
"""

from __future__ import annotations

import re
from typing import Any

from wslab.wire import one_line

EVENTS = ("open", "message", "error", "close", "ping", "pong")
"""The events that are told of."""

CALLS = ("send()", "close()", "ping()", "pong()", "terminate()")
"""The calls that are told of."""

LEVELS = ("log", "info", "warn", "error", "debug")
"""The levels of a console's lines."""

MAX_TEXT = 2000
"""How many characters of an error, a reason or a URL are kept."""

_MAX_SAFE_INTEGER = 1 << 53  # JavaScript counts no further
_PASSWORD = re.compile(r"^(wss?://)[^/?#]*@", re.IGNORECASE)


def text_of(item: dict[str, Any], key: str) -> str | None:
    """A text out of an item; empty where it has none, None where it is something else."""
    value = item.get(key, "")
    return value if isinstance(value, str) else None


def number_of(item: dict[str, Any], key: str) -> int | None:
    """A whole number out of an item; None where it is something else."""
    value = item.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_SAFE_INTEGER else None


def shown(name: str, text: str) -> str:
    """What an event or a call carried, as its row shows it: a reason whole, a payload on one line."""
    return text[:MAX_TEXT] if name in ("close", "close()") else one_line(text)


def without_password(url: str) -> str:
    """A URL for the log: without a name and password, as `wslab.net.dom.url.SocketURL.shown` has it."""
    return _PASSWORD.sub(r"\1", url[:MAX_TEXT])
