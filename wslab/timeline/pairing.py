"""Which two ends are one connection.

    by marker     the witness of a URL and the server's end that was asked for that URL
    by address    a client's end and a server's end with the same two addresses

Ends appear in any order and at any distance: measured, the server's end is seen before the client's in 38 of 100 connections,
and where a loop is blocked the other end comes seconds later. Nothing waits for it. An end stands alone, shown like any other,
and whenever the other appears the two are one connection from then on (`wslab.timeline.store`).

A port is used again once its connection is over, so several ends may stand alone at one pair of addresses. A system hands
connections out in the order in which they came: pairs never cross, a client that is passed over is a doubtful thing, and of
all ways to pair them that one is taken which is most certain in sum, the oldest first among equals.

    certain     the bytes are the same, as far as both ends have them: a request has a random key
    likely      no bytes in common; they lived at the same time
    possible    no bytes in common; one was over before the other was noticed, because a loop was blocked

Bytes that differ never pair.
"""

from __future__ import annotations

from operator import itemgetter
from time import perf_counter_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wslab.timeline.connection import Connection, EndState
    from wslab.timeline.records import Address, ByteStream

CLIENT_WAIT_NS = 1_000_000_000
"""How long somebody who waits for all to settle counts on a client to tell of itself, in nanoseconds."""

SLACK_NS = 60_000_000_000
"""How long after the end of one end the other may appear and still be its own without bytes to show for it, in nanoseconds.

A server accepts when its loop comes to it, which a handler that blocks, or a busy machine, keeps from it for long; and a system
does not give the same two addresses to another connection soon.
"""

_CERTAIN, _LIKELY, _POSSIBLE = 1000, 20, 18  # and what is to be subtracted from it:
_PASSED_OVER, _TOO_MUCH = 3, 4

_TELLING = 4096
"""How many bytes of a stream are compared: a request's key is among the first."""


class Pairing:
    """Finds the other ends. Used by one reader at a time.

    Args:
        join: Called with a client's end and the server's end that belongs to it; makes one connection of theirs.
    """

    def __init__(self, join: Callable[[EndState, EndState], None]) -> None:
        self._join = join
        self._alone: dict[tuple[Address, Address], list[EndState]] = {}
        self._marked: dict[str, EndState] = {}

    def meet(self, ends: Iterable[EndState]) -> None:
        """Look for the other ends of those that stand alone and have news.

        Args:
            ends: These ends, in the order in which they were created; those that nobody has seen yet have no connection.
        """
        met: dict[tuple[Address, Address], list[EndState]] = {}
        for end in ends:
            if end.connection is not None and end.connection.whole:
                continue
            other = self._marked.setdefault(end.marker, end) if end.marker else end
            if other.side != end.side:
                self._pair(*((end, other) if end.side == "client" else (other, end)))
            elif (addresses := _addresses(end)) is not None:
                alone = met[addresses] = self._alone.setdefault(addresses, [])
                if end not in alone:
                    alone.append(end)
        for alone in met.values():
            for client, server in _match(alone):
                self._pair(client, server)

    def forget(self, connection: Connection) -> None:
        """Look for the other end of a connection no longer."""
        for end in connection.members:
            self._take_out(end)

    def expects(self, connection: Connection) -> bool:
        """Whether the other end of a connection that is over may still appear."""
        if connection.whole or connection.open:
            return False
        now = perf_counter_ns()
        return any(
            (end.marker or _addresses(end)) and now - (end.closed or 0) <= SLACK_NS for end in connection.members
        )  # there is one

    def _pair(self, client: EndState, server: EndState) -> None:
        self._take_out(client)
        self._take_out(server)
        self._join(client, server)

    def _take_out(self, end: EndState) -> None:
        if self._marked.get(end.marker) is end:
            del self._marked[end.marker]
        addresses = _addresses(end)
        alone = self._alone.get(addresses, []) if addresses is not None else []
        if end in alone:
            alone.remove(end)
        if addresses is not None and not alone:
            self._alone.pop(addresses, None)


