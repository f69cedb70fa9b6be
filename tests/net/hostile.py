"""Exceptions of every kind that somebody's code may raise, each with what its row must begin with; and functions that raise."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Mute(Exception):
    """Says nothing: its text raises."""

    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__


class Quits(Exception):
    """Its text would end the program."""

    def __str__(self) -> str:
        raise SystemExit("bye")

    __repr__ = __str__


class Lies(Exception):
    """Its text is a str of its own kind, whose methods raise."""

    class Text(str):
        __slots__ = ()

        def _raises(self, *_: Any) -> Any:
            raise LookupError("no such text")

        __format__ = __getitem__ = __len__ = __add__ = __str__ = _raises

    def __str__(self) -> str:
        return self.Text("a text")


class Strange(BaseException):
    """Neither an Exception nor one of Python's own."""


def deep() -> BaseException:
    """An exception that was raised on the way to another one."""
    worse = RuntimeError("second")
    worse.__cause__ = LookupError("first")
    return worse


KINDS: dict[str, tuple[Any, str]] = {
    "Exception": (lambda: LookupError("no such room"), "LookupError: no such room"),
    "StopIteration": (lambda: StopAsyncIteration("no more"), "StopAsyncIteration: no more"),
    "chained": (deep, "RuntimeError: second"),
    "without a text": (ValueError, "ValueError: "),
    "SystemExit": (lambda: SystemExit(3), "SystemExit: 3"),
    "KeyboardInterrupt": (lambda: KeyboardInterrupt("stop"), "KeyboardInterrupt: stop"),
    "GeneratorExit": (lambda: GeneratorExit("over"), "GeneratorExit: over"),
    "CancelledError": (lambda: asyncio.CancelledError("given up"), "CancelledError: given up"),
    "ExceptionGroup": (
        lambda: ExceptionGroup("both", [KeyError("a"), ExceptionGroup("inner", [OSError("b")])]),
        "ExceptionGroup: both (2 sub-exceptions): KeyError: 'a'; OSError: b",
    ),
    "BaseExceptionGroup": (
        lambda: BaseExceptionGroup("both", [SystemExit(1), KeyError("a")]),
        "BaseExceptionGroup: both (2 sub-exceptions): SystemExit: 1; KeyError: 'a'",
    ),
    "text that raises": (Mute, "Mute (its text cannot be shown: __str__ raised ValueError)"),
    "text that exits": (Quits, "Quits (its text cannot be shown: __str__ raised SystemExit)"),
    "text of its own kind": (Lies, "Lies: a text"),
    "huge": (lambda: ValueError("x" * 10_000_000), "ValueError: xxx"),
    "many lines": (lambda: ValueError("one\ntwo\r\n\x1b[31mthree"), "ValueError: one two  ⟨ESC⟩[31mthree"),
    "of no known kind": (lambda: Strange("odd"), "Strange: odd"),
}
"""Makes the exception, and the beginning of what is said of it."""


def error_of(kind: str) -> BaseException:
    """An exception of a kind."""
    error: BaseException = KINDS[kind][0]()
    return error


def raises_once(function: Callable[..., Any], error: BaseException | None = None) -> Callable[..., Any]:
    """The same function, but for its first call."""
    waiting = [error or LookupError("broken once")]

    def call(*arguments: Any, **options: Any) -> Any:
        if waiting:
            raise waiting.pop()
        return function(*arguments, **options)

    return call


def raises(*_: object, **_options: object) -> Any:
    raise LookupError("broken")
