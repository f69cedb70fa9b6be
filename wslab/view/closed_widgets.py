"""What stays on the page after its lab is closed: a few logs and panels, still readable.

ipywidgets keeps every open widget alive, and a log keeps its timeline. Without a bound, a learner who makes a lab fifty times
would keep fifty timelines; so only the last few are kept, and older ones leave the page.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

MOST_CLOSED = 6
"""How many widgets of closed labs stay: the log and the panel of three."""

_lock = threading.Lock()
_closed: deque[Closable] = deque()


class Closable(Protocol):
    """A widget."""

    def close(self) -> None:
        """Leave the page."""


def keep_closed(widget: Closable) -> None:
    """Keep a widget of a closed lab on the page, and close the oldest of those there are too many of."""
    with _lock:
        if any(widget is other for other in _closed):
            return
        _closed.append(widget)
        gone = [_closed.popleft() for _ in range(len(_closed) - MOST_CLOSED)]
    for old in gone:
        old.close()


def forget(widget: Closable) -> None:
    """Forget a widget that was closed by somebody else."""
    with _lock:
        for place, other in enumerate(_closed):
            if other is widget:
                del _closed[place]
                return
