"""The only room that touches sockets, loops and threads.

Threads start in `wslab.net.threads`, tasks that nobody awaits in `wslab.net.tasks`; what they raise becomes a row.
"""

from __future__ import annotations

from wslab.net.awaitable import Pending as Pending
from wslab.net.awaitable import awaited as awaited
from wslab.net.awaitable import hears_forgotten as hears_forgotten
from wslab.net.blocked import where as where
from wslab.net.client.connect import RecordedConnect as RecordedConnect
from wslab.net.dom.blob import Blob as Blob
from wslab.net.dom.event_target import Event as Event
from wslab.net.dom.socket_events import CloseEvent as CloseEvent
from wslab.net.dom.socket_events import MessageEvent as MessageEvent
from wslab.net.dom.web_idl import DOMException as DOMException
from wslab.net.errors import AwaitedTwice as AwaitedTwice
from wslab.net.errors import BadType as BadType
from wslab.net.errors import BadValue as BadValue
from wslab.net.errors import LabClosed as LabClosed
from wslab.net.errors import LabError as LabError
from wslab.net.errors import NoLoop as NoLoop
from wslab.net.errors import PortTaken as PortTaken
from wslab.net.errors import TimedOut as TimedOut
from wslab.net.faults.faults import Faults as Faults
from wslab.net.raw.connect import RawConnect as RawConnect
from wslab.net.raw.connect import Raws as Raws
from wslab.net.raw.errors import RawEnded as RawEnded
from wslab.net.raw.socket import RawSocket as RawSocket
from wslab.net.recording.buffers import Buffers as Buffers
from wslab.net.recording.buffers import of_connection as buffers_of_connection
from wslab.net.recording.prints import install as install_prints
from wslab.net.recording.prints import uninstall as uninstall_prints
from wslab.net.recording.quiet import QUIET as QUIET
from wslab.net.recording.url_marker import Markers as Markers
from wslab.net.relay.client_side import RelayLeg as RelayLeg
from wslab.net.relay.relay import Relay as Relay
from wslab.net.server.handlers import Handler as Handler
from wslab.net.server.handlers import check_handler as check_handler
from wslab.net.server.handlers import echo as echo
from wslab.net.server.origins import LOOPBACK as LOOPBACK
from wslab.net.server.origins import Origins as Origins
from wslab.net.server.origins import check_origins as check_origins
from wslab.net.server.server import Server as Server
from wslab.net.tasks import act as act
from wslab.net.tasks import guarded as guarded
from wslab.net.tasks import is_contained as is_contained
from wslab.net.tasks import not_done as not_done
from wslab.net.tasks import spawn as spawn
from wslab.net.threads import Abandoned as Abandoned
from wslab.net.threads import LoopThread as LoopThread
from wslab.net.threads import start_thread as start_thread
from wslab.net.websocket.argument_checks import check_close as check_close
from wslab.net.websocket.client_host import ClientHost as ClientHost
from wslab.net.websocket.waiting import ConnectionEnded as ConnectionEnded
from wslab.net.websocket.websocket import WebSocket as WebSocket

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
    "RelayLeg",
    "Server",
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
    "spawn",
    "start_thread",
    "uninstall_prints",
    "where",
]
