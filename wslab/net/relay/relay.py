"""A relay: owns the port that a server which is not ours asked for, and passes every byte on to where that one really listens.

    client ──► 127.0.0.1:8080 and [::1]:8080  Relay ──► 127.0.0.1:41234  Node

To the lab it is a server like its own, recorded, with faults at the client side. It lives on the lab's own thread, where no
learner's code runs, so nothing blocks it.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from typing import TYPE_CHECKING

from wslab.net.errors import TimedOut
from wslab.net.faults import ServerFaults
from wslab.net.relay.client_side import RelayClientSide
from wslab.net.sockets import Life, Stage, accept
from wslab.timeline import Watchers

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from wslab.net.faults import Faults
    from wslab.net.recording import Buffers, Markers
    from wslab.net.threads import LoopThread
    from wslab.timeline import Connection, End, Timeline

_STOP = 2.0
_WAIT = 5.0  # how long a connection may wait for the server behind to listen, in seconds
_GRACE = 0.2  # how long connections may take to let go what is written, in seconds
_REMEMBERED = 256  # closed connections that `end_of` still finds


class Relay:
    """A relay in front of a server that is not ours. It is looked at and stopped as a `wslab.net.Server` is.

    Args:
        name: Its name, which is that of the server behind it.
        timeline: Where both directions of every connection are recorded.
        markers: Which markers are taken out of URLs.
        thread: The lab's own thread.

    Attributes:
        name: Its name.
        markers: Which markers are taken out of URLs.
    """

    def __init__(self, name: str, timeline: Timeline, markers: Markers | None, thread: LoopThread) -> None:
        self.name = name
        self.markers = markers
        self._timeline = timeline
        self._thread = thread
        self._life = life = Life(thread)
        thread.ended.add_done_callback(lambda _: life.end())
        self._faults = ServerFaults(name, timeline, secure=False)
        self._links: dict[End, RelayClientSide] = {}
        self._ends: dict[int, End] = {}  # by local port of the connection to the peer
        self._closed: deque[tuple[int, End]] = deque()
        self._all: weakref.WeakSet[RelayClientSide] = weakref.WeakSet()
        self._listeners: list[asyncio.Server] = []
        self._changes = Watchers(f"a watcher of relay {name}", timeline.failed)
        self._target = 0
        self._ready = asyncio.Event()

    # What a learner uses

    @property
    def port(self) -> int:
        """The TCP port it owns at 127.0.0.1 and ::1; 0 before it listens."""
        return self._life.port

    @property
    def url(self) -> str:
        """Where it listens, such as ``ws://127.0.0.1:8080``."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """True if it accepts connections."""
        return self._life.serves

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Its open connections as the timeline has them, by number."""
        ends = set(self.links())
        return tuple(c for c in self._timeline.connections() if c.server_end in ends)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose at all its connections, those to come included, between the client and the relay."""
        return self._faults

    def __repr__(self) -> str:
        state = f"at {self.url}, {len(self._links)} open" if self.running else "stopped"
        return f"<Relay {self.name!r} {state}>"

    # What its owner uses

    async def listen(self, port: int) -> int:
        """Own a port, or a free one for 0. Connections wait until `forward` says where they go.

        Returns:
            The port.

        Raises:
            PortTaken: Somebody else listens there.
        """
        await self._life.listen(port, self._serve, f"relay {self.name} did not start")
        return self.port

    def forward(self, port: int) -> None:
        """Pass connections on to a port of 127.0.0.1: those that wait, and those to come. Any thread."""
        self._target = port
        self._thread.post(self._ready.set)

    def links(self) -> dict[End, RelayClientSide]:
        """Its open connections by recorded end."""
        return dict(self._links)

    def buffers(self) -> list[tuple[End, Buffers | None]]:
        """What the ends of its open connections hold, in bytes; None for one that is closed by now."""
        return [(end, side.buffers()) for end, side in self.links().items()]

    def end_of(self, port: int) -> End | None:
        """The recorded end of the connection that the server behind sees as coming from this port.

        Those that are over are found for a while too, unless their port has been used again.
        """
        return self._ends.get(port)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Be told, on the lab's thread, when a connection opens or closes. The callback must return at once."""
        self._changes.add(callback)

    async def shut_down(self, code: int, reason: str = "") -> None:
        """Give the port back and end all connections, within half a second. Any loop.

        Args:
            code: What they should be closed with. It goes into a row only: a relay speaks TCP, and sends no frame of its own.
            reason: The same.
        """
        if not self._life.reach(Stage.STOPS):
            await self._life.wait_over(_STOP)
            return
        said = f"{code} {reason}".strip()
        why = f"asked to close with {said}, but only {self.name} itself could send that Close frame: TCP is closed instead"
        try:
            await self._thread.run(self._stop(why), _STOP, lambda: "stuck")
        except (TimedOut, RuntimeError):  # the thread has ended, and all connections with it
            self._life.reach(Stage.OVER)

    # What its client sides use, on the lab's thread

    def begun(self, side: RelayClientSide, local: object, remote: object) -> End:
        """Take in a connection that was just accepted, and make its end."""
        end = self._timeline.server_end(self.name, local, remote)
        end.is_remote = True
        self._links[end] = side
        self._all.add(side)
        return end

    def welcome(self, side: RelayClientSide) -> None:
        """Let it suffer the faults of all."""
        self._faults.welcome(side)
        self._changes.tell()

    def over(self, side: RelayClientSide) -> None:
        """Forget a connection."""
        self._links.pop(side.end, None)
        self._closed.append((side.port, side.end))
        if len(self._closed) > _REMEMBERED:
            port, end = self._closed.popleft()
            if self._ends.get(port) is end:
                del self._ends[port]
        self._changes.tell()

    def known_at(self, port: int, end: End) -> None:
        """Say whose connection to the peer has a local port."""
        self._ends[port] = end

    async def target(self) -> int:
        """The port of the server behind.

        Raises:
            TimeoutError: It does not listen yet; says so in words.
        """
        try:
            async with asyncio.timeout(_WAIT):
                await self._ready.wait()
        except TimeoutError:
            raise TimeoutError(f"{self.name} has not begun to listen within {_WAIT:g} s") from None
        return self._target

    # Inside

    async def _serve(self, sockets: list[socket.socket]) -> None:
        self._listeners = await accept(lambda: RelayClientSide(self), sockets)

    async def _stop(self, why: str) -> None:
        try:
            for listener in self._listeners:
                listener.close()
            for side in list(self._links.values()):
                side.go_away(why)
            await self._wait_over(_GRACE)
            for side in list(self._all):
                side.abort()
            await self._wait_over(_GRACE)
        finally:
            self._changes.tell()
            self._life.end()

    async def _wait_over(self, limit: float) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limit
        while loop.time() < deadline and not all(side.over for side in list(self._all)):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
