"""What runtimes that are not ours use of a lab: `wslab.peers` starts a Node or speaks with a page, a lab is their host.

runs       what must end with the lab: a Node process, a page's run
relays     stand in front of servers that are not ours, and record them
ports      where the lab's servers and relays listen: what ``ws://localhost:8080`` means in a cell
markers    pair a page's socket with the server's end of its connection
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol

from wslab.net import Markers, PortTaken, Relay
from wslab.timeline import Watchers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wslab.net import LoopThread, Server
    from wslab.timeline import Timeline

_GOODBYE = 0.4  # how long a run may take to end, in seconds
_BEGIN = (
    5.0  # and until it has begun to: the lab's thread runs nobody else's code, so only a very busy machine takes long
)


class HostedRun(Protocol):
    """Something of another runtime that lives in a lab."""

    @property
    def description(self) -> str:
        """What it is, for the lab's `repr`."""

    async def end(self, why: str) -> None:
        """End, within 0.4 s. Runs on the lab's thread."""


class Hosting:
    """What a lab offers to runtimes that are not ours.

    Args:
        timeline: Where they are recorded.
        thread: Gives the lab's own thread, started when it is first needed.
        servers: Gives the lab's servers.
        changed: Told when the ends that can act may have changed.
        check_open: Raises `LabClosed` once the lab is closed.

    Attributes:
        timeline: Where they are recorded.
        markers: Pair their clients with our servers.
        thread: Gives the lab's own thread, where relays and control channels live.
    """

    def __init__(
        self,
        timeline: Timeline,
        thread: Callable[[], LoopThread],
        servers: Callable[[], Iterable[Server]],
        changed: Callable[[], None],
        check_open: Callable[[], None],
    ) -> None:
        self.timeline = timeline
        self.markers = Markers()
        self.thread = thread
        self._servers = servers
        self._changed = changed
        self._check_open = check_open
        self._relays: list[Relay] = []
        self._runs: list[HostedRun] = []
        self._watchers = Watchers("a watcher of the lab's ports", timeline.failed)
        self._known: dict[int, str] = {}
        self._notifying = threading.RLock()  # servers and relays change on threads of their own

    @property
    def relays(self) -> list[Relay]:
        """The relays that run."""
        return [relay for relay in tuple(self._relays) if relay.running]

    @property
    def runs(self) -> tuple[HostedRun, ...]:
        """What lives in this lab."""
        return tuple(self._runs)

    def ports(self) -> dict[int, str]:
        """The ports where servers and relays of this lab listen, each with its name."""
        listening: list[Server | Relay] = [*self._servers(), *self.relays]
        return {each.port: each.name for each in listening if each.running}

    def watch_ports(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told, on any thread, when `ports` has changed. The callback must return at once.

        Returns:
            A function that ends the watch.
        """
        return self._watchers.add(callback)

    def ports_may_have_changed(self) -> None:
        """Look whether `ports` has changed, and tell whoever watches. Any thread; who comes last has told what holds."""
        with self._notifying:
            ports = self.ports()
            if ports != self._known:
                self._known = ports
                self._watchers.tell()

    async def relay(self, name: str, port: int) -> Relay:
        """Start a relay.

        Args:
            name: The name of what it stands in front of.
            port: The port to own on 127.0.0.1 and ::1, or 0 for a free one.

        Raises:
            PortTaken: Somebody else listens there; who is said.
            LabClosed: The lab is closed.
        """
        self._check_open()
        relay = Relay(name, self.timeline, self.markers, self.thread())
        try:
            await relay.listen(port)
        except PortTaken as error:
            raise self.explained(error) from None
        relay.on_change(self._changed)
        self._relays.append(relay)
        self._changed()
        return relay

    async def drop(self, relay: Relay) -> None:
        """Stop a relay; its connections end."""
        await relay.shut_down(1001)
        if relay in self._relays:
            self._relays.remove(relay)
        self._changed()

    def explained(self, error: PortTaken) -> PortTaken:
        """The same error, naming who of this lab has the port."""
        for server in self._servers():
            if server.running and server.port == error.port:
                return PortTaken(error.port, f'server "{server.name}" of this lab (await server.stop() ends it)')
        for relay in self.relays:
            if relay.port == error.port:
                return PortTaken(error.port, f'the Node cell "{relay.name}" of this lab (%node --stop ends it)')
        return error

    def join(self, run: HostedRun) -> None:
        """Take in something that must end with this lab.

        Raises:
            LabClosed: The lab is closed.
        """
        self._check_open()
        self._runs.append(run)

    def leave(self, run: HostedRun) -> None:
        """Forget a run that has ended."""
        if run in self._runs:
            self._runs.remove(run)

    async def end(self, why: str) -> None:
        """End all runs and relays, because the lab ends. Runs on any loop."""
        runs, relays = self.runs, tuple(self._relays)
        if not runs and not relays:
            return
        thread = self.thread()
        begun: list[Future[None]] = [Future() for _ in runs]
        tasks = [thread.begin(self._end(run, why, begins)) for run, begins in zip(runs, begun, strict=True)]
        if tasks:
            await asyncio.wait([asyncio.wrap_future(each) for each in begun], timeout=_BEGIN)
            await asyncio.wait(tasks, timeout=_GOODBYE)
        try:
            await asyncio.gather(*(relay.shut_down(1001) for relay in relays))
        finally:
            self._runs.clear()
            self._relays.clear()

    async def _end(self, run: HostedRun, why: str, begun: Future[None]) -> None:
        """End a run. Once this has begun the run ends, even if it is cancelled in the midst of it."""
        begun.set_result(None)
        try:
            await run.end(why)
        except Exception as error:  # noqa: BLE001  (told, and the others end)
            self.timeline.failed(f"the end of {type(run).__name__} failed", error)
