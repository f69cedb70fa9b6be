"""Exercise 06.4: a server that closes, each time with the code that says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from wslab.lessons.exercise import Attempt, Condition, Ending, Exercise, Wrong

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from wslab.lessons.stage import Handler, Stage

EXPECTED = {"bye": (1000, "bye"), "bytes": (1003, "text only"), "long": (4000, "too long")}
LONGEST = 20
LOOP = "async for message in connection:"


@dataclass
class Visit:
    """One client: what it said last, what came back for it, and how it was closed."""

    replies: list[str | bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    more: list[str | bytes] = field(default_factory=list)
    closed: tuple[int | None, str | None] | None = None


@dataclass
class Evidence:
    """The clients of the trial, by what they said last."""

    visits: dict[str, Visit] = field(default_factory=dict)


async def trial(doorman: Handler, stage: Stage, evidence: Evidence) -> None:
    """Let three clients talk for a while, each with another last word, in random order."""
    server = await stage.lab.serve(stage.watched(doorman), compression=None)
    last: dict[str, str | bytes] = {
        "bye": "bye",
        "bytes": stage.random.randbytes(stage.random.randrange(1, 9)),
        "long": "x" * stage.random.randrange(LONGEST + 1, LONGEST + 20),
    }
    for case in stage.random.sample(sorted(last), len(last)):
        visit = evidence.visits[case] = Visit()
        visit.texts = [stage.phrase()[:LONGEST], "x" * LONGEST]
        async with await stage.lab.connect(server.url, compression=None) as connection:
            goes_on = await _visit(stage, connection, visit, last[case])
        await stage.over()
        if not goes_on:
            return


async def _visit(stage: Stage, connection: ClientConnection, visit: Visit, last: str | bytes) -> bool:
    """Talk as one client; say whether everything came that was waited for."""
    try:
        for text in visit.texts:
            await connection.send(text)
            reply = await stage.reply(connection)
            if reply is None:
                return False
            visit.replies.append(reply)
        await connection.send(last)
        while (word := await stage.reply(connection)) is not None:
            visit.more.append(word)
    except ConnectionClosed:
        visit.closed = connection.close_code, connection.close_reason
        return True
    return False


def _fault(attempt: Attempt[Evidence]) -> str:
    """Name the first thing that went wrong, in the order of the conditions."""
    visits = attempt.evidence.visits
    if any(visit.replies != visit.texts for visit in visits.values()):
        return "echoes"
    for case in EXPECTED:
        if case not in visits:
            continue
        if visits[case].closed is None:
            return "closes"
        if (visits[case].closed or (0, ""))[0] != EXPECTED[case][0]:
            return case
    if any(visit.more for visit in visits.values()):
        return "the last word"
    wrong = [case for case, visit in visits.items() if visit.closed != EXPECTED[case]]
    return "reason" if wrong else ""


def _read_on(attempt: Attempt[Evidence]) -> bool:
    """Whether the handler read on after it had closed with a code of its own."""
    return attempt.ending is Ending.RAISED and attempt.mishap.what.startswith("ConnectionClosedError: sent")


def _condition(name: str, hint: str) -> Condition[Evidence]:
    return Condition(name, hint, lambda attempt: _fault(attempt) != name, _shows)


def _shows(attempt: Attempt[Evidence]) -> str:
    lines = []
    for case, visit in attempt.evidence.visits.items():
        code, reason = visit.closed or (None, None)
        how = f"closed with {code} {reason!r}" if visit.closed else "not closed"
        lines.append(f"{case + ':':7}{len(visit.replies)} of {len(visit.texts)} texts came back, then {how}")
    return "\n".join(lines)


HEAD = f"async def doorman(connection):\n    {LOOP}\n"
BYE = 'return await connection.close(1000, "bye")'
DATA = 'return await connection.close(1003, "text only")'
LONG = 'return await connection.close(4000, "too long")'
ECHO = "await connection.send(message)"


def _handler(*, bye: str = BYE, data: str = DATA, long: str = LONG, echo: str = ECHO) -> str:
    """A handler of the right shape, with some of its lines replaced."""
    return (
        f"{HEAD}        if not isinstance(message, str):\n            {data}\n"
        f"        elif len(message) > {LONGEST}:\n            {long}\n"
        f'        elif message == "bye":\n            {bye}\n'
        f"        else:\n            {echo}\n"
    )


DOORMAN = Exercise(
    number="06.4",
    title="Say why you close",
    goal=(
        "`doorman(connection)` is the handler of a server. It sends each text back, and closes in three cases, each with its own code "
        "and reason:\n\n"
        "| what comes | code | reason |\n"
        "|---|---|---|\n"
        "| the text `bye` | 1000 | `bye` |\n"
        "| a binary message (`bytes`) | 1003 | `text only` |\n"
        f"| a text of more than {LONGEST} characters | 4000 | `too long` |\n\n"
        "What made it close is not sent back."
    ),
    example=(
        'door = await lab.serve(doorman, name="door")\nsocket = lab.WebSocket(door.url)\nawait socket.opened()\n'
        "socket.send(\"bye\")\nawait socket.closed()  # <CloseEvent 1000 'bye', clean>"
    ),
    answer="doorman",
    wants="handler",
    parameters=("connection",),
    needs="",
    stub=f"""
