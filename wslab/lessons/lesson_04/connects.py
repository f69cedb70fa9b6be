"""Exercise 04.3: wait for what happens, open or close, and not for a clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons import blame
from wslab.lessons.exercise import Attempt, Condition, Ending, Exercise, Wrong
from wslab.lessons.lesson_04.surroundings import Gate, nobody, put_forward, serve_slowly, turns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wslab.lab import WebSocket
    from wslab.lessons.stage import Stage

HELD = 1.0
"""Seconds for which the slow server holds its answer back. They pass at once: the clock of the answer's loop is put forward."""

CLOCKS = frozenset({"sleep", "wait_for", "call_later"})


@dataclass
class Evidence:
    """What `connects` returned, by the kind of address."""

    returned: dict[str, object] = field(default_factory=dict)


async def trial(connects: Callable[[WebSocket], Awaitable[object]], stage: Stage, evidence: Evidence) -> None:
    """Ask about a server, a slow server and an address where nobody listens, in an order that nobody knows."""
    gate = Gate()
    urls = {
        "a server": (await stage.lab.serve()).url,
        "a slow server": (await serve_slowly(stage, gate)).url,
        "nobody": nobody(stage),
    }
    for kind in stage.random.sample(sorted(urls), len(urls)):
        socket = stage.lab.WebSocket(urls[kind])
        late = asyncio.create_task(_open_late(gate)) if kind == "a slow server" else None
        evidence.returned[kind] = stage.value(await connects(socket))
        if late is not None:
            await late


async def _open_late(gate: Gate) -> None:
    """Once the answer waits, let the time pass, and give whoever waits by the clock the turns to give up."""
    await turns()
    put_forward(HELD)
    await turns()
    gate.open()


def _shows(attempt: Attempt[Evidence]) -> str:
    return "\n".join(f"{kind}: {value!r:.80}" for kind, value in attempt.evidence.returned.items())


def _all_bools(attempt: Attempt[Evidence]) -> bool:
    return all(type(value) is bool for value in attempt.evidence.returned.values())


def _ran_into_it(attempt: Attempt[Evidence]) -> bool:
    return attempt.ending is Ending.RAISED and attempt.mishap.what.startswith("ConnectionEnded")


HEAD = "async def connects(socket):\n"

CONNECTS = Exercise(
    number="04.3",
    title="Did it open?",
    goal=(
        "`connects(socket)` is given a new socket. It waits until the socket is open and returns `True`, or until it is clear that "
        "it never will be and returns `False`. It raises nothing, and it takes no longer than it has to."
    ),
    example=(
        "await connects(lab.WebSocket(server.url))  # True\n"
        "await connects(lab.WebSocket(gone.url))    # False: nobody listens there"
    ),
    answer="connects",
    wants="async def",
    parameters=("socket",),
    needs="import asyncio",
    stub="""
async def connects(socket):
    await asyncio.sleep(0.1)
    return socket.readyState == socket.OPEN
""",
    start=(
        "A tenth of a second is too long for one server and too short for another. "
        "Wait for the event instead: `await socket.opened()`, which raises `ConnectionError` when the connection fails."
    ),
    solution="""
async def connects(socket):
    try:
        await socket.opened()
    except ConnectionError:
        return False
    return True
""",
    afterwards=(
        "A server, a slow server and nobody at all, in random order: your answer was right for each, because it waited for what "
        "happened and not for a time."
    ),
    evidence=Evidence,
    trial=trial,
    conditions=(
        Condition(
            "refused",
            "The connection failed, and your code let the exception out. Catch it: `except ConnectionError:`.",
            lambda attempt: not _ran_into_it(attempt),
            lambda attempt: str(attempt.mishap),
            urgent=True,
        ),
        Condition(
            "true or false",
            "`connects` should return `True` or `False`, nothing else.",
            _all_bools,
            _shows,
        ),
        Condition(
            "quick",
            "A server was there, and `connects` did not return `True`. Await `socket.opened()` before you return.",
            lambda attempt: not _all_bools(attempt) or attempt.evidence.returned.get("a server") is True,
            _shows,
        ),
        Condition(
            "slow",
            "The slow server needed a little longer, and you had given up. Leave the limit of `socket.opened()` as it is.",
            lambda attempt: (
                not _all_bools(attempt)
                or attempt.evidence.returned.get("a server") is not True
                or attempt.evidence.returned.get("a slow server") is True
            ),
            _shows,
        ),
        Condition(
            "nobody",
            "Nobody listened at that address, and `connects` returned `True`. Return `False` where the exception is caught.",
            lambda attempt: not _all_bools(attempt) or attempt.evidence.returned.get("nobody") is False,
            _shows,
        ),
        Condition(
            "no clock",
            "It came out right this time, but by a clock: the next server may be slower than that. Leave the clock out.",
            lambda attempt: not blame.names_in(attempt.answer) & CLOCKS,
        ),
    ),
    wrong=(
        Wrong("lets the exception out", f"{HEAD}    await socket.opened()\n    return True\n", "refused"),
        Wrong(
            "returns the event",
            f"{HEAD}    try:\n        return await socket.opened()\n    except ConnectionError:\n        return False\n",
            "true or false",
        ),
        Wrong("does not wait", f"{HEAD}    return socket.readyState == socket.OPEN\n", "quick"),
        Wrong(
            "gives up too early",
            f"{HEAD}    try:\n        await socket.opened(timeout=0.9)\n"
            "    except Exception:\n        return False\n    return True\n",
            "slow",
        ),
        Wrong(
            "catches and goes on",
            f"{HEAD}    try:\n        await socket.opened()\n    except ConnectionError:\n        pass\n    return True\n",
            "nobody",
        ),
        Wrong(
            "sleeps for longer",
            f"{HEAD}    await asyncio.sleep(2)\n    return socket.readyState == socket.OPEN\n",
            "no clock",
        ),
        Wrong(
            "waits for the close of a socket that opens",
            f"{HEAD}    await socket.closed()\n    return False\n",
            "ends",
        ),
    ),
)
