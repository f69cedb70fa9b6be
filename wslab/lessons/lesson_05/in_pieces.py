"""Exercise 05.3: one message in pieces, with a ping after each."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import unless
from wslab.lessons.stage import Stage, ended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from websockets.asyncio.client import ClientConnection
    from websockets.asyncio.server import ServerConnection

    from wslab.timeline import Timeline

SHOWN = 20
"""Frames that are shown with a hint."""


@dataclass
class Evidence:
    """The pieces, what the server received, and the client's frames in order: ``ping``, or the bytes a fragment carried."""

    pieces: list[str] = field(default_factory=list)
    received: list[str | bytes] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)


async def trial(
    in_pieces: Callable[[ClientConnection, AsyncIterator[str]], Awaitable[object]], stage: Stage, evidence: Evidence
) -> None:
    """Have random pieces sent over a real connection, and read its frames off the record."""
    evidence.pieces = [f"{stage.phrase()}, " for _ in range(stage.random.randrange(3, 6))]
    over = threading.Event()

    async def listening(connection: ServerConnection) -> None:
        try:
            async for message in connection:
                evidence.received.append(message)
        finally:
            over.set()

    async def pieces() -> AsyncIterator[str]:
        for piece in evidence.pieces:
            yield piece

    server = await stage.lab.serve(listening, compression=None)
    async with stage.lab.connect(server.url) as connection:
        stage.value(await in_pieces(connection, pieces()))
    await ended(over)
    evidence.frames = _frames(stage.lab.timeline)


def _frames(timeline: Timeline) -> list[str]:
    """The frames that the client sent, from the first message to the last, as they followed each other on the wire."""
    timeline.refresh()
    rows = [row for row in timeline.rows() if row.source == "client to server" and row.kind in {"message", "control"}]
    pings = {row.start: row.stop for row in rows if row.name.startswith("ping")}
    found: list[str] = []
    for row in (row for row in rows if row.kind == "message"):
        place = row.start
        for frame in timeline.detail(row).frames:
            while place in pings:
                found.append("ping")
                place = pings[place]
            found.append(f"{frame.payload_length} B")
            place += len(frame.wire)
    return found


def diagnose(evidence: Evidence) -> str:
    """Name what is wrong."""
    received, frames = evidence.received, evidence.frames
    if not received:
        return "sent"
    if len(received) > 1 and "".join(map(str, received)) == "".join(evidence.pieces):
        return "one message"
    if received != ["".join(evidence.pieces)]:
        return "the text"
    wanted = [f"{len(piece.encode())} B" for piece in evidence.pieces]
    if [each for each in frames if each not in {"ping", "0 B"}] != wanted:
        return "pieces"
    return "" if [each for each in frames if each != "0 B"] == _with_pings(wanted) else "pings"


def _with_pings(pieces: list[str]) -> list[str]:
    return [each for piece in pieces for each in (piece, "ping")]


def _shows(attempt: Attempt[Evidence]) -> str:
    evidence = attempt.evidence
    pieces = ", ".join(f"{len(piece.encode())} B" for piece in evidence.pieces)
    frames = ", ".join(evidence.frames[:SHOWN]) or "none"
    received = "\n".join(f"the server received: {message!r:.100}" for message in evidence.received[:SHOWN])
    return f"pieces: {pieces}\nframes: {frames}\n{received or 'the server received nothing'}"


HEAD = "async def in_pieces(connection, pieces):\n"

IN_PIECES = Exercise(
    number="05.3",
    title="One message in pieces",
    goal=(
        "`in_pieces(connection, pieces)` is given a connection of `websockets` and an async iterator of texts. It sends them as "
        "**one** message, each piece in a frame of its own as soon as it is there, and a ping after each piece."
    ),
    example="await in_pieces(connection, pieces())  # text, ping, continuation, ping, ...",
    answer="in_pieces",
    wants="async def",
    parameters=("connection", "pieces"),
    needs="",
    stub="""
async def in_pieces(connection, pieces):
    async for piece in pieces:
        await connection.send(piece)
""",
    start=(
        "Each piece is a message of its own here. `connection.send` also takes an async iterator: write one, an inner "
        "`async def` with `yield piece`, that pings in between."
    ),
    solution="""
async def in_pieces(connection, pieces):
    async def with_pings():
        async for piece in pieces:
            yield piece
            await connection.ping()

    await connection.send(with_pings())
""",
    afterwards="One message, a frame for each piece, a ping behind each: a long report that also shows, all the time, that both ends live.",
    evidence=Evidence,
    trial=trial,
    conditions=(
        unless(
            "sent",
            "The server received no message. Hand your async iterator to `connection.send`, and await that.",
            diagnose,
            _shows,
        ),
        unless(
            "one message",
            "The server received several messages. Call `connection.send` once, with an async iterator that yields the pieces.",
            diagnose,
            _shows,
        ),
        unless(
            "the text",
            "The server did not receive the text of the pieces. A ping is `connection.ping()`; nothing is added to the text.",
            diagnose,
            _shows,
        ),
        unless(
            "pieces",
            "It arrived as one message, and not in the pieces that you were given. Yield each piece as it comes, and do not join them.",
            diagnose,
            _shows,
        ),
        unless(
            "pings",
            "One message in pieces. A ping is missing behind some of them: `await connection.ping()` right after `yield piece`.",
            diagnose,
            _shows,
        ),
    ),
    wrong=(
        Wrong("sends nothing", f"{HEAD}    async for piece in pieces:\n        await connection.ping()\n", "sent"),
        Wrong(
            "messages with pings between",
            f"{HEAD}    async for piece in pieces:\n        await connection.send(piece)\n        await connection.ping()\n",
            "one message",
        ),
        Wrong(
            "writes ping into the text",
            f'{HEAD}    async def more():\n        async for piece in pieces:\n            yield piece\n            yield "ping"\n\n'
            "    await connection.send(more())\n",
            "the text",
        ),
        Wrong(
            "sends binary", f"{HEAD}    await connection.send([piece.encode() async for piece in pieces])\n", "the text"
        ),
        Wrong(
            "joins the pieces",
            f'{HEAD}    await connection.send("".join([piece async for piece in pieces]))\n    await connection.ping()\n',
            "pieces",
        ),
        Wrong("no ping", f"{HEAD}    await connection.send(pieces)\n", "pings"),
        Wrong(
            "a ping at the end",
            f"{HEAD}    await connection.send(pieces)\n    await connection.ping()\n",
            "pings",
        ),
    ),
)
