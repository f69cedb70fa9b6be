"""Runs an answer that is JavaScript: in a Node of its own, on the lab of its trial.

    the learner's text        as it is, so that its line numbers stay true
    and behind it, one line   brings `ws`, looks whether the function is there, calls it; and ticks

The ticks tell a Node that waits from one that is stuck in a loop: only where a trial has waited in vain, or lost a connection, is
it asked which of the two it is. Each says when it was sent, so one that was on its way before is no answer; and a Node that is
stuck uses up processor time, which one that has to wait for a busy machine does not. An uncaught error ends Node, and its words
are the answer's failure.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import psutil

from wslab.lessons.trial.liveness import LONGEST_WAIT, LOOK, looks, next_message
from wslab.lessons.trial.outcome import NO_FAILURE, Ending, Failure
from wslab.peers import NodeRun, NoNode, NoWs, bring_ws, find_node

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.connection import Connection

    from wslab.lab import Lab

START, STUCK = 2.5, 0.7
"""Seconds of processor time that Node may use before its first tick, and between two."""

UNDEFINED = 97
"""How Node exits when a text defines no function of the answer's name."""

UNCAUGHT = "nobody caught it"
"""What a row says of an error that ended Node."""

TICK = "wslab: still here"
MOMENT = 0.5
"""Seconds for an answer, in pongs that come after the message."""

PAGE = """
const page = (socket) => {
  for (const name of ["on", "once"]) {
    const its = socket[name];
    socket[name] = function guarded(type, listener) {
      if (Object.getOwnPropertySymbols(listener?.listener ?? listener ?? {}).length) return its.call(this, type, listener);
      const error = new TypeError(`a page's WebSocket has no ${name}(): write addEventListener("${type}", ...)`);
      Error.captureStackTrace(error, guarded);
      throw error;
    };
  }
  socket.binaryType = "blob";
  return socket;
};
globalThis.FileReader ??= class extends EventTarget {
  set onload(listener) { this.addEventListener("load", listener); }
  set onloadend(listener) { this.addEventListener("loadend", listener); }
  readAsArrayBuffer(blob) {
    blob.arrayBuffer().then((result) => {
      this.result = result;
      for (const type of ["load", "loadend"]) this.dispatchEvent(new Event(type));
    });
  }
};
"""
"""What makes Node the page that it plays: its sockets know nothing of Node's way of listening, which `ws` itself goes on using (its
own listeners carry marks), their `binaryType` is ``blob``, and there is a `FileReader`, which reads Blobs."""

_BY_AN_ERROR = 1  # Node's exit code after an error that nobody caught
_EVERY = 50  # milliseconds between two ticks
_PAUSE = 0.01  # seconds between two looks


def node_lacks() -> str:
    """Say what this machine needs to run an answer; empty where nothing is missing. The first time this brings `ws`."""
    try:
        bring_ws(find_node())
    except (NoNode, NoWs) as error:
        return str(error)
    return ""


def undefined(name: str) -> str:
    """What is said of a text without the function it should define."""
    return f"ReferenceError: {name} is not a function"


def as_server(name: str) -> str:
    """The line that lets a function serve each connection of a new server, as ``function (ws)``."""
    return _tail(name, f'new ws.WebSocketServer({{ port: 0 }}).on("connection", {name});')


def as_client(name: str, *urls: str, then: str = "") -> str:
    """The line that hands a new socket for each address to a function, as a page would (`PAGE`).

    Args:
        name: The function.
        urls: The addresses.
        then: JavaScript that follows, in which ``sockets`` holds the sockets.
    """
    made = ", ".join(f'page(new ws.WebSocket("{url}"))' for url in urls)
    return _tail(
        name,
        f"{' '.join(PAGE.split())} const sockets = [{made}]; for (const socket of sockets) {{ {name}(socket); }} {then}",
    )


def _tail(name: str, body: str) -> str:
    look = f'if (typeof {name} !== "function") {{ process.exit({UNDEFINED}); }}'
    tick = f'setInterval(() => console.debug("{TICK}", Date.now()), {_EVERY});'
    return f'\n;import("ws").then((ws) => setImmediate(() => {{ {look} {body} }})); {tick}\n'


