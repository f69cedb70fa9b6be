"""Work that a run hands to the lab's thread, which may end at any moment: with the lab, or with the process."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from wslab.net import LoopThread


def begin(thread: LoopThread, work: Callable[..., Coroutine[Any, Any, object]], *args: object) -> Future[None]:
    """Start work on the thread. Returns at once.

    The coroutine is made on the thread: where that has ended meanwhile there is none, and nobody is warned of one that was
    never awaited.

    Args:
        thread: The lab's.
        work: An ``async def``.
        args: What it is called with.

    Returns:
        What is done once the work is, however it ended; for a thread that has ended it is done already.
    """
    over: Future[None] = Future()

    def ended(task: asyncio.Task[object]) -> None:
        if not task.cancelled():
            task.exception()  # nobody else asks for it
        over.set_result(None)

    def make() -> None:
        task: asyncio.Task[object] = thread.loop.create_task(work(*args))
        _running.add(task)
        task.add_done_callback(_running.discard)
        task.add_done_callback(ended)

    if not thread.post(make):
        over.set_result(None)
    return over


def finish(thread: LoopThread, work: Callable[[], Coroutine[Any, Any, object]], limit: float) -> None:
    """Start work on the thread and wait until it is done, or the thread has ended. Not on the thread itself.

    Args:
        thread: The lab's.
        work: An ``async def``.
        limit: The longest to wait, in seconds.
    """
    wait((begin(thread, work), thread.ended), limit, FIRST_COMPLETED)


_running: set[asyncio.Task[object]] = set()  # a task that nobody holds may be collected
