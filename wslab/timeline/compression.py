"""What compression did to a connection: bytes before and after, message by message (RFC 7692).

What was agreed stands in the server's response; what it did stands in the frames. The memory it takes stands in neither: it
follows from the window that was agreed, by the formula in zlib's own zconf.h.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wslab.wire import Deflate, negotiated_deflate

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection
    from wslab.timeline.records import Row
    from wslab.timeline.timeline import Timeline

MESSAGES_LIMIT = 2000
"""The most messages of a connection that are looked at: the newest."""

_DIRECTIONS: tuple[Literal["client to server", "server to client"], ...] = ("client to server", "server to client")
_MEMORY_LEVEL = 8  # zlib's default; it travels nowhere, so what an end really chose is not known


@dataclass(frozen=True, slots=True)
class Squeezed:
    """One message, before and after.

    Attributes:
        row: Its row.
        before: Bytes of the message.
        after: Bytes of its frames' payloads, as they travelled.
        compressed: Whether RSV1 was set: a sender may leave a message as it is.
    """

    row: Row
    before: int
    after: int
    compressed: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """What permessage-deflate means for one direction.

    Attributes:
        deflate: Window and context takeover; None where messages travel as they are.
        sender: Bytes of memory that zlib needs at the sender, for compressing.
        receiver: Bytes of memory that zlib needs at the receiver, for inflating.
    """

    deflate: Deflate | None

    @property
    def sender(self) -> int:
        """``(1 << (windowBits + 2)) + (1 << (memLevel + 9))`` with memLevel 8 (zlib's zconf.h), 0 without compression."""
        return 0 if self.deflate is None else (1 << (self.deflate.window_bits + 2)) + (1 << (_MEMORY_LEVEL + 9))

    @property
    def receiver(self) -> int:
        """``1 << windowBits``, and about 7 KB (zlib's zconf.h), 0 without compression."""
        return 0 if self.deflate is None else (1 << self.deflate.window_bits) + 7 * 1024


@dataclass(frozen=True, slots=True)
class Compression:
    """What compression did to one connection.

    Attributes:
        connection: Its public number.
        agreed: What was agreed for each direction.
        messages: Its newest messages, in arrival order, those whose bytes are still kept.
        left_out: How many older messages are not among them.
    """

    connection: int
    agreed: dict[str, Agreed]
    messages: tuple[Squeezed, ...]
    left_out: int = 0

    def of(self, direction: str) -> tuple[int, int]:
        """Bytes before and after, of all messages of a direction."""
        ours = [each for each in self.messages if each.row.source == direction]
        return sum(each.before for each in ours), sum(each.after for each in ours)


def compression_of(timeline: Timeline, connection: Connection) -> Compression:
    """See what compression did to a connection.

    Args:
        timeline: Where it is kept.
        connection: One of its connections.
    """
    response = connection.response
    agreed: dict[str, Agreed] = {
        direction: Agreed(negotiated_deflate(response, direction) if response is not None else None)
        for direction in _DIRECTIONS
    }
    rows = [row for row in timeline.rows() if row.connection == connection.number and row.kind == "message"]
    found = []
    for row in rows[-MESSAGES_LIMIT:]:
        detail = timeline.detail(row)
        if detail.frames and row.size is not None:
            after = sum(frame.payload_length for frame in detail.frames)
            found.append(Squeezed(row, row.size, after, row.compressed))
    return Compression(connection.number, agreed, tuple(found), len(rows) - len(found))
