"""The faults of all connections of a server.

server.faults ──► each open connection's faults, and every one to come ──► link
socket.faults, connection.faults ─────────────────────────────────────► link
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from wslab.net.errors import BadValue
from wslab.net.faults.faults import Faults
from wslab.net.faults.settings import NOTHING, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.faults.end_faults import EndFaults
    from wslab.net.faults.link import FaultyLink
    from wslab.net.faults.mixin import FaultyMixin
    from wslab.timeline import Timeline


class ServerFaults(Faults):
    """The faults of all connections of a server, those to come included.

    Args:
        name: The server's name.
        timeline: Where a row goes while there is no connection.
        secure: Whether it serves over TLS.
    """

    __slots__ = ("_connections", "_lock", "_name", "_timeline")

    def __init__(self, name: str, timeline: Timeline, *, secure: bool) -> None:
        super().__init__("server to client", f"server {name}", secure=secure)
        self._name = name
        self._timeline = timeline
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[FaultyMixin] = weakref.WeakSet()

    def welcome(self, connection: FaultyMixin) -> None:
        """Take in a connection that was just accepted, on its loop."""
        with self._lock:
            self._connections.add(connection)
            settings = self._settings
        if settings != NOTHING:
            connection.faults.take_over(settings, settings.words, "set for all connections of the server")

    def _open(self) -> list[EndFaults]:
        found = [each for each in self._connections if each.end.closed is None or each.faults.alive]
        return [each.faults for each in sorted(found, key=lambda each: each.end.created)]

    def _change(self, make: Callable[[Settings], Settings], name: str, text: str) -> None:
        with self._lock:
            self._settings = make(self._settings)
            ends = self._open()
        for faults in ends:
            faults.take_over(make(faults.settings), name, text)
        if not ends:
            self._timeline.note(name, f"server {self._name}: {text}" if text else f"server {self._name}", kind="fault")

    def _act(self, act: Callable[[FaultyLink], None], name: str, text: str) -> None:
        with self._lock:
            ends = self._open()
        if not ends:
            raise BadValue(
                f"server {self._name} has no open connection that could break; "
                "make one: socket = lab.WebSocket(server.url); await socket.opened()"
            )
        for faults in ends:
            faults.obey(act, name, text)
