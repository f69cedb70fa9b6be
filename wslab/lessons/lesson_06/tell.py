"""Exercise 06.3: four connections end with 1006, and the log tells them apart."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong
from wslab.lessons.patience import LONGEST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from websockets.asyncio.connection import Connection
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

    from wslab.lessons.stage import Stage
    from wslab.net import Server
    from wslab.timeline import Row

DECOY = "reset by the peer (RST), 403, no pong"
"""What one client says before it ends in good order: words of a message are no evidence."""

HINTS = {
    "refused": (
        "refused",
        "The answer to the opening handshake was not 101: there never was a connection. Look for a row whose name begins with `101`.",
    ),
    "reset": (
        "reset",
        "TCP was reset: a row of kind `note` says so in its text, with the letters RST.",
    ),
    "silence": (
        "silence",
        "A `ping` was sent, and no `pong` came. Rows of kind `control` have these names.",
    ),
    "ended": (
        "ended",
        "TCP ended in good order, and no Close frame came. No RST, no ping: that is what is left when nothing else fits.",
    ),
    "talked": (
        "ended",
        "A client had sent the letters RST as a message, and you took them for a reset. Look at rows of kind `note` only.",
    ),
    "answered": (
        "ended",
        "A ping was sent here too, and it was answered. It is the `pong` that is missing in a silence.",
    ),
}
"""The right word of each case, and what to say where another was found, in the order of asking."""


@dataclass
class Evidence:
    """The rows of each connection, and what was said of it."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    returned: dict[str, object] = field(default_factory=dict)


async def trial(tell: Callable[[list[Row]], object], stage: Stage, evidence: Evidence) -> None:
    """Let connections end in each way, and hand over their rows in random order."""
    makers: dict[str, Callable[[Stage], Awaitable[None]]] = {
        "refused": _refused, "reset": _reset, "silence": _silence, "ended": _ended, "talked": _talked, "answered": _answered,
    }  # fmt: skip
    for case in stage.random.sample(sorted(makers), len(makers)):
        await makers[case](stage)
        await stage.lab.settled(timeout=LONGEST)
        rows = stage.lab.timeline.rows()
        newest = max(row.connection for row in rows)
        evidence.rows[case] = [row for row in rows if row.connection == newest and row.kind != "fault"]
        evidence.returned[case] = stage.value(tell(list(evidence.rows[case])))


async def _refused(stage: Stage) -> None:
    status = stage.random.choice((401, 403, 404, 429, 503))

    def doorkeeper(connection: ServerConnection, _request: Request) -> Response:
        return connection.respond(status, "no\n")

    server = await stage.lab.serve(name="refused", process_request=doorkeeper)
    await stage.lab.WebSocket(server.url).closed(timeout=LONGEST)


async def _page(stage: Stage, end: Callable[[Server], None], text: str = "") -> None:
    """A page that talks with an echo server for a moment, until something ends it."""
    server = await stage.lab.serve()
    socket = stage.lab.WebSocket(server.url)
    await socket.opened(timeout=LONGEST)
    socket.send(text or stage.phrase())
    await socket.next("message", timeout=LONGEST)
    end(server)
    await socket.closed(timeout=LONGEST)


async def _reset(stage: Stage) -> None:
    await _page(stage, lambda server: server.faults.reset())


async def _ended(stage: Stage) -> None:
    await _page(stage, lambda server: server.faults.drop())


async def _talked(stage: Stage) -> None:
    await _page(stage, lambda server: server.faults.drop(), DECOY)


async def _answered(stage: Stage) -> None:
    server = await stage.lab.serve(name="answered")
    client = await stage.lab.connect(server.url, ping_interval=None)
    await (await client.ping())
    server.faults.drop()
    await client.wait_closed()


async def _silence(stage: Stage) -> None:
    """Both ends do what their keepalive would, without its clock: so no ping goes out before the silence and is answered."""
    without: dict[str, Any] = {"ping_interval": None, "close_timeout": 0.1}
    server = await stage.lab.serve(name="silence", **without)
    client = await stage.lab.connect(server.url, **without)
    await client.send(stage.phrase())
    await client.recv()
    server.faults.stall()
    ends = [client, *server.links().values()]
    await asyncio.gather(
        *(asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_give_up(end), end.loop)) for end in ends)
    )


