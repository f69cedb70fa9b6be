"""Work that a run hands to the lab's thread, which may end at any moment: with the lab, or with the process."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from typing import TYPE_CHECKING, Any

from wslab.net import spawn

if TYPE_CHECKING:
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

    def make() -> None:
        task = spawn(work(*args), partial(thread.failed, f"{work.__qualname__} failed"))
        task.add_done_callback(lambda _: over.set_result(None))

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
