"""Threads: how they start, a thread with an event loop of its own, and what can be seen of one and done to it from outside.

A server is another machine, so each has a loop; the lab has one more for client I/O, where no learner's code ever runs.
Nothing waits on such a thread without a limit and a sentence (design.md, invariant 2), and waiting is always `await`: a
synchronous wait would deadlock against a client on the waiting loop.
"""

from __future__ import annotations

import asyncio
import ctypes
import enum
import sys
import threading
import traceback
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from wslab.net.errors import TimedOut
from wslab.timeline import log_failure, source_line

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType

    from wslab.timeline import Failed, SourceLine

T = TypeVar("T")


def start_thread(name: str, work: Callable[[], object], failed: Failed) -> threading.Thread:
    """Start a daemon thread for work that blocks.

    Args:
        name: The thread's name.
        work: What it does.
        failed: Told what came out of it.
    """

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (nobody joins it to hear)
            failed(f"thread {name} failed", error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def stack_of(thread: threading.Thread) -> Iterator[tuple[FrameType, int]]:
    """The frames of a thread as it runs, innermost first, each with its line; none once it has ended."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001  (documented, underscore and all)
    return iter(()) if frame is None else traceback.walk_stack(frame)


def where(thread: threading.Thread) -> SourceLine | None:
    """Where a thread stands in the learner's code right now: the innermost line that is the learner's own, if any."""
    return source_line(stack_of(thread))


def raise_in(thread: threading.Thread, error: type[BaseException] | None) -> None:
    """Raise an exception in a thread at its next Python instruction; None takes back one that has not arrived."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(error) if error else None
    )


def forget(loop: asyncio.AbstractEventLoop) -> None:
    """Let go of what still lives on a loop that has stopped, without a warning and without waiting for the unwilling."""
    keep_tasks(loop)
    loop.run_until_complete(loop.shutdown_asyncgens())


