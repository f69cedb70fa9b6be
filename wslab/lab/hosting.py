"""What runtimes that are not ours use of a lab: `wslab.peers` starts a Node or speaks with a page, a lab is their host.

runs       what must end with the lab: a Node process, a page's run
relays     stand in front of servers that are not ours, and record them
ports      where the lab's servers and relays listen (`wslab.lab.ports`): what ``ws://localhost:8080`` means in a cell
markers    pair a page's socket with the server's end of its connection
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol

from wslab.net import Markers, PortTaken, Relay

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lab.ports import Ports
    from wslab.net import LoopThread
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
        ports: Those of the lab.
        changed: Told when the ends that can act may have changed.
        check_open: Raises `LabClosed` once the lab is closed.

    Attributes:
        timeline: Where they are recorded.
        markers: Pair their clients with our servers.
        ports: Where servers and relays of the lab listen.
        thread: Gives the lab's own thread, where relays and control channels live.
    """

    def __init__(
        self,
        timeline: Timeline,
        thread: Callable[[], LoopThread],
        ports: Ports,
        changed: Callable[[], None],
        check_open: Callable[[], None],
    ) -> None:
        self.timeline = timeline
        self.markers = Markers()
        self.thread = thread
        self.ports = ports
        self._changed = changed
        self._check_open = check_open
        self._runs: list[HostedRun] = []

    @property
    def relays(self) -> list[Relay]:
        """The relays that run."""
        return [relay for relay in tuple(self.ports.relays) if relay.running]

    @property
    def runs(self) -> tuple[HostedRun, ...]:
        """What lives in this lab."""
        return tuple(self._runs)

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
            raise self.ports.explained(error) from None
        relay.on_change(self._changed)
        self.ports.relays.append(relay)
        self._changed()
        return relay

    async def drop(self, relay: Relay) -> None:
        """Stop a relay; its connections end."""
        await relay.shut_down(1001)
        if relay in self.ports.relays:
            self.ports.relays.remove(relay)
        self._changed()

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
        runs, relays = self.runs, tuple(self.ports.relays)
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
            self.ports.relays.clear()

    async def _end(self, run: HostedRun, why: str, begun: Future[None]) -> None:
        """End a run. Once this has begun the run ends, even if it is cancelled in the midst of it."""
        begun.set_result(None)
        try:
            await run.end(why)
        except Exception as error:  # noqa: BLE001  (told, and the others end)
            self.timeline.failed(f"the end of {type(run).__name__} failed", error)
