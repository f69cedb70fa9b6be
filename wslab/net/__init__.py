"""The only room with sockets, event loops and threads.

    server   client   relay   websocket   raw    what serves, and what connects
    faults                                       what goes wrong on purpose
    recording            dom                     taps on connections; the browser's interfaces
    threads  tasks  ports  awaitable  blocked  errors  tcp_errors

Imports run downwards. Threads start in `threads`; tasks that nobody awaits in `tasks`, and what they raise becomes a row.
Sockets that listen are made in `ports`, and served in `server.serving` and `relay.relay`. Connections are made in
`client.connect`, `websocket.connection`, `raw.connect` and `relay.client_side`.
"""

from __future__ import annotations

from wslab.net.awaitable import Pending, awaited, hears_forgotten
from wslab.net.blocked import where
from wslab.net.client import RecordedConnect, recorded_client
from wslab.net.dom import Blob, CloseEvent, DOMException, Event, MessageEvent
from wslab.net.errors import AwaitedTwice, BadType, BadValue, LabClosed, LabError, NoLoop, PortTaken, TimedOut
from wslab.net.faults import Faults, ServerFaults
from wslab.net.raw import RawConnect, RawEnded, Raws, RawSocket
from wslab.net.recording import QUIET, Buffers, Markers, buffers_of_connection, install_prints, uninstall_prints
from wslab.net.relay import Relay, RelayClientSide
from wslab.net.server import LOOPBACK, Handler, Origins, Server, check_handler, check_origins, echo, recorded_server
from wslab.net.tasks import act, guarded, is_contained, not_done, spawn
from wslab.net.threads import Abandoned, LoopThread, start_thread
from wslab.net.websocket import ClientHost, ConnectionEnded, WebSocket, check_close

__all__ = [
    "LOOPBACK",
    "QUIET",
    "Abandoned",
    "AwaitedTwice",
    "BadType",
    "BadValue",
    "Blob",
    "Buffers",
    "ClientHost",
    "CloseEvent",
    "ConnectionEnded",
    "DOMException",
    "Event",
    "Faults",
    "Handler",
    "LabClosed",
    "LabError",
    "LoopThread",
    "Markers",
    "MessageEvent",
    "NoLoop",
    "Origins",
    "Pending",
    "PortTaken",
    "RawConnect",
    "RawEnded",
    "RawSocket",
    "Raws",
    "RecordedConnect",
    "Relay",
    "RelayClientSide",
    "Server",
    "ServerFaults",
    "TimedOut",
    "WebSocket",
    "act",
    "awaited",
    "buffers_of_connection",
    "check_close",
    "check_handler",
    "check_origins",
    "echo",
    "guarded",
    "hears_forgotten",
    "install_prints",
    "is_contained",
    "not_done",
    "recorded_client",
    "recorded_server",
    "spawn",
    "start_thread",
    "uninstall_prints",
    "where",
]
