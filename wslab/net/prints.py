"""Whatever is printed while wslab runs somebody's code is a row of the timeline as well.

`builtins.print` is wrapped, and nothing else: the stream it writes to is never touched, because IPython swaps
``sys.stdout.write`` for each cell (a stream proxy ends in RecursionError some cells later) and because proxies leak into
`capture_output` and `redirect_stdout`. Who prints is told by a context variable, which tasks and `asyncio.to_thread` inherit;
plain threads and `run_in_executor` do not.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

Sink = Callable[[str], None]

_sink: ContextVar[Sink | None] = ContextVar("wslab_print", default=None)
_lock = threading.Lock()
_users = 0
_original = builtins.print


def _print(*values: Any, sep: str | None = " ", end: str | None = "\n", file: Any = None, flush: bool = False) -> None:
    sink = _sink.get()
    if sink is None or (file is not None and file is not sys.stdout):
        _original(*values, sep=sep, end=end, file=file, flush=flush)
        return
    text = io.StringIO()
    _original(*values, sep=sep, end=end, file=text)  # once, so that a value's __str__ is not called twice
    sink(text.getvalue().removesuffix("\n"))
    _original(text.getvalue(), end="", file=file, flush=flush)


_print.__name__ = _print.__qualname__ = "print"
_print.__doc__ = _original.__doc__


@contextlib.contextmanager
def printing_to(sink: Sink) -> Iterator[None]:
    """Within this block, and in what it starts, printed lines go to a sink as well."""
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


def install() -> None:
    """Begin to listen. Each call wants one `uninstall`."""
    global _users, _original  # noqa: PLW0603  (there is one builtins.print in a process)
    with _lock:
        _users += 1
        if _users == 1 and builtins.print is not _print:
            _original = builtins.print
            builtins.print = _print


def uninstall() -> None:
    """Stop listening, once the last user has."""
    global _users  # noqa: PLW0603
    with _lock:
        _users = max(0, _users - 1)
        if _users == 0 and builtins.print is _print:
            builtins.print = _original
