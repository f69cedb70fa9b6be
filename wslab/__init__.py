"""wslab: learn WebSocket in Jupyter, on real traffic.

The public face, and nothing else. Names are looked up when they are first used, so that ``wslab doctor`` can say what is
missing on a machine where an import would fail.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from wslab.lab import Lab
    from wslab.net import (
        BadType,
        BadValue,
        CloseEvent,
        ConnectionEnded,
        DOMException,
        Event,
        LabClosed,
        LabError,
        MessageEvent,
        NoLoop,
        PortTaken,
        Server,
        TimedOut,
        WebSocket,
        echo,
    )
    from wslab.timeline import Detail, Row, Timeline
    from wslab.wire import Frame

_ROOMS = {
    "wslab.lab": ["Lab"],
    "wslab.net": [
        "BadType",
        "BadValue",
        "CloseEvent",
        "ConnectionEnded",
        "DOMException",
        "Event",
        "LabClosed",
        "LabError",
        "MessageEvent",
        "NoLoop",
        "PortTaken",
        "Server",
        "TimedOut",
        "WebSocket",
        "echo",
    ],
    "wslab.timeline": ["Detail", "Row", "Timeline"],
    "wslab.wire": ["Frame"],
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "BadType",
    "BadValue",
    "CloseEvent",
    "ConnectionEnded",
    "DOMException",
    "Detail",
    "Event",
    "Frame",
    "Lab",
    "LabClosed",
    "LabError",
    "MessageEvent",
    "NoLoop",
    "PortTaken",
    "Row",
    "Server",
    "TimedOut",
    "Timeline",
    "WebSocket",
    "echo",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'wslab' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
