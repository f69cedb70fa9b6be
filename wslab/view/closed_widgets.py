"""What stays on the page after its lab is closed: a few logs and panels, still readable.

ipywidgets keeps every open widget alive, and a log keeps its timeline. Without a bound, a learner who makes a lab fifty times
would keep fifty timelines; so only the last few are kept, and older ones leave the page.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """A widget."""

    def close(self) -> None:
        """Leave the page."""


W = TypeVar("W", bound=Closable)


class ClosedWidgets(Generic[W]):
    """Widgets of what is closed, which stay on the page.

    Args:
        most: How many stay; older ones leave the page.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._kept: deque[W] = deque()

    def keep(self, widget: W) -> None:
        """Keep a widget, and close the oldest of those there are too many of."""
        with self._lock:
            if any(widget is other for other in self._kept):
                return
            self._kept.append(widget)
            gone = [self._kept.popleft() for _ in range(len(self._kept) - self.most)]
        for old in gone:
            old.close()

    def forget(self, widget: W) -> None:
        """Forget a widget that was closed by somebody else."""
        with self._lock:
            for place, other in enumerate(self._kept):
                if other is widget:
                    del self._kept[place]
                    return

    def kept(self) -> list[W]:
        """Those that are kept, the oldest first."""
        with self._lock:
            return list(self._kept)


CLOSED = ClosedWidgets[Closable](6)
"""The logs and the panels of three closed labs."""
