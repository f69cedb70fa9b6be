"""Exercise 04.4: listen once, beside a handler that somebody else has set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.exercises.lesson_04.surroundings import raised
from wslab.lessons.patience import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import ServerConnection

    from wslab.lab import WebSocket
    from wslab.lessons.stage import Stage


@dataclass
class Evidence:
    """What the server sent, and who was told."""

    texts: list[str] = field(default_factory=list)
    page: list[object] = field(default_factory=list)
    told: list[object] = field(default_factory=list)
    early: list[object] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)


async def trial(
    on_first: Callable[[WebSocket, Callable[[object], None]], object], stage: Stage, evidence: Evidence
) -> None:
    """Give `on_first` a socket whose page has an onmessage already, and let the server speak several times."""
    evidence.texts = [stage.phrase() for _ in range(stage.random.randrange(3, 6))]

    async def talking(connection: ServerConnection) -> None:
        for text in evidence.texts:
            await connection.send(text)

    server = await stage.lab.serve(talking)
    socket = stage.lab.WebSocket(server.url)
    socket.onmessage = lambda event: evidence.page.append(event.data)
    stage.value(on_first(socket, evidence.told.append))
    evidence.early = list(evidence.told)
    await socket.closed(timeout=LONGEST)
    evidence.raised = raised(stage)


def _shows(attempt: Attempt[Evidence]) -> str:
    evidence = attempt.evidence
    return f"the server sent:         {evidence.texts}\ncallback was called with: {evidence.told}"


def _shows_page(attempt: Attempt[Evidence]) -> str:
    evidence = attempt.evidence
    return f"the server sent:      {evidence.texts}\nthe page's handler saw: {evidence.page}"


def _troubled(attempt: Attempt[Evidence]) -> bool:
    return bool(attempt.evidence.early or attempt.evidence.raised)


HEAD = "def on_first(socket, callback):\n"
LISTENER = "    def listener(event):\n        callback(event.data)\n\n"

ON_FIRST = Exercise(
    number="04.4",
    title="Only the first",
    goal=(
        "Somebody else's page has set `socket.onmessage` and needs it. `on_first(socket, callback)` calls `callback` with the text of "
        "the first message, once, and takes nothing away from that page."
    ),
    example=(
        'socket = lab.WebSocket(server.url)\nsocket.onmessage = lambda event: print("page:", event.data)\n'
        'on_first(socket, lambda text: print("first:", text))'
    ),
    answer="on_first",
    wants="def",
    parameters=("socket", "callback"),
    needs="",
    stub="""
def on_first(socket, callback):
    socket.onmessage = lambda event: callback(event.data)
""",
    start=(
        "This replaces the page's own `onmessage`, and it is called for every message. "
        "`socket.addEventListener` adds a listener beside it, and can do so for one event only."
    ),
    solution="""
def on_first(socket, callback):
    socket.addEventListener("message", lambda event: callback(event.data), once=True)
""",
    afterwards=(
        "The server spoke several times. Your callback heard the first text and nothing more, and the page's own `onmessage` "
        "heard all of them."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "not before",
            "`callback` was called before a message had come. Hand over a function that calls it: `lambda event: callback(event.data)`.",
            lambda attempt: not attempt.evidence.early,
            _shows,
            urgent=True,
        ),
        Condition(
            "takes the event",
            "Your listener was called and raised an exception. It is called with one argument, the event: `lambda event: ...`.",
            lambda attempt: bool(attempt.evidence.early) or not attempt.evidence.raised,
            lambda attempt: "\n".join(dict.fromkeys(attempt.evidence.raised)),
        ),
        Condition(
            "beside",
            "The page's own handler missed messages: `socket.onmessage` holds one function, and yours took its place. "
            "Use `socket.addEventListener`.",
            lambda attempt: attempt.evidence.page == attempt.evidence.texts,
            _shows_page,
        ),
        Condition(
            "hears",
            'Messages came, and `callback` was never called. The type of the event is `"message"`, without `on`.',
            lambda attempt: _troubled(attempt) or bool(attempt.evidence.told),
        ),
        Condition(
            "text",
            "`callback` should get the text. A listener gets the event: take `event.data` out of it.",
            lambda attempt: _troubled(attempt) or all(type(item) is str for item in attempt.evidence.told),
            _shows,
        ),
        Condition(
            "once",
            "`callback` was called for more than one message. `once=True` makes a listener that hears one event only.",
            lambda attempt: _troubled(attempt) or len(attempt.evidence.told) <= 1,
            _shows,
        ),
        Condition(
            "first",
            "`callback` was not called with the first text.",
            lambda attempt: (
                _troubled(attempt)
                or not all(type(item) is str for item in attempt.evidence.told)
                or attempt.evidence.told[:1] in ([], attempt.evidence.texts[:1])
            ),
            _shows,
        ),
    ),
    wrong=(
        Wrong(
            "calls instead of handing over",
            f'{HEAD}    socket.addEventListener("message", lambda event: None, once=bool(callback("")))\n',
            "not before",
        ),
        Wrong(
            "a listener without a parameter",
            f'{HEAD}    socket.addEventListener("message", lambda: callback("first"), once=True)\n',
            "takes the event",
        ),
        Wrong(
            "takes onmessage and gives it up again",
            f"{HEAD}{LISTENER.replace('callback(event.data)', 'socket.onmessage = None; callback(event.data)')}"
            "    socket.onmessage = listener\n",
            "beside",
        ),
        Wrong(
            "says onmessage",
            f'{HEAD}    socket.addEventListener("onmessage", lambda event: callback(event.data), once=True)\n',
            "hears",
        ),
        Wrong(
            "hands over the callback itself",
            f'{HEAD}    socket.addEventListener("message", callback, once=True)\n',
            "text",
        ),
        Wrong(
            "hears every message",
            f'{HEAD}    socket.addEventListener("message", lambda event: callback(event.data))\n',
            "once",
        ),
        Wrong(
            "calls with a text of its own",
            f'{HEAD}    socket.addEventListener("message", lambda event: callback("Hello, client!"), once=True)\n',
            "first",
        ),
    ),
)