async def _give_up(connection: Connection) -> None:
    """Ping, and close as `websockets` does when the pong is overdue."""
    await connection.ping()
    await connection.close(1011, "keepalive ping timeout")


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the first case, in the order of the hints, for which another word was said."""
    returned = attempt.evidence.returned
    words = {word for word, _ in HINTS.values()}
    if any(type(value) is not str or value not in words for value in returned.values()):
        return "one of four"
    return next((case for case, (word, _) in HINTS.items() if case in returned and returned[case] != word), "")


def _lines(rows: Sequence[Row]) -> str:
    return "\n".join(f"{row.source:16}  {row.kind:9}  {row.name}  {row.text}"[:110].rstrip() for row in rows)


def _condition(name: str, hint: str) -> Condition[Evidence]:
    def shows(attempt: Attempt[Evidence]) -> str:
        return (
            f"{_lines(attempt.evidence.rows.get(name, []))}\ntell returned: {attempt.evidence.returned.get(name)!r:.60}"
        )

    return Condition(name, hint, lambda attempt: _fault(attempt) != name, shows)


def _shows_words(attempt: Attempt[Evidence]) -> str:
    return "tell returned: " + ", ".join(f"{value!r:.40}" for value in attempt.evidence.returned.values())


HEAD = "def tell(rows):\n"
OPENED = 'any(row.name.startswith("101") for row in rows)'
REFUSED = f'    if not {OPENED}:\n        return "refused"\n'
RST = 'row.kind == "note" and "RST" in row.text'
RESET = f'    if any({RST} for row in rows):\n        return "reset"\n'
NAMES = "    names = [row.name for row in rows]\n"
SILENCE = '    if "ping" in names and "pong" not in names:\n        return "silence"\n'
ENDED = '    return "ended"\n'

TELL = Exercise(
    number="06.3",
    title="Four ways to 1006",
    goal=(
        "`tell(rows)` is given the rows of one connection that ended with 1006, as a list, and returns one of four words:\n\n"
        "| word | what happened |\n"
        "|---|---|\n"
        '| `"refused"` | the opening handshake was not answered with 101 |\n'
        '| `"reset"` | TCP was reset (RST) |\n'
        '| `"silence"` | a ping went out, and no pong came back |\n'
        '| `"ended"` | none of these: TCP ended without a Close frame |\n\n'
        "Each row has a `kind` (`handshake`, `message`, `control`, `close`, `event`, `note`), a `name` and a `text`. "
        "Rows of faults are left out: in life nobody tells you."
    ),
    example=(
        "rows = lab.timeline.rows()\nnewest = max(row.connection for row in rows)\n"
        "rows = [row for row in rows if row.connection == newest]\n"
        'for row in rows:\n    print(row.kind, "|", row.name, "|", row.text)\n'
        "tell(rows)"
    ),
    answer="tell",
    wants="def",
    parameters=("rows",),
    needs="",
    stub="""
def tell(rows):
    return "ended"
""",
    start=(
        "This says the same of every connection. Take the evidence one by one: is there a row whose name begins with `101`? "
        "A note with the letters RST? A ping without a pong?"
    ),
    solution="""
def tell(rows):
    names = [row.name for row in rows]
    if not any(name.startswith("101") for name in names):
        return "refused"
    if any(row.kind == "note" and "RST" in row.text for row in rows):
        return "reset"
    if "ping" in names and "pong" not in names:
        return "silence"
    return "ended"
""",
    afterwards=(
        "Six connections ended just now, all of them with 1006, and you told them apart by what they left behind. "
        "One of them had even talked about a reset."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "one of four",
            '`tell` should return "refused", "reset", "silence" or "ended".',
            lambda attempt: _fault(attempt) != "one of four",
            _shows_words,
        ),
        *(_condition(case, hint) for case, (_, hint) in HINTS.items()),
    ),
    wrong=(
        Wrong("returns nothing at the end", f"{HEAD}{NAMES}{REFUSED}{RESET}{SILENCE}", "one of four"),
        Wrong("never looks at the handshake", f"{HEAD}{NAMES}{RESET}{SILENCE}{ENDED}", "refused"),
        Wrong("knows no reset", f"{HEAD}{NAMES}{REFUSED}{SILENCE}{ENDED}", "reset"),
        Wrong("knows no silence", f"{HEAD}{REFUSED}{RESET}{ENDED}", "silence"),
        Wrong(
            "takes every end of TCP for a reset",
            f'{HEAD}{NAMES}{REFUSED}{SILENCE}    return "reset"\n',
            "ended",
        ),
        Wrong(
            "searches all texts",
            f'{HEAD}{NAMES}{REFUSED}    if any("RST" in row.text for row in rows):\n        return "reset"\n{SILENCE}{ENDED}',
            "talked",
        ),
        Wrong(
            "looks for pings only",
            f'{HEAD}{NAMES}{REFUSED}{RESET}    if "ping" in names:\n        return "silence"\n{ENDED}',
            "answered",
        ),
    ),
)
