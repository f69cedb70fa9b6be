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
import sys
from types import CodeType, CoroutineType, FrameType, TracebackType
from typing import Any

from wslab.lessons.trial.outcome import NO_FAILURE, Failure

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
    frames: list[tuple[FrameType, int]] = []
    step: TracebackType | None = error.__traceback__
    while step is not None:
        frames.append((step.tb_frame, step.tb_lineno))
        step = step.tb_next
    return _failure(frames, file, _words(error))


def of_thread(ident: int, file: str, *, only: bool = False) -> Failure:
    """Say on which of the learner's lines a thread stands still; with `only`, on which line of the file `file`."""
    frames: list[tuple[FrameType, int]] = []
    frame = sys._current_frames().get(ident)  # noqa: SLF001  (documented, in spite of its name)
    while frame is not None:
        frames.append((frame, frame.f_lineno))
        frame = frame.f_back
    return _failure(frames[::-1], file, cells=() if only else CELLS)


def of_coroutine(coroutine: Any, file: str) -> Failure:
    """Say on which of the learner's lines a suspended coroutine waits."""
    frames: list[tuple[FrameType, int]] = []
    while isinstance(coroutine, CoroutineType):
        if coroutine.cr_frame is not None:
            frames.append((coroutine.cr_frame, coroutine.cr_frame.f_lineno))
        coroutine = coroutine.cr_await
    return _failure(frames, file)


def of_line(filename: str, line: int) -> Failure:
    """Quote one line of a file."""
    return Failure("", line, linecache.getline(filename, line).strip()[:MAX_MESSAGE_CHARS])


def _failure(frames: list[tuple[FrameType, int]], file: str, what: str = "", cells: tuple[str, ...] = CELLS) -> Failure:
    for frame, line in reversed(frames):
        filename = frame.f_code.co_filename
        if (file and filename == file) or any(mark in filename for mark in cells):
            place = of_line(filename, line)
            return Failure(what, place.line, place.code)
    return Failure(what) if what else NO_FAILURE


def _words(error: BaseException) -> str:
    """Put an exception in one line, whatever its own ``__str__`` does."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001  an answer may raise anything, even an exception that cannot be printed
        message = "(its message cannot be printed)"
    message = " ".join(message.split())
    if len(message) > MAX_MESSAGE_CHARS:
        message = message[: MAX_MESSAGE_CHARS - 1] + "…"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
