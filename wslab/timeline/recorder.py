"""The writers' side of a timeline: where servers, clients and the lab itself record.

Writers never wait for a reader (design.md, invariant 3): the write lock is held for three appends, or for letting whole chunks
go. Whoever watches is told once that something is new, and then not again before somebody has read it.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Literal

from wslab.timeline.connection import End, Intake, Note
from wslab.timeline.failures import GOES_ON, NOTHING_DONE, Watchers, forgotten_words
from wslab.timeline.records import PREVIEW, Address, RecordingError
from wslab.wire import one_line

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from contextlib import AbstractContextManager


class Recorder(ABC):
    """Takes in what happens, in the order in which it happens.

    Args:
        keep: How many rows to keep, at least 1.
        keep_bytes: How many raw bytes to keep, counting both ends, at least 1.

    Attributes:
        started: When it began, in seconds since the epoch.
        zero: The same moment in `time.perf_counter_ns`.
        frozen: Whether it is a copy or a saved recording, to which nothing can be added.
        failures: Tells what failed in wslab itself.

    Raises:
        ValueError: A bound is no positive integer.
    """

    def __init__(self, *, keep: int, keep_bytes: int) -> None:
        for name, value in (("keep", keep), ("keep_bytes", keep_bytes)):
            whole: object = value  # callers need not have read the annotation
            if not isinstance(whole, int) or isinstance(whole, bool) or whole < 1:
                raise ValueError(f"{name} must be a positive whole number, not {value!r}; leave it out for the default")
        self.keep = keep
        self.keep_bytes = keep_bytes
        self.started = time.time()
        self.zero = perf_counter_ns()
        self.frozen = False
        self._intake = Intake(
            keep,
            keep_bytes,
            wake=self._wake,
            make_room=self.make_room,
            failed=lambda name, text: self.note(name, text, problem=GOES_ON),
        )
        self.failures = self._intake.failures
        self._watchers = Watchers("a watcher of the timeline", self.failed)
        self._notes: deque[Note] = deque()

    @property
    def write_lock(self) -> threading.Lock:
        """Held by writers for an instant. Not for readers of rows."""
        return self._intake.lock

    @property
    def raw(self) -> int:
        """How many raw bytes are kept, counting both ends."""
        return self._intake.raw

    @property
    def chunks(self) -> int:
        """How many chunks of bytes, and notes that no reader has taken yet, are kept."""
        return self._intake.chunks

    def client_end(self, label: str = "client", *, port: int | None = None) -> End:
        """Record a client that was just made.

        Args:
            label: What it is called where both ends are named.
            port: The port it is about to connect to, where that is known.
        """
        return self._add(End(self._intake, "client", label, port))

    def server_end(self, label: str, local: Any, remote: Any) -> End:
        """Record a connection that a server just accepted.

        Args:
            label: The server's name.
            local: The server's address, as sockets name it.
            remote: The client's.
        """
        end = End(self._intake, "server", label)
        end.local, end.remote = Address.of(local), Address.of(remote)
        return self._add(end)

    def witness_end(self, label: str, *, marker: str = "", port: int | None = None) -> End:
        """Record what the code of a client does whose bytes nobody records at its own end: a page's, or another process's.

        It pairs with the server's end of its connection, whichever of the two appears first: by the marker, or by the addresses
        where `End.connected` says them.

        Args:
            label: What it is called where both ends are named.
            marker: The one-time marker of its URL; empty where it has none.
            port: The port it is about to connect to, where that is one of ours.
        """
        end = End(self._intake, "client", label, port)
        end.marker, end.is_remote, end.witness = marker, True, True
        return self._add(end)

    def note(
        self, name: str, text: str = "", *, kind: Literal["note", "print", "fault"] = "note", problem: str = ""
    ) -> None:
        """Record a row of the lab's own: a server started, a port was taken over."""
        self._refuse_if_frozen()
        note = Note(0, kind, name, one_line(text, PREVIEW), problem=problem)
        intake = self._intake
        with intake.lock:
            note.time = perf_counter_ns()
            self._notes.append(note)
            intake.chunks += 1
            wake, intake.quiet = intake.quiet, False
        if wake:
            self._wake()
        if intake.chunks > intake.full_chunks:
            self.make_room()

    def failed(self, what: str, error: BaseException) -> None:
        """Say that something of wslab's own failed, and goes on: a row, and a record of the logger ``wslab``.

        It never raises and never waits. What fails again and again is counted, and told ever more seldom.

        Args:
            what: The name of the row, such as ``closing the lab failed``.
            error: What it raised.
        """
        self.failures.tell(what, error)

    def forgotten(self, write: str) -> None:
        """Say that something was asked for, and never awaited. From anywhere, also by the garbage collector.

        Args:
            write: What to write, such as ``await lab.settled()``.
        """
        self.failures.remark(lambda name, text: self.note(name, text, problem=NOTHING_DONE), *forgotten_words(write))

    @abstractmethod
    def make_room(self) -> None:
        """Called by a writer that finds the store full."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """Take in what has arrived, and hold it still for as long as the context lasts. Not for writers."""

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told when something was recorded.

        Args:
            callback: Called now, and then once after each reading that is followed by something new. It may come from any
                thread and must return at once: the network waits for it. What it raises is a row.

        Returns:
            A function that ends the watch.
        """
        return self._watchers.add(callback, at_once=True)

    def _add(self, end: End) -> End:
        self._refuse_if_frozen()
        self._intake.touch(end)
        return end

    def _wake(self) -> None:
        self._watchers.tell()

    def _refuse_if_frozen(self) -> None:
        if self.frozen:
            raise RecordingError("this timeline is a saved recording and nothing can be added; record in a new Lab()")
