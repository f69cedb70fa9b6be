"""The ports of one lab: who of its servers and relays listens where, and which port each server had last."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from wslab.net import PortTaken, Server
from wslab.timeline import Watchers

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net import Relay
    from wslab.timeline import Timeline


class Ports:
    """Knows the servers and relays of one lab, and their ports.

    Args:
        timeline: Told of a watcher that fails.

    Attributes:
        servers: The servers by name, also those that have stopped.
        relays: The relays in front of servers that are not ours.
        last: The port of each server by name, also of the lab before.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.servers: dict[str, Server] = {}
        self.relays: list[Relay] = []
        self.last: dict[str, int] = {}
        self._watchers = Watchers("a watcher of the lab's ports", timeline.failed)
        self._told: dict[int, str] = {}
        self._telling = threading.RLock()  # servers and relays change on threads of their own

    def owners(self) -> list[Server | Relay]:
        """The servers, and the relays that run."""
        return [*self.servers.values(), *(relay for relay in tuple(self.relays) if relay.running)]

    def taken(self) -> dict[int, str]:
        """The ports where servers and relays of this lab listen, each with its name."""
        return {owner.port: owner.name for owner in self.owners() if owner.running}

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told, on any thread, when `taken` has changed. The callback must return at once.

        Returns:
            A function that ends the watch.
        """
        return self._watchers.add(callback)

    def may_have_changed(self) -> None:
        """Look whether `taken` has changed, and tell whoever watches. Any thread; who comes last has told what holds."""
        with self._telling:
            taken = self.taken()
            if taken != self._told:
                self._told = taken
                self._watchers.tell()

    def explained(self, error: PortTaken) -> PortTaken:
        """The same error, naming who of this lab has the port."""
        for owner in self.owners():
            if owner.running and owner.port == error.port:
                if isinstance(owner, Server):
                    return PortTaken(error.port, f'server "{owner.name}" of this lab (await server.stop() ends it)')
                return PortTaken(error.port, f'the Node cell "{owner.name}" of this lab (%node --stop ends it)')
        return error
