"""What a lab shows of its timeline: the live log, the panel under it, the transcript, the sequence diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wslab.view import CompressionTable, Gauge, Ladder, Log, Panel

if TYPE_CHECKING:
    import ipywidgets

    from wslab.lab.actions import LabEnds
    from wslab.timeline import Timeline


class Display:
    """The half of a `Lab` that shows.

    Attributes:
        name: The lab's name.
        timeline: Everything that was recorded.
    """

    name: str
    timeline: Timeline
    _ends: LabEnds
    _log: Log | None = None
    _panel: ipywidgets.Widget | None = None
    _gauge: Gauge | None = None

    @property
    def log(self) -> Log:
        """The live message log: the same one each time."""
        if self._log is None or self._log.closed:
            self._log = Log(self.timeline, self.name)
        return self._log

    @property
    def panel(self) -> ipywidgets.Widget:
        """Controls to act with: choose an end of a connection, send, ping, close."""
        if self._panel is None:
            self._panel = Panel(self._ends, self.timeline.failed)
        return self._panel

    @property
    def gauge(self) -> Gauge:
        """What is buffered where, live: the same gauge each time. ``lab.gauge.plot()`` shows it over time."""
        if self._gauge is None:
            self._gauge = Gauge(self._ends.buffers, self.timeline.failed)
        return self._gauge

    def transcript(self, by: Literal["cause", "direction"] = "cause", *, times: bool = False) -> Transcript:
        """The timeline as text, one row a line, the same for the same conversation.

        Args:
            by: ``cause`` where each side waits for the other; ``direction`` where somebody bursts.
            times: Whether to show the time of each row, which differs from run to run.
        """
        return Transcript(self.timeline.transcript(by, times=times))

    def ladder(
        self, connection: int | None = None, *, times: bool = False, events: bool = True, limit: int = Ladder.LIMIT
    ) -> Ladder:
        """The sequence diagram: client and server as two lifelines, and between them everything that was said.

        It shows what was recorded so far: await what it shall show first, such as ``await lab.settled()``.

        Args:
            connection: The number of a connection; all of them, one below the other, by default.
            times: Whether both ends' times stand beside each arrow, in milliseconds. They differ from run to run.
            events: Whether API events, calls and printed lines stand at their lifelines.
            limit: How many rows of one connection to draw; a longer trace folds.

        Raises:
            BadType, BadValue: There is no such connection, or `limit` is no whole number from 4.
        """
        return Ladder(self.timeline, connection, times=times, events=events, limit=limit)

    def compression(self, connection: int | None = None) -> CompressionTable:
        """What permessage-deflate did: bytes before and after, message by message, what was agreed, and its memory.

        Args:
            connection: The number of a connection; all of them by default.

        Raises:
            BadType, BadValue: There is no such connection.
        """
        return CompressionTable(self.timeline, connection)

    def clear(self) -> None:
        """Let every row of the timeline go. What runs goes on."""
        self.timeline.clear()

    def _stop_showing(self) -> None:
        """Let what is on the page stay as it is: what happened can still be read after the lab is closed."""
        if self._log is not None:
            self._log.stop()
        if self._panel is not None:
            self._panel.stop()
        if self._gauge is not None:
            self._gauge.stop()


class Transcript(str):
    """Text that shows itself as lines in a notebook, and is a `str` in everything else."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
