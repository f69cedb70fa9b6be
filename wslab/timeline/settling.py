"""Settling: what is still under way between the ends of a connection."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

from wslab.timeline.pairing import CLIENT_WAIT_NS
from wslab.timeline.rows import unheard, waits

if TYPE_CHECKING:
    from collections.abc import Collection

    from wslab.timeline.connection import Connection, EndState


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


def _witnessed(witness: EndState, server: EndState | None) -> str:
    """What is still under way where the client's bytes are not recorded."""
    if server is None:  # a server of ours is known by the marker, and its end is seen at once; any other never is
        fresh = perf_counter_ns() - witness.created < CLIENT_WAIT_NS
        return "is still connecting" if witness.marker and witness.closed is None and fresh else ""
    return "is closed at one end only" if (witness.closed is None) != (server.closed is None) else ""
