"""Exercise 08.4: a page that closes, and says why with a code that it may send."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from wslab.lessons import scripts
from wslab.lessons.exercise import Attempt, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import unless

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from wslab.lessons.stage import Stage

LAST: dict[str, str | bytes] = {"/bye": "bye", "/binary": b"bye"}
"""What is sent last on each connection, by the path of its URL."""

WANTED = {"/bye": (1000, "再见"), "/binary": (4003, "text only")}
"""How each should be closed then."""


@dataclass
class Evidence:
    """How each connection was closed, as code and reason, and whether one was closed too early."""

    early: bool = False
    closed: dict[str, tuple[int, str]] = field(default_factory=dict)


async def trial(text: str, stage: Stage, evidence: Evidence) -> None:
    """Be a server of two pages: each gets some text, then one is told bye and the other gets bytes."""
    words, over = stage.phrase(), {path: threading.Event() for path in LAST}

    async def talk(connection: ServerConnection) -> None:
        path, last = connection.request.path if connection.request else "", False
        try:
            await scripts.reply_to(connection, words)
            last = True
            await scripts.reply_to(connection, LAST[path])
        except ConnectionClosed:
            evidence.early = evidence.early or not last
            evidence.closed[path] = connection.close_code or 0, connection.close_reason or ""
        over[path].set()

    server = await stage.lab.serve(talk)
    tail = scripts.as_client("guard", *(f"{server.url}{path}" for path in LAST))
    script = await stage.node(text, "guard", tail)
    if script is not None:
        await script.until(lambda: all(event.is_set() for event in over.values()))
        if len(evidence.closed) < len(LAST) or 1006 in {code for code, _ in evidence.closed.values()}:
            script.doubt()


def _page_may(code: int) -> bool:
    return code in {1000, 1005} or 3000 <= code <= 4999


def diagnose(evidence: Evidence) -> str:
    """Name the first thing that is wrong, in the order of the conditions."""
    if evidence.early:
        return "stays"
    for path, wanted in WANTED.items():
        how = evidence.closed.get(path)
        if how is None:
            return path.removeprefix("/")
        if how[0] == 1006:
            return "clean"
        if not _page_may(how[0]):
            return "page"
        if how[0] != wanted[0]:
            return "code"
    return "" if evidence.closed == WANTED else "reason"


def _shows(attempt: Attempt[Evidence]) -> str:
    evidence, lines = attempt.evidence, []
    for path in WANTED:
        how = evidence.closed.get(path)
        told = "not closed" if how is None else f"closed with {how[0]} {how[1]}".rstrip()
        lines.append(f"{path.removeprefix('/') + ':':8}{told}")
    return "\n".join(lines)


HINTS = {
    "stays": 'This closed at a text that was not `bye`. Compare first: `event.data === "bye"`.',
    "bye": "The text `bye` came, and the connection stayed open. `socket.close(code, reason)` closes it.",
    "binary": "Bytes came, and the connection stayed open. A page has no Buffer: whatever is not text is told by "
    '`typeof event.data !== "string"`.',
    "clean": "The connection was cut instead of closed, so the server was told 1006. A page can only `socket.close(code, reason)`.",
    "page": "`ws` sent this code, and in a page the same line throws `InvalidAccessError`: 1000 and 3000 to 4999 are what a page may "
    "send. What 1003 says to a protocol, a page says with a number of its own.",
    "code": "A code is not the one that was asked for. It is the first argument: `socket.close(4003, ...)`.",
    "reason": 'The codes are right, a reason is not. It is the second argument, a text: `socket.close(1000, "再见")`.',
}

HEAD = "function guard(socket) {\n  socket.onmessage = function (event) {\n"
IS_BYE, NOT_TEXT = 'event.data === "bye"', 'typeof event.data !== "string"'
SAY_BYE, SAY_TEXT = 'socket.close(1000, "再见");', 'socket.close(4003, "text only");'


def _answer(is_bye: str = IS_BYE, not_text: str = NOT_TEXT, say_bye: str = SAY_BYE, say_text: str = SAY_TEXT) -> str:
    """The solution, with a part of it changed."""
    return f"{HEAD}    if ({not_text}) {{\n      {say_text}\n    }} else if ({is_bye}) {{\n      {say_bye}\n    }}\n  }};\n}}\n"


GUARD = Exercise(
    number="08.4",
    title="Say why, as a page may",
    goal=(
        "`guard(socket)` is given a new socket of a page, and closes it in two cases, each with a code and a reason:\n\n"
        "| what comes | code | reason |\n"
        "|---|---|---|\n"
        "| the text `bye` | 1000 | `再见` |\n"
        "| anything that is not text | 4003 | `text only` |\n\n"
        "Any other text leaves it open."
    ),
    example='guard(new WebSocket("ws://localhost:8080")); // closed with 1000 再见 when the server sends "bye"',
    answer="guard",
    wants="javascript",
    parameters=("socket",),
    needs="%load_ext wslab",
    stub=f"{HEAD}    socket.close();\n  }};\n}}\n",
    start="This closes at the first message, whatever it is, and says nothing. Look at `event.data` first, then "
    "`socket.close(code, reason)`.",
    solution=_answer(),
    afterwards=(
        "Two servers know why you left, one of them in Chinese: a reason is UTF-8, and the six bytes of it are far from the 123 that a "
        "Close frame holds."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=tuple(unless(name, hint, diagnose, _shows) for name, hint in HINTS.items()),
    wrong=(
        Wrong("closes at any text", _answer(is_bye="event.data"), "stays"),
        Wrong("never closes", _answer(is_bye="false"), "bye"),
        Wrong("compares the event", _answer(is_bye='event === "bye"'), "bye"),
        Wrong("looks for a Buffer", _answer(not_text="Buffer.isBuffer(event.data)"), "binary"),
        Wrong("looks for an ArrayBuffer", _answer(not_text="event.data instanceof ArrayBuffer"), "binary"),
        Wrong("what a server would send", _answer(say_text='socket.close(1003, "text only");'), "page"),
        Wrong("going away", _answer(say_bye='socket.close(1001, "再见");'), "page"),
        Wrong("no code", _answer(say_bye="socket.close();"), "code"),
        Wrong("the code that means done", _answer(say_text='socket.close(1000, "text only");'), "code"),
        Wrong("cuts it", _answer(say_bye="socket.terminate();"), "clean"),
        Wrong("no reason", _answer(say_text="socket.close(4003);"), "reason"),
        Wrong("in English", _answer(say_bye='socket.close(1000, "bye");'), "reason"),
        Wrong("a code that nobody may send", _answer(say_bye="socket.close(1006);"), "unhurt"),
    ),
)
