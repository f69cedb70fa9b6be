"""The vocabulary of the facts that a diagnosis is made of.

    CloseFrame   a Close frame: whose, when it was sent, whether and when it arrived
    Ping         a ping that was not answered before its sender gave up
    Lost         the first bytes of a direction that never arrived
    EndFacts     an end whose bytes were recorded: what it sent and received, and how TCP ended there

Times are as the byte streams have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wslab.timeline.records import ByteStream, Row

Side = Literal["client", "server"]


@dataclass(frozen=True, slots=True)
class CloseFrame:
    """A Close frame that went by.

    Attributes:
        row: Its row.
        side: Who sent it.
        code: Its code, or None where it carries none.
        reason: Its reason.
        sent: When it was sent, or None where the sender is not recorded.
        arrived: When it arrived; None where it did not, or where nobody knows.
        lost: Whether both ends were recorded and it never arrived.
    """

    row: Row
    side: Side
    code: int | None
    reason: str
    sent: int | None
    arrived: int | None
    lost: bool

    @property
    def reported_code(self) -> int:
        """The code that programs are told: 1005 where there is none."""
        return 1005 if self.code is None else self.code


@dataclass(frozen=True, slots=True)
class Ping:
    """A ping without an answer.

    Attributes:
        row: Its row.
        arrived: When it arrived; None where it did not, or where nobody knows.
        answer: The pong that its receiver sent too late, or that got lost.
    """

    row: Row
    arrived: int | None
    answer: Row | None


@dataclass(frozen=True, slots=True)
class Lost:
    """The first bytes of a direction that never arrived.

    Attributes:
        side: Who sent them.
        start: Their offset.
        sent: When they were sent.
        row: The row that they belong to, where it is kept.
    """

    side: Side
    start: int
    sent: int
    row: Row | None


@dataclass(frozen=True, slots=True)
class EndFacts:
    """An end whose bytes were recorded.

    Attributes:
        side: Which end.
        connected: True if TCP came to be.
        ending: How TCP ended, in words; empty for an orderly end.
        fin: When the peer ended its direction (FIN); None where it did not.
        closed: When TCP ended; None while it lives.
        sent: The bytes it sent.
        received: The bytes it received.
    """

    side: Side
    connected: bool
    ending: str
    fin: int | None
    closed: int | None
    sent: ByteStream
    received: ByteStream
