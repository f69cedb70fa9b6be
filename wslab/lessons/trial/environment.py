"""The surroundings of a trial: a lab of its own, random inputs, and a watch over handlers that run on a server's thread."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection

from wslab.lab import Lab
from wslab.lessons.trial import sandbox, source_location, unawaited
from wslab.lessons.trial.liveness import LONGEST_WAIT, LOOK, looks, next_message, turns
from wslab.lessons.trial.outcome import NO_FAILURE, Ending, Failure
from wslab.lessons.trial.stopping import Stoppable, Stopped

if TYPE_CHECKING:
    from websockets.asyncio.connection import Connection

    from wslab.lessons.trial.node import Script

WORDS = (
    *("amber", "brave", "calm", "dusty", "eager", "fresh", "gentle", "happy", "icy", "jolly", "keen", "lucky"),
    *("badger", "crane", "dolphin", "eagle", "falcon", "gecko", "heron", "ibis", "jackal", "koala", "lynx", "otter"),
)

REPLY_WAIT = 2.0
"""Seconds a trial waits for what an answer should do at once, in looks and pongs (`wslab.lessons.trial.liveness`)."""


async def ended(event: threading.Event) -> bool:
    """Wait for an event of another thread that comes for certain, and say whether it came."""
    return await asyncio.to_thread(event.wait, LONGEST_WAIT)


Handler = Callable[[ServerConnection], Awaitable[None]]


class TrialEnvironment:
    """One trial's surroundings.

    Args:
        name: Name of the lab the trial gets; no learner's lab has it.
        listener: Told of a coroutine that came where a value was expected; listens to the threads on which a handler runs.
    """

    def __init__(self, name: str, listener: unawaited.UnawaitedListener) -> None:
        self._name = name
        self._answer_file = listener.file
        self._listener = listener
        self._lab: Lab | None = None
        self._handling: tuple[asyncio.AbstractEventLoop, Stoppable] | None = None
        self._over = threading.Event()
        self._script: Script | None = None
        self._kept = contextlib.ExitStack()
        self._moved = 0
        self.random = random.Random()
        self.ending = Ending.FINISHED
        self.failure: Failure = NO_FAILURE

    @property
    def lab(self) -> Lab:
        """A lab for this trial alone, closed after it."""
        if self._lab is None:
            self._lab = Lab(self._name)
        return self._lab

    def phrase(self) -> str:
        """Make a short text in lower case that no answer can know beforehand."""
        return f"{self.random.choice(WORDS)} {self.random.choice(WORDS)} {self.random.randrange(1000, 10_000)}"

    def value(self, value: object) -> object:
        """Take what an answer returned. A coroutine is noted as one that was never awaited, and becomes None."""
        left = unawaited.close(value)
        if left is None:
            return value
        self._listener.note(*left)
        return None

    def watched(self, handler: Handler) -> Handler:
        """Wrap a handler so that what it raises is known here as well as in the server's log."""

        @functools.wraps(handler)
        async def watching(connection: ServerConnection) -> None:
            code = Stoppable()
            self._handling = asyncio.get_running_loop(), code
            self._over.clear()
            self._listener.join()
            try:
                with code:
                    left = await self._serve(handler, connection)
                self.value(left)
            except Stopped:
                pass
            except Exception as error:
                self.ending, self.failure = Ending.RAISED, source_location.failure_of(error, self._answer_file)
                raise
            finally:
                self._over.set()

        return watching

    async def _serve(self, handler: Handler, connection: ServerConnection) -> object:
        """Call a watched handler."""
        return await handler(connection)  # type: ignore[func-returns-value]

    async def reply(self, connection: Connection) -> str | bytes | None:
        """Wait for the next message of a watched handler.

        Returns:
            The message, or None where none came: the handler does not answer, or blocks its server's thread.

        Raises:
            websockets.exceptions.ConnectionClosed: The handler has ended.
        """
        return await next_message(connection, REPLY_WAIT, self._blocks)

    async def over(self) -> bool:
        """Wait until a watched handler has ended, for so many turns of its loop, and say whether it has."""
        for _ in range(looks(REPLY_WAIT)):
            if self._over.is_set() or await self._blocks():
                break
            await asyncio.sleep(LOOK)
        return self._over.is_set()

    async def _blocks(self) -> bool:
        """See whether a watched handler blocks its server's thread, and if so note where and stop it."""
        if self._handling is None or self._over.is_set() or self.ending is Ending.BLOCKED:
            return self.ending is Ending.BLOCKED
        loop, code = self._handling
        if await asyncio.to_thread(turns, loop, lambda: self._stands_at(code).line, REPLY_WAIT):
            return False
        self.ending, self.failure = Ending.BLOCKED, self._stands_at(code)
        await self._stop(code)
        return True

    def _stands_at(self, code: Stoppable) -> Failure:
        return source_location.of_thread(code.thread, self._answer_file) if code.thread else NO_FAILURE

    async def _stop(self, code: Stoppable) -> None:
        """Stop a handler that stands still: until it is over, or the time is up and its thread has to be abandoned."""
        self._listener.force()
        for _ in range(looks(sandbox.END) * sandbox.PUSHES):
            if self._over.is_set() or not self._stands_at(code).line:
                break
            code.push()
            await asyncio.sleep(LOOK / sandbox.PUSHES)

    def moved(self) -> None:
        """Say that something has moved that an answer may wait for, and that no lab records."""
        self._moved += 1

    def moves(self) -> object:
        """Something that stays equal to itself as long as nothing moves in the lab, or elsewhere in the trial."""
        if self._lab is None:
            return self._moved
        timeline = self._lab.timeline
        return object() if timeline.unsettled() else (timeline.end, timeline.raw, self._moved)

    def keep(self, thing: contextlib.AbstractContextManager[object]) -> None:
        """Enter something, and leave it when the trial is over."""
        self._kept.enter_context(thing)

    async def close(self) -> None:
        """Say how a script went, if there is one, and close the lab, if there is one."""
        with self._kept:
            await self.conclude()
            if self._handling is not None and not self._over.is_set():
                await self._stop(self._handling[1])
            if self._lab is not None:
                await self._lab.close()
                self._lab = None

    async def conclude(self) -> None:
        """End a script, if there is one, and note how it went."""
        if self._script is not None:
            self.ending, self.failure = await self._script.conclude()
            self._script = None
