"""Runs an answer that is JavaScript: in a Node of its own, on the lab of its trial.

    the learner's text        as it is, so that its line numbers stay true
    and behind it, one line   brings `ws`, looks whether the function is there, calls it; and ticks

The ticks tell a Node that waits from one that is stuck in a loop: only where a trial has waited in vain, or lost a connection, is
it asked which of the two it is. An uncaught error ends Node, and its words are the answer's mishap.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from wslab.lessons.exercise import NOTHING_HAPPENED, Ending, Mishap
from wslab.lessons.javascript import UNDEFINED, undefined
from wslab.peers import NodeRun, NoNode, NoWs, bring_ws, find_node

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.connection import Connection

    from wslab.lab import Lab
    from wslab.timeline import Row

START = 6.0
"""Seconds that Node has to start, and to run the text once."""

PULSE = 2.0
"""Seconds that Node has to show that it is not stuck."""

UNCAUGHT = "nobody caught it"
"""What a row says of an error that ended Node."""

TICK = "wslab: still here"
TICKS = 3
"""How many ticks show it: fewer could have been on their way when it got stuck."""

TAKEN = 2.0
"""Seconds that the other side has to answer a ping, which shows that it has taken every message before it."""

MOMENT = 0.5
"""Seconds for an answer, once the message was taken."""

_EVERY = 50  # milliseconds between two ticks
_PAUSE = 0.01  # seconds between two looks


def lacking() -> str:
    """Say what this machine needs to run an answer; empty where nothing is missing. The first time this brings `ws`."""
    try:
        bring_ws(find_node())
    except (NoNode, NoWs) as error:
        return str(error)
    return ""


def as_server(name: str) -> str:
    """The line that lets a function serve each connection of a new server, as ``function (ws)``."""
    return _tail(name, f'new ws.WebSocketServer({{ port: 0 }}).on("connection", {name});')


def as_client(name: str, *urls: str, then: str = "") -> str:
    """The line that hands a new socket for each address to a function, as a page would: its `binaryType` is ``blob``.

    Args:
        name: The function.
        urls: The addresses.
        then: JavaScript that follows, in which ``sockets`` holds the sockets.
    """
    made = ", ".join(f'new ws.WebSocket("{url}")' for url in urls)
    calls = f'for (const socket of sockets) {{ socket.binaryType = "blob"; {name}(socket); }}'
    return _tail(name, f"const sockets = [{made}]; {calls} {then}")


def _tail(name: str, body: str) -> str:
    look = f'if (typeof {name} !== "function") {{ process.exit({UNDEFINED}); }}'
    tick = f'setInterval(() => console.debug("{TICK}"), {_EVERY});'
    return f'\n;import("ws").then((ws) => setImmediate(() => {{ {look} {body} }})); {tick}\n'


async def reply_to(connection: Connection, message: str | bytes) -> str | bytes | None:
    """Send a message and wait for the reply: until a pong shows that the message was taken, and a moment more.

    Returns:
        The reply, or None where none came.

    Raises:
        websockets.exceptions.ConnectionClosed: The connection has ended.
    """
    await connection.send(message)
    return await next_after_pong(connection)


async def next_after_pong(connection: Connection) -> str | bytes | None:
    """Wait for a message as `reply_to` does, without sending anything but a ping."""
    coming = asyncio.ensure_future(connection.recv())
    try:
        pong = asyncio.ensure_future(await connection.ping())
        await asyncio.wait({coming, pong}, timeout=TAKEN, return_when=asyncio.FIRST_COMPLETED)
        if pong.done():
            await asyncio.wait({coming}, timeout=MOMENT)
        return coming.result() if coming.done() else None
    finally:
        coming.cancel()


class Script:
    """A text that runs in Node.

    Args:
        lab: The lab of the trial.
        text: The learner's text.
        name: The function that it should define.
        tail: What calls it: `as_server` or `as_client`.
    """

    def __init__(self, lab: Lab, text: str, name: str, tail: str) -> None:
        self._lab = lab
        self._text = text
        self._name = name
        self._run = NodeRun(lab, text + tail, name="answer")
        self._doubtful = False

    async def start(self) -> bool:
        """Start it, wait until the text has run once, and say whether it goes on."""
        await asyncio.to_thread(self._run.start)
        ready = await asyncio.to_thread(self._run.wait_ready, START)
        self._doubtful = not ready
        return ready and not self.ended

    @property
    def ended(self) -> bool:
        """Whether Node has ended."""
        return self._run.exit_code is not None

    @property
    def port(self) -> int:
        """The port of the server that it has made, or 0."""
        return next((relay.port for relay in self._lab.hosting.relays), 0)

    async def until(self, holds: Callable[[], object], seconds: float) -> bool:
        """Wait until something holds, Node has ended, or the time is up; say whether it holds."""
        deadline = time.monotonic() + seconds
        while not holds() and not self.ended and time.monotonic() < deadline:  # noqa: ASYNC110  (set by other threads)
            await asyncio.sleep(_PAUSE)
        if not holds():
            self._doubtful = True
        return bool(holds())

    def doubt(self) -> None:
        """Note that something is odd, such as a connection that was lost: in the end it is asked whether Node still turns."""
        self._doubtful = True

    async def conclude(self) -> tuple[Ending, Mishap]:
        """End it, and say how it went."""
        turns = not self._doubtful or await self._turns()
        code = self._run.exit_code
        await asyncio.to_thread(self._run.stop)
        if code is None:
            return (Ending.FINISHED if turns else Ending.BLOCKED), NOTHING_HAPPENED
        if code == UNDEFINED:
            return Ending.RAISED, Mishap(undefined(self._name))
        return (Ending.RAISED, self._mishap()) if code else (Ending.FINISHED, NOTHING_HAPPENED)

    async def _turns(self) -> bool:
        """Whether it ticks on, or has ended."""
        before, deadline = self._ticks(), time.monotonic() + PULSE
        while not self.ended and time.monotonic() < deadline:
            if self._ticks() >= before + TICKS:
                return True
            await asyncio.sleep(_PAUSE)
        return self.ended

    def _ticks(self) -> int:
        return sum(row.text == TICK for row in self._rows() if row.kind == "print")

    def _rows(self) -> list[Row]:
        self._lab.timeline.refresh()
        return self._lab.timeline.rows()

    def _mishap(self) -> Mishap:
        """The error that ended it, with the learner's own line where one is named."""
        told = next((row for row in reversed(self._rows()) if row.problem == UNCAUGHT), None)
        if told is None:
            return Mishap(f"Node ended with exit code {self._run.exit_code}")
        what, _, place = told.text.rpartition(" at line ")
        lines, line = self._text.splitlines(), int(place) if what and place.isdigit() else 0
        if 0 < line <= len(lines):
            return Mishap(what, line, lines[line - 1].strip())
        return Mishap(what or told.text)
