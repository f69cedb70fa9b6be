"""Exercise 08.1: two greetings at `open`, whoever else sets `onopen`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons import scripts
from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.lesson_03.diagnosis import unless

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from wslab.lessons.stage import Stage

FIRST = "Hello, server!"
SECOND = "Here is the page."
END = "that was all"
"""What the check's own code sends last on every connection."""


@dataclass
class Evidence:
    """What came at `open`: on a socket left alone, and on one whose `onopen` somebody set afterwards."""

    alone: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """Paths of the connections that have said everything."""


async def trial(text: str, stage: Stage, evidence: Evidence) -> None:
    """Hand two sockets to `greet`, and set `onopen` of the second afterwards."""
    other, both = stage.phrase(), threading.Event()

    async def listen(connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else ""
        heard = evidence.alone if path == "/alone" else evidence.replaced
        async for message in connection:
            if message == END:
                evidence.seen.append(path)
                if len(evidence.seen) == 2:
                    both.set()
            elif message != other:
                heard.append(str(message))

    server = await stage.lab.serve(listen)
    ends = f'for (const socket of sockets) {{ socket.addEventListener("open", () => setImmediate(() => socket.send("{END}"))); }}'
    then = f'sockets[1].onopen = () => sockets[1].send("{other}"); {ends}'
    tail = scripts.as_client("greet", f"{server.url}/alone", f"{server.url}/replaced", then=then)
    script = await stage.node(text, "greet", tail)
    if script is not None:
        await script.until(both.is_set)


def diagnose(evidence: Evidence) -> str:
    """Name the first thing that is wrong, in the order of the conditions."""
    alone = evidence.alone
    if FIRST not in alone and SECOND not in alone:
        return "open"
    if FIRST not in alone or SECOND not in alone:
        return "both"
    if len(alone) > 2:
        return "once"
    if alone != [FIRST, SECOND]:
        return "order"
    return "" if evidence.replaced == [FIRST, SECOND] else "survives"


def _early(attempt: Attempt[Evidence]) -> bool:
    return "readyState 0" in attempt.mishap.what


def _shows(attempt: Attempt[Evidence]) -> str:
    def told(texts: list[str]) -> str:
        return ", ".join(f'"{text[:40]}"' for text in texts[:4]) or "nothing"

    evidence = attempt.evidence
    return f"a socket left alone sent: {told(evidence.alone)}\nonopen set by others:     {told(evidence.replaced)}"


HINTS = {
    "open": "Nothing of yours was sent when the socket opened. The event is called `open`, without the `on`: "
    '`socket.addEventListener("open", function (event) { ... })`.',
    "both": "Only one of the two greetings was sent. A property holds one function; `addEventListener` may be called twice.",
    "once": "Something was sent more than once. Each greeting should go out once, in its own listener or both in the same.",
    "order": "Both were sent, the wrong way round. Listeners are called in the order in which they were added.",
    "survives": "Somebody set `socket.onopen` after you, and something of yours was gone. Leave that property to others, and add "
    'listeners: `socket.addEventListener("open", ...)`.',
}

HEAD = "function greet(socket) {\n"
SAY_FIRST = f'function () {{ socket.send("{FIRST}"); }}'
SAY_SECOND = f'function () {{ socket.send("{SECOND}"); }}'


def _listeners(first: str = SAY_FIRST, second: str = SAY_SECOND, name: str = "open") -> str:
    return f'{HEAD}  socket.addEventListener("{name}", {first});\n  socket.addEventListener("{name}", {second});\n}}\n'


GREET = Exercise(
    number="08.1",
    title="Both greetings",
    goal=(
        f"`greet(socket)` is given a new socket of a page. When it opens, two texts go out, each once: first `{FIRST}` and then "
        f"`{SECOND}`, even if somebody else sets `socket.onopen` later, as another script of the same page may do."
    ),
    example='greet(new WebSocket("ws://localhost:8080")); // both go out as soon as it is open',
    answer="greet",
    wants="javascript",
    parameters=("socket",),
    needs="%load_ext wslab",
    stub=f"""
function greet(socket) {{
  socket.onopen = function (event) {{
    socket.send("{FIRST}");
  }};
  socket.onopen = function (event) {{
    socket.send("{SECOND}");
  }};
}}
""",
    start="The second function replaces the first, so only one greeting goes out. Add functions to the event instead of setting the property.",
    solution=f"""
function greet(socket) {{
  socket.addEventListener("open", function (event) {{
    socket.send("{FIRST}");
  }});
  socket.addEventListener("open", function (event) {{
    socket.send("{SECOND}");
  }});
}}
""",
    afterwards=(
        "Two sockets ran in Node, and on one of them a stranger set `onopen` after you. Both of your greetings arrived on both, "
        "in order: a listener is added, and replaces nothing."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "waits",
            "You send at once, while the socket is CONNECTING, and `send()` throws. Send in a function that is called when it opens: "
            '`socket.addEventListener("open", ...)`.',
            lambda attempt: not _early(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        *(unless(name, hint, diagnose, _shows) for name, hint in HINTS.items()),
    ),
    wrong=(
        Wrong(
            "both in one property",
            f'{HEAD}  socket.onopen = function () {{\n    socket.send("{FIRST}");\n    socket.send("{SECOND}");\n  }};\n}}\n',
            "survives",
        ),
        Wrong(
            "one listener and one property",
            f'{HEAD}  socket.addEventListener("open", {SAY_FIRST});\n  socket.onopen = {SAY_SECOND};\n}}\n',
            "survives",
        ),
        Wrong("the name of the property", _listeners(name="onopen"), "open"),
        Wrong("a capital letter", f"{HEAD}  socket.onOpen = {SAY_FIRST};\n}}\n", "open"),
        Wrong("one greeting only", f'{HEAD}  socket.addEventListener("open", {SAY_SECOND});\n}}\n', "both"),
        Wrong("the wrong way round", _listeners(SAY_SECOND, SAY_FIRST), "order"),
        Wrong(
            "both in both listeners",
            _listeners(*[f'() => {{ socket.send("{FIRST}"); socket.send("{SECOND}"); }}'] * 2),
            "once",
        ),
        Wrong("sends at once", f'{HEAD}  socket.send("{FIRST}");\n  socket.send("{SECOND}");\n}}\n', "waits"),
        Wrong(
            "calls instead of handing over",
            f'{HEAD}  socket.addEventListener("open", socket.send("{FIRST}"));\n}}\n',
            "waits",
        ),
    ),
)
