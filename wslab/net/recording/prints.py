"""Whatever is printed while wslab runs somebody's code is a row of the timeline as well.

`builtins.print` is wrapped, and nothing else: the stream it writes to is never touched, because IPython swaps
``sys.stdout.write`` for each cell (a stream proxy ends in RecursionError some cells later) and because proxies leak into
`capture_output` and `redirect_stdout`. Who prints is told by a context variable, which tasks and `asyncio.to_thread` inherit;
plain threads and `run_in_executor` do not.
"""

from __future__ import annotations

import builtins
import functools
import io
import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

Sink = Callable[[str], None]

_sink: ContextVar[Sink | None] = ContextVar("wslab_print", default=None)
_lock = threading.Lock()
_users = 0
_builtin = builtins.print
_ours: _Print | None = None


class _Print:
    """What stands in for a `print` while somebody listens, and passes everything on afterwards.

    Each time it is a new one: a cell may have wrapped the last one in a print of its own, and would be called by what it calls.
    """

    def __init__(self, original: Callable[..., None]) -> None:
        self.original = original
        functools.update_wrapper(self, original)

    def __call__(
        self, *values: Any, sep: str | None = " ", end: str | None = "\n", file: Any = None, flush: bool = False
    ) -> None:
        sink = _sink.get() if _ours is self else None
        if sink is None or (file is not None and file is not sys.stdout):
            self.original(*values, sep=sep, end=end, file=file, flush=flush)
            return
        text = io.StringIO()
        _builtin(*values, sep=sep, end="", file=text)  # once, so that a value's __str__ is not called twice
        body = text.getvalue()
        _builtin(end=end, file=text)
        sink(text.getvalue().removesuffix("\n"))
        self.original(body, end=end, file=file, flush=flush)

    def __repr__(self) -> str:
        return repr(self.original)


class printing_to:  # noqa: N801  (a context manager; a class because it is on the path of every event)
    """Within this block, and in what it starts, printed lines go to a sink as well."""

    __slots__ = ("_sink", "_token")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def __enter__(self) -> None:
        self._token = _sink.set(self._sink)

    def __exit__(self, *_: object) -> None:
        _sink.reset(self._token)


def install_prints() -> None:
    """Begin to listen. Each call wants one `uninstall_prints`."""
    global _users, _ours  # noqa: PLW0603  (there is one builtins.print in a process)
    with _lock:
        _users += 1
        if _ours is None:
            builtins.print = _ours = _Print(builtins.print)


def uninstall_prints() -> None:
    """Stop listening, once the last user has."""
    global _users, _ours  # noqa: PLW0603
    with _lock:
        _users = max(0, _users - 1)
        if _users == 0:
            now: object = builtins.print
            if _ours is not None and now is _ours:
                builtins.print = _ours.original
            _ours = None
