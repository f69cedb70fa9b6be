"""Waits until other threads have done what they were at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.net.harness import LIMIT

if TYPE_CHECKING:
    from wslab import Lab


async def turned(lab: Lab, times: int = 1) -> None:
    """Let the lab's thread and those of its servers take turns: what they were at is behind them."""
    threads = [lab._io(), *(server._serving.thread for server in lab.servers)]
    for _ in range(times):
        for thread in threads:
            done = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), thread.loop)
            await asyncio.wait_for(asyncio.wrap_future(done), LIMIT)
