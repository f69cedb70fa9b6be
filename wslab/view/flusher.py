"""The one thread between what is recorded and what is seen.

    wake() ──► news ──► the screen's thread ──► flush() ──► not again before `INTERVAL` has passed

Whoever records calls `Flusher.wake`, which only sets a flag and never waits (design.md, invariant 3). However often that is,
each flusher's `flush` runs at most 20 times a second (invariant 4). All flushers share one thread for the life of the process:
ipykernel keeps a socket for every thread that ever published something, so a thread for each log would leak one for each lab.
A flusher keeps nothing alive: it holds its owner weakly and is forgotten with it.
"""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from typing import TYPE_CHECKING

from wslab.timeline import CONTAINED, log_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline import Failed

INTERVAL = 0.05
"""The least time between two flushes of one flusher, in seconds."""


class Screen:
    """Runs flushers when they have news and are due.

    Args:
        clock: Seconds that only grow. For tests.
        threaded: Whether it has a thread. Tests call `step` themselves.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, threaded: bool = True) -> None:
        self._clock = clock
        self._threaded = threaded
        self._news = threading.Event()
        self._lock = threading.RLock()  # the collector may end a flusher in the middle of anything
        self._flushers: list[Flusher] = []
        self._thread: threading.Thread | None = None

    def add(self, flusher: Flusher) -> None:
        """Run a flusher from now on."""
        with self._lock:
            if flusher not in self._flushers:
                self._flushers.append(flusher)
            if self._threaded and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="wslab screen", daemon=True)
                self._thread.start()
                atexit.register(self._end)

    def remove(self, flusher: Flusher) -> None:
        """Run a flusher no longer."""
        with self._lock:
            if flusher in self._flushers:
                self._flushers.remove(flusher)

    def wake(self) -> None:
        """Say that some flusher has news. Returns at once."""
        self._news.set()

    def step(self) -> float | None:
        """Run every flusher that has news and is due. Returns in how many seconds the next one will be; None for nobody."""
        with self._lock:
            flushers = tuple(self._flushers)
        waits = []
        for flusher in flushers:
            if flusher.news and flusher.due <= self._clock():
                try:
                    flusher.run(self._clock)
                except CONTAINED as error:  # one that fails must not stop the others
                    flusher.broke(error, self._clock)
            if flusher.news:
                waits.append(max(0.0, flusher.due - self._clock()))
        return min(waits, default=None)

    def _run(self) -> None:
        wait: float | None = None
        while self._thread is threading.current_thread():
            self._news.wait(wait)
            self._news.clear()
            wait = self.step()

    def _end(self) -> None:
        """At exit: a thread that still talks to a kernel being taken apart would complain."""
        thread, self._thread = self._thread, None
        self._news.set()
        if thread is not None:
            thread.join(1)


SCREEN = Screen()
"""The screen of this process."""


class Flusher:
    """Calls a method from the screen's thread, soon after each `wake`, and never too often.

    Args:
        flush: A bound method; its object is held weakly. It returns whether there is more to do.
        screen: Whose thread runs it.
        failed: Told what flushing raised.
        tries: How often in a row it may raise; then it stops. A page that lacks one piece of news is right again with the next.

    Attributes:
        news: Whether it waits to be run.
        due: When it may run again, by the screen's clock.
        running: Whether wakes are heard.
    """

    def __init__(
        self, flush: Callable[[], bool], screen: Screen = SCREEN, failed: Failed = log_failure, *, tries: int = 1
    ) -> None:
        self._failed = failed
        self._tries = self._left = tries
        self._flush = weakref.WeakMethod(flush)
        self._screen = screen
        self._busy = threading.RLock()
        self._last = False
        self.news = False
        self.due = 0.0
        self.running = False
        weakref.finalize(flush.__self__, self.stop, 0).atexit = False  # type: ignore[attr-defined]

    def start(self) -> None:
        """Hear wakes, if it does not yet."""
        if not self.running:
            self.running, self._last, self._left = True, False, self._tries
            self._screen.add(self)

    def wake(self) -> None:
        """Say that there is something to flush. Any thread, at any rate; returns at once."""
        if not self.news:
            self.news = True
            self._screen.wake()

    def finish(self) -> None:
        """Flush until nothing is left to do, then stop. Returns at once."""
        self._screen.add(self)
        self._last = True
        self.news = True
        self._screen.wake()

    def stop(self, timeout: float = 1.0) -> None:
        """Stop, and wait for a flush that is under way in another thread, at most ``timeout`` seconds."""
        self.running = self.news = False
        self._screen.remove(self)
        if self._busy.acquire(timeout=timeout):
            self._busy.release()

    def run(self, clock: Callable[[], float]) -> None:
        """Flush once. Called by the screen."""
        with self._busy:
            self.news = False  # before the flush: what is said meanwhile is news again
            flush = self._flush()
            if flush is None:
                self.stop(0)
                return
            if flush():
                self.news = True
            elif self._last and not self.news:
                self.stop(0)
            self._left = self._tries
            self.due = clock() + INTERVAL

    def broke(self, error: BaseException, clock: Callable[[], float]) -> None:
        """Tell what a flush has raised. Called by the screen."""
        self._left -= 1
        if self._left <= 0 or self._last:
            self.stop(0)
            self._failed("a widget could not be updated, and is left as it is", error)
        else:
            self.due = clock() + INTERVAL
            self._failed("a widget could not be updated", error)
