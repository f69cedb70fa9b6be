"""wslab: learn WebSocket in Jupyter, on real traffic.

The public face, and nothing else. Names are looked up when they are first used, so that ``wslab doctor`` can say what is
missing on a machine where an import would fail.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from wslab.lab import Lab, WebSocket
    from wslab.net import (
        BadType,
        BadValue,
        Blob,
        CloseEvent,
        ConnectionEnded,
        DOMException,
        Event,
        LabClosed,
        LabError,
        MessageEvent,
        NoLoop,
        PortTaken,
        RawEnded,
        RawSocket,
        Server,
        TimedOut,
        echo,
    )
    from wslab.peers import load_ipython_extension
    from wslab.timeline import Detail, Diagnosis, RecordingError, Replay, Row, Timeline
    from wslab.view import Dissection, Ladder, Log, Player, accept_steps, dissect, explain, play
    from wslab.wire import (
        Dissector,
        Frame,
        Handshake,
        close_body,
        frame,
        request,
        response,
    )

_ROOMS = {
    "wslab.lab": ["Lab", "WebSocket"],
    "wslab.net": [
        "BadType",
        "BadValue",
        "Blob",
        "CloseEvent",
        "ConnectionEnded",
        "DOMException",
        "Event",
        "LabClosed",
        "LabError",
        "MessageEvent",
        "NoLoop",
        "PortTaken",
        "RawEnded",
        "RawSocket",
        "Server",
        "TimedOut",
        "echo",
    ],
    "wslab.peers": ["load_ipython_extension"],
    "wslab.timeline": ["Detail", "Diagnosis", "RecordingError", "Replay", "Row", "Timeline"],
    "wslab.view": ["Dissection", "Ladder", "Log", "Player", "accept_steps", "dissect", "explain", "play"],
    "wslab.wire": [
        "Dissector",
        "Frame",
        "Handshake",
        "close_body",
        "frame",
        "request",
        "response",
    ],
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "BadType",
    "BadValue",
    "Blob",
    "CloseEvent",
    "ConnectionEnded",
    "DOMException",
    "Detail",
    "Diagnosis",
    "Dissection",
    "Dissector",
    "Event",
    "Frame",
    "Handshake",
    "Lab",
    "LabClosed",
    "LabError",
    "Ladder",
    "Log",
    "MessageEvent",
    "NoLoop",
    "Player",
    "PortTaken",
    "RawEnded",
    "RawSocket",
    "RecordingError",
    "Replay",
    "Row",
    "Server",
    "TimedOut",
    "Timeline",
    "WebSocket",
    "accept_steps",
    "close_body",
    "dissect",
    "echo",
    "explain",
    "frame",
    "load_ipython_extension",
    "play",
    "request",
    "response",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'wslab' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
