"""Exercise 00.3: make a pasted script run in a notebook."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.lessons import blame
from wslab.lessons.exercise import Attempt, Condition, Exercise, Wrong

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from websockets.asyncio.server import ServerConnection

    from wslab.lessons.stage import Stage

QUESTION = "What time is it?"
CONNECT = "async with websockets.connect(url) as connection:"
PATCHES = frozenset({"nest_asyncio", "nest_asyncio2"})
RUNNERS = frozenset({"run", "run_until_complete", "Runner"})


@dataclass
class Evidence:
    """What the server was asked and replied, and what `ask` returned."""

    asked: list[str | bytes] = field(default_factory=list)
    replied: str = ""
    returned: object = None


async def trial(ask: Callable[[str], Awaitable[object]], stage: Stage, evidence: Evidence) -> None:
    """Await `ask` as a cell would, against a server that replies only once other work on the same loop has gone on.

    An answer that blocks the loop keeps that other work from running, so it never gets its reply.
    """
    asked = asyncio.Event()
    went_on = asyncio.Event()
    answering_loop: list[asyncio.AbstractEventLoop] = []
    cell_loop = asyncio.get_running_loop()

    async def clock(connection: ServerConnection) -> None:
        answering_loop.append(asyncio.get_running_loop())
        evidence.asked.append(await connection.recv())
        cell_loop.call_soon_threadsafe(asked.set)
        await went_on.wait()
        evidence.replied = (
            f"{stage.random.randrange(24):02}:{stage.random.randrange(60):02}:{stage.random.randrange(60):02}"
        )
        await connection.send(evidence.replied)

    async def other_work() -> None:
        await asked.wait()
        answering_loop[0].call_soon_threadsafe(went_on.set)

    server = await stage.lab.serve(clock)
    other = asyncio.create_task(other_work())
    evidence.returned = stage.value(await ask(server.url))
    other.cancel()


def _shows(attempt: Attempt[Evidence]) -> str:
    return f"the server replied: {attempt.evidence.replied!r}\nask returned:       {attempt.evidence.returned!r}"


ASK = Exercise(
    number="00.3",
    title="A pasted script",
    goal=(
        "This function comes from a script. There it works; in a notebook it raises `RuntimeError`. "
        "Rewrite it so that `await ask(url)` works in a cell: it asks the server at `url` what time it is and returns the reply."
    ),
    example='await ask(server.url)  # "What time is it?", from a server that echoes',
    answer="ask",
    wants="async def",
    parameters=("url",),
    needs="import asyncio\n\nimport websockets",
    stub=f"""
def ask(url):
    async def main():
        {CONNECT}
            await connection.send("{QUESTION}")
            return await connection.recv()

    return asyncio.run(main())
""",
    start=(
        "This is still the script: `asyncio.run` starts a loop of its own, and a notebook has one that runs already. "
        "Begin with `async def ask(url):`, then `await` what has to be awaited."
    ),
    solution=f"""
async def ask(url):
    {CONNECT}
        await connection.send("{QUESTION}")
        return await connection.recv()
""",
    afterwards=(
        "`ask` was awaited on a running loop, as in a cell. The server held its reply back until other work on that loop had gone on: "
        "your function waits without standing in anybody's way."
    ),
    evidence=Evidence,
    trial=trial,
    before=(
        Condition(
            "no patch",
            "It would run, but the patch is not needed: leave it out and `await` the coroutine.",
            lambda attempt: not blame.names_in(attempt.answer) & PATCHES,
        ),
        Condition(
            "no second loop",
            "A loop runs already, so nothing has to run another. Leave `asyncio.run` out, and `await` the coroutine.",
            lambda attempt: (
                bool(blame.names_in(attempt.answer) & PATCHES) or not blame.names_in(attempt.answer) & RUNNERS
            ),
        ),
    ),
    conditions=(
        Condition(
            "asks",
            f'The server was not asked "{QUESTION}" exactly once, in these words. Keep the script\'s line that sends it.',
            lambda attempt: attempt.evidence.asked == [QUESTION],
            lambda attempt: f"the server received: {attempt.evidence.asked}",
        ),
        Condition(
            "returns",
            "`ask` should return the reply as a `str`. End it with `return await connection.recv()`.",
            lambda attempt: type(attempt.evidence.returned) is str,
            _shows,
        ),
        Condition(
            "returns the reply",
            "What `ask` returned is not what the server replied.",
            lambda attempt: (
                attempt.evidence.asked != [QUESTION]
                or type(attempt.evidence.returned) is not str
                or attempt.evidence.returned == attempt.evidence.replied
            ),
            _shows,
        ),
    ),
    wrong=(
        Wrong(
            "keeps asyncio.run inside an async def",
            f'async def ask(url):\n    async def main():\n        {CONNECT}\n            await connection.send("{QUESTION}")\n'
            "            return await connection.recv()\n\n    return asyncio.run(main())\n",
            "no second loop",
        ),
        Wrong(
            "patches the loop",
            f"async def ask(url):\n    import nest_asyncio2\n\n    nest_asyncio2.apply()\n\n    async def main():\n        {CONNECT}\n"
            f'            await connection.send("{QUESTION}")\n            return await connection.recv()\n\n'
            "    return asyncio.run(main())\n",
            "no patch",
        ),
        Wrong(
            "forgets to await its own coroutine",
            f'async def ask(url):\n    async def main():\n        {CONNECT}\n            await connection.send("{QUESTION}")\n'
            "            return await connection.recv()\n\n    return main()\n",
            "awaits",
        ),
        Wrong(
            "asks something else",
            f'async def ask(url):\n    {CONNECT}\n        await connection.send("Hello, server!")\n        return await connection.recv()\n',
            "asks",
        ),
        Wrong(
            "prints instead of returning",
            f'async def ask(url):\n    {CONNECT}\n        await connection.send("{QUESTION}")\n        reply = await connection.recv()\n',
            "returns",
        ),
        Wrong(
            "returns a time of its own",
            f'async def ask(url):\n    {CONNECT}\n        await connection.send("{QUESTION}")\n        await connection.recv()\n'
            '        return "12:00:00"\n',
            "returns the reply",
        ),
        Wrong(
            "takes the blocking client",
            f"from websockets.sync.client import connect\n\n\nasync def ask(url):\n    with connect(url, proxy=None) as connection:\n"
            f'        connection.send("{QUESTION}")\n        return connection.recv()\n',
            "yields",
        ),
    ),
)
