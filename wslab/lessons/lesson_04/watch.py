"""Exercise 04.1: the four callbacks, translated from JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.exercises.lesson_04.surroundings import misnamed, nobody, raised
from wslab.lessons.patience import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import ServerConnection

    from wslab.lab import WebSocket
    from wslab.lessons.stage import Stage

REFUSED = ["error", 1006]


@dataclass
class Evidence:
    """What happened on two connections, and what `watch` put into `seen`."""

    texts: list[str] = field(default_factory=list)
    code: int = 0
    early: list[object] = field(default_factory=list)
    talked: list[object] = field(default_factory=list)
    refused: list[object] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)


async def trial(watch: Callable[[WebSocket, list[object]], object], stage: Stage, evidence: Evidence) -> None:
    """Watch a connection on which the server speaks and then closes, and one that is refused."""
    evidence.texts = [stage.phrase() for _ in range(stage.random.randrange(2, 5))]
    evidence.code = stage.random.randrange(4000, 5000)

    async def talking(connection: ServerConnection) -> None:
        for text in evidence.texts:
            await connection.send(text)
        await connection.close(evidence.code)

    server = await stage.lab.serve(talking)
    for url, seen in ((server.url, evidence.talked), (nobody(stage), evidence.refused)):
        socket = stage.lab.WebSocket(url)
        stage.value(watch(socket, seen))
        evidence.early += seen
        await socket.closed(timeout=LONGEST)
    evidence.raised = raised(stage)


def _expected(evidence: Evidence) -> list[object]:
    return ["open", *evidence.texts, evidence.code]


def _in_order(attempt: Attempt[Evidence]) -> bool:
    """Whether the other conditions may judge: handlers ran when events came, and none of them raised."""
    evidence = attempt.evidence
    return bool(evidence.talked) and not evidence.early and not evidence.raised


def _messages(attempt: Attempt[Evidence]) -> list[object]:
    """What was seen between the open and the close, as far as they can be told apart."""
    seen = attempt.evidence.talked
    return [item for item in seen if item != "open"][: len(attempt.evidence.texts)]


def _shows(attempt: Attempt[Evidence]) -> str:
    return f"expected: {_expected(attempt.evidence)}\nseen:     {attempt.evidence.talked}"


def _shows_refused(attempt: Attempt[Evidence]) -> str:
    return f"expected: {REFUSED}\nseen:     {attempt.evidence.refused}"


OPEN = '    socket.onopen = lambda event: seen.append("open")\n'
MESSAGE = "    socket.onmessage = lambda event: seen.append(event.data)\n"
ERROR = '    socket.onerror = lambda event: seen.append("error")\n'
CLOSE = "    socket.onclose = lambda event: seen.append(event.code)\n"
HEAD = "def watch(socket, seen):\n"

WATCH = Exercise(
    number="04.1",
    title="The four callbacks",
    goal=(
        "Translate this JavaScript. `watch(socket, seen)` is given a new socket and an empty list, and sets the four callbacks "
        "of the socket. In Python, `seen.push(x)` is `seen.append(x)`.\n\n"
        "```javascript\n"
        "function watch(socket, seen) {\n"
        '  socket.onopen = function (event) { seen.push("open"); };\n'
        "  socket.onmessage = function (event) { seen.push(event.data); };\n"
        '  socket.onerror = function (event) { seen.push("error"); };\n'
        "  socket.onclose = function (event) { seen.push(event.code); };\n"
        "}\n"
        "```"
    ),
    example=(
        "seen = []\nsocket = lab.WebSocket(server.url)\nwatch(socket, seen)\n"
        'await socket.opened()\nseen  # ["open"]; messages and the close code follow when they come'
    ),
    answer="watch",
    wants="def",
    parameters=("socket", "seen"),
    needs="",
    stub="""
def watch(socket, seen):
    socket.onopen = None  # a function that is called with the event
""",
    start="No callback is set yet. Begin with `socket.onopen`: give it a function that takes the event and appends to `seen`.",
    solution="""
