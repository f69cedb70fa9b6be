"""Handlers that do not end when they should, and the three clients a lab can have open on them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import TYPE_CHECKING

import websockets
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection
    from websockets.asyncio.server import ServerConnection

    from wslab import Lab, Server, WebSocket
    from wslab.net import Handler

BLOCKED = 3.5
"""For how long `sleeps` blocks, in seconds: longer than a stop takes, so that it has to be abandoned."""


async def never_ends(connection: ServerConnection) -> None:
    await asyncio.sleep(3600)


async def swallows_cancel(connection: ServerConnection) -> None:
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)


async def swallows_everything(connection: ServerConnection) -> None:
    while True:
        with contextlib.suppress(BaseException):
            await asyncio.sleep(3600)


async def sleeps(connection: ServerConnection) -> None:
    async for _ in connection:
        time.sleep(BLOCKED)  # noqa: ASYNC251


def waits_for(release: threading.Event) -> Handler:
    """A handler that blocks its thread until a test lets it go: whoever waits for it before that, waits for ever."""

    async def held(connection: ServerConnection) -> None:
        async for _ in connection:
            release.wait()

    return held


async def spins(connection: ServerConnection) -> None:
    async for _ in connection:
        while True:
            pass


STAYING = (never_ends, swallows_cancel, swallows_everything, sleeps, spins)
BLOCKING = (sleeps, spins)


class Clients:
    """A `lab.WebSocket`, a `lab.connect` and a plain `websockets.connect`, open on one server."""

    def __init__(self, socket: WebSocket, ours: ClientConnection, plain: ClientConnection) -> None:
        self.socket = socket
        self.connections = (ours, plain)

    @classmethod
    async def open(cls, lab: Lab, server: Server) -> Clients:
        socket = lab.WebSocket(server.url)
        await socket.opened()
        return cls(socket, await lab.connect(server.url), await websockets.connect(server.url))

    async def codes(self) -> list[int]:
        """The close codes they have seen."""
        event = await self.socket.closed()
        codes = [event.code]
        for connection in self.connections:
            try:
                await connection.recv()
            except ConnectionClosed as closed:
                codes.append(closed.rcvd.code if closed.rcvd is not None else 1006)
            await connection.close()
        return codes
