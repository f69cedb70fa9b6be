"""The timeline: one bounded, thread-safe store of what both ends of every connection did.

Recorder   what servers, clients and the lab write to                    `wslab.timeline.recorder`
  Store    what readers take rows from, and the bounds                   `wslab.timeline.store`
Timeline   both, with what a learner asks of it: text, files, replays    here
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wslab.timeline.connection import Recording, copy_connection
from wslab.timeline.export import read_jsonl, save
from wslab.timeline.order import transcript
from wslab.timeline.pairing import awaits_its_client
from wslab.timeline.replay import Replay
from wslab.timeline.rows import diagnosis_of
from wslab.timeline.settling import unsettled
from wslab.timeline.store import Store

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from wslab.timeline.connection import Connection
    from wslab.timeline.records import Row


class Timeline(Store):
    """Everything that was recorded.

    Args:
        keep: How many rows to keep, at least 1.
        keep_bytes: How many raw bytes to keep, counting both ends, at least 1.

    Attributes:
        started: When it began, in seconds since the epoch.
        write_lock: Held by writers for an instant. Not for readers of rows.

    Raises:
        ValueError: A bound is no positive integer.
    """

    def __init__(self, *, keep: int = 100_000, keep_bytes: int = 64 * 1024 * 1024) -> None:
        super().__init__(keep=keep, keep_bytes=keep_bytes)

    # Reading

    def linked(self, row: Row) -> int | None:
        """Arrival position of the row whose bytes caused this row, or that this row caused; None where there is none."""
        with self.reading():
            connection, link = self.connection(row.connection), row.link
            if connection is None or row.start >= 0:
                return None
            if link is None:  # it may have become known since
                link = next((each.link for _, each in self._backwards(connection) if each.id[1:] == row.id[1:]), None)
            if link is None:
                return None
            source, offset = link
            offset += source.startswith(
                row.source
            )  # a call is linked to its first byte, an event to the byte behind its last
            for index, other in self._backwards(connection):
                if other.source == source and other.start < offset <= other.stop:
                    return index - self._gone + self._first
        return None

    def _backwards(self, connection: Connection) -> Iterator[tuple[int, Row]]:
        """The rows of a connection and their places, the newest first."""
        for index in range(len(self._rows) - 1, self._gone - 1, -1):
            if self._rows[index].connection == connection.number:
                yield index, self._rows[index]

    def unsettled(self, ports: Collection[int] = ()) -> list[str]:
        """What is still under way, one sentence each; empty when everything that was sent is received.

        Args:
            ports: Those at which every connection is recorded that a server accepts: a client there waits for that.
        """
        with self.reading():
            known = self._known.known()
            out = [f"connection {c.number} {what}" for c in known if (what := unsettled(c, ports))]
            if any(awaits_its_client(c, markers=self._markers) for c in (*known, *self._known.unseen())):
                out.append("an accepted connection is not matched to its client yet")
            return out

    def transcript(self, by: Literal["cause", "direction"] = "cause", *, times: bool = False) -> str:
        """The timeline as text, the same for the same conversation. See `wslab.timeline.order.transcript`."""
        with self.reading():
            return transcript(self.rows(), self.connections(), by=by, times=times, dropped=self.dropped)

    def clear(self) -> None:
        """Let every row go. Connections live on, and their numbers go on."""
        with self.reading():
            self._drop(len(self._rows) - self._gone, count_it=False)
        self._wake()

    def __repr__(self) -> str:
        with self.reading():
            lost = f", {self._dropped_rows} dropped" if self._dropped_rows else ""
            count = len(self._known.known()) + len(self._known.unseen())
            return f"<Timeline of {self._end - self._first} rows in {count} connections{lost}>"

    # Files and replays

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Timeline:
        """Load a recording that `export` saved as ``.jsonl``.

        The rows, what they open into, the connections and their bytes are as they were, except that credentials are redacted.
        Nothing can be added to it.

        Args:
            path: The file.

        Raises:
            RecordingError: It cannot be read, or it is no such recording; says which line is wrong.
        """
        return cls._of(read_jsonl(path))

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Save what is recorded so far; the suffix says how.

        ``.jsonl``: all of it, for `load`. ``.har``: as browsers save their network log. ``.pcapng``: for Wireshark.
        ``.txt``: the transcript with times. Credentials are redacted in all of them. The file is replaced whole or not at all.

        Args:
            path: Where to, in a folder that exists.

        Returns:
            The path.

        Raises:
            RecordingError: The suffix is another, or the file cannot be written.
        """
        return save(self._recording(), path)

    def replay(self) -> Replay:
        """What is recorded so far, once more, step by step. See `wslab.timeline.Replay`."""
        return Replay(self.copy())

    def copy(self) -> Timeline:
        """What is recorded so far, as a timeline to which nothing is added. The bytes are shared, not copied."""
        return Timeline._of(self._recording())

    def _recording(self) -> Recording:
        with self.reading():
            connections = [copy_connection(each, self.write_lock, diagnosis_of) for each in self.connections()]
            return Recording(
                self.started,
                self.zero,
                self.keep,
                self.keep_bytes,
                self.rows(),
                connections,
                self.first,
                self.dropped,
                dict(self._known.also),
            )

    @classmethod
    def _of(cls, recording: Recording) -> Timeline:
        """A timeline that holds a recording, and to which nothing is added."""
        timeline = cls(keep=recording.keep, keep_bytes=recording.keep_bytes)
        timeline.started, timeline.zero = recording.started, recording.zero
        timeline._adopt(recording)
        return timeline

    def _adopt(self, recording: Recording) -> None:
        with self._read_lock:
            self.frozen = True
            self._rows, self._gone = list(recording.rows), 0
            self._first, self._end = recording.first, recording.first + len(recording.rows)
            self._known.become(recording.connections)
            self._known.also = recording.also
            self._dropped_rows, self._dropped_bytes = recording.dropped.rows, recording.dropped.bytes
            for end in (end for connection in recording.connections for end in connection.ends):
                for stream in (end.sent, end.received):
                    self._intake.raw += stream.stop - stream.first
                    self._intake.chunks += stream.count

    def withdraw(self) -> tuple[list[Row], list[Connection]]:
        """Hide all rows and connections, so that they can be revealed again.

        Returns:
            Both.
        """
        with self._read_lock:
            rows, connections = self.rows(), self.connections()
            self._rows, self._gone, self._end = [], 0, self._first
            self._known.become(())
            return rows, connections

    def reveal(self, rows: list[Row], connections: list[Connection]) -> None:
        """Let rows appear behind those that are there, as if they had just been recorded.

        Args:
            rows: The next rows.
            connections: The connections that are not there yet.
        """
        with self._read_lock:
            self._known.become([*self._known.known(), *connections])
            self._rows += rows
            self._end += len(rows)
        self._wake()