def watch(socket, seen):
    socket.onopen = lambda event: seen.append("open")
    socket.onmessage = lambda event: seen.append(event.data)
    socket.onerror = lambda event: seen.append("error")
    socket.onclose = lambda event: seen.append(event.code)
""",
    afterwards=(
        "Your callbacks followed two connections they had not seen before. On the first the server spoke and closed with a code of "
        "its own: open, messages, close. The second was refused: error, then close 1006, and no open."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "names",
            "The names are the browser's, in lower case and in one word: `socket.onopen`. In a page, another name would do nothing at all.",
            lambda attempt: not misnamed(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        Condition(
            "not before",
            "Something was in `seen` before anything had happened: a callback was called where it should be set. "
            "Hand over a function: `lambda event: seen.append(...)`.",
            lambda attempt: not attempt.evidence.early,
            lambda attempt: f"seen at once: {attempt.evidence.early}",
        ),
        Condition(
            "takes the event",
            "A callback was called and raised an exception. It is called with one argument, the event: `lambda event: ...`.",
            lambda attempt: bool(attempt.evidence.early) or not attempt.evidence.raised,
            lambda attempt: "\n".join(dict.fromkeys(attempt.evidence.raised)),
        ),
        Condition(
            "calls back",
            "A connection opened, spoke and closed, and `seen` is still empty. Hand each function over: `socket.onopen = ...`.",
            lambda attempt: (
                bool(attempt.evidence.early) or bool(attempt.evidence.raised) or bool(attempt.evidence.talked)
            ),
        ),
        Condition(
            "open",
            'What comes first is "open". Look at what `socket.onopen` appends.',
            lambda attempt: not _in_order(attempt) or attempt.evidence.talked[0] == "open",
            _shows,
        ),
        Condition(
            "messages",
            "The messages are not in `seen` as texts. The text of a message event is `event.data`.",
            lambda attempt: not _in_order(attempt) or _messages(attempt) == attempt.evidence.texts,
            _shows,
        ),
        Condition(
            "close",
            "The last thing in `seen` should be the close code of the server, a number: `event.code`.",
            lambda attempt: not _in_order(attempt) or attempt.evidence.talked[-1] == attempt.evidence.code,
            _shows,
        ),
        Condition(
            "error",
            'A refused connection should leave "error" and then its close code. Look at `socket.onerror`.',
            lambda attempt: not _in_order(attempt) or "error" in attempt.evidence.refused,
            _shows_refused,
        ),
    ),
    wrong=(
        Wrong(
            "calls instead of handing over",
            f'{HEAD}    socket.onopen = seen.append("open")\n{MESSAGE}{ERROR}{CLOSE}',
            "not before",
        ),
        Wrong(
            "a callback without a parameter",
            f'{HEAD}    socket.onopen = lambda: seen.append("open")\n{MESSAGE}{ERROR}{CLOSE}',
            "takes the event",
        ),
        Wrong(
            "Python's way of writing names",
            f'{HEAD}    socket.on_open = lambda event: seen.append("open")\n'
            "    socket.on_message = lambda event: seen.append(event.data)\n"
            '    socket.on_error = lambda event: seen.append("error")\n'
            "    socket.on_close = lambda event: seen.append(event.code)\n",
            "names",
        ),
        Wrong(
            "defines a function and does not hand it over",
            f'{HEAD}    def onopen(event):\n        seen.append("open")\n',
            "calls back",
        ),
        Wrong("no onopen", f"{HEAD}{MESSAGE}{ERROR}{CLOSE}", "open"),
        Wrong("keeps the event", f"{HEAD}{OPEN}    socket.onmessage = seen.append\n{ERROR}{CLOSE}", "messages"),
        Wrong(
            "appends a word for the close",
            f'{HEAD}{OPEN}{MESSAGE}{ERROR}    socket.onclose = lambda event: seen.append("close")\n',
            "close",
        ),
        Wrong("no onerror", f"{HEAD}{OPEN}{MESSAGE}{CLOSE}", "error"),
    ),
)
