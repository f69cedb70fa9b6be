"""Callbacks that are told when something has changed. One that raises is told of, and the others are called."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from wslab.timeline.failures.reporting import CONTAINED

if TYPE_CHECKING:
    from wslab.timeline.failures.reporting import Failed


class Watchers(list[Callable[[], object]]):
    """A list of callbacks. Any thread may add, remove and tell.

    Args:
        what: What one of them is called, such as ``a watcher of the timeline``.
        failed: Told of one that raises.
    """

    def __init__(self, what: str, failed: Failed) -> None:
        super().__init__()
        self._what = what
        self._failed = failed

    def add(self, callback: Callable[[], object], *, at_once: bool = False) -> Callable[[], None]:
        """Tell a callback from now on.

        Args:
            callback: What to call.
            at_once: Whether it is called now, too.

        Returns:
            A function that ends that.
        """
        entry = partial(callback)  # an object of its own, even where the same function watches twice
        self.append(entry)

        def end() -> None:  # without a lock: a collector may call it in the middle of a write
            with contextlib.suppress(ValueError):
                self.remove(entry)

        if at_once:
            self._call(entry)
        return end

    def tell(self) -> None:
        """Call all of them."""
        for callback in tuple(self):
            self._call(callback)

    def _call(self, callback: Callable[[], object]) -> None:
        try:
            callback()
        except CONTAINED as error:
            self._failed(f"{self._what} raised", error)
