"""Runs a learner's code apart: on a thread and an event loop of its own, with a limit.

The kernel's loop only waits. So an answer that blocks (``time.sleep(60)``, ``while True``) costs the learner the limit and
nothing else: the kernel answers again after it, and the next check starts on a fresh thread.

    how the answer stands still     how it is ended
    it waits in an ``await``        its task is cancelled
    it blocks its thread            `Stopped` is raised inside it (PyThreadState_SetAsyncExc): ends ``while True``
    it blocks in a system call      the same, but only once the call returns; until then the thread is abandoned

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

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BEAT = 0.5
"""Seconds a loop has to show that it turns, and a stopped thread to end."""


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


def turns(loop: asyncio.AbstractEventLoop, seconds: float = BEAT) -> bool:
    """Whether a loop on another thread still turns. Waits at most `seconds`; never call it on that loop's own thread."""
    beat = threading.Event()
    try:
        loop.call_soon_threadsafe(beat.set)
    except RuntimeError:  # the loop is closed
        return True
    return beat.wait(seconds)


class Apart:
    """One piece of work on its own thread.

    Args:
        work: Makes the awaitable to run; called on the thread.
        home: File of the learner's code, for pointing at its lines.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], home: str = "") -> None:
        self._work = work
        self._home = home
        self._caller = asyncio.get_running_loop()
        self._done = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._transports: list[asyncio.BaseTransport] = []
        self._loop.create_connection = self._remembering(self._loop.create_connection)  # type: ignore[method-assign]
        self._task: asyncio.Task[None] | None = None
        self._mishap: Mishap | None = None
        # The context goes along, so that what the answer prints lands in the cell that checks it.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="wslab answer", daemon=True)

    async def run(self, limit: float, hurry: asyncio.Event) -> Outcome:
        """Run the work and wait until it has ended, `limit` seconds have passed, or `hurry` is set."""
        self._thread.start()
        waits = [asyncio.ensure_future(self._done.wait()), asyncio.ensure_future(hurry.wait())]
        try:
            await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            outcome = await self._end()
            if not outcome.alive:
                self._thread.join(BEAT)  # it has said its last word; nothing of it is left when the check returns
        return outcome

    async def _end(self) -> Outcome:
        turning = self._done.is_set() or await asyncio.to_thread(turns, self._loop)
        if self._done.is_set():
            return self._ended()
        if turning:
            task = self._task
            place = blame.of_coroutine(task.get_coro(), self._home) if task else NOTHING_HAPPENED
            if await self._ends_by(lambda: task and self._loop.call_soon_threadsafe(task.cancel)):
                return Outcome(Ending.WAITING, place)
        ident = self._thread.ident or 0
        place = blame.of_thread(ident, self._home)
        ended = await self._ends_by(lambda: stop_thread(ident))
        return Outcome(Ending.BLOCKED, place, alive=not ended)

    async def _ends_by(self, push: Callable[[], object]) -> bool:
        """Push twice, for an answer that swallows the first, and say whether it has ended."""
        for _ in range(2):
            with contextlib.suppress(RuntimeError):  # it has just ended, and its loop with it
                push()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), BEAT)
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
            self._loop.run_until_complete(asyncio.wait(left, timeout=BEAT))
        self._loop.run_until_complete(
            self._loop.shutdown_asyncgens()
        )  # a turn in which the transports are dropped, too
        self._loop.close()
