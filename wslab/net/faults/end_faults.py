"""The faults of one end of a connection.

The caller may be on any thread. What was asked for is known at once where it was asked; it is obeyed on the loop of the
connection, in the order of everything else that was asked there.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from wslab.net.errors import BadValue
from wslab.net.faults.faults import Faults
from wslab.net.faults.settings import NOTHING, Settings, Way
from wslab.net.tasks import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.faults.link import FaultyLink
    from wslab.timeline import End


def on_loop(loop: asyncio.AbstractEventLoop, end: End) -> Callable[[Callable[[], None]], None]:
    """A way to run something on a loop: at once for whoever is on it, soon for others, never where it has ended.

    Args:
        loop: The loop.
        end: Where a row says what raised later, with nobody to hear of it.
    """

    def post(work: Callable[[], None]) -> None:
        try:
            here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is loop:
            work()
            return
        try:
            loop.call_soon_threadsafe(guarded(work, partial(end.failed, "a fault failed")))
        except RuntimeError:  # it has ended, and the connection with it
            return

    return post


class EndFaults(Faults):
    """The faults of one end.

    Args:
        end: The end.
        post: Runs something on the loop of the connection.
        make: Makes the link, on that loop; None while there is no connection yet.
        secure: Whether TLS carries the bytes.
    """

    __slots__ = ("_end", "_link", "_make", "_post")

    def __init__(
        self,
        end: End,
        post: Callable[[Callable[[], None]], object],
        make: Callable[[], FaultyLink | None],
        *,
        secure: bool,
    ) -> None:
        own: Way = "client to server" if end.side == "client" else "server to client"
        super().__init__(own, f"this {end.side}'s end", secure=secure)
        self._end = end
        self._post = post
        self._make = make
        self._link: FaultyLink | None = None

    @property
    def alive(self) -> bool:
        """Whether there is, or will be, a connection; one that was ended across a stalled link counts."""
        return self._end.closed is None or (self._link is not None and self._link.alive)

    def connected(self) -> None:
        """Obey what was asked for before there was a connection. On the loop."""
        if self._settings != NOTHING:
            self._at_link(lambda link: link.settle(self._settings))

    def release(self, why: str) -> None:
        """Switch off what is on, if anything is."""
        if self._settings != NOTHING and self.alive:
            self.take_over(NOTHING, "no faults", why)

    def take_over(self, settings: Settings, name: str, text: str) -> None:
        """Have these settings, with a row that says so."""
        self._settings = settings
        self.obey(lambda link: link.clear() if settings == NOTHING else link.settle(settings), name, text)

    def obey(self, act: Callable[[FaultyLink], None], name: str, text: str) -> None:
        """Do something to the link, with a row, unless the connection is over by then."""

        def work() -> None:
            if self.alive:
                self._end.note("fault", name, text)
                self._at_link(act)

        self._post(work)

    def _change(self, make: Callable[[Settings], Settings], name: str, text: str) -> None:
        self._check_alive()
        self.take_over(make(self._settings), name, text)

    def _act(self, act: Callable[[FaultyLink], None], name: str, text: str) -> None:
        self._check_alive()
        if self._end.local is None:
            raise BadValue("there is no connection yet that could break; write await socket.opened() first")
        self.obey(act, name, text)

    def _check_alive(self) -> None:
        if not self.alive:
            raise BadValue("that connection is closed; make another, or use server.faults for those to come")

    def _at_link(self, act: Callable[[FaultyLink], None]) -> None:
        link = self._link = self._link or self._make()
        if link is not None:
            act(link)
