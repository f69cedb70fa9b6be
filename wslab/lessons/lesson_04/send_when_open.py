"""Exercise 04.2: send as soon as the socket is open, however long that takes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Condition, Ending, Exercise, Wrong
from wslab.lessons.exercises.lesson_04.surroundings import Gate, misnamed, raised, serve_slowly, turns
from wslab.lessons.patience import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import ServerConnection

    from wslab.lab import WebSocket
    from wslab.lessons.stage import Stage

HELD = 0.2
"""Seconds for which the server holds its answer back."""


@dataclass
class Evidence:
    """What the server received before the socket's own mark, and what went wrong on the way."""

    text: str = ""
    received: list[str | bytes] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    on_time: list[str] = field(default_factory=list)


async def trial(send_when_open: Callable[[WebSocket, str], object], stage: Stage, evidence: Evidence) -> None:
    """Hand over a socket that stays CONNECTING for a while, and see what arrives once it is open."""
    evidence.text = stage.phrase()
    mark, gate, marked = stage.phrase() + " mark", Gate(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: evidence.on_time.append(_words(context)))

    async def receiving(connection: ServerConnection) -> None:
        async for message in connection:
            if message == mark:
                loop.call_soon_threadsafe(marked.set)
            else:
                evidence.received.append(message)

    server = await serve_slowly(stage, gate, receiving)
    socket = stage.lab.WebSocket(server.url)
    stage.value(send_when_open(socket, evidence.text))
    loop.call_later(HELD, gate.open)
    await socket.opened(timeout=LONGEST)
    await turns()  # an answer that awaits the event sends a turn or two after it
    socket.send(mark)
    await asyncio.wait(
        [asyncio.ensure_future(marked.wait()), asyncio.ensure_future(_closed(socket))],  # closed: by the answer itself
        timeout=LONGEST,
        return_when=asyncio.FIRST_COMPLETED,
    )
    evidence.raised = raised(stage)


async def _closed(socket: WebSocket) -> None:
    await socket.closed(timeout=2 * LONGEST)


def _words(context: dict[str, Any]) -> str:
    return str(context.get("exception") or context.get("message", ""))


def _too_early(attempt: Attempt[Evidence]) -> bool:
    return attempt.ending is Ending.RAISED and "InvalidStateError" in attempt.mishap.what


def _troubled(attempt: Attempt[Evidence]) -> bool:
    """Whether an exception explains why nothing arrived."""
    return bool(attempt.evidence.raised or attempt.evidence.on_time)


def _shows(attempt: Attempt[Evidence]) -> str:
    return f"text:                {attempt.evidence.text!r}\nthe server received: {attempt.evidence.received}"


HEAD = "def send_when_open(socket, text):\n"

SEND_WHEN_OPEN = Exercise(
    number="04.2",
    title="Send when it is open",
    goal=(
        "`send_when_open(socket, text)` is given a socket that was made a moment ago and is still CONNECTING. It returns at once, "
        "and `text` is sent, once, as soon as the socket is open: after a millisecond or after a minute."
    ),
    example='socket = lab.WebSocket(server.url)\nsend_when_open(socket, "Hello, server!")',
    answer="send_when_open",
    wants="def",
    parameters=("socket", "text"),
    needs="",
    stub="""
def send_when_open(socket, text):
    socket.send(text)
""",
    start=(
        "This sends while the socket is CONNECTING, which raises `InvalidStateError`. "
        "Put the line into a function of its own, and let the socket call that function when it opens."
    ),
    solution="""
def send_when_open(socket, text):
    socket.onopen = lambda event: socket.send(text)
""",
    afterwards=(
        "The server held its answer back for a while, and your text arrived once, as soon as the socket was open. "
        "No clock was asked."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "names",
            "The name is the browser's, in lower case and in one word: `socket.onopen`. In a page, another name would do nothing at all.",
            lambda attempt: not misnamed(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        Condition(
            "not yet",
            "`send` was called at once, while the socket was CONNECTING. `socket.onopen` needs a function to call later: "
            "`lambda event: ...`.",
            lambda attempt: not _too_early(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        Condition(
            "no clock",
            "The time you gave it was over, and the socket was still CONNECTING. No clock knows when a socket opens; "
            "the `open` event does: `socket.onopen`.",
            lambda attempt: not attempt.evidence.on_time,
            lambda attempt: "\n".join(attempt.evidence.on_time),
        ),
        Condition(
            "takes the event",
            "Your callback was called and raised an exception. It is called with one argument, the event: `lambda event: ...`.",
            lambda attempt: not attempt.evidence.raised,
            lambda attempt: "\n".join(attempt.evidence.raised),
        ),
        Condition(
            "sends",
            "The socket opened, and nothing was sent. Hand your function over: `socket.onopen = ...`.",
            lambda attempt: _troubled(attempt) or bool(attempt.evidence.received),
        ),
        Condition(
            "the text",
            "The server received something else than `text`. Send the parameter.",
            lambda attempt: all(message == attempt.evidence.text for message in attempt.evidence.received),
            _shows,
        ),
        Condition(
            "once",
            "The text arrived more than once. Set one callback, and send once in it.",
            lambda attempt: attempt.evidence.received.count(attempt.evidence.text) <= 1,
            _shows,
        ),
    ),
    wrong=(
        Wrong("calls instead of handing over", f"{HEAD}    socket.onopen = socket.send(text)\n", "not yet"),
        Wrong(
            "sleeps first",
            f"import time\n\n\n{HEAD}    time.sleep(0.01)\n    socket.send(text)\n",
            "not yet",
        ),
        Wrong(
            "setTimeout",
            f"import asyncio\n\n\n{HEAD}    asyncio.get_running_loop().call_later(0.01, socket.send, text)\n",
            "no clock",
        ),
        Wrong(
            "a callback without a parameter",
            f"{HEAD}    def say():\n        socket.send(text)\n\n    socket.onopen = say\n",
            "takes the event",
        ),
        Wrong("hands over send itself", f"{HEAD}    socket.onopen = socket.send\n", "takes the event"),
        Wrong(
            "Python's way of writing names",
            f"{HEAD}    socket.on_open = lambda event: socket.send(text)\n",
            "names",
        ),
        Wrong(
            "defines a function and does not hand it over",
            f"{HEAD}    def onopen(event):\n        socket.send(text)\n",
            "sends",
        ),
        Wrong(
            "sends the text of the example",
            f'{HEAD}    socket.onopen = lambda event: socket.send("Hello, server!")\n',
            "the text",
        ),
        Wrong(
            "sets it in both ways",
            f"{HEAD}    socket.onopen = lambda event: socket.send(text)\n"
            '    socket.addEventListener("open", lambda event: socket.send(text))\n',
            "once",
        ),
    ),
)
