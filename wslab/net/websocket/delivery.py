"""The two queues between a socket and its wire: steps for the home loop, and calls for the lab's thread.

    lab's thread ──► Inbox  ──► home loop      one step at a time, each a task of its own, as a browser queues them
    home loop    ──► Outbox ──► lab's thread   in order, all that has come together at once

Either side is woken once for all that waits, because waking another thread costs more than what it then does. One that raises
is told of, and holds nothing back.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wslab.timeline import CONTAINED

if TYPE_CHECKING:
    import asyncio

    from wslab.net.threads import LoopThread

Broke = Callable[..., object]
"""Told what a step, or a call, has raised, and its arguments: the next ones run all the same."""


class Inbox:
    """Steps that run on the home loop, one at a time and never inside one another.

    After each the loop gets a turn, so whoever waited for an event acts before the next one comes: what JavaScript does
    between two tasks (HTML section 8.1.7, microtask checkpoint). A callback that runs the loop itself (nest-asyncio2) meets
    no other event meanwhile: the next step is scheduled when this one is over.

    Args:
        loop: The home loop.
        gone: Called, on the posting thread, when a step cannot be delivered because the loop has ended.
        after: Called, on the home loop, after each step.
        broke: Told what a step raised, or `after`.

    Attributes:
        running: Whether a step runs right now.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        gone: Callable[[], None],
        after: Callable[[], None],
        broke: Broke,
    ) -> None:
        self._loop = loop
        self._gone = gone
        self._after = after
        self._broke = broke
        self.running = False
        self._shut = False
        self._steps: deque[tuple[Callable[..., None], tuple[Any, ...], int]] = deque()
        self._posted = self._taken = 0
        self._lock = threading.Lock()  # else both threads may find nobody awake, and schedule a step each
        self._awake = False  # a step runs, or is scheduled

    def waiting(self) -> tuple[int, int]:
        """Steps, and bytes, that the home loop has not taken yet."""
        return len(self._steps), self._posted - self._taken

    def post(self, step: Callable[..., None], *arguments: Any, size: int = 0) -> None:
        """Add a step, on the lab's thread."""
        if self._shut:
            return
        self._posted += size
        self._steps.append((step, arguments, size))
        if self._wakes() or self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(self._take)
            except RuntimeError:  # the home loop is gone, and its page with it
                self.shut()
                self._gone()

    def shut(self) -> None:
        """Let go of what waits, and take nothing more."""
        self._shut = True
        self._steps.clear()
        self._taken = self._posted

    def _take(self) -> None:
        self.running = True
        try:
            if self._steps and not self._shut:
                step, arguments, size = self._steps.popleft()
                self._taken += size
                step(*arguments)
        except CONTAINED as error:
            self._broke(error)
        finally:  # also when a callback was interrupted
            self.running = False
            try:
                self._after()
            except CONTAINED as error:
                self._broke(error)
            self._awake = False
            if self._steps and self._wakes():  # asked after that, so that a step posted just now is not forgotten
                self._loop.call_soon(self._take)

    def _wakes(self) -> bool:
        """Whether it is for the caller to schedule the next step: for one of the two threads, never for both."""
        with self._lock:
            first, self._awake = not self._awake, True
            return first


class Outbox:
    """Calls that run on the lab's thread, in the order in which they were posted.

    Args:
        thread: The lab's thread.
        after: Run there once after each batch.
        broke: Told what a call raised, and its arguments; or what `after` raised.
    """

    def __init__(self, thread: LoopThread, after: Callable[[], None], broke: Broke) -> None:
        self._thread = thread
        self._after = after
        self._broke = broke
        self._calls: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._awake = False

    def post(self, call: Callable[..., None], *arguments: Any) -> bool:
        """Add a call, on any thread.

        Returns:
            Whether the lab's thread was still there to take it.
        """
        self._calls.append((call, arguments))
        if self._awake and self._thread.alive:
            return True
        self._awake = True
        return self._thread.post(self._run)

    def _run(self) -> None:
        self._awake = False
        calls = self._calls
        while calls:
            call, arguments = calls.popleft()
            try:
                call(*arguments)
            except CONTAINED as error:
                self._broke(error, *arguments)
        try:
            self._after()
        except CONTAINED as error:
            self._broke(error)
