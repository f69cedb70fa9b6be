"""Runs a learner's code apart: on a thread and an event loop of its own, with a limit.

The kernel's loop only waits. So an answer that blocks (``time.sleep(60)``, ``while True``) costs the learner a few seconds
and nothing else: the kernel answers again after them, and the next check starts on a fresh thread.

    how the answer stands still     how it is ended
    it waits in an ``await``        its task is cancelled
    it blocks its thread            `Stopped` is raised inside it (PyThreadState_SetAsyncExc): ends ``while True``
    it blocks in a system call      the same, but only once the call returns; until then the thread is abandoned

That it stands still is found by looking at it, see `wslab.lessons.patience`; the clock decides in the last resort only.

`Stopped` is no `Exception`, so that an answer's own ``except Exception`` does not keep it alive.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import ctypes
import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wslab.lessons import blame, unawaited
from wslab.lessons.exercise import NOTHING_HAPPENED, Ending, Mishap
from wslab.lessons.patience import LONGEST, LOOK, Beat, looks, turns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

END = 1.0
"""Seconds that an answer has to end when it is told to, in looks."""


class Stopped(BaseException):
    """Raised inside an answer whose time is up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went.

    Attributes:
        ending: How it ended.
        mishap: What was raised, or where it stood still.
        alive: Whether its thread could not be ended and was abandoned.
    """

    ending: Ending
    mishap: Mishap = NOTHING_HAPPENED
    alive: bool = False


def stop_thread(ident: int) -> None:
    """Raise `Stopped` in a thread, at its next Python instruction."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(Stopped))


class Apart:
    """One piece of work on its own thread.

    Args:
        work: Makes the awaitable to run; called on the thread.
        home: File of the learner's code, for pointing at its lines.
        moves: Gives something that stays equal to itself as long as nothing moves that the work could wait for.
    """

    def __init__(
        self, work: Callable[[], Awaitable[None]], home: str = "", moves: Callable[[], object] = lambda: None
    ) -> None:
        self._work = work
        self._home = home
        self._moves = moves
        self._caller = asyncio.get_running_loop()
        self._finished = threading.Event()
        self._done = asyncio.Event()  # the same, on the caller's loop
        self._loop = asyncio.new_event_loop()
        self._transports: list[asyncio.BaseTransport] = []
        self._loop.create_connection = self._remembering(self._loop.create_connection)  # type: ignore[method-assign]
        self._task: asyncio.Task[None] | None = None
        self._mishap: Mishap | None = None
        # The context goes along, so that what the answer prints lands in the cell that checks it.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="wslab answer", daemon=True)

    async def run(self, patience: float, limit: float, hurry: asyncio.Event) -> Outcome:
        """Run the work until it has ended.

        Args:
            patience: Seconds that the learner's code may stand still, counted in looks.
            limit: Seconds after which it is ended in any case.
            hurry: Ends it at once when it is set.
        """
        self._thread.start()
        waits = [asyncio.ensure_future(wait) for wait in (self._done.wait(), hurry.wait(), self._stand_still(patience))]
        try:
            await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            outcome = await self._end()
            if not outcome.alive:
                self._thread.join(LONGEST)  # it has said its last word; nothing of it is left when the check returns
        return outcome

    async def _stand_still(self, patience: float) -> None:
        """Wait until so many looks in a row have found the learner's code on one line, or the loop stuck in it."""
        most, waiting, blocked = looks(patience), 0, 0
        beat, before = Beat(self._loop), (NOTHING_HAPPENED, self._moves())
        while max(waiting, blocked) < most:
            await asyncio.sleep(LOOK)
            if not beat.came:
                waiting, blocked = 0, blocked + 1 if self._stands() else 0
                continue
            now = (self._waits_at(), self._moves())
            waiting, blocked = waiting + 1 if now[0].line and now == before else 0, 0
            beat, before = Beat(self._loop), now

    def _stands(self) -> int:
        """The learner's line that the thread runs right now, or 0."""
        return blame.of_thread(self._thread.ident or 0, self._home).line

    def _waits_at(self) -> Mishap:
        """The learner's line that the task waits on."""
        return blame.of_coroutine(self._task.get_coro(), self._home) if self._task else NOTHING_HAPPENED

    async def _end(self) -> Outcome:
        turning = self._done.is_set() or await asyncio.to_thread(
            turns, self._loop, self._stands, over=self._finished.is_set
        )
        if self._finished.is_set():
            await self._done.wait()
            return self._ended()
        if turning:
            task, place = self._task, self._waits_at()
            if await self._ends_by(lambda: task and self._loop.call_soon_threadsafe(task.cancel), lambda: True):
                return Outcome(Ending.WAITING, place)
        ident = self._thread.ident or 0
        place = blame.of_thread(ident, self._home)
        ended = await self._ends_by(lambda: stop_thread(ident), self._stands)
        return Outcome(Ending.BLOCKED, place, alive=not ended)

    async def _ends_by(self, push: Callable[[], object], again: Callable[[], object]) -> bool:
        """Push twice, for an answer that swallows the first, and say whether it has ended."""
        for first in (True, False):
            if first or again():
                with contextlib.suppress(RuntimeError):  # it has just ended, and its loop with it
                    push()
            for _ in range(looks(END)):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._done.wait(), LOOK)
                    return True
        return False

    def _ended(self) -> Outcome:
        if self._mishap is None:
            return Outcome(Ending.FINISHED)
        return Outcome(Ending.RAISED if self._mishap.line else Ending.BROKEN, self._mishap)

    def _run(self) -> None:
        unawaited.track()
        try:
            self._task = self._loop.create_task(self._main())
            self._loop.run_until_complete(self._task)
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the answer's and is told to the learner
            self._mishap = blame.of_exception(error, self._home)
            # Coroutines that its frames still hold are thrown away now, while the check listens, and not in a later cell.
            traceback.clear_frames(error.__traceback__)
        finally:
            with contextlib.suppress(BaseException):
                self._tidy()
            self._finished.set()
            with contextlib.suppress(RuntimeError):  # the caller's loop is closed: nobody waits any more
                self._caller.call_soon_threadsafe(self._done.set)

    def _remembering(self, create: Callable[..., Any]) -> Any:
        """Wrap `create_connection` so that connections an answer leaves open can be ended with it."""

        async def create_connection(*args: Any, **options: Any) -> Any:
            made = await create(*args, **options)
            self._transports.append(made[0])
            return made

        return create_connection

    async def _main(self) -> None:
        await self._work()

    def _tidy(self) -> None:
        """Cancel what the answer left running, drop its connections and close its loop, without waiting for anybody."""
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        for transport in self._transports:
            if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
                transport.abort()
        if left:
            self._loop.run_until_complete(asyncio.wait(left, timeout=END))
        self._loop.run_until_complete(
            self._loop.shutdown_asyncgens()
        )  # a turn in which the transports are dropped, too
        self._loop.close()
