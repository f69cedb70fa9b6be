"""Which two ends are one connection, and which public number it has.

    client end     numbered by creation: the order in which the learner's code made them
    witness        a client end whose bytes are not recorded: numbered the same way, unless the server's end of its marker
                   has a number already, because it had waited for long enough
    server end     belongs to the witness with its marker; or to the client end with the same two addresses and an overlapping
                   lifetime, the oldest first, or to the last that was over before the accept was noticed; else, once no
                   client could still turn out to be it, it gets a number of its own by accept

Ends appear in any order: measured, the server's end is seen before the client's in 38 of 100 connections. So a server's end
waits while a client that was made before it is still connecting to its port; while its request, and a marker in it, may still
come, where markers are expected; and while nobody has told of the witness of its marker. Nothing is guessed, and nothing waits
for ever.
"""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline.address import Address
    from wslab.timeline.connection import Connection
    from wslab.timeline.ends import End

WAIT = 1_000_000_000
"""How long a server's end waits for a client that is still connecting, in nanoseconds."""

SLACK = 60_000_000_000
"""How late after a client's end an accept may be noticed and still be its own, in nanoseconds.

A server accepts when its loop comes to it, which a handler that blocks, or a busy machine, keeps from it for long; and a system
does not give the same two addresses to another connection soon.
"""


class Pairing:
    """Places ends into connections. Used by one reader at a time.

    Args:
        make: Makes the next connection, with the next public number.

    Attributes:
        markers: Whether servers' ends may learn a marker from the first bytes they receive.
    """

    def __init__(self, make: Callable[[], Connection]) -> None:
        self._make = make
        self._waiting: list[End] = []
        self._connecting: list[End] = []
        self._lonely: dict[tuple[Address, Address], list[End]] = {}
        self._marked: dict[str, End] = {}  # witnesses, and servers' ends without theirs
        self.markers = False

    @property
    def waiting(self) -> int:
        """How many ends are not placed yet."""
        return len(self._waiting)

    def add(self, ends: list[End]) -> None:
        """Take new ends in and place all that can be placed, in the order in which they were created."""
        if not ends and not self._waiting:
            return
        waiting = sorted(self._waiting + ends, key=lambda end: end.created)
        self._waiting = []
        self._connecting += [end for end in waiting if end.side == "client"]
        self._settle_clients()
        witnessed = self._meet(waiting)
        for end in waiting:
            if end.side == "client":
                self._number(end)
            elif end in witnessed:
                continue
            elif (partner := self._partner(end)) is not None:
                self._place(end, self._number(partner))
            elif self._may_still_come(end):
                self._waiting.append(end)
            else:
                self._number(end)
                if end.marker:
                    self._marked.setdefault(end.marker, end)
        for end, witness in witnessed.items():  # now that witnesses told of together are numbered by creation
            self._place(end, self._number(witness))

    def _meet(self, ends: list[End]) -> dict[End, End]:
        """The servers' ends among these of whose markers a witness is known, each with its witness."""
        found: dict[End, End] = {}
        for end in ends:
            if end.side == "client" and end.marker:
                earlier = self._marked.get(end.marker)
                if earlier is None:
                    self._marked[end.marker] = end
                elif earlier.side == "server" and earlier.connection is not None:
                    del self._marked[end.marker]
                    self._place(end, earlier.connection)
        for end in ends:
            if end.side == "server" and end.marker:
                witness = self._marked.get(end.marker)
                if witness is not None and witness.side == "client":
                    found[end] = self._marked.pop(end.marker)
        return found

    def forget(self, connection: Connection) -> None:
        """Let a connection go of which no row is kept: nobody will turn out to be its other end."""
        for end in connection.members:
            if self._marked.get(end.marker) is end:
                del self._marked[end.marker]
            if end.local is None or end.remote is None:
                continue
            ends = self._lonely.get((end.local, end.remote), [])
            if end in ends:
                ends.remove(end)
            if not ends:
                self._lonely.pop((end.local, end.remote), None)

    def _number(self, end: End) -> Connection:
        """The connection of an end; a new one, with the next number, if it has none."""
        if end.connection is None:
            self._place(end, self._make())
        assert end.connection is not None
        return end.connection

    def _place(self, end: End, connection: Connection) -> None:
        if end.witness:
            connection.witness = end
        elif end.side == "client":
            connection.client_end = end
        else:
            connection.server_end = end
        end.connection = connection

    def _settle_clients(self) -> None:
        """Clients whose address has become known wait for their server's end; those that failed do not."""
        still = []
        for end in self._connecting:
            if end.local is not None and end.remote is not None:
                self._lonely.setdefault((end.local, end.remote), []).append(end)
            elif end.closed is None:
                still.append(end)
        self._connecting = still

    def _partner(self, server: End) -> End | None:
        if server.local is None or server.remote is None:
            return None
        ends = self._lonely.get((server.remote, server.local), [])
        found = next((client for client in ends if _overlap(client, server)), None)
        found = found or next((client for client in reversed(ends) if _just_gone(client, server)), None)
        if found is not None:
            ends.remove(found)
        return found

    def expects(self, connection: Connection) -> bool:
        """Whether a server's end may still turn out to belong to a connection whose client is over."""
        client = connection.client_end
        if client is None or client.closed is None or client.local is None or connection.server_end is not None:
            return False
        return perf_counter_ns() - client.closed <= SLACK

    def _may_still_come(self, server: End) -> bool:
        if perf_counter_ns() - server.created > WAIT:
            return False
        if server.marker:
            return True
        if self.markers and not server.received.stop and server.closed is None:
            return True
        port = server.local.port if server.local else None
        return any(
            client.created <= server.created
            and not client.marker
            and (client.target == port or (client.target is None and not client.witness))
            for client in self._connecting
        )


def _overlap(client: End, server: End) -> bool:
    """Whether both lived at the same time: a port is used again once its connection is over."""
    if client.closed is not None and client.closed < server.created:
        return False
    return server.closed is None or client.created <= server.closed


def _just_gone(client: End, server: End) -> bool:
    """Whether a client was over before a server noticed that it had come, and not for long."""
    return client.closed is not None and client.closed < server.created <= client.closed + SLACK
