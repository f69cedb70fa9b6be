"""The only room that touches sockets, loops and threads.

Threads start in `wslab.net.threads`, tasks that nobody awaits in `wslab.net.tasks`; what they raise becomes a row.
"""

from __future__ import annotations

from wslab.net.asked import check_close as check_close
from wslab.net.blob import Blob as Blob
from wslab.net.blocked import where as where
from wslab.net.buffers import Buffers as Buffers
from wslab.net.buffers import of_connection as buffers_of_connection
from wslab.net.buffers import of_socket as buffers_of_socket
from wslab.net.client_host import ClientHost as ClientHost
from wslab.net.connect import RecordedConnect as RecordedConnect
from wslab.net.dom import CloseEvent as CloseEvent
from wslab.net.dom import DOMException as DOMException
from wslab.net.dom import Event as Event
from wslab.net.dom import MessageEvent as MessageEvent
from wslab.net.errors import AwaitedTwice as AwaitedTwice
from wslab.net.errors import BadType as BadType
from wslab.net.errors import BadValue as BadValue
from wslab.net.errors import LabClosed as LabClosed
from wslab.net.errors import LabError as LabError
from wslab.net.errors import NoLoop as NoLoop
from wslab.net.errors import PortTaken as PortTaken
from wslab.net.errors import TimedOut as TimedOut
from wslab.net.faults import Faults as Faults
from wslab.net.handlers import Handler as Handler
from wslab.net.handlers import check_handler as check_handler
from wslab.net.handlers import echo as echo
from wslab.net.marker import Markers as Markers
from wslab.net.origins import LOOPBACK as LOOPBACK
from wslab.net.origins import Origins as Origins
from wslab.net.origins import check_origins as check_origins
from wslab.net.pending import Pending as Pending
from wslab.net.pending import awaited as awaited
from wslab.net.pending import hears_forgotten as hears_forgotten
from wslab.net.prints import install as install_prints
from wslab.net.prints import uninstall as uninstall_prints
from wslab.net.quiet import QUIET as QUIET
from wslab.net.raw import RawSocket as RawSocket
from wslab.net.raw_connect import RawConnect as RawConnect
from wslab.net.raw_connect import Raws as Raws
from wslab.net.raw_errors import RawEnded as RawEnded
from wslab.net.relay import Relay as Relay
from wslab.net.relay_leg import RelayLeg as RelayLeg
from wslab.net.server import Server as Server
from wslab.net.tasks import act as act
from wslab.net.tasks import guarded as guarded
from wslab.net.tasks import is_contained as is_contained
from wslab.net.tasks import not_done as not_done
from wslab.net.tasks import spawn as spawn
from wslab.net.threads import Abandoned as Abandoned
from wslab.net.threads import LoopThread as LoopThread
from wslab.net.threads import start_thread as start_thread
from wslab.net.waiting import ConnectionEnded as ConnectionEnded
from wslab.net.websocket import WebSocket as WebSocket

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
    "buffers_of_socket",
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
