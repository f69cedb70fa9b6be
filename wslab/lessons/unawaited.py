"""Hears of coroutines that an answer made and never awaited: the commonest mistake of a first lesson.

Python already knows: it warns ``coroutine 'Connection.send' was never awaited`` when it throws such a coroutine away.
`listen` takes that warning before it is printed and hands it to the check, with the line that made the coroutine.

Only coroutines made on a thread that asked for it (`track`) are taken: the garbage collector may throw away a leftover of
an earlier cell on any thread at any time, and that one is none of our business. It is printed as always.

Warnings are the property of the whole process, so the hook is put in by the first listener and taken out by the last.
"""

from __future__ import annotations

import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wslab.lessons import blame
from wslab.lessons.exercise import NOTHING_HAPPENED, Mishap

Listener = Callable[[str, Mishap], None]
"""Called with the name of a coroutine and the line that made it, on the thread that threw it away."""

_TEXT = re.compile(
    r"coroutine '(?P<name>[^']*)' was never awaited\n.*File \"(?P<file>[^\"]*)\", line (?P<line>\d+)", re.DOTALL
)


def track() -> None:
    """Ask Python to remember where coroutines of this thread are made."""
    sys.set_coroutine_origin_tracking_depth(1)


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Hand every coroutine that is thrown away without an ``await`` to `listener`, for the length of the block."""
    _hook.add(listener)
    try:
        yield
    finally:
        _hook.remove(listener)


def close(value: object) -> tuple[str, Mishap] | None:
    """Close a coroutine that came where a value was expected; return its name and the line that made it."""
    if not hasattr(value, "cr_origin") or not hasattr(value, "close"):
        return None
    name = str(getattr(value, "__qualname__", "coroutine"))
    origin = value.cr_origin
    value.close()
    return name, blame.of_line(origin[0][0], origin[0][1]) if origin else NOTHING_HAPPENED


class _Hook:
    """Stands in front of `warnings.showwarning` while anybody listens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._shown_before: Callable[..., None] = warnings.showwarning
        self._filter: object = None

    def add(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.append(listener)
            if len(self._listeners) == 1:
                warnings.filterwarnings("always", message=r"coroutine '.*' was never awaited", category=RuntimeWarning)
                self._filter = warnings.filters[0]
                self._shown_before = warnings.showwarning
                warnings.showwarning = self._show  # type: ignore[assignment]

    def remove(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.remove(listener)
            if self._listeners:
                return
            if warnings.showwarning == self._show:  # nobody has put another hook in front of this one
                warnings.showwarning = self._shown_before
            if self._filter in warnings.filters:
                warnings.filters.remove(self._filter)  # type: ignore[attr-defined]

    def _show(self, message: Warning | str, category: type[Warning], *place: object) -> None:
        found = _TEXT.match(str(message)) if issubclass(category, RuntimeWarning) else None
        if found is None:
            self._shown_before(message, category, *place)
            return
        for listener in tuple(self._listeners):
            listener(found["name"], blame.of_line(found["file"], int(found["line"])))


_hook = _Hook()
