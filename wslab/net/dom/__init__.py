"""The browser's interfaces around a WebSocket, with their names and rules: no I/O, no rows.

event_target.py      Event, EventTarget              WHATWG DOM
socket_events.py     MessageEvent, CloseEvent        HTML, WHATWG WebSockets
blob.py              Blob                            W3C File API
url.py               a ws: or wss: URL, parsed       WHATWG URL
web_idl.py           DOMException, USVString         Web IDL
"""

from __future__ import annotations

from wslab.net.dom.blob import Blob
from wslab.net.dom.event_target import Event, EventTarget, event_handler
from wslab.net.dom.socket_events import EVENT_TYPES, CloseEvent, MessageEvent
from wslab.net.dom.url import SocketURL, parse_url
from wslab.net.dom.web_idl import DOMException, usv_string

__all__ = [
    "EVENT_TYPES",
    "Blob",
    "CloseEvent",
    "DOMException",
    "Event",
    "EventTarget",
    "MessageEvent",
    "SocketURL",
    "event_handler",
    "parse_url",
    "usv_string",
]
