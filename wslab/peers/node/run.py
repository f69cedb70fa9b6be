"""One run of a cell in a real Node.

    NodeRun.start() ──► NodeProcess ──► its items ──► RemoteFeed (rows of the timeline), Console (lines under the cell),
                                                      NodeRelays (the ports of its servers)

A run ends when Node ends, when it is stopped or replaced, or with its lab. Its items are taken by a thread of its own, so its
output keeps nobody waiting but Node itself; the methods for others may be called from anywhere.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

from wslab.net import LabError, start_thread
from wslab.peers import on_thread
from wslab.peers.cell import check_cell
from wslab.peers.node import words
from wslab.peers.node.find import find_node
from wslab.peers.node.news import NodeNews
from wslab.peers.node.output import Crash, Output
from wslab.peers.node.process import NodeProcess
from wslab.peers.node.relays import NodeRelays
from wslab.peers.node.ws import packages_for
from wslab.peers.remote_feed import RemoteFeed
from wslab.view import Console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wslab.lab import Lab
    from wslab.timeline import End

_POLITE = 0.3  # seconds between SIGTERM and SIGKILL
_END = 10.0  # seconds for everything behind Node's end: a hang, or a machine with very much to do


class NodeRun:
    """A run of JavaScript in Node.

    Args:
        lab: Where it is recorded.
        code: The JavaScript.
        name: A lab has one run of each name: starting another ends it.

    Attributes:
        console: What stands under the cell; it is shown by whoever has the cell.

    Raises:
        BadType, BadValue: The code is no text, or too long; the name cannot be one.
    """

    def __init__(self, lab: Lab, code: str, name: str = "node") -> None:
        check_cell("Node cell", code, name)
        self.name = name
        self.console = Console(name, failed=lab.timeline.failed)
        self._code = code
        self._timeline = lab.timeline
        self._hosting = lab.hosting
        self._key = self._hosting.markers.issue()
        self._feed = RemoteFeed(lab.timeline, "node", self._key, end_of=self._end_of)
        self._process: NodeProcess | None = None
        self._relays: NodeRelays | None = None
        self._why = ""  # why it was stopped
        self._leaving = False  # Node has gone
        self._showing = threading.Lock()  # the head line is written by this run's thread and by the lab's
        self._unwatch: Callable[[], None] = lambda: None
        self._stopping = threading.Lock()
        self._ready = threading.Event()  # its main part has run, or it has ended
        self._ended = threading.Event()

    def __repr__(self) -> str:
        state = "ended" if self.exit_code is not None else "runs" if self._process else "new"
        return f"<NodeRun {self.name!r} {state}>"

    @property
    def description(self) -> str:
        """What it is, for the lab's `repr`."""
        where = words.listening(self._relays.ports) if self._relays else ""
        return f"Node cell {self.name!r}{', ' if where else ''}{where}"

    @property
    def exit_code(self) -> int | None:
        """Node's exit code, the negative number of a signal that ended it, or None while it runs."""
        return self._process.code if self._process is not None and self._ended.is_set() else None

    # For whoever starts it

    def start(self) -> None:
        """Start Node with the cell. A run of the same name in this lab is ended first. Returns before the cell has run.

        Raises:
            NoNode: There is no Node here.
            NoWs: The cell uses ``ws``, and it could not be installed.
            LabClosed: The lab is closed.
        """
        if self._process is not None or self._ended.is_set():
            raise LabError("a run runs once; make another: NodeRun(lab, code).start()")
        try:
            for old in runs(self._hosting, self.name):
                old.stop("the cell was run again")
            node = find_node()
            packages = packages_for(self._code, node, lambda text: self.console.state("waiting", text))
            self._hosting.join(self)
        except LabError as error:
            self._over(str(error))
            raise
        crash, ready = Crash(os.getcwd(), str(packages) if packages else None), self._ready.set  # noqa: PTH109
        self._news = NodeNews(self.name, self.console, self._timeline, self._feed, crash, ready, self._ask)
        self._thread = self._hosting.thread()
        self._relays = NodeRelays(self._hosting, self.name, self._tell, self._news.taken, self._show)
        self._timeline.expect_markers()
        self._unwatch = self._hosting.ports.watch(lambda: self._tell({"ports": self._ports()}))
        self._output = Output(f"\x1e{secrets.token_hex(12)} ")
        try:
            config = {"code": self._code, "prefix": self._output.prefix, "key": self._key, "ports": self._ports()}
            self._process = NodeProcess(node, config, packages, self._timeline.failed)
        except OSError as error:
            said = f"Node does not start: {error.strerror or error}; type: {node.path} --version"
            self._over(said)
            raise LabError(said) from None
        self._timeline.note(f'node "{self.name}" starts')
        self.console.button("Stop", self._stop_soon)
        self.console.state("running")
        if self._ports() != config["ports"]:  # they changed before there was a process to tell
            self._tell({"ports": self._ports()})
        if self._why:  # the lab has ended before there was a process to end
            self._process.signal(kill=True)
        start_thread(f"wslab {self.name}", self._read, self._timeline.failed)

    def wait_ready(self, timeout: float = 10.0) -> bool:
        """Wait until the cell's main part has run and its servers listen, or Node has ended. Returns whether that is so."""
        return self._ready.wait(timeout)

    def wait_ended(self, timeout: float = 30.0) -> bool:
        """Wait until Node has ended, and its ports are free. Returns whether that is so."""
        return self._ended.wait(timeout)

    def stop(self, why: str = "run.stop()") -> None:
        """End Node and everything it has started, and wait for that, a few seconds at most. Not on the lab's thread.

        Args:
            why: The reason, for the row and the head line.
        """
        if self._process is None:
            return
        with self._stopping:
            self._ask_to_end(why)
            if not self._ended.wait(_POLITE):
                self._process.signal(kill=True)
                self._ended.wait(_END)

    # On the lab's thread

    async def end(self, why: str) -> None:
        """End, because the lab ends, and perhaps this process with it."""
        self._why = self._why or why
        if self._process is not None:
            self._process.hang_up()
        await self._has_ended(_END)

    async def _stop_politely(self, why: str) -> None:
        self._ask_to_end(why)
        await self._has_ended(_POLITE)
        if self._process is not None:
            self._process.signal(kill=True)

    async def _has_ended(self, limit: float) -> None:
        deadline = time.monotonic() + limit
        while not self._ended.is_set() and time.monotonic() < deadline:  # noqa: ASYNC110  (another thread sets it)
            await asyncio.sleep(0.005)

    def _ask_to_end(self, why: str) -> None:
        if not self._ended.is_set():
            self._why = self._why or why
            if self._process is not None:
                self._process.signal()

    def _stop_soon(self) -> None:
        on_thread.begin(self._thread, self._stop_politely, "the button Stop")

    # On the thread of this run

    def _read(self) -> None:
        assert self._process is not None
        chunks = self._process.chunks()
        try:
            for chunk in chunks:
                self._take(self._output.feed(chunk))
            self._take(self._output.end())
        finally:
            self._process.signal(kill=True)  # nothing where it has ended; else nobody reads any more, and it would wait
            chunks.close()
            self._finish(self._process.code or 0)

    def _take(self, items: Iterator[dict[str, Any] | str]) -> None:
        """Take items and lines. What one of them leads to keeps the others from nothing: Node waits for who reads."""
        for each in items:
            try:
                self._news.take(each)
            except Exception as error:  # noqa: BLE001  (told)
                self._timeline.failed(f'taking what node "{self.name}" tells failed', error)

    def _ask(self, kind: str, ask: int, port: int) -> None:
        """A server of the cell listens or has closed."""
        assert self._relays is not None
        if kind == "unlisten":
            on_thread.begin(self._thread, self._relays.release, ask)
        elif kind == "listen":
            on_thread.begin(self._thread, self._relays.listen, ask, port)
        else:
            self._timeline.note(f'node "{self.name}" listens', self._relays.forward(ask, port))
            self._show()

    def _finish(self, code: int) -> None:
        with self._showing:
            self._leaving = True
        try:
            self._news.end()
            error, how = self._news.error, words.how_ended(code)
            self._feed.leave(f"Node has ended: {how}")
            if self._why:
                self.console.state("stopped", self._why)
                self._timeline.note(f'node "{self.name}" stopped', self._why)
            else:
                self.console.state("failed" if code else "ended", f"{how}: {error}" if error and code else how)
                self._timeline.note(f'node "{self.name}" ended', how, problem="Node crashed" if code < 0 else "")
        finally:
            self._over()

    def _over(self, failed: str = "") -> None:
        """Give everything back; where Node did not even start, say why."""
        try:
            if failed:
                self.console.state("failed", failed)
            self._unwatch()
            self._hosting.markers.revoke(self._key)
            if self._relays is not None:
                on_thread.finish(self._thread, self._relays.close, _END)
            self._hosting.leave(self)
            self.console.close()
        finally:  # nobody waits for ever
            self._ended.set()
            self._ready.set()

    def _tell(self, message: dict[str, Any]) -> None:
        if self._process is not None:
            self._process.tell(message)

    def _ports(self) -> list[int]:
        return sorted(self._hosting.ports.taken())[:500]

    def _end_of(self, port: int) -> End | None:
        return self._relays.end_of(port) if self._relays is not None else None

    def _show(self) -> None:
        with self._showing:
            if self._relays is not None and not self._leaving:
                self.console.state("running", words.listening(self._relays.ports))


def runs(hosting: Any, name: str | None = None) -> list[NodeRun]:
    """The runs that live in a lab, or those of a name."""
    return [run for run in hosting.runs if isinstance(run, NodeRun) and name in (None, run.name)]
