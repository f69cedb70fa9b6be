"""What the trials of this lesson share: a server that takes its time, an address where nobody listens, and what handlers raised."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Ending
from wslab.net import echo

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request

    from wslab.lessons.stage import Handler, Stage
    from wslab.net import Server


class Gate:
    """Holds back a server's answer to the opening handshake until it is opened."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def open(self) -> None:
        """Let every handshake go on."""
        self._open.set()

    async def hold(self, _connection: ServerConnection, _request: Request) -> None:
        """A `process_request` of websockets; it runs on the server's own loop."""
        while not self._open.is_set():  # noqa: ASYNC110  (opened from another thread)
            await asyncio.sleep(0.01)


async def serve_slowly(stage: Stage, gate: Gate, handler: Handler = echo) -> Server:
    """Start a server that answers the opening handshake once the gate is open."""
    return await stage.lab.serve(handler, name="slow", process_request=gate.hold)


async def nobody(stage: Stage) -> str:
    """Make an address at which nobody listens."""
    server = await stage.lab.serve(name="gone")
    await server.stop()
    return server.url


def raised(stage: Stage) -> list[str]:
    """What event handlers have raised, as the log tells it."""
    stage.lab.timeline.refresh()
    return [row.text for row in stage.lab.timeline.rows() if row.source == "client" and row.name.endswith("raised")]


def misnamed(attempt: Attempt[Any]) -> bool:
    """Whether an answer set an attribute that a socket does not have, such as ``on_open``."""
    return attempt.ending is Ending.RAISED and attempt.mishap.what.startswith("AttributeError: a WebSocket has no")
