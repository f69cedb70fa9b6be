"""Which connections there are, and their public numbers.

    unseen    a server has accepted it, and nothing has happened: it has no number yet
    known     by number: something of it is kept
    past      by number: it is over and nothing is kept but that, for an end that is noticed late
    also      by a number under which one of its ends was shown before it found the other

Numbers are given in the order in which clients are made, and to a server's end by itself in the order of the accepts, as soon
as there is anything to see of it. A number stays: where two ends that were shown find each other, the one that was given
first is the connection's, the other leads there too, and is given to nobody else.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from wslab.timeline.connection import Connection
from wslab.timeline.pairing import Pairing
from wslab.timeline.rows import absorb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wslab.timeline.connection import EndState
    from wslab.timeline.diagnosis import Diagnosis

PAST = 256
"""How many numbers of the past are kept at most."""


class Connections:
    """The connections of a timeline. Used by one reader at a time.

    Args:
        started: When the timeline began, in `time.perf_counter_ns`.
        diagnose: Says how a connection ended: see `Connection`.

    Attributes:
        past: Those of the past.
        also: Which number stands for one that was given to an end by itself.
    """

    def __init__(self, started: int, diagnose: Callable[[Connection], Diagnosis | None]) -> None:
        self.past: dict[int, Connection] = {}
        self.also: dict[int, int] = {}
        self._started = started
        self._diagnose = diagnose
        self._count = 0
        self._unseen: dict[EndState, Connection] = {}
        self._known: dict[int, Connection] = {}
        self._pairing = Pairing(self._join)

    def assign(self, ends: Iterable[EndState]) -> list[Connection]:
        """Assign ends that have news to connections.

        Returns:
            The connections of these ends of which there is anything to see.
        """
        ends = sorted(ends, key=attrgetter("created"))
        self._pairing.meet(ends)
        for end in ends:
            if end.connection is None:
                self._unseen[end] = connection = Connection(0, self._started, self._diagnose)
                connection.attach(end)
        found = {end.connection: None for end in ends if end.connection is not None}
        seen = [connection for connection in found if connection.number or connection.seen]
        for connection in sorted(seen, key=lambda each: each.members[0].created):
            number = self.number(connection)
            self._known[number] = connection  # let go, perhaps, and a handler of it still prints
            self.past.pop(number, None)
        return seen

    def number(self, connection: Connection) -> int:
        """The public number of a connection; the next one, if it has none."""
        if not connection.number:
            self._count += 1
            connection.number = self._count
            self._known[self._count] = connection
            for end in connection.members:
                self._unseen.pop(end, None)
        return connection.number

    def known(self) -> list[Connection]:
        """Those of which anything is kept, by number."""
        return [self._known[number] for number in sorted(self._known)]

    def unseen(self) -> list[Connection]:
        """Those that have no number yet."""
        return list(self._unseen.values())

    def get(self, number: int) -> Connection | None:
        """The connection that has a number, or had it once; None where nothing of it is kept."""
        return self._known.get(self.also.get(number, number))

    def hide(self, connection: Connection) -> bool:
        """Count a connection among those of which nothing is kept; returns whether it was none before."""
        return self._known.pop(connection.number, None) is not None

    def remember(self, connection: Connection) -> bool:
        """Keep the number of a connection that is over, if another end of it may still appear; returns whether it may."""
        expected = self._pairing.expects(connection)
        if expected:
            self.past[connection.number] = connection
        return expected

    def outlived(self) -> list[Connection]:
        """Take those out of the past whose other end has not appeared for long enough, or that are too many."""
        found = []
        for connection in tuple(self.past.values()):
            if len(self.past) <= PAST and self._pairing.expects(connection):
                break
            found.append(self.past.pop(connection.number))
        return found

    def forget(self, connection: Connection) -> None:
        """Forget a connection for good."""
        self._pairing.forget(connection)
        for number in connection.also:
            self.also.pop(number, None)

    def become(self, connections: Iterable[Connection]) -> None:
        """Know these instead: those of a saved recording."""
        self._known = {connection.number: connection for connection in connections}

    def _join(self, client: EndState, server: EndState) -> None:
        """Make one connection of two ends."""
        self._unseen.pop(server, None)
        one, other = client.connection, server.connection
        if one is None or other is None:
            (one or other or Connection(0, self._started, self._diagnose)).attach(client, server)
            return
        if other.number and (other.number < one.number or not one.number):
            one, other = other, one
        number = other.number
        self._known.pop(number, None)
        self.past.pop(number, None)
        absorb(one, other)
        if number:
            self.also[number] = one.number
