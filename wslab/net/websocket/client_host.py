"""What the sockets of one lab share, and what sockets share that belong to no lab."""

from __future__ import annotations

import atexit
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.net.tcp import GOODBYE_SECONDS
from wslab.net.threads import LoopThread, ThreadWhenNeeded
from wslab.net.websocket.loop_sockets import unfinished
from wslab.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.websocket.websocket import WebSocket


@dataclass(eq=False)
class ClientHost:
    """What sockets of one lab share: the thread that does their I/O and the timeline that records them."""

    thread: Callable[[], LoopThread]
    timeline: Timeline
    blocked_reason: Callable[[], str] = lambda: ""
    sockets: set[WebSocket] = field(default_factory=set)
    changed: Callable[[], None] = lambda: None
    closed: str = ""


def _start() -> LoopThread:
    atexit.register(_say_goodbye)
    return LoopThread("wslab-sockets", NO_LAB.timeline.failed)


NO_LAB = ClientHost(ThreadWhenNeeded(_start), Timeline(keep=1000, keep_bytes=1024 * 1024))
"""The host of a `WebSocket` that was not made by a lab: recorded a little, and shown nowhere."""


def _say_goodbye() -> None:
    """At exit, sockets that belong to no lab close with 1001 too; those of a lab are the lab's."""
    leaving = tuple(NO_LAB.sockets)
    for socket in leaving:
        socket.go_away()
    ends = [socket.end for socket in leaving]
    deadline = time.monotonic() + GOODBYE_SECONDS
    while unfinished(ends) and time.monotonic() < deadline:
        time.sleep(0.005)
