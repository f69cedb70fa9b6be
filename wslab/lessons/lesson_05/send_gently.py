"""Exercise 05.4: look at bufferedAmount, and wait while too much is there."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import unless
from wslab.lessons.patience import LONGEST
from wslab.lessons.stage import Stage, ended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from websockets.asyncio.server import ServerConnection

    from wslab.lab import WebSocket

LIMIT = 65536
SIZE = 20_000
"""Bytes of a piece, so that it matters whether one looks before each of them."""


class Watched:
    """A socket that notes bufferedAmount at each call of `send`; everything else is the socket's own.

    Args:
        socket: The real one.
        found: Where to note it.
    """

    def __init__(self, socket: WebSocket, found: list[int]) -> None:
        self._socket = socket
        self._found = found

    def send(self, data: Any) -> None:
        """Send, and note what waited before."""
        self._found.append(self._socket.bufferedAmount)
        self._socket.send(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


@dataclass
class Evidence:
    """The pieces, what waited before each call of `send`, and what the server received."""

    pieces: list[str] = field(default_factory=list)
    waited: list[int] = field(default_factory=list)
    received: list[str | bytes] = field(default_factory=list)


async def trial(send_gently: Callable[[Any, list[str]], Awaitable[object]], stage: Stage, evidence: Evidence) -> None:
    """Have 800 kB sent to a server that reads, and note what waited on the way."""
    evidence.pieces = [stage.phrase().ljust(SIZE, ".") for _ in range(40)]
    over = threading.Event()

    async def listening(connection: ServerConnection) -> None:
        try:
            async for message in connection:
                evidence.received.append(message)
        finally:
            over.set()

    server = await stage.lab.serve(listening, compression=None)
    socket = stage.lab.WebSocket(server.url)
    await socket.opened(timeout=LONGEST)
    stage.value(await send_gently(Watched(socket, evidence.waited), list(evidence.pieces)))
    socket.close()
    await ended(over)


def diagnose(evidence: Evidence) -> str:
    """Name what is wrong."""
    received, pieces = evidence.received, evidence.pieces
    if not evidence.waited:
        return "sent"
    if len(received) == 1 < len(pieces):
        return "one by one"
    if received != pieces:
        return "all of them"
    if max(evidence.waited) > LIMIT:
        return "limit"
    return ""


def _shows(attempt: Attempt[Evidence]) -> str:
    evidence = attempt.evidence
    most = max(evidence.waited, default=0)
    return (
        f"pieces:                       {len(evidence.pieces)} of {SIZE} bytes\n"
        f"messages received:            {len(evidence.received)}\n"
        f"most that waited at a send(): {most} bytes"
    )


HEAD = "async def send_gently(socket, pieces):\n"
LOOP = "    for piece in pieces:\n"

SEND_GENTLY = Exercise(
    number="05.4",
    title="Send, and do not flood",
    goal=(
        "`send_gently(socket, pieces)` is given an open socket and a list of long texts. It sends each as a message of its own, in "
        "order. It never calls `send` while more than `LIMIT`, 65536 bytes, are still waiting: then it lets others run and looks again."
    ),
    example='await send_gently(socket, ["." * 20_000] * 40)  # takes a while, and takes no more memory than it must',
    answer="send_gently",
    wants="async def",
    parameters=("socket", "pieces"),
    needs="import asyncio\n\nLIMIT = 65536",
    stub="""
async def send_gently(socket, pieces):
    for piece in pieces:
        socket.send(piece)
""",
    start="This sends everything at once. Before each `send`, look at `socket.bufferedAmount`, and wait while it is above `LIMIT`.",
    solution="""
async def send_gently(socket, pieces):
    for piece in pieces:
        while socket.bufferedAmount > LIMIT:
            await asyncio.sleep(0.01)
        socket.send(piece)
""",
    afterwards="Forty pieces, and at no `send` did more wait than you allowed. A page does the same with `setTimeout`: there is no event for it.",
    evidence=Evidence,
    trial=trial,
    conditions=(
        unless("sent", "Nothing was sent. `socket.send(piece)` sends one piece.", diagnose, _shows),
        unless(
            "one by one", "All pieces came as one message. Send each by itself, and look before each.", diagnose, _shows
        ),
        unless(
            "all of them",
            "Not every piece arrived, once and in order. While too much is waiting, wait with `while`; do not leave the piece out.",
            diagnose,
            _shows,
        ),
        unless(
            "limit",
            "`send` was called while more than `LIMIT` bytes were waiting. Look before each `send`, again and again: "
            "`while socket.bufferedAmount > LIMIT:`, and an `await` inside.",
            diagnose,
            _shows,
        ),
    ),
    wrong=(
        Wrong("sends nothing", f"{HEAD}{LOOP}        await asyncio.sleep(0)\n", "sent"),
        Wrong("one message", f'{HEAD}    socket.send("".join(pieces))\n', "one by one"),
        Wrong(
            "leaves out what does not fit",
            f"{HEAD}{LOOP}        if socket.bufferedAmount <= LIMIT:\n            socket.send(piece)\n",
            "all of them",
        ),
        Wrong(
            "looks once",
            f"{HEAD}    while socket.bufferedAmount > LIMIT:\n        await asyncio.sleep(0.01)\n{LOOP}        socket.send(piece)\n",
            "limit",
        ),
        Wrong(
            "looks, and sends all the same",
            f"{HEAD}{LOOP}        if socket.bufferedAmount > 10 * LIMIT:\n            await asyncio.sleep(0.01)\n        socket.send(piece)\n",
            "limit",
        ),
        Wrong(
            "looks without letting others run",
            f"{HEAD}{LOOP}        while socket.bufferedAmount > LIMIT:\n            pass\n        socket.send(piece)\n",
            "yields",
        ),
    ),
)
