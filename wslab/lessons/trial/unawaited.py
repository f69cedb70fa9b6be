"""Hears of coroutines that an answer made and never awaited: the commonest mistake of a first lesson.

Python already knows: it warns ``coroutine 'Connection.send' was never awaited`` when it throws such a coroutine away.
An `UnawaitedListener` takes that warning before it is printed and hands it to the check, with the line that made the coroutine.
What wslab itself lets be awaited says so by itself (`hears_forgotten` of `wslab.net`).

    made and thrown away                          heard by
    on a thread that has joined a listener        that listener
    anywhere, by code from the file of an answer  that answer's listener: the garbage collector runs on any thread, at any time
    anywhere else                                 nobody: it is printed as always

What Python swallows and prints while an answer is ended by force (`wslab.lessons.trial.stopping`) is dropped: the exception itself,
and a second warning without a line for the coroutine in whose end it was swallowed (of an ``async for``: ``aclose``).

Warnings are the property of the whole process, so the hooks are put in by the first listener and taken out by the last. A listener
whose thread could not be ended stays, and keeps what it hears to itself.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable
from typing import Any

from wslab.lessons.trial import source_location
from wslab.lessons.trial.outcome import NO_FAILURE, Failure
from wslab.lessons.trial.stopping import Stopped
from wslab.net import hears_forgotten

Heard = Callable[[str, Failure], None]
"""Called with the name of a coroutine and the line that made it, on the thread that threw it away."""

_TEXT = re.compile(
    r"coroutine (method )?'(?P<name>[^']*)'( of '[^']*')? was never awaited(\n.*File \"(?P<file>[^\"]*)\", line (?P<line>\d+))?",
    re.DOTALL,
)


_MOST_HELD = 1000  # of what is swallowed while code is ended by force


class UnawaitedListener:
    """Listens to the threads of one trial.

    Args:
        file: File of the answer's code.
        heard: Called with every coroutine that is thrown away without an ``await``, until the listener is closed.

    Attributes:
        quiet: Whether it is closed.
        forced: Whether code on its threads is being ended by force.
    """

    def __init__(self, file: str, heard: Heard) -> None:
        self.file = file
        self.quiet = False
        self.forced = False
        self._heard = heard
        self._noted: set[tuple[str, Failure]] = set()
        self._threads: set[threading.Thread] = set()
        _hooks.add(self)

    def join(self) -> None:
        """Listen to the thread that calls this; Python remembers from now on where its coroutines are made."""
        sys.set_coroutine_origin_tracking_depth(1)
        hears_forgotten.set(lambda name, file, line: self.note(name, source_location.of_line(file, line)))
        self._threads.add(threading.current_thread())

    def leave(self) -> None:
        """Nothing comes any more from the thread that calls this: it ends."""
        self._threads.discard(threading.current_thread())
        _hooks.forget_the_dead()

    def hears(self, thread: threading.Thread) -> bool:
        """Whether this thread has joined."""
        return thread in self._threads

    def note(self, name: str, place: Failure) -> None:
        """Say that a coroutine was never awaited."""
        if not self.quiet and (name, place) not in self._noted:  # a loop may make thousands of them
            self._noted.add((name, place))
            self._heard(name, place)

    def force(self) -> None:
        """Expect that code on its threads is ended by force, until it is closed."""
        self.forced = True
        _hooks.hold()

    def close(self) -> None:
        """Tell nobody anything any more."""
        self.quiet = True
        _hooks.let_go()
        _hooks.forget_the_dead()

    @property
    def dead(self) -> bool:
        """Whether nothing can come to it any more."""
        return self.quiet and not any(thread.is_alive() for thread in self._threads)


def close(value: object) -> tuple[str, Failure] | None:
    """Close a coroutine that came where a value was expected; return its name and the line that made it."""
    if not hasattr(value, "cr_origin") or not hasattr(value, "close"):
        return None
    name = str(getattr(value, "__qualname__", "coroutine"))
    origin = value.cr_origin
    value.close()
    return name, source_location.of_line(origin[0][0], origin[0][1]) if origin else NO_FAILURE


class _Hooks:
    """Stand in front of `warnings.showwarning` and `sys.unraisablehook` while there is a listener.

    While code is ended by force, what Python swallows is only kept, by a hook that is not written in Python: inside of one that is,
    the next `Stopped` may arrive, and Python prints what a hook raises.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[UnawaitedListener] = []
        self._filter: object = None
        self._held: deque[Any] = deque(maxlen=_MOST_HELD)
        self._letting_go = False  # of what is held, and of coroutines that stand in it
        self._shown_before: Callable[..., None] = warnings.showwarning
        self._raised_before: Callable[[Any], object] = sys.unraisablehook

    def add(self, listener: UnawaitedListener) -> None:
        with self._lock:
            if not self._listeners:
                if warnings.showwarning != self._show:
                    self._shown_before = warnings.showwarning
                if sys.unraisablehook != self._unraisable:
                    self._raised_before = sys.unraisablehook
            self._listeners.append(listener)
            # Whoever leaves `warnings.catch_warnings` puts back what was there, though a listener may still be at work.
            if self._filter not in warnings.filters:
                warnings.filterwarnings(
                    "always", message=r"coroutine .*'.*' was never awaited", category=RuntimeWarning
                )
                self._filter = warnings.filters[0]
            if warnings.showwarning == self._shown_before:
                warnings.showwarning = self._show  # type: ignore[assignment]
            if sys.unraisablehook == self._raised_before:
                sys.unraisablehook = self._unraisable

    def forget_the_dead(self) -> None:
        with self._lock:
            self._listeners = [listener for listener in self._listeners if not listener.dead]
            if self._listeners:
                return
            if warnings.showwarning == self._show:  # nobody has put another hook in front of this one
                warnings.showwarning = self._shown_before
            if sys.unraisablehook == self._unraisable:
                sys.unraisablehook = self._raised_before
            with contextlib.suppress(ValueError):
                warnings.filters.remove(self._filter)  # type: ignore[attr-defined]

    def hold(self) -> None:
        with self._lock:
            if sys.unraisablehook == self._unraisable:
                sys.unraisablehook = self._held.append

    def let_go(self) -> None:
        with self._lock:
            if any(listener.forced and not listener.quiet for listener in self._listeners):
                return
            if sys.unraisablehook == self._held.append:
                sys.unraisablehook = self._unraisable
        self._letting_go = True
        while self._held:
            self._unraisable(self._held.popleft())
        self._letting_go = False

    def _show(self, message: Warning | str, category: type[Warning], *place: object) -> None:
        found = _TEXT.match(str(message)) if issubclass(category, RuntimeWarning) else None
        if found is not None and found["file"] is None:
            here = self._here()
            if self._letting_go or (here is not None and here.forced):
                return
        elif found is not None and (listener := self._maker(found["file"])):
            listener.note(found["name"], source_location.of_line(found["file"], int(found["line"])))
            return
        self._shown_before(message, category, *place)

    def _maker(self, file: str) -> UnawaitedListener | None:
        """The listener of the answer that made a coroutine."""
        makers = [listener for listener in self._listeners if listener.file == file]
        here = self._here()
        return here if here in makers or not makers else makers[-1]

    def _here(self) -> UnawaitedListener | None:
        thread = threading.current_thread()
        return next((listener for listener in self._listeners if listener.hears(thread)), None)

    def _unraisable(self, raised: Any) -> None:
        here = self._here()
        if not issubclass(raised.exc_type, Stopped) and not (here and here.quiet):
            self._raised_before(raised)


_hooks = _Hooks()
