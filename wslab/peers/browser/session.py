"""A run on the lab's thread: which page has it, what it tells, how it ends.

    a page says hello ──► grant: "go", once
    its items         ──► RemoteFeed (rows of the timeline), Console (lines under the cell), Progress (what --wait waits for)

It ends when its page goes away, when it is stopped or replaced, or with its lab; whichever comes first is the row that says so.
Everything here runs on the lab's thread, which goes on while a cell blocks, unless it says otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from wslab.net import spawn
from wslab.peers.browser import words
from wslab.peers.browser.control import Control
from wslab.peers.browser.progress import Progress
from wslab.peers.feed_items import text_of
from wslab.peers.remote_feed import RemoteFeed

if TYPE_CHECKING:
    from wslab.lab import Lab
    from wslab.peers.browser.page import Page
    from wslab.view import Console

_ITEMS = 15_000  # of a run; our own page stops earlier
_LEAVE = 4.0  # seconds for a page to close its sockets when it is told to stop
_UNHEARD = 1.5  # and where it says so by messages, which wait until the cell that stops it has ended
_LAB_ENDS = 0.2  # and when the lab ends
_CLOSE = 0.15  # seconds more, then, for the channel to close
_ORIGIN = 300  # characters


class Session:
    """One run.

    Args:
        lab: Where it is recorded.
        name: Its name.
        go: What a page needs beside the key and the ports: mode, code, source.
        console: What stands under the cell.

    Attributes:
        control: The channel to its page.
        page: The widget that runs the code.
        taken: The route by which a page has taken it; empty while none has.
        progress: How far it has come.
        idle: Set while nothing goes on: what ``--wait`` waits for.
        over: Set when no page runs it any more.
    """

    def __init__(self, lab: Lab, name: str, go: dict[str, Any], console: Console) -> None:
        self.control = Control(self.grant, self.take, self.gone, lab.timeline.failed)
        self.page: Page | None = None
        self.taken = ""
        self.progress = Progress()
        self.idle = threading.Event()
        self.over = threading.Event()
        self._name = name
        self._go = go
        self._console = console
        self._timeline = lab.timeline
        self._hosting = lab.hosting
        self._key = self._hosting.markers.issue()
        self._feed = RemoteFeed(lab.timeline, "browser", self._key)
        self._items = 0
        self._view = ""  # which page it is, where it speaks by messages of the widget
        self._stopped_with = ("", "")  # what it was told to end with: the name of the row, and why
        self._ended = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._unwatch = self._hosting.ports.watch(self._ports_changed)

    @property
    def description(self) -> str:
        """What it is, for the lab's `repr`."""
        count = self.progress.open
        doing = f"{count} socket{'s' if count != 1 else ''} not closed" if self.taken else "no page has taken it yet"
        return f"%%browser cell {self._name!r}, {doing}"

    async def end(self, why: str) -> None:
        """End, because the lab ends."""
        self.stop("run stopped", why)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _LAB_ENDS)
        finally:  # also when the lab waits no longer: who waits for this run is let go
            self._finish("run stopped", why)
        if self._closing is not None:
            await asyncio.wait({self._closing}, timeout=_CLOSE)

    def stop(self, row: str, why: str) -> None:
        """Tell the page to end it, and see that it does."""
        if self.over.is_set() or self._stopped_with[0]:
            return
        self._stopped_with = (row, why)
        if not self.taken:
            self._finish(row, why)
            return
        self._say({"stop": why})
        asyncio.get_running_loop().call_later(_UNHEARD if self._view else _LEAVE, self._finish, row, why)

    def row(self, name: str, text: str, problem: str = "") -> None:
        """Record a row of the lab about this run. Any thread."""
        self._timeline.note(f"{self._name}: {name}", text, problem=problem)

    # For the control channel

    def grant(self, hello: dict[str, Any], origin: str | None) -> dict[str, Any] | None:
        """Give the run to a page, if nobody has it."""
        reported, route = text_of(hello, "hello"), text_of(hello, "route")
        if self.over.is_set() or self.taken or self._stopped_with[0]:
            return None
        if not reported or len(reported) > _ORIGIN or route not in words.ROUTES:
            return None
        if (
            route == "direct" and origin != reported
        ):  # nothing on this way changes the Origin: the page is not what it says
            return None
        self.taken = route
        self._hosting.markers.allow(self._key, reported)
        self.row("page attached", words.ROUTES[route])
        self._console.banner(words.BANNERS[route])
        if self.page is not None:
            self.page.granted = True
        self._show()
        return {**self._go, "key": self._key, "ports": self._ports()}

    def take(self, message: dict[str, Any]) -> None:
        """Take a message of the page."""
        items = message.get("items")
        for item in items if isinstance(items, list) else ():
            try:
                if isinstance(item, dict):
                    self._take(item)
            except Exception as error:  # noqa: BLE001  (told, and the next item is taken)
                self._timeline.failed("taking what a page tells failed", error)
        if isinstance(message.get("done"), bool):
            self.progress.done, self.progress.well = True, message["done"]
            self._show()

    def gone(self) -> None:
        """The page has left."""
        self._finish(*(self._stopped_with if self._stopped_with[0] else ("page closed", words.GONE)))

    # For the widget

    def heard(self, _page: object, content: Any, _buffers: object) -> None:
        """A message of the widget came. Any thread."""
        if isinstance(content, dict) and not self.over.is_set():
            self._hosting.thread().post(self._by_message, content)

    def _by_message(self, message: dict[str, Any]) -> None:
        view = text_of(message, "view")
        if not view or len(view) > 80 or self.page is None:
            return
        if "hello" in message:
            go = self.grant(message, None) if text_of(message, "route") == "messages" else None
            if go is not None:
                self._view = view
            self.page.send({"view": view, **({"go": True, **go} if go is not None else {"go": False})})
        elif view == self._view:
            if message.get("bye"):
                self.gone()
            else:
                self.take(message)

    # Inside

    def _take(self, item: dict[str, Any]) -> None:
        self._items += 1
        if self.progress.take(item):
            self._show()
        elif self._items > _ITEMS:
            return
        self._feed.take(item)
        text, level, where = text_of(item, "text"), text_of(item, "level"), text_of(item, "where")
        if text is None or level is None or where is None:
            return
        if item.get("k") == "print":
            self._console.line(text, level)
        elif item.get("k") == "raised":
            self._console.line(text, "error", where)

    def _show(self) -> None:
        """Say how it stands, and let go who waits for its end."""
        progress = self.progress
        if self.over.is_set():
            return
        if progress.idle:
            closed = ("", "its socket is closed", "all its sockets are closed")[min(progress.seen, 2)]
            self._console.state("ended" if progress.well else "failed", closed)
            self.idle.set()
        else:
            self.idle.clear()
            count = progress.open
            self._console.state("running", f"{count} socket{'s' if count > 1 else ''} not closed" if count else "")

    def _ports(self) -> list[int]:
        return sorted(self._hosting.ports.taken())

    def _ports_changed(self) -> None:
        if self.taken and not self.over.is_set():
            self._hosting.thread().post(lambda: self._say({"ports": self._ports()}))

    def _say(self, message: dict[str, Any]) -> None:
        """Tell the page something, in whichever way it hears."""
        if not self.control.say(message) and self._view and self.page is not None:
            self.page.send({**message, "view": self._view})

    def _finish(self, row: str, why: str) -> None:
        """The run is over; the first to say so counts. `over` is set last: what a run had nobody has who has seen that."""
        if self._ended.is_set():
            return
        self._ended.set()
        try:
            self._unwatch()
            self._feed.leave(why)
            self.progress.leave()
            self._hosting.markers.revoke(self._key)
            self.row(row, why)
            self._console.state("stopped", why)
            self._console.close()
        finally:
            self.over.set()
            self.idle.set()
            self._closing = spawn(
                self.control.close(), partial(self._timeline.failed, "closing a page's channel failed")
            )
            self._closing.add_done_callback(lambda _done: self._leave())

    def _leave(self) -> None:
        """Nothing of it is left on the lab's thread: only now may the lab end without it."""
        self._hosting.leave(self)
        if self.page is not None:
            self.page.close()
