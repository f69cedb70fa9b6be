"""The home loop of a lab: the loop of the code that made it, in a notebook the kernel's."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING, TypeVar

from wslab.net import NoLoop, TimedOut, is_contained

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_CALL = 5.0  # how long `call` waits for the home loop, in seconds


class HomeLoop:
    """The half of a `Lab` that knows its home loop."""

    _home: asyncio.AbstractEventLoop | None = None

    def call(self, function: Callable[[], T]) -> T:
        """Run a function on the home loop, from a widget's callback or another thread.

        Args:
            function: What to run; it gets no argument.

        Returns:
            What it returned; what it raised is raised here.

        Raises:
            NoLoop: No loop is known yet.
            TimedOut: The home loop did not get to it.
        """
        home = self._home
        if home is None or home.is_closed():
            raise NoLoop(
                "this lab has seen no event loop yet: make it, or serve, in a notebook cell or an async function first"
            )
        try:
            running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is home:
            return function()
        result: Future[T] = Future()
        home.call_soon_threadsafe(_fulfil, result, function)
        try:
            return result.result(_CALL)
        except FutureTimeout:
            if result.done() or not result.cancel():  # raised by the function, or it runs right now
                return result.result()
            raise TimedOut(
                f"the notebook's loop did not get to it within {_CALL:g} s: a cell is blocking it", _CALL
            ) from None

    def _find_home(self) -> None:
        if self._home is None or self._home.is_closed():
            try:
                self._home = asyncio.get_running_loop()
            except RuntimeError:
                self._home = None


def _fulfil(result: Future[T], function: Callable[[], T]) -> None:
    """Run a function for somebody who waits on another thread, unless they have given up."""
    if not result.set_running_or_notify_cancel():
        return
    try:
        result.set_result(function())
    except BaseException as error:  # raised where it is waited for
        result.set_exception(error)
        if not is_contained(error):  # and here, where it is the user who interrupts
            raise