def awaits_its_client(connection: Connection, *, markers: bool) -> bool:
    """Whether a server has accepted a connection a moment ago whose client has yet to tell of itself.

    Args:
        connection: The connection.
        markers: Whether pages, or other processes, mark the URLs of their sockets.
    """
    server = connection.server_end
    if server is None or connection.whole or perf_counter_ns() - server.created > CLIENT_WAIT_NS:
        return False
    return bool(server.marker) or (markers and not server.received.stop and server.closed is None)


def _addresses(end: EndState) -> tuple[Address, Address] | None:
    """The addresses of client and server; None while they are not known."""
    if end.local is None or end.remote is None:
        return None
    return (end.local, end.remote) if end.side == "client" else (end.remote, end.local)


def _match(alone: list[EndState]) -> tuple[tuple[EndState, EndState], ...]:
    """Who belongs together of the ends that stand alone at one pair of addresses: clients and their servers."""
    clients = sorted((end for end in alone if end.side == "client"), key=_since)
    servers = sorted((end for end in alone if end.side == "server"), key=_since)
    unsure = [client for client in clients if not any(_same_bytes(client, server) for server in servers)]
    choice = len(unsure) > 1 and any(client.sent.stop for client in unsure)
    best: dict[
        tuple[int, int], tuple[int, tuple[tuple[EndState, EndState], ...]]
    ] = {}  # of the ends from these positions on
    for i in range(len(clients), -1, -1):
        for j in range(len(servers), -1, -1):
            best[i, j] = (0, ())
            if i == len(clients) or j == len(servers):
                continue
            certainty = _certainty(clients[i], servers[j], choice=choice)
            sum_, pairs = best[i + 1, j + 1]
            ways = [(sum_ + certainty, ((clients[i], servers[j]), *pairs))] if certainty else []
            sum_, pairs = best[i + 1, j]
            ways += [(sum_ - _PASSED_OVER * bool(pairs), pairs), best[i, j + 1]]
            best[i, j] = max(ways, key=itemgetter(0))
    return best[0, 0][1]


def _certainty(client: EndState, server: EndState, *, choice: bool) -> int:
    """How certain it is that two ends belong together; 0 where they do not, or the server's request has yet to say so.

    Args:
        client: The client's end.
        server: The server's end, with the same addresses.
        choice: Whether several clients stand alone there, and a request will say which of them it is.
    """
    same = _same_bytes(client, server)
    if same is None:
        if choice and server.closed is None and not server.received.stop:
            return 0
        starts, stops = (_since(client), server.created), (client.closed, server.closed)
        apart = max(starts) - min(stop for stop in (*stops, max(starts)) if stop is not None)
        certainty = _POSSIBLE if 0 < apart <= SLACK_NS else 0 if apart else _LIKELY
    else:
        certainty = _CERTAIN if same else 0
    return certainty - _TOO_MUCH * (certainty > 0 and _too_much(client, server))


def _since(end: EndState) -> int:
    """Since when an end has been there, as far as it knows."""
    return end.established or end.created


def _too_much(client: EndState, server: EndState) -> bool:
    """Whether somebody has received what nobody has sent."""
    return client.received.stop > server.sent.stop or server.received.stop > client.sent.stop


def _same_bytes(client: EndState, server: EndState) -> bool | None:
    """Whether two ends hold the same bytes; None where they have none in common."""
    found = {_same(client.sent, server.received), _same(server.sent, client.received)}
    if False in found:  # a fault may have changed them at one end
        return None if client.otherwise or server.otherwise else False
    return True if True in found else None


def _same(sent: ByteStream, received: ByteStream) -> bool | None:
    start = max(sent.first, received.first)
    stop = min(sent.stop, received.stop, start + _TELLING)
    return sent.read(start, stop) == received.read(start, stop) if start < stop else None
