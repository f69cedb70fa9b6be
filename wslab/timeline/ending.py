"""How far a connection has come: what is still under way between its ends, and what to say of a TCP connection that ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection
    from wslab.timeline.ends import End


def unsettled(connection: Connection) -> str:
    """What is still under way, in words; empty when this connection has settled."""
    client, server = connection.client_end, connection.server_end
    if client is not None and client.closed is None and client.local is None:
        return "is still connecting"
    if any(end.notes for end in connection.ends):
        return "has a call that the network has not taken yet"
    if connection.open and any(direction.head.closed >= 0 for direction in connection.directions.values()):
        return "is still closing"
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


def tcp_ended(connection: Connection, end: End) -> str:
    """What to say of a TCP connection that ended; nothing where a closing handshake, or a refusal, came before."""
    if connection.response is None:
        return "TCP ended before the server answered a handshake" if end.side == "server" else ""
    if connection.response.status != 101:
        return ""
    up, down = (direction.head.closed for direction in connection.directions.values())
    sent, received = (up, down) if end.side == "client" else (down, up)
    closes = (0 <= sent <= end.sent.stop) + (0 <= received <= end.received.stop)
    return ("TCP ended without a Close frame", "TCP ended after one Close frame only", "")[closes]
