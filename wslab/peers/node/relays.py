"""The relays of a run: each server of its cell has one in front, which owns the port that the cell names.

Everything here runs on the lab's own thread, one question after the other.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from wslab.net import LabError, PortTaken

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lab import Hosting
    from wslab.net import Relay
    from wslab.timeline import End

_LAST_BYTES = 1.0  # seconds for what is under way when a server has closed


class NodeRelays:
    """Starts and stops them.

    Args:
        hosting: The lab that owns them.
        name: The name of the run; further servers of it are numbered.
        answer: Sends an answer to Node.
        taken: Told of a port that somebody else has.
        changed: Told when the ports have changed.
    """

    def __init__(
        self,
        hosting: Hosting,
        name: str,
        answer: Callable[[dict[str, Any]], None],
        taken: Callable[[PortTaken], None],
        changed: Callable[[], None],
    ) -> None:
        self._hosting = hosting
        self._name = name
        self._answer = answer
        self._taken = taken
        self._changed = changed
        self._turn = asyncio.Lock()
        self._made = 0
        self._closed = False
        self._relays: dict[int, Relay] = {}

    @property
    def ports(self) -> list[int]:
        """The ports they own."""
        return [relay.port for relay in tuple(self._relays.values()) if relay.running]

    def end_of(self, port: int) -> End | None:
        """The server's end of the connection that Node sees come from a port."""
        return next((end for relay in tuple(self._relays.values()) if (end := relay.end_of(port))), None)

    async def listen(self, ask: int, port: int) -> None:
        """Own a port for a server of the cell, and answer."""
        async with self._turn:
            name = self._name if not self._made else f"{self._name} ({self._made + 1})"
            try:
                relay = await self._hosting.relay(name, port)
            except PortTaken as error:
                self._taken(error)
                self._answer({"answer": ask, "taken": True})
                return
            except (LabError, OSError) as error:
                self._answer({"answer": ask, "text": str(error)})
                return
            self._made += 1
            if self._closed:  # Node has gone meanwhile
                await self._hosting.drop(relay)
                return
            self._relays[ask] = relay
            self._answer({"answer": ask, "port": relay.port})
        self._changed()

    def forward(self, ask: int, port: int) -> str:
        """The server of the cell listens now, on a port of its own. Returns where the lab has it."""
        relay = self._relays.get(ask)
        if relay is None:
            return ""
        relay.forward(port)
        return relay.url

    async def release(self, ask: int) -> None:
        """The server of the cell has closed: what is under way may still arrive, then its port is free."""
        async with self._turn:
            relay = self._relays.get(ask)
            if relay is None:
                return
            deadline = asyncio.get_running_loop().time() + _LAST_BYTES
            while relay.links() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            self._relays.pop(ask, None)
            await self._hosting.drop(relay)
        self._changed()

    async def close(self) -> None:
        """Node has gone: free all ports. What Node sent last may still arrive."""
        self._closed = True
        asks = list(self._relays)
        for ask in asks:
            await self.release(ask)
