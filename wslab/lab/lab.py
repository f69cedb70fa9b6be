"""The lab: servers and sockets of one kernel, one timeline, one log.

Any cell may be run again, in any order, any number of times: a lab has one server of each name, a second ``Lab("x")`` takes
over from the first, and a kernel that exits says goodbye within half a second and is silent (`wslab.lab.leaving`).
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from wslab.lab import leaving
from wslab.lab.acting import LabEnds
from wslab.lab.asked import check_bounds, check_name, check_options, check_port
from wslab.lab.proxies import let_loopback_pass
from wslab.lab.settling import still_open
from wslab.lab.sockets import WebSocket
from wslab.net import (
    LOOPBACK,
    ClientHost,
    Handler,
    LabClosed,
    LoopThread,
    NoLoop,
    Origins,
    Pending,
    PortTaken,
    RecordedConnect,
    Server,
    TimedOut,
    check_handler,
    check_origins,
    echo,
    install_prints,
    uninstall_prints,
)
from wslab.timeline import Timeline
from wslab.view import Log, panel

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import ipywidgets

T = TypeVar("T")

_CALL = 5.0  # how long `call` waits for the home loop, in seconds


class Lab:
    """Real servers and clients in this kernel, every byte of both ends on one timeline.

    Args:
        name: Its name. A second lab of the same name takes over from the first: servers and sockets of the first are closed.
        keep: How many rows the timeline keeps.
        keep_bytes: How many raw bytes it keeps, counting both ends.

    Attributes:
        name: Its name.
        timeline: Everything that was recorded.
        WebSocket: The browser's WebSocket, recorded by this lab: ``socket = lab.WebSocket(server.url)``.

    Raises:
        BadType, BadValue: The name is no text; a bound is no positive whole number.
    """

    def __init__(self, name: str = "lab", *, keep: int = 100_000, keep_bytes: int = 64 * 1024 * 1024) -> None:
        check_name("lab", name)
        check_bounds(keep=keep, keep_bytes=keep_bytes)
        self.name = name
        self.timeline = Timeline(keep=keep, keep_bytes=keep_bytes)
        self._thread: LoopThread | None = None
        self._servers: dict[str, Server] = {}
        self._changing = False
        self._closed = ""
        self._home: asyncio.AbstractEventLoop | None = None
        self._log: Log | None = None
        self._panel: ipywidgets.Widget | None = None
        self._watch: asyncio.Task[None] | None = None
        host = ClientHost(self._io, self.timeline, self._excuse)
        self._host = host
        self.WebSocket: type[WebSocket] = type("WebSocket", (WebSocket,), {"host": host, "__doc__": WebSocket.__doc__})
        self._ends = LabEnds(self.timeline, host, lambda: list(self._servers.values()))
        host.changed = self._ends.changed
        self._find_home()
        install_prints()
        self._ports, self._gone = leaving.enter(self)
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
        return Pending(lambda: self._serve(checked, name, port, origins, options), "server = await lab.serve()")

    def connect(self, url: str, **options: Any) -> RecordedConnect:
        """Connect with the real `websockets` client, recorded. To be awaited, or used with ``async with``.

        Args:
            url: Where to connect.
            options: As for `websockets.connect`.

        Returns:
            What `websockets.connect` returns; awaiting it gives the `ClientConnection`.
        """
        self._check_open()
        self._find_home()
        return RecordedConnect(url, self.timeline, self._ends.opened, **options)

    @property
    def servers(self) -> tuple[Server, ...]:
        """The servers that run."""
        return tuple(server for server in self._servers.values() if server.running)

    @property
    def log(self) -> Log:
        """The live message log: the same one each time."""
        if self._log is None or self._log.closed:
            self._log = Log(self.timeline, self.name)
        return self._log

    @property
    def panel(self) -> ipywidgets.Widget:
        """Controls to act with: choose an end of a connection, send, ping, close."""
        if self._panel is None:
            self._panel = panel(self._ends)
        return self._panel

    def transcript(self, by: Literal["cause", "direction"] = "cause", *, times: bool = False) -> Transcript:
        """The timeline as text, one row a line, the same for the same conversation.

        Args:
            by: ``cause`` where each side waits for the other; ``direction`` where somebody bursts.
            times: Whether to show the time of each row, which differs from run to run.
        """
        return Transcript(self.timeline.transcript(by, times=times))

    def settled(self, timeout: float = 2.0) -> Pending[None]:
        """Wait until everything that was sent is received, handlers of closed connections have ended and events are delivered.

        Args:
            timeout: The longest to wait, in seconds.

        Raises:
            TimedOut: Something is still open; the message names it.
        """
        return Pending(lambda: self._settled(timeout), "await lab.settled()")

    def clear(self) -> None:
        """Let every row of the timeline go. What runs goes on."""
        self.timeline.clear()

    def call(self, function: Callable[[], T]) -> T:
        """Run a function on the home loop, from a widget's callback or another thread.

        Args:
            function: What to run; it gets no argument.

        Returns:
            What it returned; what it raised is raised here.

        Raises:
            NoLoop: No loop is known yet.
            TimedOut: The home loop did not get to it.
        """
        home = self._home
        if home is None or home.is_closed():
            raise NoLoop(
                "this lab has seen no event loop yet: make it, or serve, in a notebook cell or an async function first"
            )
        try:
            running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is home:
            return function()
        result: Future[T] = Future()
        home.call_soon_threadsafe(leaving.fulfil, result, function)
        try:
            return result.result(_CALL)
        except FutureTimeout:
            if result.done() or not result.cancel():  # raised by the function, or it runs right now
                return result.result()
            raise TimedOut(
                f"the notebook's loop did not get to it within {_CALL:g} s: a cell is blocking it", _CALL
            ) from None

    def close(self) -> Pending[None]:
        """Close every socket and server with 1001 "going away", and the log. To be awaited; closing twice does nothing."""
        return Pending(lambda: self._close("this lab is closed; make a new one: lab = Lab()"), "await lab.close()")

    async def __aenter__(self) -> Self:
        self._find_home()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close("this lab is closed; make a new one: lab = Lab()")

    def __repr__(self) -> str:
        if self._closed:
            return f"<Lab {self.name!r} closed>"
        lines = [f"Lab {self.name!r}"]
        lines += [f"  server {s.name!r} at {s.url}, {len(s.links())} open" for s in self.servers] or ["  no server"]
        lines += [f"  {socket!r}" for socket in sorted(self._host.sockets, key=lambda socket: socket.end.created)]
        lines += [f"  client #{number} of lab.connect()" for number in self._ends.client_numbers()]
        return "\n".join(lines)

    # Inside

    def _check_open(self) -> None:
        if self._closed:
            raise LabClosed(self._closed)

    def _find_home(self) -> None:
        if self._home is None or self._home.is_closed():
            try:
                self._home = asyncio.get_running_loop()
            except RuntimeError:
                self._home = None

    def _io(self) -> LoopThread:
        """The lab's own thread, started when it is first needed."""
        self._find_home()
        if self._thread is None or not self._thread.alive:
            self._thread = LoopThread(f"wslab-{self.name}")
            self._thread.post(self._start_watch, self._thread)
        return self._thread

    def _start_watch(self, thread: LoopThread) -> None:
        self._watch = thread.loop.create_task(leaving.watch(self.timeline, self._servers))

    def _excuse(self) -> str:
        return next((excuse for server in self.servers if (excuse := server.excuse())), "")

    async def _serve(self, handler: Handler, name: str, port: int, origins: Origins, options: dict[str, Any]) -> Server:
        self._check_open()
        self._find_home()
        self._io()
        await leaving.wait_gone(self._gone)
        while self._changing:  # noqa: ASYNC110  (another serve() is at it, perhaps on another loop: no Event spans both)
            await asyncio.sleep(0.01)
        self._check_open()
        self._changing = True
        try:
            old = self._servers.get(name)
            if old is not None and port in (0, old.port):
                await self._retire(old)
            server = Server(name, handler, self.timeline, origins, options)
            try:
                await server.start(port or self._ports.get(name, 0))
            except PortTaken:
                if port:
                    raise
                server = Server(name, handler, self.timeline, origins, options)  # somebody took it meanwhile
                await server.start(0)
            server.on_change(self._ends.changed)
            self._servers[name] = server
            self._ports[name] = server.port
            if self._closed:
                await server.shut_down(1001)
            self._check_open()
            if old is not None:  # on another port it goes on until the new one serves
                await self._retire(old)
            self.timeline.note(f'server "{name}" listens', server.url)
            return server
        finally:
            self._changing = False

    async def _retire(self, old: Server) -> None:
        """Stop a server that is replaced."""
        if old.running:
            self.timeline.note(
                f'server "{old.name}" restarts', "its connections are closed with 1012 (service restart)"
            )
        await old.shut_down(1012, "service restart")

    async def _settled(self, limit: float) -> None:
        deadline, pause = time.monotonic() + limit, 0.002
        while True:
            await leaving.turn(list(self.servers))
            reasons = still_open(self.timeline, list(self._servers.values()), tuple(self._host.sockets))
            if not reasons:
                return
            if time.monotonic() > deadline:
                reasons += [excuse] if (excuse := self._excuse()) else []
                raise TimedOut(f"not settled within {limit:g} s: {'; '.join(reasons)}", limit)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.05)

    async def _close(self, why: str) -> None:
        if self._closed:
            return
        self._closed = self._host.closed = why
        leaving.leave(self)
        await self._end_all()
        if self._thread is not None:
            await self._thread.wait_ended(1)

    def hand_over(self, *, leaving: bool = False) -> tuple[dict[str, int], Future[None] | None]:
        """End in the background, on the lab's own thread, because another lab of this name takes over or the process exits.

        Returns:
            The ports by server name, and what is done once everything is closed.
        """
        if self._closed:
            return self._ports, None
        self._closed = self._host.closed = f"this lab was replaced by a newer Lab({self.name!r}); use that one"
        if self._thread is None or not self._thread.alive:
            if not leaving:
                uninstall_prints()
            return self._ports, self._gone
        return self._ports, asyncio.run_coroutine_threadsafe(self._end_all(), self._thread.loop)

    async def _end_all(self) -> None:
        """Close all that is open. Runs on any loop."""
        await leaving.wait_gone(self._gone)
        await leaving.say_goodbye(tuple(self._host.sockets), self._ends.clients(), self._thread)
        await asyncio.gather(*(server.shut_down(1001) for server in self._servers.values()))
        # They stay on the page: what happened can still be read after the lab is closed.
        if self._log is not None:
            self._log.stop()
        if self._panel is not None:
            self._panel.stop()
        uninstall_prints()
        if self._thread is not None:
            self._thread.stop()


class Transcript(str):
    """Text that shows itself as lines in a notebook, and is a `str` in everything else."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
