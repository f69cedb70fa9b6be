"""Ends somebody's code from another thread: `Stopped` is raised inside it, at its next Python instruction.

Python swallows an exception that arrives in a ``__del__`` or in a warnings hook, and an answer that forgets an ``await``
inside a ``while`` is nearly always in one. So it is raised again and again, until the code has been left.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from wslab.net import raise_in

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class Stopped(BaseException):
    """Raised inside an answer whose time is up. It is no `Exception`: ``except Exception`` does not keep an answer alive."""


class Stoppable:
    """A stretch of code, on the thread that enters it, which other threads can end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = False
        self.thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.thread, self._inside = threading.current_thread(), True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in range(3):  # a `Stopped` that was on its way may arrive here
            with contextlib.suppress(Stopped):
                self._leave()

    def push(self) -> None:
        """Raise `Stopped` in it, unless it has been left."""
        with self._lock:
            if self._inside and self.thread is not None:
                raise_in(self.thread, Stopped)

    def _leave(self) -> None:
        with self._lock:
            self._inside = False
            if self.thread is not None:
                raise_in(self.thread, None)  # what has not arrived yet never does
