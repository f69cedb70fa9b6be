"""The end of a lab: once, and for one reason, whoever asks for it.

    close()        by whoever holds the lab, and waits for it
    hand_over()    because a newer lab takes over, or the process exits: in the background, on the lab's own thread

Each part says goodbye by itself: what one of them raises is told, and keeps none of the others, and no lab, from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from wslab.net import act, guarded, uninstall_prints

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future

    from websockets.asyncio.client import ClientConnection

    from wslab.lab.actions import LabEnds
    from wslab.lab.hosting import Hosting
    from wslab.net import ClientHost, Raws, ThreadWhenNeeded
    from wslab.timeline import End, Timeline

_GOODBYE = 0.4  # how long a client may take to close, in seconds


@dataclass(eq=False)
class Shutdown:
    """The end of one lab.

    Attributes:
        timeline: Told of what fails.
        thread: The lab's own.
        host: Has the lab's sockets, and the reason why it is closed.
        ends: Has the clients made by `Lab.connect`.
        raws: The raw sockets.
        hosting: The relays, and what runs in other runtimes.
        stop_showing: Lets what is on the page stay as it is.
        before: Done once the lab is closed from which this one took over.
    """

    timeline: Timeline
    thread: ThreadWhenNeeded
    host: ClientHost
    ends: LabEnds
    raws: Raws
    hosting: Hosting
    stop_showing: Callable[[], None]
    before: Future[None] | None = None

    async def close(self, why: str) -> None:
        """Close all that is open; a closed lab stays as it is.

        Args:
            why: A sentence for whoever uses the lab afterwards.
        """
        if self.host.closed:
            return
        self.host.closed = why
        await self._end()
        if self.thread.now is not None:
            await self.thread.now.wait_ended(1)

    def hand_over(self, why: str, *, leaving: bool) -> Future[None] | None:
        """Begin to close all that is open.

        Args:
            why: A sentence for whoever uses the lab afterwards.
            leaving: Whether the process exits.

        Returns:
            What is done once everything is closed; None where nothing is to be waited for.
        """
        if self.host.closed:
            return None
        self.host.closed = why
        thread = self.thread.now
        if thread is None or not thread.alive:
            if not leaving:
                uninstall_prints()
            return self.before
        return asyncio.run_coroutine_threadsafe(self._end(), thread.loop)

    async def wait_before(self) -> None:
        """Wait until the lab before is gone, for a few seconds at most."""
        if self.before is not None and not self.before.done():
            await asyncio.wait({asyncio.wrap_future(self.before)}, timeout=4)

    async def _end(self) -> None:
        """Close all that is open. Runs on any loop."""
        await self.wait_before()
        try:
            await self._all_of(self._say_goodbye(), self.raws.close(), self.hosting.end(self.host.closed))
            await self._all_of(*(server.shut_down(1001) for server in self.hosting.ports.servers.values()))
            self.stop_showing()
        except Exception as error:  # noqa: BLE001  (the rest of the end is to come)
            self.timeline.failed("closing the lab failed", error)
        finally:
            uninstall_prints()
            if self.thread.now is not None:
                self.thread.now.stop()

    async def _all_of(self, *goodbyes: Coroutine[Any, Any, None]) -> None:
        for result in await asyncio.gather(*goodbyes, return_exceptions=True):
            if isinstance(result, Exception):
                self.timeline.failed("closing the lab failed", result)

    async def _say_goodbye(self) -> None:
        """Close clients with 1001, and abort those that have not closed soon after."""
        sockets, clients = tuple(self.host.sockets), self.ends.clients()
        for socket in sockets:
            socket.go_away()
        for end, (connection, loop) in clients.items():
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(guarded(_close, partial(end.failed, "the goodbye failed")), connection, end)
        deadline = time.monotonic() + _GOODBYE
        awaited = [socket.end for socket in sockets] + [end for end, (_, loop) in clients.items() if loop.is_running()]
        while time.monotonic() < deadline and any(end.closed is None for end in awaited):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        for socket in sockets:
            if socket.end.closed is None and self.thread.now is not None:
                socket.abort()


def _close(connection: ClientConnection, end: End) -> None:
    connection.faults.release("the lab closes")  # type: ignore[attr-defined]  # else its Close frame may never leave
    act(lambda: connection.close(1001), end)
