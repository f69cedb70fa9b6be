"""A run of a cell's JavaScript in a real page, for whoever starts it.

The page that shows the notebook runs the code, with the browser's own WebSocket; the kernel only says "go", once. What goes on
meanwhile stands in `wslab.peers.browser.session`.
"""

from __future__ import annotations

import asyncio
import itertools
import weakref
from typing import TYPE_CHECKING

from wslab.net import BadValue, LabError, TimedOut
from wslab.peers.browser import words
from wslab.peers.browser.page import Page
from wslab.peers.browser.session import Session
from wslab.peers.cell import check_cell
from wslab.view import Console

if TYPE_CHECKING:
    from wslab.lab import Lab

MODES = ("page", "iframe", "sandbox")
"""Where the code runs: in the notebook's page, in a page of its own, or in one whose Origin is null."""

_START = 10.0  # seconds for the control channel to listen
_REPLACE = 5.0  # seconds for the run before to end

_numbers = itertools.count(1)
_runs: weakref.WeakKeyDictionary[Lab, dict[str, BrowserRun]] = weakref.WeakKeyDictionary()


class BrowserRun:
    """A run of JavaScript in the page that shows the notebook.

    Args:
        lab: Where it is recorded; ``ws://localhost:PORT`` means its servers.
        code: The JavaScript.
        mode: One of `MODES`.
        name: A lab has one run of each name: starting another ends it.
        first: The number of the code's first line, in what is said of errors.

    Attributes:
        name: Its name.
        console: What stands under the cell.

    Raises:
        BadType, BadValue: The code is no text, or too long; there is no such mode; the name cannot be one.
    """

    def __init__(self, lab: Lab, code: str, *, mode: str = "page", name: str = "browser", first: int = 1) -> None:
        check_cell("page", code, name)
        if mode not in MODES:
            raise BadValue(f"the code of a page runs in one of {', '.join(MODES)}, not in {mode!r}")
        self.name = name
        self.console = Console(name, failed=lab.timeline.failed)
        self._lab = lab
        # Empty lines before the code, so that the browser itself counts as the notebook does.
        go = {"mode": mode, "code": "\n" * (first - 1) + code, "source": f"browser-cell-{next(_numbers)}.js"}
        self._session = Session(lab, name, go, self.console)

    def __repr__(self) -> str:
        session = self._session
        state = "over" if self.over else "taken by a page" if session.taken else "waiting for a page"
        return f"<BrowserRun {self.name!r} {state}>"

    @property
    def page(self) -> Page | None:
        """The widget that runs the code; None before `start`."""
        return self._session.page

    @property
    def over(self) -> bool:
        """Whether no page runs it any more."""
        return self._session.over.is_set()

    def start(self) -> None:
        """Show the console, and let the page that shows the notebook run the code.

        A run of the same name is ended first. Returns before a page has taken it.

        Raises:
            LabClosed: The lab is closed.
            LabError: It was started before.
        """
        session, hosting = self._session, self._lab.hosting
        if session.page is not None or self.over:
            raise LabError("a run runs once; make another: BrowserRun(lab, code).start()")
        hosting.join(session)
        self._lab.timeline.expect_markers()
        runs = _runs.setdefault(self._lab, {})
        old, runs[self.name] = runs.get(self.name), self
        if old is not None and not old.over:
            old.end("run replaced", words.REPLACED)
            old.wait_over(_REPLACE)
        try:
            asyncio.run_coroutine_threadsafe(session.control.listen(), hosting.thread().loop).result(_START)
        except (OSError, TimeoutError) as error:  # there are messages of the widget still
            session.row("no control channel", str(error), problem="its rows arrive only when no cell runs")
        self.console.button("Stop", self.stop)
        self.console.show()
        session.page = Page(port=session.control.port, token=session.control.token)
        session.page.on_msg(session.heard)
        if session.taken:  # by a page that was quicker than this line
            session.page.granted = True
        if self.over:  # with its lab, before there was a page to close
            session.page.close()

    def stop(self) -> None:
        """End the run: its timers, and its sockets in the usual way. Returns at once, from any thread."""
        self.end("run stopped", words.STOPPED)

    def end(self, row: str, why: str) -> None:
        """End the run. Returns at once, from any thread.

        Args:
            row: What the row is called that says so.
            why: Why, in words; its sockets are closed with it.
        """
        if not self.over:
            self._lab.hosting.thread().post(self._session.stop, row, why)

    def wait_closed(self, timeout: float = 30.0) -> None:
        """Wait until the code has ended and all its sockets are closed. It works while the kernel does nothing else.

        Args:
            timeout: The longest to wait, in seconds.

        Raises:
            TimedOut: It is not over; says what is still open, or that no page is there.
        """
        session = self._session
        if session.idle.wait(timeout):
            return
        if not session.taken:
            raise TimedOut(words.NO_PAGE.format(seconds=timeout), timeout)
        still = session.progress.still()
        raise TimedOut(words.STILL.format(seconds=timeout, still=still, more=2 * timeout), timeout)

    def wait_over(self, timeout: float) -> bool:
        """Wait until no page runs it any more, after `stop`. Returns whether that is so."""
        return self._session.over.wait(timeout)


def runs(lab: Lab, name: str | None = None) -> list[BrowserRun]:
    """The runs of a lab that are not over, or the one of a name."""
    return [run for run in _runs.get(lab, {}).values() if not run.over and name in (None, run.name)]
