"""Runs a learner's code apart: on a thread and an event loop of its own, with a limit.

The kernel's loop only waits. So an answer that blocks (``time.sleep(60)``, ``while True``) costs the learner a few seconds
and nothing else: the kernel answers again after them, and the next check starts on a fresh thread.

    how the answer stands still     how it is ended
    it waits in an ``await``        its task is cancelled
    it blocks its thread            `Stopped` is raised inside it until it ends (`wslab.lessons.trial.stopping`)
    it blocks in a system call      the same, but only once the call returns; until then the thread is abandoned
    a thread that it has started    like itself, where that thread runs its code

That it stands still is found by looking at it, see `wslab.lessons.trial.liveness`; the clock decides in the last resort only.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import threading
import traceback
from typing import TYPE_CHECKING, Any

from wslab.lessons.trial import source_location
from wslab.lessons.trial.liveness import LONGEST_WAIT, LOOK, Beat, looks, turns
from wslab.lessons.trial.outcome import NO_FAILURE, Ending, Failure, Outcome
from wslab.lessons.trial.stopping import Stoppable
from wslab.net import forget, raise_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wslab.lessons.trial.unawaited import UnawaitedListener

END = 1.0
"""Seconds that an answer has to end when it is told to, in looks."""

PUSHES = 20
"""How often `Stopped` is raised in a look: an answer that forgets an ``await`` in a loop swallows nineteen of twenty."""


class Sandbox:
    """One piece of work on its own thread.

    Args:
        work: Makes the awaitable to run; called on the thread.
        listener: Listens to the thread.
        moves: Gives something that stays equal to itself as long as nothing moves that the work could wait for.
    """

    def __init__(
        self,
        work: Callable[[], Awaitable[None]],
        listener: UnawaitedListener,
        moves: Callable[[], object] = lambda: None,
    ) -> None:
        self._work = work
        self._listener = listener
        self._answer_file = listener.file
        self._moves = moves
        self._caller = asyncio.get_running_loop()
        self._finished = threading.Event()
        self._done = asyncio.Event()  # the same, on the caller's loop
        self._code = Stoppable()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(
            lambda _loop, _context: None
        )  # what it left running is ended, and says nothing
        self._transports: list[asyncio.BaseTransport] = []
        self._loop.create_connection = self._remembering(self._loop.create_connection)  # type: ignore[method-assign]
        self._task: asyncio.Task[None] | None = None
        self._failure: Failure | None = None
        # The context goes along, so that what the answer prints lands in the cell that checks it.
        context = contextvars.copy_context()
        self._before = set(threading.enumerate())
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="wslab answer", daemon=True)

    async def run(self, standstill: float, limit: float, hurry: asyncio.Event) -> Outcome:
        """Run the work until it has ended.

        Args:
            standstill: Seconds that the learner's code may stand still, counted in looks.
            limit: Seconds after which it is ended in any case.
            hurry: Ends it at once when it is set.
        """
        self._thread.start()
        waits = [
            asyncio.ensure_future(wait) for wait in (self._done.wait(), hurry.wait(), self._stand_still(standstill))
        ]
        try:
            await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            outcome = await self._end()
            if not outcome.alive:
                # It has said its last word; nothing of it is left when the check returns.
                self._thread.join(LONGEST_WAIT)
        return outcome

    async def _stand_still(self, standstill: float) -> None:
        """Wait until so many looks in a row have found the learner's code on one line, or the loop stuck in it."""
        most, waiting, blocked = looks(standstill), 0, 0
        beat, before = Beat(self._loop), (NO_FAILURE, self._moves())
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
        return self._stands_at().line

    def _stands_at(self) -> Failure:
        return source_location.of_thread(self._thread, self._answer_file)

    def _waits_at(self) -> Failure:
        """The learner's line that the task waits on."""
        return source_location.of_coroutine(self._task.get_coro(), self._answer_file) if self._task else NO_FAILURE

    async def _end(self) -> Outcome:
        turning = self._done.is_set() or await asyncio.to_thread(
            turns, self._loop, self._stands, over=self._finished.is_set
        )
        if self._finished.is_set():
            await self._done.wait()
            await self._end_its_threads()
            return self._ended()
        ending, place = (Ending.WAITING, self._waits_at()) if turning else (Ending.BLOCKED, self._stands_at())
        ended = turning and (await self._ends_by(self._cancel) or await self._ends_by(self._cancel))
        if not ended:
            self._listener.force()
        ended = ended or await self._ends_by(self._code.push, PUSHES, self._stands)
        await self._end_its_threads()
        return Outcome(ending, place, alive=not ended)

    def _cancel(self) -> None:
        with contextlib.suppress(RuntimeError):  # it has just ended, and its loop with it
            self._loop.call_soon_threadsafe(lambda: self._task and self._task.cancel())

    async def _ends_by(self, push: Callable[[], None], times: int = 0, again: Callable[[], object] = bool) -> bool:
        """Push once, and then so many times a look as long as it is worth it; say whether it has ended."""
        push()
        for _ in range(looks(END) * max(1, times)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), LOOK / max(1, times))
                return True
            if again():
                push()
        return False

    async def _end_its_threads(self) -> None:
        """End the threads that the answer has started and that run its code."""
        for _ in range(looks(END) * PUSHES):
            left = [
                each
                for each in self._new_threads()
                if source_location.of_thread(each, self._answer_file, only=True).line
            ]
            if not left:
                return
            for thread in left:
                raise_in(thread, SystemExit)  # of which Python says nothing
            await asyncio.sleep(LOOK / PUSHES)

    def _new_threads(self) -> list[threading.Thread]:
        """Those since it began, but for its own and its server's: they are stopped with the rest of the trial."""
        return [each for each in threading.enumerate() if each not in self._before and not self._listener.hears(each)]

    def _ended(self) -> Outcome:
        if self._failure is None:
            return Outcome(Ending.FINISHED)
        return Outcome(Ending.RAISED if self._failure.line else Ending.BROKEN, self._failure)

    def _run(self) -> None:
        self._listener.join()
        try:
            with self._code:
                self._task = self._loop.create_task(self._main())
                self._loop.run_until_complete(self._task)
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the answer's and is told to the learner
            self._failure = source_location.failure_of(error, self._answer_file)
            # Coroutines that its frames still hold are thrown away now, while the check listens, and not in a later cell.
            traceback.clear_frames(error.__traceback__)
        finally:
            with contextlib.suppress(BaseException):
                try:
                    self._tidy()
                finally:
                    self._loop.close()
            self._task = None
            gc.collect(
                2 if self._listener.forced else 1
            )  # what hangs in circles is thrown away on this thread, while somebody listens
            self._listener.leave()
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
        """Cancel what the answer left running, drop its connections, without waiting for anybody."""
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        for transport in self._transports:
            if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
                transport.abort()
        if left:
            self._loop.run_until_complete(asyncio.wait(left, timeout=END))
        forget(self._loop)  # a turn in which the transports are dropped, too
