"""Something that must be awaited, and says so when it was not.

`server = lab.serve()` without `await` would give a coroutine: using it fails with a riddle, dropping it prints a warning that
names nothing to type. A `Pending` starts nothing until it is awaited. Its repr says what to write, and so does every use of it;
where it was lost unused, a row does.

To `asyncio` it is a coroutine (`collections.abc.Coroutine`), for `create_task`, `TaskGroup`, `gather`, `run` and the others.

    new ──await, or the first send()──► begun ──► done         a second await raises `AwaitedTwice`
     └──close(), throw()──► thrown away, silently: whoever does that knows what it is
"""

from __future__ import annotations

import contextlib
import functools
import operator
import sys
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from wslab.net.errors import AwaitedTwice
from wslab.timeline import is_own_code

if TYPE_CHECKING:
    from collections.abc import Generator

    from wslab.timeline import End, Timeline

T = TypeVar("T")
P = ParamSpec("P")

Hearer = Callable[[str, str, int], object]
"""Told of a `Pending` that was lost: its name, such as ``lab.serve``, and the file and line of somebody's code that made it."""

hears_forgotten: ContextVar[Hearer | None] = ContextVar("wslab_forgotten", default=None)
"""Who is told, instead of a row, of what was made in this context and lost: whoever tries somebody's code."""


class Pending(Coroutine[Any, Any, T]):
    """An awaitable that explains itself.

    Args:
        start: Makes the coroutine, once it is awaited.
        write: What to write instead, such as ``server = await lab.serve()``.
        where: Where a row says that it was lost unused; None for nowhere.
    """

    __slots__ = ("__weakref__", "_closed", "_hears", "_silent", "_start", "_where", "_work", "_write")

    def __init__(
        self,
        start: Callable[[], Coroutine[Any, Any, T]] | None,
        write: str,
        where: End | Timeline | None = None,
    ) -> None:
        self._closed = False  # before it began
        self._where = where
        hears = hears_forgotten.get()
        self._hears = None if hears is None else functools.partial(hears, self._name_in(write), *_made_at())
        self._silent = False  # it was used, or its sentence was said
        self._start = start
        self._work: Coroutine[Any, Any, T] | None = None  # what asyncio drives
        self._write = write

    def __await__(self) -> Generator[Any, None, T]:
        return self._begin().__await__()

    def send(self, value: Any = None, *more: object, **options: object) -> Any:
        """Go on, as a coroutine does. Called with anything else by somebody who takes this for a connection, say what is missing."""
        if self._work is None:
            if value is not None or more or options:
                raise self._missing("send")
            self._work = self._begin()
        return self._work.send(value)

    def throw(self, error: Any, value: Any = None, trace: Any = None) -> Any:
        """Raise an exception where the coroutine waits; before it has begun, here."""
        if not isinstance(error, BaseException):
            error = value if isinstance(value, BaseException) else error() if value is None else error(value)
        if trace is not None:
            error = error.with_traceback(trace)
        if self._work is not None:
            return self._work.throw(error)
        self.close()
        raise error

    def close(self, *said: object, **options: object) -> Any:
        """End the coroutine. Before it has begun nothing happens; called with a close code, say what is missing."""
        if self._work is not None:
            return self._work.close()
        if said or options:
            raise self._missing("close")
        self._silent = self._closed = True
        return self  # for whoever takes this for a connection, and awaits that it is closed: that says what is missing

    def __del__(self) -> None:
        try:
            if self._silent or sys.is_finalizing():
                return
        except AttributeError:  # it was never made whole, or the program has ended
            return
        with contextlib.suppress(Exception):
            self._silent = True
            if self._hears is not None:
                self._hears()
            elif self._where is not None:
                self._where.forgotten(self._write)

    def __getattr__(self, name: str) -> Any:
        if name in ("__name__", "__qualname__"):  # asyncio shows them
            return self._name_in(self._write)
        if name.startswith(("cr_", "gi_", "ag_")) and self._work is not None:  # where it stands
            return getattr(self._work, name)
        if name.startswith(("_", "cr_", "gi_", "ag_")):
            raise AttributeError(name)
        raise self._missing(name)

    def __repr__(self) -> str:
        self._silent = True
        return f"<nothing has happened yet: an await is missing. Write: {self._write}>"

    @staticmethod
    def _name_in(write: str) -> str:
        return write.partition("await ")[2].partition("(")[0] or write

    def _begin(self) -> Coroutine[Any, Any, T]:
        self._silent = True
        if self._closed:
            raise self._missing("close")
        return self._make()

    def _make(self) -> Coroutine[Any, Any, T]:
        start, self._start = self._start, None
        if start is None:
            raise AwaitedTwice(
                f"this was awaited before, and gives its result once; keep that, or ask again. Write: {self._write}"
            )
        return start()

    def _missing(self, name: str) -> AttributeError:
        self._silent = True
        return AttributeError(
            f"nothing has happened yet, so there is no .{name}: an await is missing. Write: {self._write}"
        )


def _made_at() -> tuple[str, int]:
    """File and line of the innermost code that is somebody's own."""
    frame = sys._getframe()  # noqa: SLF001  (documented, underscore and all)
    while not is_own_code(frame) and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def awaited(write: str, where: str = "") -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Pending[T]]]:
    """Let a method that is an ``async def`` return a `Pending`.

    Args:
        write: What to write, such as ``await lab.settled()``.
        where: The attribute of its object that is a timeline or an end, for the row that says that it was lost.
    """
    find = operator.attrgetter(where) if where else lambda _: None

    def decorate(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Pending[T]]:
        @functools.wraps(function)
        def begin(*args: P.args, **kwargs: P.kwargs) -> Pending[T]:
            return Pending(functools.partial(function, *args, **kwargs), write, find(args[0]))

        return begin

    return decorate
