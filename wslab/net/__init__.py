"""The only room with sockets, event loops and threads.

    server   client   relay   websocket   raw    what serves, and what connects
    faults                                       what goes wrong on purpose
    recording            dom                     taps on connections; the browser's interfaces
    sockets                                      ports, connections, and how far a server is
    threads  tasks  tcp  awaitable  errors

Imports run downwards. Threads and event loops start in `threads`; tasks that nobody awaits in `tasks`, and what they raise becomes a
row. Whatever opens a socket stands in `sockets`, but for the client of `websockets` (`client.connect`), which opens its own; its servers
(`server.serving`, and the channel to a page in `wslab.peers`) are given theirs. `tests/repository/test_starts.py` holds the list.
"""

from __future__ import annotations

from wslab.net.awaitable import Pending, awaited, hears_forgotten
from wslab.net.client import RecordedConnect, recorded_client
from wslab.net.dom import Blob, CloseEvent, DOMException, Event, MessageEvent
from wslab.net.errors import AwaitedTwice, BadType, BadValue, LabClosed, LabError, NoLoop, PortTaken, TimedOut
from wslab.net.faults import Faults, ServerFaults
from wslab.net.raw import RawConnect, RawEnded, Raws, RawSocket
from wslab.net.recording import QUIET, Buffers, Markers, buffers_of_connection, install_prints, uninstall_prints
from wslab.net.relay import Relay, RelayClientSide
from wslab.net.server import LOOPBACK, Handler, Origins, Server, check_handler, check_origins, echo, recorded_server
from wslab.net.sockets import listen
from wslab.net.tasks import act, guarded, is_contained, not_done, spawn
from wslab.net.threads import (
    Abandoned,
    LoopThread,
    ThreadWhenNeeded,
    forget,
    raise_in,
    stack_of,
    start_thread,
    where,
)
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
    "ThreadWhenNeeded",
    "TimedOut",
    "WebSocket",
    "act",
    "awaited",
    "buffers_of_connection",
    "check_close",
    "check_handler",
    "check_origins",
    "echo",
    "forget",
    "guarded",
    "hears_forgotten",
    "install_prints",
    "is_contained",
    "listen",
    "not_done",
    "raise_in",
    "recorded_client",
    "recorded_server",
    "spawn",
    "stack_of",
    "start_thread",
    "uninstall_prints",
    "where",
]
