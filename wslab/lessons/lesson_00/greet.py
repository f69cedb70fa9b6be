"""Exercise 00.1: a client that sends one message and returns the reply."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.patience import stays_open, turned
from wslab.lessons.stage import PATIENCE, Stage, ended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request

CALLS = 2


@dataclass
class Evidence:
    """What the server of the trial saw, and what `greet` returned."""

    texts: list[str] = field(default_factory=list)
    connections: int = 0
    received: list[str | bytes] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    returned: list[object] = field(default_factory=list)
    left_open: bool = False


async def trial(greet: Callable[[str, str], Awaitable[object]], stage: Stage, evidence: Evidence) -> None:
    """Call `greet` twice against a server whose replies cannot be guessed."""
    loops: list[asyncio.AbstractEventLoop] = []
    open_: dict[ServerConnection, threading.Event] = {}

    def asked(_connection: ServerConnection, _request: Request) -> None:
        evidence.connections += 1  # before the client hears that it may go on
        loops.append(asyncio.get_running_loop())

    async def answering(connection: ServerConnection) -> None:
        over = open_[connection] = threading.Event()
        try:
            async for message in connection:
                evidence.received.append(message)
                evidence.replies.append(stage.phrase())
                await connection.send(evidence.replies[-1])
        finally:
            over.set()

    server = await stage.lab.serve(answering, process_request=asked)
    for _ in range(CALLS):
        evidence.texts.append(stage.phrase())
        evidence.returned.append(stage.value(await greet(server.url, evidence.texts[-1])))
        if loops:
            await turned(loops[0])
        for connection, over in [*open_.items()]:
            stays = asyncio.run_coroutine_threadsafe(stays_open(connection, PATIENCE), loops[0])
            if await asyncio.wrap_future(stays) or not await ended(over):
                evidence.left_open = True
                return


def _returned_text(attempt: Attempt[Evidence]) -> bool:
    return all(type(value) is str for value in attempt.evidence.returned)


def _sent_and_received(attempt: Attempt[Evidence]) -> str:
    return f"text:              {attempt.evidence.texts}\nthe server received: {attempt.evidence.received}"


def _replied_and_returned(attempt: Attempt[Evidence]) -> str:
    return f"the server replied:  {attempt.evidence.replies}\ngreet returned:      {attempt.evidence.returned}"


CONNECT = "async with websockets.connect(url) as connection:"

GREET = Exercise(
    number="00.1",
    title="A client",
    goal=(
        "Write a client. `greet(url, text)` opens a connection to `url`, sends `text`, waits for one message and returns it. "
        "When it returns, the connection is closed."
    ),
    example="await greet(server.url, \"Hello, server!\")  # 'Hello, server!', from a server that echoes",
    answer="greet",
    wants="async def",
    parameters=("url", "text"),
    needs="import websockets",
    stub="""
async def greet(url, text):
    ...  # connect, send, wait for the reply, return it
""",
    start=f"Nothing is written yet. Begin with `{CONNECT}`, and send `text` inside it.",
    solution=f"""
async def greet(url, text):
    {CONNECT}
        await connection.send(text)
        return await connection.recv()
""",
    afterwards=(
        "`greet` was called twice against a server with new replies each time: it sent each text once, returned each reply, "
        "and left no connection open."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "connects",
            f"No connection reached the server. Open one with `{CONNECT}`.",
            lambda attempt: attempt.evidence.connections > 0,
        ),
        Condition(
            "sends",
            "A connection was opened, but no message came through it. Send one: `await connection.send(text)`.",
            lambda attempt: not attempt.evidence.connections or len(attempt.evidence.received) > 0,
        ),
        Condition(
            "sends the text",
            "The server received something else than `text`. Send the parameter, once: `await connection.send(text)`.",
            lambda attempt: not attempt.evidence.received or attempt.evidence.received == attempt.evidence.texts,
            _sent_and_received,
        ),
        Condition(
            "returns",
            "`greet` should return the reply as a `str`. End it with `return await connection.recv()`.",
            _returned_text,
            _replied_and_returned,
        ),
        Condition(
            "returns the reply",
            "What `greet` returned is not what the server replied. `await connection.recv()` gives the reply.",
            lambda attempt: (
                not attempt.evidence.replies
                or not _returned_text(attempt)
                or attempt.evidence.returned == attempt.evidence.replies
            ),
            _replied_and_returned,
        ),
        Condition(
            "closes",
            f"The connection was still open after `greet` had returned. `{CONNECT}` closes it at the end of its block.",
            lambda attempt: not attempt.evidence.left_open,
        ),
    ),
    wrong=(
        Wrong("no connection at all", "async def greet(url, text):\n    return text\n", "connects"),
        Wrong(
            "connects and never sends",
            f'async def greet(url, text):\n    {CONNECT}\n        return "Hello, client!"\n',
            "sends",
        ),
        Wrong(
            "sends the text of the example",
            f'async def greet(url, text):\n    {CONNECT}\n        await connection.send("Hello, server!")\n'
            "        return await connection.recv()\n",
            "sends the text",
        ),
        Wrong(
            "prints instead of returning",
            f"async def greet(url, text):\n    {CONNECT}\n        await connection.send(text)\n        reply = await connection.recv()\n",
            "returns",
        ),
        Wrong(
            "returns what it sent",
            f"async def greet(url, text):\n    {CONNECT}\n        await connection.send(text)\n        await connection.recv()\n"
            "        return text\n",
            "returns the reply",
        ),
        Wrong(
            "never closes",
            "async def greet(url, text):\n    connection = await websockets.connect(url)\n    await connection.send(text)\n"
            "    return await connection.recv()\n",
            "closes",
        ),
        Wrong(
            "forgets to await the reply",
            f"async def greet(url, text):\n    {CONNECT}\n        await connection.send(text)\n        return connection.recv()\n",
            "awaits",
        ),
        Wrong(
            "waits for a reply before it has sent anything",
            f"async def greet(url, text):\n    {CONNECT}\n        reply = await connection.recv()\n        await connection.send(text)\n"
            "        return reply\n",
            "ends",
        ),
    ),
)