def keep_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Keep for ever what has refused to end, or cannot because its loop has broken, and say nothing of it.

    Collected, a task would run on without a loop, where its `await` raises at once, is swallowed at once, and so on for ever, in
    whichever thread the collector runs.
    """
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(task))


class LoopStopped(RuntimeError):
    """Code on a loop has stopped it, and nobody had asked for that."""


class Abandoned(BaseException):
    """Raised inside a thread whose loop was given up while it was stuck."""


class _Stage(enum.IntEnum):
    """How far a thread is. It only goes on."""

    RUNS = 0  # its loop takes work
    ENDS = 1  # somebody has asked it to end, or its loop has ended by itself
    LEAVES = 2  # only closing the loop is left: nothing may be raised in it any more


class LoopThread:
    """A daemon thread that runs an event loop until it is stopped.

    Args:
        name: The thread's name.
        failed: Told of what nobody caught on the loop; logged where there is nobody to tell.
        last: Runs on the loop before it ends, where nobody had asked it to end.

    Attributes:
        failed: The same, for whatever else fails on this thread.
    """

    def __init__(
        self,
        name: str,
        failed: Failed = log_failure,
        last: Callable[[], Coroutine[Any, Any, object]] | None = None,
    ) -> None:
        self.loop = asyncio.new_event_loop()
        self.failed = failed
        self._last = last
        self.loop.set_exception_handler(self._report)
        self.ended: Future[None] = Future()
        self._stage = _Stage.RUNS
        self._lock = threading.RLock()
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    @property
    def alive(self) -> bool:
        """True if the loop takes work: nobody has asked it to end, and it has not ended by itself."""
        return self._stage is _Stage.RUNS and self.thread.is_alive()

    def post(self, function: Callable[..., object], *args: object) -> bool:
        """Run a function on the loop soon.

        Returns:
            Whether the loop was still there to take it.
        """
        try:
            self.loop.call_soon_threadsafe(function, *args)
        except RuntimeError:  # the loop is closed
            return False
        return True

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Start a coroutine on this thread's loop.

        Returns:
            Its result, to be awaited on the caller's loop; cancelling that cancels the coroutine.

        Raises:
            RuntimeError: The loop is closed.
        """
        try:
            return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))
        except RuntimeError:
            work.close()
            raise

    async def run(self, work: Coroutine[Any, Any, T], limit: float, sentence: Callable[[], str]) -> T:
        """Run a coroutine on this thread's loop and await its result on the caller's.

        Args:
            work: The coroutine.
            limit: The longest to wait, in seconds.
            sentence: Says what did not happen, when the limit is reached.

        Raises:
            TimedOut: The limit was reached. The coroutine has been cancelled.
        """
        waiter = self.begin(work)
        done, _ = await asyncio.wait({waiter}, timeout=limit)
        if not done:
            waiter.cancel()
            raise TimedOut(sentence(), limit)
        return waiter.result()

    async def turn(self) -> None:
        """Let the loop run what is ready, unless it is blocked."""
        done: Future[None] = Future()
        if self.post(done.set_result, None):
            await asyncio.wait({asyncio.wrap_future(done)}, timeout=0.05)

    def stop(self) -> None:
        """Ask the loop to end once what it runs now has yielded. Returns at once; `ended` tells when it has."""
        self._reach(_Stage.ENDS)
        self.post(self.loop.stop)

    async def wait_ended(self, limit: float) -> bool:
        """Wait until the thread is gone.

        Returns:
            Whether it went in time.
        """
        waiter = asyncio.wrap_future(self.ended)
        done, _ = await asyncio.wait({waiter}, timeout=limit)
        if done:
            self.thread.join(1)  # its last statement is behind it
        return bool(done)

    def interrupt(self) -> None:
        """Raise `Abandoned` in the thread as soon as it runs Python again: the way out of a ``while True``.

        One that was merely late, and closes its loop by now, is left to it.
        """
        with self._lock:
            if self.thread.is_alive() and self._stage is not _Stage.LEAVES:
                raise_in(self.thread, Abandoned)

    def _report(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell what asyncio found: an exception, or just a message."""
        self._tell(context.get("exception") or RuntimeError(context.get("message", "")))

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, Abandoned):
            return
        try:
            self.failed(f"thread {self.thread.name} failed", error)
        except Exception as worse:  # noqa: BLE001  (nobody is left to tell)
            log_failure(f"a failure on thread {self.thread.name} could not be told", worse)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        runs = True
        while self._stage is not _Stage.LEAVES:
            try:
                while runs and not self._run_on():
                    pass
                runs = False
                self._reach(_Stage.ENDS)
                self._wind_up()
                self._leave()
            except Abandoned:  # also while it winds up, which runs somebody's code too
                runs = False
            except BaseException as error:  # noqa: BLE001  (the loop has broken)
                self._reach(_Stage.ENDS)  # whoever is told must not take it for alive
                self._tell(error)
                self._leave()
        try:
            keep_tasks(self.loop)
            self.loop.close()
        finally:
            self.ended.set_result(None)

    def _reach(self, stage: _Stage) -> None:
        with self._lock:
            self._stage = max(self._stage, stage)

    def _leave(self) -> None:
        self._reach(_Stage.LEAVES)

    def _run_on(self) -> bool:
        """Run the loop. Returns whether it is to end: `exit()` in a task or a callback leaves the loop, and it goes on."""
        try:
            self.loop.run_forever()
        except (SystemExit, KeyboardInterrupt) as error:
            self._tell(error)
            return False
        if self._stage is _Stage.RUNS:
            self._reach(_Stage.ENDS)
            self._tell(LoopStopped("the event loop was stopped by code that runs on it"))
            if self._last is not None:
                try:
                    self.loop.run_until_complete(self._last())
                except Exception as error:  # noqa: BLE001  (the rest of the end is to come)
                    self._tell(error)
        return True

    def _wind_up(self) -> None:
        """End whatever still lives on the loop."""
        for _ in range(3):
            tasks = asyncio.all_tasks(self.loop)
            if not tasks:
                break
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=0.1))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())


class ThreadWhenNeeded:
    """A thread that starts when it is first needed, and again where it has ended.

    Args:
        start: Starts it.

    Attributes:
        now: The thread; None where none has been needed yet.
    """

    def __init__(self, start: Callable[[], LoopThread]) -> None:
        self._start = start
        self.now: LoopThread | None = None

    def __call__(self) -> LoopThread:
        if self.now is None or not self.now.alive:
            self.now = self._start()
        return self.now
