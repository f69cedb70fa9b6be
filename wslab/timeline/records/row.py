"""The vocabulary of the timeline: what a reader of it holds.

Everything here is frozen and plain: a record can be handed to any thread, kept, compared and printed.

    Row       one line of the log: what happened, which way, how large
    Detail    what a row opens into: header lines or payload, its frames, and when each end saw it
    Seen      how one end of a connection saw a row
    Dropped   what the bounds of the timeline have cost so far

A row's identity is ``(connection, source, index)``. It is never a global counter: two runs of the same
conversation give the same identities although their threads interleave differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wslab.wire import Frame, Violation

Source = Literal["client to server", "server to client", "client", "server", "lab"]
"""Where a row comes from: one of the two byte streams, the rows of one end's own code, or the lab itself."""

Kind = Literal["handshake", "message", "control", "close", "event", "print", "fault", "note"]
"""What a row is. ``event`` is an API event or call, ``control`` a Ping or Pong frame, ``print`` a printed line."""

SOURCES: tuple[Source, ...] = ("lab", "client", "client to server", "server to client", "server")
KINDS: tuple[Kind, ...] = ("handshake", "message", "control", "close", "event", "print", "fault", "note")

PREVIEW = 200
"""How many characters of a payload a row carries. The whole of it is in the row's `Detail`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the log.

    Attributes:
        connection: Public number of the connection, from 1. 0 stands for the lab itself.
        source: Which stream or whose code it comes from.
        index: Its place among the rows of that connection and source, from 0.
        kind: What it is.
        time: When it was first seen at either end, in nanoseconds since the timeline began.
        name: What happened, in the field's terms: ``GET /``, ``text``, ``ping``, ``close 1000``, ``open``, ``send()``.
        text: What it carried, as one line of plain text of at most `PREVIEW` characters. Hostile: never markup.
        size: Payload in bytes after inflating, or None where a row has no payload.
        frames: How many frames carried it; 0 for rows that are no frames.
        compressed: Whether permessage-deflate carried it (RFC 7692).
        start: Offset of its first byte in the byte stream, or -1.
        stop: Offset behind its last byte in the byte stream, or -1.
        link: Identity ``(source, offset)`` of the bytes that caused this row (an event) or that it caused (a call);
            None where there are none.
        problem: What is wrong or missing, in words; empty where nothing is.
        binary: Whether its payload is no text; `text` shows the first bytes of it in hex.
        violations: The rules of the protocol that its bytes break; `problem` says the first of them.
    """

    connection: int
    source: Source
    index: int
    kind: Kind
    time: int
    name: str
    text: str = ""
    size: int | None = None
    frames: int = 0
    compressed: bool = False
    start: int = -1
    stop: int = -1
    link: tuple[Source, int] | None = None
    problem: str = ""
    binary: bool = False
    violations: tuple[Violation, ...] = ()

    @property
    def id(self) -> tuple[int, Source, int]:
        """The identity of the row: ``(connection, source, index)``."""
        return (self.connection, self.source, self.index)

    @property
    def heartbeat(self) -> bool:
        """Whether this is a Ping or a Pong, which most readers want out of the way."""
        return self.kind == "control"

    def __repr__(self) -> str:
        what = f" {self.text!r}" if self.text else ""
        return f"<Row {self.connection} {self.source}[{self.index}] {self.name}{what}>"


@dataclass(frozen=True, slots=True)
class Seen:
    """How one end saw a row.

    Attributes:
        state: ``recorded`` with a time; ``on the way`` while it may still come; ``lost`` when both ends were recorded,
            the connection is over and it never came; ``unrecorded`` when nobody listened at that end.
        time: Nanoseconds since the timeline began, or None.
    """

    state: Literal["recorded", "on the way", "lost", "unrecorded"]
    time: int | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """What a row opens into.

    Attributes:
        row: The row itself.
        lines: The handshake's start line and header lines, credentials redacted; or the whole text of a printed line.
        payload: The message or control payload, assembled, unmasked and inflated, cut at the timeline's `PAYLOAD_LIMIT`.
            None where the row has none or where its bytes were dropped.
        frames: The frames that carried it, in order.
        client: How the client's end saw it.
        server: How the server's end saw it.
        problem: Why the payload is not whole, in words; empty where it is.
    """

    row: Row
    lines: tuple[str, ...] = ()
    payload: bytes | None = None
    frames: tuple[Frame, ...] = ()
    client: Seen = Seen("unrecorded")
    server: Seen = Seen("unrecorded")
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What the bounds have cost: the oldest rows, and raw bytes, no longer kept."""

    rows: int = 0
    bytes: int = 0
