"""Settling: what is still under way between the ends of a connection."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

from wslab.timeline.pairing import CLIENT_WAIT_NS

if TYPE_CHECKING:
    from collections.abc import Collection

    from wslab.timeline.connection import Connection, Countable, EndState

LATE_NEWS_NS = 1_000_000_000
"""How long whoever waits for all to settle counts on the bytes of a note, and on the note of who received some, in nanoseconds."""

_REPORTED: tuple[Countable, ...] = ("handshake", "message")


def unsettled(connection: Connection, ports: Collection[int]) -> str:
    """What is still under way, in words; empty when this connection has settled.

    Args:
        connection: The connection, with everything taken in that was recorded.
        ports: Those at which every connection is recorded that a server accepts.
    """
    client, server = connection.client_end, connection.server_end
    if client is not None and client.closed is None and client.local is None:
        return "is still connecting"
    if about := _waits(connection):
        return about
    if connection.open and any(direction.head.closed >= 0 for direction in connection.directions.values()):
        return "is still closing"
    if missed := _unheard(connection):
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


def _witnessed(witness: EndState, server: EndState | None) -> str:
    """What is still under way where the client's bytes are not recorded."""
    if server is None:  # a server of ours is known by the marker, and its end is seen at once; any other never is
        fresh = perf_counter_ns() - witness.created < CLIENT_WAIT_NS
        return "is still connecting" if witness.marker and witness.closed is None and fresh else ""
    return "is closed at one end only" if (witness.closed is None) != (server.closed is None) else ""


def _waits(connection: Connection) -> str:
    """Which note waits for its bytes, in words; empty where none does, or it will do so for ever."""
    now = perf_counter_ns()
    for end, note in connection.unlinked.values():
        if note.pending:
            if end.closed is None:
                return "has a call that the network has not taken yet"
        elif note.about is not None and now - note.time <= LATE_NEWS_NS and _may_be_recorded(connection, end):
            if note.about[0].startswith(end.side):
                return f"has a call that has not reached the network yet: {note.name}"
            return f"has an event whose bytes are not there yet: {note.name}"
    return ""


def _may_be_recorded(connection: Connection, end: EndState) -> bool:
    """Whether somebody records the bytes of an end, or something leads to somebody who may."""
    return bool(connection.ends or end.marker or end.local or end.target)


def _unheard(connection: Connection) -> str:
    """What somebody surely received and has not told of yet, in words; empty where there is no such thing, or it was long ago."""
    now = perf_counter_ns()
    for end in connection.members:
        reports = end.witness or any(side == end.side for side, _ in connection.heard)
        if not end.is_remote or not reports or end.closed is not None:
            continue
        direction = connection.directions["server to client" if end.side == "client" else "client to server"]
        for what in _REPORTED:
            count = direction.message_index.count(what)
            if count <= connection.heard.get((end.side, what), 0):
                continue
            place, stream = direction.message_index.find(what, count - 1), direction.stream
            when = stream.time_of(place[1]) if place is not None and stream is not None else None
            if when is not None and now - when < LATE_NEWS_NS:
                return f"has a {what} that {end.label} has not told of yet"
    return ""
