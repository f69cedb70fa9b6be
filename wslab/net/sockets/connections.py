"""Connections: asyncio's `create_server`, on the loop that runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


async def accept(protocol: Callable[[], asyncio.BaseProtocol], sockets: list[socket.socket]) -> list[asyncio.Server]:
    """Accept connections on listening sockets.

    Args:
        protocol: Makes the object that asyncio tells of a connection.
        sockets: Where to accept them.

    Returns:
        What accepts, to be closed.
    """
    loop = asyncio.get_running_loop()
    return [await loop.create_server(protocol, sock=sock) for sock in sockets]
