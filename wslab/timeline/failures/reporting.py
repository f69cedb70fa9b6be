"""Failures that nobody waits for: what raised in a callback, a task or a thread of wslab's own.

    tell() ──► a row with a problem, and a record of the logger ``wslab`` with the traceback; whatever waits behind it goes on

What fails once may fail at every message. Of one kind the first is told, then the tenth, the hundredth and so on, with its
number, until there has been none for `PAUSE_SECONDS` seconds.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from asyncio import CancelledError
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from wslab.timeline.failures.error_words import error_and_line
from wslab.timeline.failures.source_line import steps_of

if TYPE_CHECKING:
    import threading

_logger = logging.getLogger("wslab")

Failed = Callable[[str, BaseException], object]
"""Told what failed, such as ``closing the lab failed``, and the exception. It never raises and never waits."""

Note = Callable[[str, str], object]
"""Makes a row of a name and a text."""

CONTAINED = (Exception, SystemExit, GeneratorExit, CancelledError)
"""Whatever a callback raises that ends with that callback. What interrupts the whole thread goes on: Ctrl-C, or the end of a
thread that is stuck."""

GOES_ON = "the rest goes on"
"""The problem of a failure's row."""

NOTHING_DONE = "nothing has happened"
"""The problem of a row about an await that was forgotten."""

PAUSE_SECONDS = 5.0
"""Seconds without a failure of a kind, after which the next is told as the first."""

_KINDS = 100  # that are counted apart


class Failures:
    """Counts the failures of one timeline, and tells some of them.

    A failure may be told of from anywhere, also by the garbage collector in the midst of a write. So a row that cannot be made
    at once is made by the next reader.

    Args:
        note: Makes a row of the lab's own.
        lock: Held by whoever makes a row.
    """

    def __init__(self, note: Note, lock: threading.Lock) -> None:
        self._note = note
        self._lock = lock
        self._counts: dict[tuple[object, ...], tuple[int, float]] = {}
        self._waiting: deque[tuple[Note, str, str]] = deque()

    def tell(self, name: str, error: BaseException, note: Note | None = None, *, level: int = logging.ERROR) -> None:
        """Tell of a failure, if it is time to.

        Args:
            name: What the row is called: ``closing the lab failed``.
            error: The exception.
            note: Makes the row, where it is not a row of the lab's own.
            level: The level of the log record.
        """
        number = self._count((name, type(error), *_origin(error)))
        if str(number).strip("0") != "1":
            return
        name = f"{name} ({number:,} times by now)" if number > 1 else name
        _log(name, error, level)
        self.remark(note or self._note, name, error_and_line(error))

    def remark(self, note: Note, name: str, text: str) -> None:
        """Make a row from anywhere, now or with the next reader."""
        self._waiting.append((note, name, text))
        self.flush()

    def flush(self) -> None:
        """Make the rows that wait to be made."""
        while self._waiting:
            if not self._lock.acquire(timeout=0.01):  # by this very thread, perhaps
                return
            self._lock.release()
            with contextlib.suppress(IndexError):
                note, name, text = self._waiting.popleft()
                with contextlib.suppress(Exception):  # nothing can be added to a saved recording
                    note(name, text)

    def _count(self, kind: tuple[object, ...]) -> int:
        if len(self._counts) >= _KINDS and kind not in self._counts:
            kind = ()
        now = time.monotonic()
        number, last = self._counts.get(kind, (0, now))
        number = 1 if now - last > PAUSE_SECONDS else number + 1
        self._counts[kind] = number, now
        return number


def forgotten_words(write: str) -> tuple[str, str]:
    """Name and text of the row about an await that was forgotten."""
    return "an await is missing", f"write: {write}"


def log_failure(what: str, error: BaseException) -> None:
    """Log a failure, which is all that can be done where there is no timeline."""
    _log(what, error, logging.ERROR)


def _log(said: str, error: BaseException, level: int) -> None:
    if not sys.is_finalizing():
        with contextlib.suppress(Exception):  # a handler of the log may raise
            _logger.log(level, "%s", said, exc_info=error)


def _origin(error: BaseException) -> tuple[object, ...]:
    """Where an exception was raised."""
    return next(((frame.f_code, line) for frame, line in steps_of(error)), ())
