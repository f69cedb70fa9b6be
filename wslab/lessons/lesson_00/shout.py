"""Exercise 00.4: a server that answers each message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from wslab.lessons.exercise import Attempt, Condition, Ending, Exercise, Wrong

if TYPE_CHECKING:
    from wslab.lessons.stage import Handler, Stage

MESSAGES = 3
LOOP = "async for message in connection:"


@dataclass
class Evidence:
    """What the client of the trial sent, and what came back for each."""

    sent: list[str] = field(default_factory=list)
    replies: list[str | bytes] = field(default_factory=list)
    closed: bool = False


async def trial(shout: Handler, stage: Stage, evidence: Evidence) -> None:
    """Send random texts to a server whose handler is `shout`, one after the other, then leave."""
    server = await stage.lab.serve(stage.watched(shout))
    async with await stage.lab.connect(server.url) as connection:
        try:
            for _ in range(MESSAGES):
                evidence.sent.append(stage.phrase())
                await connection.send(evidence.sent[-1])
                reply = await stage.reply(connection)
                if reply is None:
                    break
                evidence.replies.append(reply)
        except ConnectionClosed:
            evidence.closed = True
    await stage.over()


def _upper(attempt: Attempt[Evidence]) -> list[str]:
    return [text.upper() for text in attempt.evidence.sent]


def _is_echo(attempt: Attempt[Evidence]) -> bool:
    evidence = attempt.evidence
    return bool(evidence.replies) and evidence.replies == evidence.sent[: len(evidence.replies)]


def _is_doubled(attempt: Attempt[Evidence]) -> bool:
    """Whether a reply came that belongs to the message before."""
    replies = attempt.evidence.replies
    return any(reply == earlier for reply, earlier in zip(replies[1:], _upper(attempt), strict=False))


def _left_behind(attempt: Attempt[Evidence]) -> bool:
    """Whether the handler ended with the exception that a client's leaving raises."""
    return attempt.ending is Ending.RAISED and attempt.mishap.what.startswith("ConnectionClosedOK")


def _matches(attempt: Attempt[Evidence]) -> bool:
    return all(reply == text for reply, text in zip(attempt.evidence.replies, _upper(attempt), strict=False))


def _shows(attempt: Attempt[Evidence]) -> str:
    return f"sent:      {attempt.evidence.sent}\ncame back: {attempt.evidence.replies}"


SHOUT = Exercise(
    number="00.4",
    title="A server",
    goal=(
        "Write a server. `shout(connection)` is the handler of one connection: it replies to each message with the same text "
        "in capital letters, one reply a message, for as long as the client stays."
    ),
    example="server = await lab.serve(shout)\nawait greet(server.url, \"Hello, server!\")  # 'HELLO, SERVER!'",
    answer="shout",
    wants="handler",
    parameters=("connection",),
    needs="",
    stub=f"""
async def shout(connection):
    {LOOP}
        ...  # reply in capital letters
""",
    start="The loop takes each message and does nothing with it. `message.upper()` makes capital letters; send them back to the client.",
    solution=f"""
async def shout(connection):
    {LOOP}
        await connection.send(message.upper())
""",
    afterwards=(
        "A server ran with your handler and was sent new texts: each came back once, in capital letters, "
        "and the handler ended quietly when the client left."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "one reply a message",
            "More than one reply came for a message. Send once for each.",
            lambda attempt: not _is_doubled(attempt),
            _shows,
            urgent=True,
        ),
        Condition(
            "ends quietly",
            f"When the client left, `recv()` raised `ConnectionClosed` and your handler died of it. `{LOOP}` ends by itself instead.",
            lambda attempt: _is_doubled(attempt) or not _left_behind(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        Condition(
            "replies",
            "A message arrived at your handler, and no reply came back. Send one: `await connection.send(...)`.",
            lambda attempt: len(attempt.evidence.replies) > 0,
        ),
        Condition(
            "changes the text",
            "The message came back as it was. `message.upper()` makes a new text and leaves the old one alone: send what it returns.",
            lambda attempt: not _is_echo(attempt),
            _shows,
        ),
        Condition(
            "in capital letters",
            "The reply is not the message in capital letters: `message.upper()`.",
            lambda attempt: _is_echo(attempt) or _is_doubled(attempt) or _matches(attempt),
            _shows,
        ),
        Condition(
            "stays",
            f"The first reply was right, then no more came. A handler runs once per connection, not once per message: loop with `{LOOP}`.",
            lambda attempt: not attempt.evidence.replies or len(attempt.evidence.replies) == MESSAGES,
            _shows,
        ),
    ),
    wrong=(
        Wrong(
            "loops over recv()",
            "async def shout(connection):\n    while True:\n        message = await connection.recv()\n"
            "        await connection.send(message.upper())\n",
            "ends quietly",
        ),
        Wrong("never replies", f"async def shout(connection):\n    {LOOP}\n        message.upper()\n", "replies"),
        Wrong(
            "drops what upper() returns",
            f"async def shout(connection):\n    {LOOP}\n        message.upper()\n        await connection.send(message)\n",
            "changes the text",
        ),
        Wrong(
            "replies twice",
            f"async def shout(connection):\n    {LOOP}\n        await connection.send(message.upper())\n"
            "        await connection.send(message.upper())\n",
            "one reply a message",
        ),
        Wrong(
            "sends the text of the example",
            f'async def shout(connection):\n    {LOOP}\n        await connection.send("HELLO, SERVER!")\n',
            "in capital letters",
        ),
        Wrong(
            "replies once and leaves",
            "async def shout(connection):\n    message = await connection.recv()\n    await connection.send(message.upper())\n",
            "stays",
        ),
        Wrong(
            "forgets to await send()",
            f"async def shout(connection):\n    {LOOP}\n        connection.send(message.upper())\n",
            "awaits",
        ),
    ),
)
