"""What the trials of this lesson share: a server that takes its time, an address where nobody listens, and what handlers raised."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING

from wslab.net import echo

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request

    from wslab.lessons.authoring import Handler, Trial
    from wslab.net import Server

NAMES = "The names are the browser's, in lower case and in one word: `socket.onopen`. In a page, another name would do nothing at all."
"""The hint for what a socket says of an attribute that it does not have, such as ``on_open``."""

MISNAMED = "a WebSocket has no"


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


async def serve_slowly(t: Trial, gate: Gate, handler: Handler = echo) -> Server:
    """Start a server that answers the opening handshake once the gate is open."""
    return await t.lab.serve(handler, name="slow", process_request=gate.hold)


def nobody(t: Trial) -> str:
    """Make an address at which nobody listens, and nobody can: its port is held for as long as the trial goes on."""
    held = socket.socket()
    t.keep(held)
    held.bind(("127.0.0.1", 0))
    return f"ws://127.0.0.1:{held.getsockname()[1]}"


async def turns(times: int = 50) -> None:
    """Let this loop turn so often: what is ready has run then, and what follows from it."""
    for _ in range(times):
        await asyncio.sleep(0)


def put_forward(seconds: float) -> None:
    """Put the clock of this loop forward: every limit and every nap on it that ends within that time ends now."""
    loop = asyncio.get_running_loop()
    time = loop.time
    loop.time = lambda: time() + seconds  # type: ignore[method-assign]


def callbacks_raise_nothing(t: Trial) -> None:
    """End the trial where an event handler has raised something, as the log tells it.

    Of what was raised inside a function the log adds the learner's line; where it could not be called at all, there is none.
    """
    rows = [row for row in t.lab.timeline.rows() if row.source == "client" and row.name.endswith("raised")]
    raised = list(dict.fromkeys(f"{row.name}: {row.text}" for row in rows))
    shows = "\n".join(raised)
    t.expect(
        "takes the event",
        not any("TypeError" in each and "positional argument" in each and " at line " not in each for each in raised),
        "A callback is called with one argument, the event, and yours takes another number of them: `lambda event: ...`.",
        shows,
        sharper=True,
    )
    t.expect("callbacks", not raised, "A callback was called with the event, and raised an exception: it is the one below.", shows)
