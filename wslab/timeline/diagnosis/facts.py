"""The facts that a diagnosis is handed: the recorded bytes, rows and endings of one connection, and nothing else.

Times are as the streams have them; only differences are ever used, so a loaded recording gives the same facts.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from wslab.timeline.diagnosis.fact_records import CloseFrame, Lost, Ping
from wslab.timeline.records import tcp_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wslab.timeline.diagnosis.fact_records import EndFacts, Side
    from wslab.timeline.records import ByteStream, Row, Source
    from wslab.wire import Head

How = Literal["unrecorded", "no TCP", "reset", "reset here", "FIN", "here", "system", "error"]

SIDES: tuple[Side, Side] = ("client", "server")
_WAY: dict[Side, Source] = {"client": "client to server", "server": "server to client"}
_SILENCE = 1_000_000_000  # ns: shorter silences are noise, on a busy machine too
_LONGER = 3  # how much longer than any silence before a silence must be to be the reason


def other(side: Side) -> Side:
    """The side across."""
    return "server" if side == "client" else "client"


def way(side: Side) -> Source:
    """The direction in which a side sends."""
    return _WAY[side]


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """The facts of one connection. Nothing may be dropped from its streams until the diagnosis is made.

    Attributes:
        started: When the timeline began, in the clock of the streams.
        ends: The ends whose bytes were recorded, by side, the client's first.
        streams: What each side sent, as the rows were decoded from it.
        rows: The rows of what each side sent, as far as they are kept.
        had_rows: True if there were such rows, kept or not.
        remarks: The rows of the ends' own that may tell how it ended: notes, faults, calls to close.
        response: The head of the server's response; None where none was read.
        answer: Start line and header lines of a response other than 101, credentials overwritten.
    """

    started: int
    ends: Mapping[Side, EndFacts]
    streams: Mapping[Side, ByteStream]
    rows: Mapping[Side, tuple[Row, ...]]
    had_rows: bool
    remarks: tuple[Row, ...]
    response: Head | None
    answer: tuple[str, ...] = ()

    @cached_property
    def ended(self) -> int:
        """When TCP ended at the first of the ends."""
        ended = [end.closed for end in self.ends.values() if end.closed is not None]
        return min(ended, default=self.started)

    def end(self, side: Side) -> EndFacts | None:
        """The recorded end of a side."""
        return self.ends.get(side)

    @property
    def recorded(self) -> tuple[Side, ...]:
        """The sides whose ends were recorded."""
        return tuple(side for side in SIDES if self.end(side) is not None)

    @property
    def status(self) -> int | None:
        """The status of the server's response; None where there was none, or none in HTTP."""
        return self.response.status if self.response else None

    def how(self, side: Side) -> How:
        """How TCP ended as this side saw it."""
        end = self.end(side)
        if end is None:
            return "unrecorded"
        if not end.connected:
            return "no TCP"
        if end.ending in (tcp_words.RESET, tcp_words.GONE):
            return (
                "reset" if end.fin is None else "FIN"
            )  # RST behind FIN only says that what was sent then came too late
        if tcp_words.RST in end.ending:
            return "reset here"
        if end.ending:
            return "system" if end.ending.startswith(tcp_words.SYSTEM) else "error"
        return "here" if end.fin is None else "FIN"

    def own(self, side: Side) -> bool:
        """Whether this side's end was recorded and its ending is its own: a fault there stands for the path between."""
        faults = ("drop", "reset", "half-close")
        return self.end(side) is not None and not any(
            row.source == side and row.kind == "fault" and row.name in faults for row in self.remarks
        )

    def row(self, source: Side, *names: str) -> Row | None:
        """The last remark of a side's own with one of these names."""
        return next((row for row in reversed(self.remarks) if row.source == source and row.name in names), None)

    # Frames

    @cached_property
    def closes(self) -> tuple[CloseFrame, ...]:
        """The first Close frame of each side, in the order in which they were sent."""
        found = []
        for side in SIDES:
            row = next((row for row in self.rows[side] if row.kind == "close"), None)
            if row is not None:
                found.append(self._close(side, row))
        return tuple(sorted(found, key=lambda close: close.row.time))

    def _close(self, side: Side, row: Row) -> CloseFrame:
        word = row.name.partition(" ")[2]
        sender, receiver = self.end(side), self.end(other(side))
        arrived = receiver.received.time_of(row.stop) if receiver is not None else None
        lost = receiver is not None and receiver.received.stop < row.stop
        sent = sender.sent.time_of(row.stop) if sender is not None else None
        return CloseFrame(
            row, side, int(word) if word.isdigit() else None, row.text.partition(": ")[2], sent, arrived, lost
        )

    @property
    def crossed(self) -> bool:
        """Whether each side sent its Close frame before the other's had arrived, as far as the recording shows it."""
        if len(self.closes) < 2:
            return False
        one, two = self.closes
        if None not in (one.sent, two.sent, one.arrived, two.arrived):
            return one.sent < two.arrived and two.sent < one.arrived  # type: ignore[operator]
        # With one end only: an answer repeats the code (RFC 6455 section 5.5.1).
        return one.code != two.code and one.sent is not None

    def unanswered(self, side: Side) -> tuple[Ping, ...]:
        """The pings of a side since the last that was answered in time: before its own Close frame, and so that it arrived."""
        end, across = self.end(side), self.end(other(side))
        closed = next((close.row.time for close in self.closes if close.side == side), None)
        pongs: dict[str, list[Row]] = {}
        for row in self.rows[other(side)]:
            if row.name == "pong":
                pongs.setdefault(row.text, []).append(row)
        pings: list[Ping] = []
        for row in reversed([row for row in self.rows[side] if row.name == "ping"]):
            answer = next((pong for pong in pongs.get(row.text, ()) if pong.time >= row.time), None)
            in_time = answer is not None and (closed is None or answer.time < closed)
            if in_time and answer is not None and (end is None or end.received.stop >= answer.stop):
                break
            pings.append(Ping(row, across.received.time_of(row.stop) if across is not None else None, answer))
        return tuple(reversed(pings))

    def nothing_since(self, side: Side) -> bool:
        """Whether pings of a side went unanswered, and nothing else came either since the first of them."""
        end, pings = self.end(side), self.unanswered(side)
        if end is None or not pings:
            return False
        last = end.received.time_of(end.received.stop)
        return last is None or last < pings[0].row.time + self.started

    # Silence

    def lost(self, side: Side) -> Lost | None:
        """The first bytes of a side that never arrived; None where all did, or where nobody knows."""
        sender, receiver = self.end(side), self.end(other(side))
        if sender is None or receiver is None or sender.sent.stop <= receiver.received.stop:
            return None
        start = receiver.received.stop
        sent = sender.sent.time_of(start + 1)
        if sent is None:
            return None
        return Lost(side, start, sent, next((row for row in self.rows[side] if row.stop > start), None))

    def swallowed(self) -> Lost | None:
        """The first bytes that never arrived although their receiver lived on for longer than any bytes had taken before."""
        found = []
        for side in SIDES:
            lost, receiver = self.lost(side), self.end(other(side))
            if lost is not None and receiver is not None and receiver.closed is not None:
                waited = receiver.closed - lost.sent
                if waited > _SILENCE and waited > _LONGER * self._slowest(side):
                    found.append(lost)
        return min(found, key=lambda lost: lost.sent, default=None)

    def _slowest(self, side: Side) -> int:
        """The longest that a row of a side took to arrive."""
        sender, receiver = self.end(side), self.end(other(side))
        if sender is None or receiver is None:
            return 0
        took = [
            there - here
            for row in self.rows[side]
            if (here := sender.sent.time_of(row.stop)) is not None
            and (there := receiver.received.time_of(row.stop)) is not None
        ]
        return max(took, default=0)

    def idle_before(self, moment: int) -> bool:
        """Whether a silence came before a moment that was much longer than every silence before it."""
        times = sorted(time for time in self._times() if time < moment)
        if len(times) < 2:
            return False
        silence = moment - times[-1]
        longest = max(later - earlier for earlier, later in itertools.pairwise(times))
        return silence > _SILENCE and silence > _LONGER * longest

    def _times(self) -> set[int]:
        return {
            time for end in self.ends.values() for stream in (end.sent, end.received) for _, time, _ in stream.timed()
        }
