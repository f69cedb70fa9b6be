"""The ends of open connections that somebody can act with, from either side: what the panel under the log drives.

Widget callbacks may run on any thread and any loop, so nothing here waits: each call hands its work to the loop where the end
lives and returns.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from wslab.lab.fault_actions import apply_fault
from wslab.net import (
    BadValue,
    Buffers,
    ClientHost,
    RelayClientSide,
    Server,
    WebSocket,
    act,
    buffers_of_connection,
    check_close,
)
from wslab.timeline import End, Timeline, Watchers
from wslab.wire import REASON_LIMIT, may_be_sent

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

    from websockets.asyncio.client import ClientConnection
    from websockets.asyncio.server import ServerConnection

    from wslab.net import Faults, Relay

_CLOSED = "that connection is closed; choose another, or make one: socket = lab.WebSocket(server.url)"
_NOT_OURS = "that end is another program's code, which sends, pings and closes for itself; its line can be broken here"
_LOOP_ENDED = "the event loop of that client has ended; make one: connection = await lab.connect(server.url)"


class LabEnds:
    """Implements `wslab.view.Ends` for one lab.

    Args:
        timeline: Knows the numbers of connections.
        host: Knows the lab's sockets.
        servers: Gives the lab's servers, and the relays in front of servers that are not ours.
    """

    def __init__(self, timeline: Timeline, host: ClientHost, servers: Callable[[], list[Server | Relay]]) -> None:
        self._timeline = timeline
        self._host = host
        self._servers = servers
        self._clients: dict[End, tuple[ClientConnection, asyncio.AbstractEventLoop]] = {}
        self._watchers = Watchers("a watcher of the ends that can act", timeline.failed)

    def opened(self, end: End, connection: ClientConnection) -> None:
        """Take in a client made by `Lab.connect`, on its own loop."""
        self._clients = {end: client for end, client in self._clients.items() if end.closed is None}
        self._clients[end] = (connection, asyncio.get_running_loop())
        self.changed()

    def clients(self) -> dict[End, tuple[ClientConnection, asyncio.AbstractEventLoop]]:
        """Open clients made by `Lab.connect`, and their loops."""
        return {end: client for end, client in dict(self._clients).items() if end.closed is None}

    def client_numbers(self) -> list[int]:
        """Public numbers of the connections of those clients."""
        with self._timeline.reading():
            found = [self._timeline.connection_of(end) for end in self.clients()]
        return sorted(number for number in found if number is not None)

    def changed(self) -> None:
        """Tell the watchers that the choices may have changed."""
        self._watchers.tell()

    # wslab.view.Ends

    def choices(self) -> list[tuple[str, Hashable]]:
        """Label and key of every end that can act, by connection, the client's first."""
        found: list[tuple[int, int, str, Hashable]] = []
        with self._timeline.reading():
            for key in self._keys():
                number = self._timeline.connection_of(key)
                if number is not None:
                    side = "client" if key.side == "client" else f"server ({key.label})"
                    found.append((number, key.side == "server", f"#{number} {side}", key))
        return [(label, key) for _, _, label, key in sorted(found, key=lambda item: item[:3])]

    def send(self, key: Hashable, data: str | bytes) -> None:
        """Send a message from an end."""
        actor = self._ours(key)
        if isinstance(actor, WebSocket):
            actor.on_home(lambda: actor.send(data))
        else:
            self._run(key, lambda: actor.send(data))

    def ping(self, key: Hashable) -> None:
        """Send a Ping from an end; a browser-style WebSocket cannot."""
        actor = self._ours(key)
        if isinstance(actor, WebSocket):
            raise BadValue("a browser's WebSocket has no ping(): only the server's end can ping here")
        self._run(key, actor.ping)

    def close(self, key: Hashable, code: int | None, reason: str) -> None:
        """Start the closing handshake from an end."""
        actor = self._ours(key)
        if isinstance(actor, WebSocket):
            check_close(code, reason)
            actor.on_home(lambda: actor.close(code, reason))
            return
        number = 1000 if code is None else code
        if not may_be_sent(number):
            raise BadValue(
                f"a Close frame cannot carry {number}: write 1000, 1001 to 1014 as registered, or 3000 to 4999"
            )
        if len(reason.encode()) > REASON_LIMIT:
            raise BadValue(f"a reason holds {REASON_LIMIT} bytes of UTF-8, not {len(reason.encode())}")
        self._run(key, lambda: actor.close(number, reason))

    def fault(self, key: Hashable, name: str, value: float | None, way: str | None) -> None:
        """Switch a fault on at an end."""
        apply_fault(self._faults(key), name, value, way)

    def clear_faults(self, key: Hashable) -> None:
        """Switch all faults of an end off."""
        self._faults(key).clear()

    def buffers(self) -> list[tuple[int, str, Buffers]]:
        """What every open end holds: the number of its connection, its side, and the bytes."""
        found: list[tuple[int, str, Buffers]] = []
        ends: list[tuple[End, Buffers | None]] = [
            *((socket.end, socket.buffers()) for socket in tuple(self._host.sockets)),
            *((end, buffers_of_connection(client)) for end, (client, _) in self.clients().items()),
        ]
        for server in self._servers():
            ends += server.buffers()
        with self._timeline.reading():
            for end, buffers in ends:
                number = self._timeline.connection_of(end)
                if number is not None and buffers is not None:
                    found.append((number, end.side, buffers))
        return sorted(found, key=lambda item: item[:2])

    def can_ping(self, key: Hashable) -> bool:
        """Whether an end can send a Ping."""
        return (
            isinstance(key, End)
            and key not in {socket.end for socket in tuple(self._host.sockets)}
            and not key.is_remote
        )

    def can_act(self, key: Hashable) -> bool:
        """Whether an end can send and close here; another program's cannot."""
        return isinstance(key, End) and not key.is_remote

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told, on any thread, when the choices may have changed."""
        return self._watchers.add(callback)

    def _keys(self) -> list[End]:
        ends = [socket.end for socket in tuple(self._host.sockets) if socket.readyState == WebSocket.OPEN]
        ends += self.clients()
        for server in self._servers():
            ends += server.links()
        return ends

    def _ours(self, key: Hashable) -> WebSocket | ClientConnection | ServerConnection:
        actor = self._find(key)
        if isinstance(actor, RelayClientSide):
            raise BadValue(_NOT_OURS)
        return actor

    def _find(self, key: Hashable) -> WebSocket | ClientConnection | ServerConnection | RelayClientSide:
        for socket in tuple(self._host.sockets):
            if socket.end is key:
                return socket
        if isinstance(key, End):
            if client := self.clients().get(key):
                return client[0]
            for server in self._servers():
                link = server.links().get(key)
                if link is not None:
                    return link
        raise BadValue(_CLOSED)

    def _faults(self, key: Hashable) -> Faults:
        actor: Any = self._find(key)  # the library's connections have theirs from `wslab.net.faults`
        faults: Faults = actor.faults
        return faults

    def _run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Start work of a `websockets` connection on the loop it lives on."""
        assert isinstance(key, End)
        client = self._clients.get(key)
        if client is not None:
            try:
                client[1].call_soon_threadsafe(act, work, key)
            except RuntimeError:
                raise BadValue(_LOOP_ENDED) from None
            return
        for server in self._servers():
            if key in server.links() and isinstance(server, Server):
                server.act(work, key)
