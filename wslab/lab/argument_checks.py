"""What somebody asks of a lab, checked before anything happens."""

from __future__ import annotations

import difflib
import inspect
from typing import Any

from websockets.asyncio.server import serve

from wslab.net import BadType, BadValue

_NAME_LIMIT = 40
_OURS = {"create_connection", "sock", "unix", "path", "start_serving"}
_KNOWN = (set(inspect.signature(serve).parameters) - {"handler", "kwargs"} - _OURS) | {
    "ssl", "backlog", "ssl_handshake_timeout", "ssl_shutdown_timeout", "family", "flags", "reuse_address", "reuse_port",
}  # fmt: skip


def check_name(what: str, name: object) -> None:
    """See that something can name a lab or a server.

    Raises:
        BadType: It is no text.
        BadValue: It is empty, too long, or has line breaks.
    """
    if not isinstance(name, str):
        raise BadType(f'the name of a {what} is text such as "{what}", not {type(name).__name__} {name!r:.60}')
    if not name.strip() or len(name) > _NAME_LIMIT or not name.isprintable():
        raise BadValue(f"the name of a {what} is 1 to {_NAME_LIMIT} printable characters, not {name!r:.60}")


def check_bounds(**bounds: object) -> None:
    """See that what a timeline keeps is bounded by positive whole numbers.

    Raises:
        BadType: A bound is no whole number.
        BadValue: A bound is not positive.
    """
    for name, bound in bounds.items():
        sentence = f"{name} is a positive whole number, not {bound!r:.60}; leave it out for the default"
        if not isinstance(bound, int) or isinstance(bound, bool):
            raise BadType(sentence)
        if bound < 1:
            raise BadValue(sentence)


def check_port(port: object) -> None:
    """See that something is a port.

    Raises:
        BadType: It is no whole number.
        BadValue: It is out of range.
    """
    if not isinstance(port, int) or isinstance(port, bool):
        raise BadType(f"a port is a whole number, not {type(port).__name__} {port!r:.60}; leave it out for a free one")
    if not 0 <= port <= 65535:
        raise BadValue(f"a port is 1 to 65535, or 0 for a free one, not {port}; leave it out for a free one")


def check_options(options: dict[str, Any]) -> None:
    """See that `websockets.serve` knows these options.

    Raises:
        BadValue: It does not, or the lab needs the option itself.
    """
    for name in options:
        if name in _OURS:
            raise BadValue(f"the lab sets {name} itself, to record both directions; leave it out")
        if name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN | {"handler", "name", "port", "origins"}, n=1)
            hint = f"did you mean {near[0]}?" if near else "see the documentation of websockets.serve"
            raise BadValue(f"lab.serve() has no option {name!r}; {hint}")
