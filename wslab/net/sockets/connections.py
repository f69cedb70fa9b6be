"""Connections: asyncio's `create_connection` and `create_server`, on the loop that runs."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl as tls
    from collections.abc import Callable

_HOST = "127.0.0.1"


async def connect(
    protocol: Callable[[], asyncio.BaseProtocol],
    host: str,
    port: int,
    limit: float,
    *,
    ssl: tls.SSLContext | None = None,
) -> None:
    """Connect to a server.

    Args:
        protocol: Makes the object that asyncio tells of the connection.
        host: Its address or name.
        port: Its port.
        limit: The longest to wait, in seconds.
        ssl: How to trust it, for TLS.

    Raises:
        OSError: There is no connection.
        TimeoutError: The limit was reached.
    """
    async with asyncio.timeout(limit):
        await asyncio.get_running_loop().create_connection(protocol, host, port, ssl=ssl)


async def connect_from(
    bound: Callable[[int], object], protocol: Callable[[], asyncio.BaseProtocol], port: int, limit: float
) -> None:
    """Connect to a port of this machine, from a port that is known before: the peer may tell of the connection before we hear of it.

    Args:
        bound: Told the local port, before anything is sent.
        protocol: Makes the object that asyncio tells of the connection.
        port: The port to connect to.
        limit: The longest that the peer's system may take to accept, in seconds.

    Raises:
        OSError: There is no connection.
        TimeoutError: The limit was reached.
    """
    loop = asyncio.get_running_loop()
    # Of TCP by name: see `wslab.net.sockets.ports`.
    sock, taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP), False

    def take() -> asyncio.BaseProtocol:
        nonlocal taken
        taken = True  # by a transport, which closes it
        return protocol()

    try:
        sock.setblocking(False)  # noqa: FBT003
        sock.bind((_HOST, 0))
        bound(sock.getsockname()[1])
        async with asyncio.timeout(limit):
            await loop.sock_connect(sock, (_HOST, port))
        await loop.create_connection(take, sock=sock)
    finally:
        if not taken:
            sock.close()


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
