"""How far a connection has come: what is still under way between its ends, and the rows of what its ends noted themselves."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

from wslab.timeline.connection.end import TCP_ENDED
from wslab.timeline.pairing import WAIT
from wslab.timeline.records.row import PREVIEW, Row
from wslab.timeline.rows.remote import unheard, waits
from wslab.wire import one_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from wslab.timeline.connection.end import End, Note
    from wslab.timeline.connection.state import Connection


def unsettled(connection: Connection, ports: Collection[int]) -> str:
    """What is still under way, in words; empty when this connection has settled.

    Args:
        connection: The connection, with everything taken in that was recorded.
        ports: Those at which every connection is recorded that a server accepts.
    """
    client, server = connection.client_end, connection.server_end
    if client is not None and client.closed is None and client.local is None:
        return "is still connecting"
    if about := waits(connection):
        return about
    if connection.open and any(direction.head.closed >= 0 for direction in connection.directions.values()):
        return "is still closing"
    if missed := unheard(connection):
        return missed
    if client is None and connection.witness is not None:
        return _witnessed(connection.witness, server)
    if (
        client is not None
        and server is None
        and client.closed is None
        and client.remote
        and client.remote.port in ports
    ):
        return "is not accepted yet"
    if client is None or server is None:
        return ""
    if (client.closed is None) != (server.closed is None):
        return "is closed at one end only"
    if client.closed is not None:
        return ""
    for sender, receiver in ((client, server), (server, client)):
        if (missing := sender.sent.stop - receiver.received.stop) > 0:
            return f"has {missing} bytes on the way from {sender.side} to {receiver.side}"
    return ""


def _witnessed(witness: End, server: End | None) -> str:
    """What is still under way where the client's bytes are not recorded."""
    if server is None:  # a server of ours is known by the marker, and its end is seen at once; any other never is
        fresh = perf_counter_ns() - witness.created < WAIT
        return "is still connecting" if witness.marker and witness.closed is None and fresh else ""
    return "is closed at one end only" if (witness.closed is None) != (server.closed is None) else ""


def tcp_ended(connection: Connection, end: End) -> str:
    """What to say of a TCP connection that ended; nothing where a closing handshake, or a refusal, came before.

    It is said from where this end stands: what never came to it, or never left it, it has not seen.
    """
    if end.witness:  # it saw no TCP
        return ""
    up, down = connection.directions.values()
    went_up, went_down = (end.sent, end.received) if end.side == "client" else (end.received, end.sent)
    if connection.response is None or down.head_stop > went_down.stop:
        return "TCP ended before the server answered a handshake" if end.side == "server" else ""
    if connection.response.status != 101:
        return ""
    closes = (0 <= up.head.closed <= went_up.stop) + (0 <= down.head.closed <= went_down.stop)
    return ("TCP ended without a Close frame", "TCP ended after one Close frame only", "")[closes]


def row_of_note(connection: Connection, end: End, note: Note, index: int) -> Row | None:
    """The row of what an end noted; None for the end of TCP where a closing handshake came before.

    Args:
        connection: The connection.
        end: Its end.
        note: What it noted.
        index: The place of the row among this end's own.
    """
    name = tcp_ended(connection, end) if note.name == TCP_ENDED else note.name
    if not name:
        return None
    return Row(
        connection.number, end.side, index, note.kind, note.time - connection.started, name, one_line(note.text, PREVIEW),
        note.size, link=note.link, problem=note.problem, binary=note.binary,
    )  # fmt: skip
