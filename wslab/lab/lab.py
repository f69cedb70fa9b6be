"""The lab: servers and sockets of one kernel, one timeline, one log.

Any cell may be run again, in any order, any number of times: a lab has one server of each name, a second ``Lab("x")`` takes
over from the first, and a kernel that exits says goodbye within half a second and is silent (`wslab.lab.open_labs`).
"""

from __future__ import annotations

import asyncio
import atexit
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from wslab.lab.actions import LabEnds
from wslab.lab.argument_checks import check_bounds, check_name, check_options, check_port
from wslab.lab.connecting import Connecting
from wslab.lab.display import Display
from wslab.lab.hosting import Hosting
from wslab.lab.open_labs import OpenLabs
from wslab.lab.ports import Ports
from wslab.lab.proxies import let_loopback_pass
from wslab.lab.servers import LabServers, watch_servers
from wslab.lab.settling import still_open, turn
from wslab.lab.shutdown import Shutdown
from wslab.lab.sockets import WebSocket
from wslab.net import (
    LOOPBACK,
    ClientHost,
    Handler,
    LoopThread,
    Origins,
    Pending,
    Raws,
    Server,
    ThreadWhenNeeded,
    TimedOut,
    awaited,
    check_handler,
    check_origins,
    echo,
    install_prints,
    spawn,
)
from wslab.timeline import Timeline

if TYPE_CHECKING:
    from types import TracebackType

    from wslab.lab.open_labs import Inherited


