"""What cannot be assigned to a WebSocket: its constants, what it changes by itself, and event handlers that it does not have."""

from __future__ import annotations

import difflib
from typing import Any

from wslab.net.dom import EVENT_TYPES
from wslab.net.websocket.events import STATES

_READ_ONLY = frozenset({"url", "readyState", "bufferedAmount", "protocol", "extensions", "faults", *STATES})
_HANDLERS = tuple(f"on{name}" for name in EVENT_TYPES)


class Constants(type):
    """Keeps the four states what they are (Web IDL section 2.5.1: constants are read-only)."""

    def __setattr__(cls, name: str, value: Any) -> None:
        if name in STATES:
            raise AttributeError(f"{name} is a constant: the state of a socket is socket.readyState")
        super().__setattr__(name, value)


def check_assignment(name: str) -> None:
    """See that an attribute of a socket can be assigned.

    Raises:
        AttributeError: It is read-only, or nearly the name of an event handler.
    """
    if name in _READ_ONLY:
        raise AttributeError(f"socket.{name} is read-only: the socket itself changes it")
    if name[:2] == "on" and name not in _HANDLERS and difflib.get_close_matches(name, _HANDLERS, cutoff=0.75):
        raise AttributeError(f"a WebSocket has no {name}: it has {', '.join(_HANDLERS)}")
