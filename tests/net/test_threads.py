"""A thread with a loop: it ends, whatever runs on it, and its loop is closed whenever it is interrupted."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from tests.net.harness import LIMIT
from wslab.net import LoopThread

if TYPE_CHECKING:
    from collections.abc import Callable


class Interrupting(LoopThread):
    """A thread that is interrupted in the middle of its own end, as one is whose end takes a busy machine too long.

    Args:
        where: What it is interrupted in: `_wind_up`, `_leave` or the `close` of its loop.
    """

    def __init__(self, where: str) -> None:
        super().__init__("wslab-interrupted")
        self.interrupted = 0
        owner = self.loop if where == "close" else self
        setattr(owner, where, self._interrupted_in(getattr(owner, where)))

    def _interrupted_in(self, step: Callable[[], None]) -> Callable[[], None]:
        def interrupted() -> None:
            if not self.interrupted:
                self.interrupted += 1
                other = threading.Thread(target=self.interrupt)
                other.start()
                other.join()
            step()

        return interrupted


@pytest.mark.parametrize("where", ["_wind_up", "_leave", "close"])
async def test_however_late_it_is_interrupted_its_loop_is_closed(where: str) -> None:
    thread = Interrupting(where)
    assert await thread.run(asyncio.sleep(0, "runs"), LIMIT, str) == "runs"
    thread.stop()
    assert await thread.wait_ended(LIMIT)
    assert thread.interrupted == 1
    assert thread.loop.is_closed()
    assert not thread.alive


async def test_code_that_blocks_while_the_thread_winds_up_is_interrupted_too() -> None:
    begun, blocked = threading.Event(), threading.Event()

    async def never_lets_go() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            blocked.set()
            while True:
                pass

    thread = LoopThread("wslab-blocked-at-its-end")
    asyncio.run_coroutine_threadsafe(never_lets_go(), thread.loop)
    assert await asyncio.to_thread(begun.wait, LIMIT)
    thread.stop()
    assert await asyncio.to_thread(blocked.wait, LIMIT)
    thread.interrupt()
    assert await thread.wait_ended(LIMIT)
    assert thread.loop.is_closed()
