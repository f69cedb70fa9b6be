"""What is still under way in a lab, one sentence each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wslab.wire import counted

if TYPE_CHECKING:
    from wslab.lab.ports import Ports
    from wslab.net import Server, WebSocket
    from wslab.timeline import Timeline


def still_open(timeline: Timeline, ports: Ports, sockets: tuple[WebSocket, ...]) -> list[str]:
    """Say what has not settled.

    Args:
        timeline: Knows what was sent and not received.
        ports: Has the servers, which know their handlers.
        sockets: Know their events.

    Returns:
        Nothing once all has settled.
    """
    reasons = timeline.unsettled(set(ports.taken()))
    for server in list(ports.servers.values()):
        if count := server.pending_handlers():
            reasons.append(
                f"{counted(count, 'handler')} of server {server.name} still run although the connection is closed"
            )
    for socket in sockets:
        if socket.backlog()[0]:
            reasons.append(f"events of {socket!r} are not delivered yet")
    return reasons


async def turn(servers: list[Server]) -> None:
    """Let every server's loop, and this one, take a turn."""
    for server in servers:
        await server.turn()
    await asyncio.sleep(0)
