"""Finds the learner's own line, so that a hint can point at it.

A traceback from inside wslab, websockets or asyncio explains nothing to a beginner; the last line of their own cell does.
Code is taken for the learner's when it stands in the same file as the answer, or in any notebook cell.

    an exception                  its traceback, innermost first
    a thread that stands still    its stack, innermost first
    a task that waits             the chain of coroutines it awaits
    a coroutine never awaited     the line that made it (`sys.set_coroutine_origin_tracking_depth`)
"""

from __future__ import annotations

import functools
import inspect
import linecache
from types import CodeType, CoroutineType
from typing import TYPE_CHECKING, Any

from wslab.lessons.trial.outcome import Failure
from wslab.net import stack_of
from wslab.timeline import source_line, steps_of
from wslab.wire import shortened

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable
    from types import FrameType

CELLS = ("ipykernel_", "<ipython-input", "<stdin>")
"""What names of notebook cells contain, on every kernel in use."""

MAX_MESSAGE_CHARS = 300
"""Characters of an exception's message that are shown."""


def file_of(answer: object) -> str:
    """Name the file that an answer's code stands in; empty for answers without code."""
    code = code_of(answer)
    return code.co_filename if code else ""


def code_of(answer: object) -> CodeType | None:
    """The code that runs when an answer is called: of a function, also a decorated one, of what a partial or an object calls."""
    for _ in range(10):
        answer = inspect.unwrap(answer) if callable(answer) else answer
        code = getattr(answer, "__code__", None)
        if isinstance(code, CodeType):
            return code
        if isinstance(answer, functools.partial):
            answer = answer.func
        elif isinstance(answer, type):
            answer = answer.__init__  # type: ignore[misc]
        else:
            answer = getattr(type(answer), "__call__", None)  # noqa: B004  (its code is wanted, not whether it can be called)
    return None


def words_in(answer: object) -> frozenset[str]:
    """Collect every global, attribute and module name, and every text, in an answer's code, inner functions included."""
    codes, words = [code] if (code := code_of(answer)) else [], set[str]()
    for code in codes:
        codes += [const for const in code.co_consts if isinstance(const, CodeType)]
        words.update(code.co_names, (const for const in code.co_consts if isinstance(const, str)))
    return frozenset(words)


def failure_of(error: BaseException, file: str) -> Failure:
    """Describe an exception by its message and the learner's own line."""
    return _failure(steps_of(error), file, _words(error))


def of_thread(thread: threading.Thread, file: str, *, only: bool = False) -> Failure:
    """Say on which of the learner's lines a thread stands still; with `only`, on which line of the file `file`."""
    return _failure(stack_of(thread), file, cells=() if only else CELLS)


def of_coroutine(coroutine: Any, file: str) -> Failure:
    """Say on which of the learner's lines a suspended coroutine waits."""
    steps: list[tuple[FrameType, int]] = []
    while isinstance(coroutine, CoroutineType):
        if coroutine.cr_frame is not None:
            steps.append((coroutine.cr_frame, coroutine.cr_frame.f_lineno))
        coroutine = coroutine.cr_await
    return _failure(steps[::-1], file)


def of_line(filename: str, line: int) -> Failure:
    """Quote one line of a file."""
    return Failure("", line, linecache.getline(filename, line).strip()[:MAX_MESSAGE_CHARS])


def _failure(
    steps: Iterable[tuple[FrameType, int]], file: str, what: str = "", cells: tuple[str, ...] = CELLS
) -> Failure:
    def is_own(frame: FrameType) -> bool:
        name = frame.f_code.co_filename
        return bool(file and name == file) or any(mark in name for mark in cells)

    place = source_line(steps, is_own)
    return Failure(what, place.line, place.code[:MAX_MESSAGE_CHARS]) if place else Failure(what)


def _words(error: BaseException) -> str:
    """Put an exception in one line, whatever its own ``__str__`` does."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001  an answer may raise anything, even an exception that cannot be printed
        message = "(its message cannot be printed)"
    message = shortened(" ".join(message.split()), MAX_MESSAGE_CHARS)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