async def reply_to(connection: Connection, message: str | bytes, script: Script | None = None) -> str | bytes | None:
    """Send a message and wait for the reply: until so many pongs have come after the message that it should have, too.

    Args:
        connection: A connection with Node.
        message: The message.
        script: What runs there, where that is known: a Node that is stuck need not be waited for.

    Returns:
        The reply, or None where none came.

    Raises:
        websockets.exceptions.ConnectionClosed: The connection has ended.
    """
    await connection.send(message)
    return await (next_message(connection, MOMENT, script.hopeless) if script else next_message(connection, MOMENT))


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
        self._heard = 0.0  # when the newest tick was sent, in milliseconds since the epoch
        self._read = 0  # rows of the timeline that were looked through
        self._used = 0.0  # processor time that Node had used when that tick was heard

    async def start(self) -> bool:
        """Start it, wait until the text has run once, and say whether it goes on, if only to an error in the function."""
        await asyncio.to_thread(self._run.start)
        ready = False
        for _ in range(looks(3 * LONGEST_WAIT)):
            ready = await asyncio.to_thread(self._run.wait_ready, LOOK)
            if ready or self._stuck():
                break
        self._doubtful = not ready
        return ready and self._run.exit_code in (None, _BY_AN_ERROR)

    @property
    def ended(self) -> bool:
        """Whether Node has ended."""
        return self._run.exit_code is not None

    @property
    def port(self) -> int:
        """The port of the server that it has made, or 0."""
        return next((relay.port for relay in self._lab.hosting.relays), 0)

    async def until(self, holds: Callable[[], object]) -> bool:
        """Wait until something holds that comes soon, or Node has ended or is stuck; say whether it holds."""
        deadline = time.monotonic() + 3 * LONGEST_WAIT
        while not holds() and not await self.hopeless() and time.monotonic() < deadline:  # noqa: ASYNC110  (set by other threads)
            await asyncio.sleep(_PAUSE)
        if not holds():
            self._doubtful = True
        return bool(holds())

    async def hopeless(self) -> bool:
        """Whether nothing can be hoped for from Node any more: it has ended, or is stuck."""
        return self.ended or self._stuck()

    def doubt(self) -> None:
        """Note that something is odd, such as a connection that was lost: in the end it is asked whether Node still turns."""
        self._doubtful = True

    async def conclude(self) -> tuple[Ending, Failure]:
        """End it, and say how it went."""
        turns = not self._doubtful or await self._turns()
        code = self._run.exit_code
        await asyncio.to_thread(self._run.stop)
        if code is None:
            return (Ending.FINISHED if turns else Ending.BLOCKED), NO_FAILURE
        if code == UNDEFINED:
            return Ending.RAISED, Failure(undefined(self._name))
        for _ in range(looks(1)):  # on a busy machine the error's row may come behind Node's end
            if not code or self._failure().line:
                break
            await asyncio.sleep(LOOK)
        return (Ending.RAISED, self._failure()) if code else (Ending.FINISHED, NO_FAILURE)

    async def _turns(self) -> bool:
        """Whether it ticks on, or has ended."""
        asked, deadline = time.time() * 1000 + 1, time.monotonic() + LONGEST_WAIT
        while not self.ended and time.monotonic() < deadline:
            if self._heard_at() > asked:
                return True
            if self._stuck():
                return False
            await asyncio.sleep(_PAUSE)
        return self.ended

    def _stuck(self) -> bool:
        """Whether Node has been busy for long, and has not ticked: it is in a loop."""
        before, used = self._heard, self._processor_time()
        if self._heard_at() > before:
            self._used = used
        return used - self._used > (STUCK if self._heard else START)

    def _heard_at(self) -> float:
        """When the newest tick was sent, in milliseconds since the epoch; 0 where there is none."""
        rows = self._lab.timeline.rows(self._read)
        self._read += len(rows)
        ticks = [row.text.removeprefix(TICK) for row in rows if row.kind == "print" and row.text.startswith(TICK)]
        self._heard = max([self._heard, *(float(tick) for tick in ticks if tick.strip().isdigit())])
        return self._heard

    def _processor_time(self) -> float:
        process = self._run._process  # noqa: SLF001
        if process is not None:
            with contextlib.suppress(psutil.Error):  # it has just ended
                times = psutil.Process(process.pid).cpu_times()
                return float(times.user + times.system)
        return self._used

    def _failure(self) -> Failure:
        """The error that ended it, with the learner's own line where one is named."""
        told = next((row for row in reversed(self._lab.timeline.rows()) if row.problem == UNCAUGHT), None)
        if told is None:
            return Failure(f"Node ended with exit code {self._run.exit_code}")
        what, _, place = told.text.rpartition(" at line ")
        lines, line = self._text.splitlines(), int(place) if what and place.isdigit() else 0
        if 0 < line <= len(lines):
            return Failure(what, line, lines[line - 1].strip())
        return Failure(what or told.text)