class Lab(Connecting, Display):
    """Real servers and clients in this kernel, every byte of both ends on one timeline.

    Args:
        name: Its name. A second lab of the same name takes over from the first: servers and sockets of the first are closed.
        keep: How many rows the timeline keeps.
        keep_bytes: How many raw bytes it keeps, counting both ends.

    Attributes:
        name: Its name.
        timeline: Everything that was recorded.
        hosting: What runtimes that are not ours use of this lab: `wslab.peers`.
        WebSocket: The browser's WebSocket, recorded by this lab: ``socket = lab.WebSocket(server.url)``.

    Raises:
        BadType, BadValue: The name is no text; a bound is no positive whole number.
    """

    def __init__(self, name: str = "lab", *, keep: int = 100_000, keep_bytes: int = 64 * 1024 * 1024) -> None:
        check_name("lab", name)
        check_bounds(keep=keep, keep_bytes=keep_bytes)
        self.name = name
        self.timeline = Timeline(keep=keep, keep_bytes=keep_bytes)
        self._thread = ThreadWhenNeeded(self._start_thread)
        self._watch: asyncio.Task[None] | None = None
        self._host = host = ClientHost(self._io, self.timeline, self._blocked_reason)
        self.WebSocket: type[WebSocket] = type("WebSocket", (WebSocket,), {"host": host, "__doc__": WebSocket.__doc__})
        self._raws = Raws(self._io, self.timeline)
        self._ports = ports = Ports(self.timeline)
        self._ends = ends = LabEnds(self.timeline, host, ports.owners)
        self.hosting = Hosting(self.timeline, self._io, ports, ends.changed, self._check_open)
        self._lab_servers = LabServers(self.timeline, ports, self.hosting.markers, self._check_open, ends.changed)
        self._shutdown = Shutdown(self.timeline, self._thread, host, ends, self._raws, self.hosting, self._stop_showing)
        ends.watch(ports.may_have_changed)
        host.changed = ends.changed
        self._find_home()
        install_prints()
        inherited, self._shutdown.before = _OPEN.enter(name, self)
        ports.last |= inherited
        let_loopback_pass(self.timeline)

    # What a learner uses

    def serve(
        self,
        handler: Handler = echo,
        *,
        name: str = "server",
        port: int = 0,
        origins: Origins = LOOPBACK,
        **options: Any,
    ) -> Pending[Server]:
        """Serve WebSocket on 127.0.0.1 and ::1. To be awaited.

        Serving again under a name replaces that server: it keeps its port, its open connections are closed with 1012
        "service restart", and a row says so.

        Args:
            handler: What each connection runs, as `websockets.serve` takes it; an echo server by default.
            name: The server's name, one of each in a lab.
            port: The TCP port, 1 to 65535; 0 for a free one, or the one that a server of this name had.
            origins: Who may connect: loopback pages and programs by default, None for everybody, or a list of exact Origins.
            options: Any further option of `websockets.serve`.

        Returns:
            The running server.

        Raises:
            BadType, BadValue: Something cannot serve as what it was passed for.
            PortTaken: Somebody else listens on the port.
            LabClosed: The lab is closed.
        """
        self._check_open()
        checked = check_handler(handler)
        check_name("server", name)
        check_port(port)
        check_origins(origins)
        check_options(options)
        return Pending(
            lambda: self._serve(name, checked, port, origins, options), "server = await lab.serve()", self.timeline
        )

    @property
    def servers(self) -> tuple[Server, ...]:
        """The servers that run."""
        return tuple(server for server in self._ports.servers.values() if server.running)

    @awaited("await lab.settled()", "timeline")
    async def settled(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109
        """Wait until everything that was sent is received, handlers of closed connections have ended and events are delivered.

        Args:
            timeout: The longest to wait, in seconds.

        Raises:
            TimedOut: Something is still open; the message names it.
        """
        deadline, pause = time.monotonic() + timeout, 0.002
        while True:
            await turn(list(self.servers))
            reasons = still_open(self.timeline, self._ports, tuple(self._host.sockets))
            if not reasons:
                return
            if time.monotonic() > deadline:
                reasons += [reason] if (reason := self._blocked_reason()) else []
                raise TimedOut(f"not settled within {timeout:g} s: {'; '.join(reasons)}", timeout)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.05)

    @awaited("await lab.close()", "timeline")
    async def close(self) -> None:
        """Close every socket and server with 1001 "going away", and the log. Closing twice does nothing."""
        _OPEN.leave(self.name, self)
        await self._shutdown.close("this lab is closed; make a new one: lab = Lab()")

    async def __aenter__(self) -> Self:
        self._find_home()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        if self._host.closed:
            return f"<Lab {self.name!r} closed>"
        lines = [f"Lab {self.name!r}"]
        lines += [f"  server {s.name!r} at {s.url}, {len(s.links())} open" for s in self.servers] or ["  no server"]
        lines += [f"  {run.description}" for run in self.hosting.runs]
        lines += [f"  {socket!r}" for socket in sorted(self._host.sockets, key=lambda socket: socket.end.created)]
        lines += [f"  client #{number} of lab.connect()" for number in self._ends.client_numbers()]
        lines += [f"  raw socket to {url}" for url in self._raws.urls]
        return "\n".join(lines)

    # Inside

    def _io(self) -> LoopThread:
        """The lab's own thread, started when it is first needed."""
        self._find_home()
        return self._thread()

    def _start_thread(self) -> LoopThread:
        thread = LoopThread(f"wslab-{self.name}", self.timeline.failed, self._thread_lost)
        thread.post(self._start_watch)
        return thread

    def _start_watch(self) -> None:
        watching = watch_servers(self.timeline, self._ports.servers)
        self._watch = spawn(watching, partial(self.timeline.failed, "the watch over servers failed"))

    async def _thread_lost(self) -> None:
        """End the sockets whose I/O the lab's own thread does: it ends, and nobody had asked it to."""
        for socket in tuple(self._host.sockets):
            socket.abort()
        self._raws.abort()
        await asyncio.sleep(0.05)

    def _blocked_reason(self) -> str:
        return next((reason for server in self.servers if (reason := server.blocked_reason())), "")

    async def _serve(self, name: str, *how: Any) -> Server:
        self._check_open()
        self._find_home()
        self._io()
        await self._shutdown.wait_before()
        return await self._lab_servers.serve(name, *how)

    def hand_over(self, *, leaving: bool = False) -> Inherited:
        """End in the background, on the lab's own thread, because another lab of this name takes over or the process exits.

        Returns:
            The ports by server name, and what is done once everything is closed.
        """
        why = f"this lab was replaced by a newer Lab({self.name!r}); use that one"
        return self._ports.last, self._shutdown.hand_over(why, leaving=leaving)


_OPEN: OpenLabs[Lab] = OpenLabs(
    lambda lab: lab.hand_over(),
    lambda lab: lab.hand_over(leaving=True)[1],
    lambda lab, error: lab.timeline.failed("the goodbye failed", error),
)
atexit.register(_OPEN.close_all)


def current_lab(name: str | None = None) -> Lab:
    """The newest open lab, or the open one of a name.

    Raises:
        NoLab: There is none.
    """
    return _OPEN.find(name)