async def doorman(connection):
    {LOOP}
        {ECHO}
""",
    start=(
        "This sends everything back and never closes. Look at each message before you send it: "
        "`isinstance(message, bytes)` tells a binary message, and `await connection.close(code, reason)` closes; then `return`."
    ),
    solution=f"""
async def doorman(connection):
    {LOOP}
        if isinstance(message, bytes):
            {DATA}
        if len(message) > {LONGEST}:
            {LONG}
        if message == "bye":
            {BYE}
        {ECHO}
""",
    afterwards=(
        "Three clients came, and each learned from code and reason why it had to go. "
        "None of them has to guess, and none will be told 1006."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "leaves",
            "Your server closed and went on reading, and reading from what you have closed yourself raises `ConnectionClosedError`. "
            "Leave the loop: `return` after `close()`.",
            lambda attempt: not _read_on(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        _condition(
            "echoes",
            f"A text of {LONGEST} characters or fewer did not come back as it was. Send it: `{ECHO}`.",
        ),
        _condition(
            "closes",
            "The client said its last word, and the connection stayed open. `await connection.close(code, reason)` closes it.",
        ),
        _condition("bye", "`bye` is how a client says that all is done, and the code for that is 1000."),
        _condition(
            "bytes",
            "Whoever gets a kind of data that it does not take says 1003. Binary messages arrive as `bytes`: `isinstance(message, bytes)`.",
        ),
        _condition(
            "long", "How long a text may be is a rule of this application, so the code is one of its own: 4000."
        ),
        _condition(
            "the last word", "What made your server close was sent back first. Send in the last case only: `else:`."
        ),
        _condition(
            "reason",
            'The codes are right, a reason is not. It is the second argument: `connection.close(1000, "bye")`.',
        ),
    ),
    wrong=(
        Wrong("answers with a text of its own", _handler(echo='await connection.send("Hello, client!")'), "echoes"),
        Wrong("knows no bye", _handler(bye=ECHO), "closes"),
        Wrong("closes with going away", _handler(bye='return await connection.close(1001, "bye")'), "bye"),
        Wrong("says that all was done", _handler(data='return await connection.close(1000, "text only")'), "bytes"),
        Wrong(
            "uses the code for memory that runs out",
            _handler(long='return await connection.close(1009, "too long")'),
            "long",
        ),
        Wrong(
            "sends back before it closes",
            f"{HEAD}        await connection.send(message)\n        if not isinstance(message, str):\n            {DATA}\n"
            f'        elif len(message) > {LONGEST}:\n            {LONG}\n        elif message == "bye":\n            {BYE}\n',
            "the last word",
        ),
        Wrong("reads on", _handler(data=DATA.removeprefix("return ")), "leaves"),
        Wrong("leaves without a word", _handler(bye="return"), "reason"),
        Wrong("forgets to await close()", _handler(bye='connection.close(1000, "bye")'), "awaits"),
        Wrong("sends 1006", _handler(bye='await connection.close(1006, "bye")'), "unhurt"),
    ),
)
