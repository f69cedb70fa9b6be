"""Exercise 00.2: read the log with code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.patience import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import ServerConnection

    from wslab.lessons.stage import Stage
    from wslab.timeline import Row


@dataclass
class Evidence:
    """Who said what in the conversation, and what `said` made of it."""

    client: list[str] = field(default_factory=list)
    server: list[str] = field(default_factory=list)
    returned: object = None


async def trial(said: Callable[[list[Row]], object], stage: Stage, evidence: Evidence) -> None:
    """Hold a conversation of random texts, with pings and API events in it, and let `said` read its rows."""
    lines = [stage.phrase() for _ in range(stage.random.randrange(2, 5))]
    evidence.server = [*lines, lines[0], stage.phrase()]  # one is said twice: a set of texts is not enough
    evidence.client = [stage.phrase() for _ in evidence.server]

    async def talking(connection: ServerConnection) -> None:
        for line in evidence.server:
            await connection.recv()
            await (await connection.ping("are you there"))
            await connection.send(line)

    server = await stage.lab.serve(talking)
    socket = stage.lab.WebSocket(server.url)
    await socket.opened(timeout=LONGEST)
    for text in evidence.client:
        socket.send(text)
        await socket.next("message", timeout=LONGEST)
    await socket.closed(timeout=LONGEST)
    await stage.lab.settled(timeout=LONGEST)
    evidence.returned = stage.value(said(stage.lab.timeline.rows()))


def _texts(attempt: Attempt[Evidence]) -> list[str]:
    """What was returned, as far as it is a list of texts."""
    value = attempt.evidence.returned
    return [item for item in value if type(item) is str] if type(value) is list else []


def _shows(attempt: Attempt[Evidence]) -> str:
    return f"the server sent: {attempt.evidence.server}\nsaid returned:   {attempt.evidence.returned!r}"


def _only_texts(attempt: Attempt[Evidence]) -> bool:
    value = attempt.evidence.returned
    return type(value) is not list or all(type(item) is str for item in value)


SAID = Exercise(
    number="00.2",
    title="Read the log with code",
    goal=(
        "Write a reader. `said(rows)` is given the rows of a log, as `lab.timeline.rows()` returns them. "
        "It returns a list of the texts of the messages that the server sent, in order."
    ),
    example='said(lab.timeline.rows())  # ["Hello, server!"], for a log with one echo in it',
    answer="said",
    wants="def",
    parameters=("rows",),
    needs="",
    stub="""
def said(rows):
    return []  # the texts of the server's messages
""",
    start="The list is still empty. Go through `rows` and keep `row.text` where `row.kind` and `row.source` are the right ones.",
    solution="""
def said(rows):
    return [row.text for row in rows if row.kind == "message" and row.source == "server to client"]
""",
    afterwards=(
        "`said` read a conversation it had not seen before and kept the server's messages and nothing else: "
        "no handshake, no ping, no event, no message of the client."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "returns a list",
            "`said` should return a list. A comprehension makes one: `[row.text for row in rows if ...]`.",
            lambda attempt: type(attempt.evidence.returned) is list,
            lambda attempt: f"it returned a value of type {type(attempt.evidence.returned).__name__}",
        ),
        Condition(
            "texts",
            "The list should hold texts, not rows: take `row.text`.",
            _only_texts,
            _shows,
        ),
        Condition(
            "messages",
            'Something in the list is no message. A handshake, a ping and a close are rows too: ask for `row.kind == "message"`.',
            lambda attempt: set(_texts(attempt)) <= {*attempt.evidence.client, *attempt.evidence.server},
            _shows,
        ),
        Condition(
            "direction",
            'Something in the list was sent by the client. Ask for `row.source == "server to client"` as well.',
            lambda attempt: not set(_texts(attempt)) & set(attempt.evidence.client),
            _shows,
        ),
        Condition(
            "all",
            "The list has not every message as often as the server sent it.",
            lambda attempt: (
                not set(_texts(attempt)) <= set(attempt.evidence.server)
                or type(attempt.evidence.returned) is not list
                or not _only_texts(attempt)
                or Counter(_texts(attempt)) == Counter(attempt.evidence.server)
            ),
            _shows,
        ),
        Condition(
            "order",
            "These are the right messages in the wrong order. Keep the order of `rows`.",
            lambda attempt: (
                Counter(_texts(attempt)) != Counter(attempt.evidence.server)
                or _texts(attempt) == attempt.evidence.server
            ),
            _shows,
        ),
    ),
    wrong=(
        Wrong(
            "prints instead of returning", "def said(rows):\n    for row in rows:\n        row.text\n", "returns a list"
        ),
        Wrong(
            "returns the rows themselves",
            'def said(rows):\n    return [row for row in rows if row.kind == "message" and row.source == "server to client"]\n',
            "texts",
        ),
        Wrong(
            "asks for the direction only",
            'def said(rows):\n    return [row.text for row in rows if row.source == "server to client"]\n',
            "messages",
        ),
        Wrong(
            "asks for the kind only",
            'def said(rows):\n    return [row.text for row in rows if row.kind == "message"]\n',
            "direction",
        ),
        Wrong(
            "drops what was said twice",
            "def said(rows):\n    return list({row.text: None for row in rows\n"
            '                 if row.kind == "message" and row.source == "server to client"})\n',
            "all",
        ),
        Wrong(
            "turns the order round",
            "def said(rows):\n    return [row.text for row in reversed(rows)\n"
            '            if row.kind == "message" and row.source == "server to client"]\n',
            "order",
        ),
        Wrong("returns the list of the example", 'def said(rows):\n    return ["Hello, server!"]\n', "messages"),
    ),
)
