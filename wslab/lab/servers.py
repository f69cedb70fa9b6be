"""The servers of one lab, one of each name: serving again under a name replaces that server and keeps its port."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from wslab.net import Handler, LabClosed, Origins, PortTaken, Server

_BLOCKED = 2.0  # after so many seconds of a blocked server a row says so

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lab.ports import Ports
    from wslab.net import Markers
    from wslab.timeline import Timeline


class LabServers:
    """Starts servers, and stops those that they replace.

    Args:
        timeline: Where they record.
        ports: Those of the lab; it has the servers.
        markers: Those that pages put into their URLs.
        check_open: Raises `LabClosed` once the lab is closed.
        changed: Told when the ends that can act may have changed.
    """

    def __init__(
        self,
        timeline: Timeline,
        ports: Ports,
        markers: Markers,
        check_open: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._timeline = timeline
        self._ports = ports
        self._markers = markers
        self._check_open = check_open
        self._changed = changed
        self._changing = threading.Lock()

    async def serve(self, name: str, handler: Handler, port: int, origins: Origins, options: dict[str, Any]) -> Server:
        """Start a server; one of the same name is replaced. The arguments are those of `Lab.serve`, checked."""
        # Where another serve() is at it, perhaps on the loop of another thread: no Event spans both.
        while not self._changing.acquire(blocking=False):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        try:
            self._check_open()
            old = self._ports.servers.get(name)
            if old is not None and port in (0, old.port):
                await self._retire(old)
            make = partial(Server, name, handler, self._timeline, origins, options, self._markers)
            server = make()
            try:
                await server.start(port or self._ports.last.get(name, 0))
            except PortTaken as error:
                if port:
                    raise self._ports.explained(error) from None
                server = make()  # its port was taken meanwhile
                await server.start(0)
            server.on_change(self._changed)
            self._ports.servers[name] = server
            self._ports.last[name] = server.port
            try:
                self._check_open()
            except LabClosed:
                await server.shut_down(1001)
                raise
            if old is not None:  # on another port it goes on until the new one serves
                await self._retire(old)
            self._timeline.note(f'server "{name}" listens', server.url)
            self._changed()
            return server
        finally:
            self._changing.release()

    async def _retire(self, old: Server) -> None:
        """Stop a server that is replaced."""
        if old.running:
            self._timeline.note(
                f'server "{old.name}" restarts', "its connections are closed with 1012 (service restart)"
            )
        await old.shut_down(1012, "service restart")


async def watch_servers(timeline: Timeline, servers: dict[str, Server]) -> None:
    """Look after the servers: one whose handler blocks it gets a row, once."""
    noted: set[Server] = set()
    while True:
        await asyncio.sleep(0.5)
        for server in list(servers.values()):
            try:
                _look_after(server, timeline, noted)
            except Exception as error:  # noqa: BLE001  (the others are looked after all the same)
                timeline.failed(f"the watch over server {server.name} failed", error)


def _look_after(server: Server, timeline: Timeline, noted: set[Server]) -> None:
    if not server.running:
        return
    stuck = server.blocked_for()
    if stuck is None:
        noted.discard(server)
        server.probe()
    elif stuck[0] >= _BLOCKED and server not in noted and (verdict := server.blocked_row()):
        noted.add(server)
        timeline.note(*verdict, problem="nobody else is served meanwhile")
