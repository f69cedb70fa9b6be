"""What is still under way in a lab, one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.net import Relay, Server, WebSocket
    from wslab.timeline import Timeline


def still_open(
    timeline: Timeline, servers: list[Server], relays: list[Relay], sockets: tuple[WebSocket, ...]
) -> list[str]:
    """Say what has not settled.

    Args:
        timeline: Knows what was sent and not received.
        servers: Know their handlers.
        relays: Stand in front of servers that are not ours.
        sockets: Know their events.

    Returns:
        Nothing once all has settled.
    """
    reasons = timeline.unsettled()
    listening: list[Server | Relay] = [*servers, *relays]
    ports = {each.port for each in listening if each.running}
    for connection in timeline.connections():
        client = connection.client_end
        if client is None or connection.server_end is not None or client.closed is not None:
            continue
        if client.remote is not None and client.remote.port in ports:
            reasons.append(f"connection {connection.number} is not accepted yet")
    for server in servers:
        if count := server.lingering():
            handlers = "1 handler" if count == 1 else f"{count} handlers"
            reasons.append(f"{handlers} of server {server.name} still run although the connection is closed")
    for socket in sockets:
        if socket.backlog()[0]:
            reasons.append(f"events of {socket!r} are not delivered yet")
    return reasons
