"""Tasks and callbacks that nobody waits for: what they raise is told, and they are kept until they are done.

    spawn(work(), failed)                  a task: asyncio itself holds it weakly only, and keeps its exception to itself
    loop.call_later(1, guarded(f, failed)) a callback on a loop that is not ours, where asyncio would print what it raises

On our own threads (`wslab.net.threads`) a bare callback will do: their loops tell whatever comes out of one.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import threading
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed

from wslab.net.threads import Abandoned
from wslab.timeline import CONTAINED, Timeline, error_words, log_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from wslab.timeline import End

_running: set[asyncio.Task[None]] = set()


def spawn(
    work: Coroutine[Any, Any, object],
    failed: Callable[[BaseException], object],
    loop: asyncio.AbstractEventLoop | None = None,
) -> asyncio.Task[None]:
    """Start a task that nobody awaits, and keep it until it is done.

    `exit()` in it ends the task, and not the program.

    Args:
        work: The coroutine.
        failed: Told what came out of it, on its loop.
        loop: The loop, where that is not the one that runs now. The caller is on it.

    Returns:
        The task, to be cancelled or waited for. It never has an exception.
    """
    task = (loop or asyncio.get_running_loop()).create_task(_told(work, failed))
    _running.add(task)
    task.add_done_callback(_running.discard)
    task.add_done_callback(lambda _: work.close())  # cancelled before it began, it would be "never awaited"
    return task


async def _told(work: Coroutine[Any, Any, object], failed: Callable[[BaseException], object]) -> None:
    try:
        await work
    except BaseException as error:
        if is_cancelled(error):
            raise
        _tell(error, failed)
        if not is_contained(error):
            raise


def act(work: Callable[[], Coroutine[Any, Any, object]], end: End | Timeline) -> None:
    """Start what somebody asked of a connection, without waiting. On the loop where it lives.

    Args:
        work: An ``async def``.
        end: Where a row says that it was not done.
    """

    async def run() -> None:
        with contextlib.suppress(ConnectionClosed):  # how the connection ended is in the log
            await work()

    spawn(run(), functools.partial(not_done, end))


def not_done(end: End | Timeline, error: BaseException) -> None:
    """Leave a row that says why something was not done that somebody had asked for and does not wait for."""
    note = end.note if isinstance(end, Timeline) else functools.partial(end.note, "note")
    note("not done", error_words(error), problem="it was asked for, and failed")


def guarded(callback: Callable[..., object], failed: Callable[[BaseException], object]) -> Callable[..., None]:
    """A callback for a loop: what it raises is told.

    Args:
        callback: What to call.
        failed: Told what came out of it.
    """

    def call(*arguments: object) -> None:
        try:
            callback(*arguments)
        except BaseException as error:
            _tell(error, failed)
            if not is_contained(error):
                raise

    return call


def _tell(error: BaseException, failed: Callable[[BaseException], object]) -> None:
    try:
        if not isinstance(error, Abandoned):
            failed(error)
    except CONTAINED as worse:
        log_failure("a failure could not be told", worse)


def is_contained(error: BaseException) -> bool:
    """True if an exception ends with the callback or the task that raised it.

    A KeyboardInterrupt goes on where it can be the user's Ctrl-C: where Python's own handler of SIGINT raises it. While a cell
    awaits, and between cells, ipykernel has its own way to interrupt, and so has `asyncio.run`; there, a KeyboardInterrupt
    was raised by somebody's ``raise``, and would end the kernel.
    """
    if isinstance(error, KeyboardInterrupt):
        on_main = threading.current_thread() is threading.main_thread()
        return not (on_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler)
    return isinstance(error, CONTAINED)


def is_cancelled(error: BaseException) -> bool:
    """True if an exception is the cancellation of the task that runs now, and not one that its code has raised."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0
