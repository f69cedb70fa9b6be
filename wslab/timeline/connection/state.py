"""The state of a connection, which everything else reads: plain records of it and of its two ends.

    client.sent ─┐                                        ┌─ server.received
                 ├─ client to server: one decoder, rows ──┤
    client own rows                                     server own rows
                 ├─ server to client: one decoder, rows ──┤
    client.received ─┘                                    └─ server.sent

Of a page's socket, or another process's, only the rows of its own are told: a witness stands where the client's end would.

A frame is one thing although two ends saw it, at the same offset of the same byte stream. So each direction is decoded once,
from the sender's bytes where that end was recorded, and the other end's bytes only say when they arrived.

An end that stands alone is a connection too, until its other end appears: then one of the two takes in the other. An end
knows its connection, so that both are forgotten together, however long whoever records there goes on.
"""

from __future__ import annotations

from collections import deque
from time import perf_counter_ns
from typing import TYPE_CHECKING, Literal

from wslab.timeline.connection.direction import Direction
from wslab.timeline.records import ByteStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline.connection.note import Countable, Note
    from wslab.timeline.diagnosis import Diagnosis
    from wslab.timeline.records import Address, Row, Source
    from wslab.wire import Head


class EndState:
    """One end of a connection, as readers see it. What is recorded live is an `End`.

    Attributes:
        side: ``client`` or ``server``.
        label: What it is called where both ends are named.
        created: When it appeared, in `time.perf_counter_ns`.
        target: The port a client is about to connect to, while its own address is not known yet.
        local: Its own address.
        remote: The address of its peer.
        established: When a client's end said that TCP is up; None before that, and for a server's end, which is made then.
        sent: The bytes it sent.
        received: The bytes it received.
        closed: When its TCP connection ended, or never came to be; None while it lives.
        ending: How TCP ended, in words; empty for an orderly end.
        fin: When the peer ended its direction (FIN); None while it has not.
        connection: Where readers have placed it; None while they have not.
        left: Offset behind the last byte of `sent` that really left, where a fault has kept the rest back for ever; else None.
        otherwise: Bytes that a fault has changed at this end: the direction, the offset, and what stood there on the other
            side of the fault. In `sent` and `received` stand the bytes on the wire and those that were received.
        marker: The one-time marker of its URL, by which a page's or another process's end finds the server's; empty where there is none.
        is_remote: True if its rows come from another process: their times are when they arrived here.
        witness: Whether its bytes are not recorded, only what its code did.
        notes: What it noted and no reader has taken yet.
        dirty: True while it has news for the next reader.
    """

    __slots__ = (
        "closed",
        "connection",
        "created",
        "dirty",
        "ending",
        "established",
        "fin",
        "is_remote",
        "label",
        "left",
        "local",
        "marker",
        "notes",
        "otherwise",
        "received",
        "remote",
        "sent",
        "side",
        "target",
        "witness",
    )

    def __init__(self, side: Literal["client", "server"], label: str, target: int | None = None) -> None:
        self.side = side
        self.label = label
        self.created = perf_counter_ns()
        self.target = target
        self.local: Address | None = None
        self.remote: Address | None = None
        self.established: int | None = None
        self.sent = ByteStream()
        self.received = ByteStream()
        self.closed: int | None = None
        self.ending = ""
        self.fin: int | None = None
        self.notes: deque[Note] = deque()
        self.dirty = False
        self.connection: Connection | None = None
        self.left: int | None = None
        self.otherwise: list[tuple[Source, int, bytes]] = []
        self.marker = ""
        self.is_remote = False
        self.witness = False

    def written(self, start: int = 0, stop: int | None = None) -> bytes:
        """The bytes of `sent` as they were written, before a fault changed any.

        Args:
            start: Offset of the first byte.
            stop: Offset behind the last; all when left out.
        """
        stop = self.sent.stop if stop is None else stop
        data, own = bytearray(self.sent.read(start, stop)), f"{self.side} to"
        base = max(start, self.sent.first)
        for way, offset, before in self.otherwise:
            if way.startswith(own) and base <= offset and offset + len(before) <= stop:
                data[offset - base : offset - base + len(before)] = before
        return bytes(data)

    def __repr__(self) -> str:
        if self.witness:
            return f"<End {self.side} {self.label!r} {'open' if self.closed is None else 'closed'}, only told of>"
        state = "closed" if self.closed is not None else "open" if self.local else "connecting"
        return f"<End {self.side} {self.label!r} {state}, sent {self.sent.stop} B, received {self.received.stop} B>"


class Restatement:
    """What is to be said anew of one connection, until its rows in arrival order were gone through.

    Attributes:
        all: True if all of its rows are.
        void: The identities of rows for which others stand.
        links: The notes whose bytes became known, by side and index.
    """

    __slots__ = ("all", "links", "void")

    def __init__(self) -> None:
        self.all = False
        self.void: set[tuple[int, Source, int]] = set()
        self.links: dict[tuple[str, int], Note] = {}


class Connection:
    """A connection as readers see it.

    Args:
        number: Its public number.
        started: When the timeline began.
        diagnose: Says how it ended. Whoever keeps the connection still is asked.

    Attributes:
        number: Its public number, from 1; 0 while nobody has seen anything of it.
        client_end: The client's end, where it is recorded.
        server_end: The server's end, where it is recorded.
        witness: The client's end where only what its code did is known, and not its bytes.
        started: When the timeline began, in `time.perf_counter_ns`.
        also: Numbers under which a part of it was shown before its two ends had found each other.
        directions: Its two byte streams and their decoders.
        response: The head of the server's response, once it is read; credentials are overwritten.
        remarks: The rows of the ends' own that may tell how it ended: notes, faults, calls to close; as long as they are kept.
        long_texts: What rows of an end's own carry only the beginning of, by side and index.
        unlinked: The notes of rows whose bytes are not known yet, each with its end, by side and index.
        kept: How many of its rows are still kept.
        notes_read: How many notes the last `decode` took off its ends.
        behind: Whether the last `decode` left something to decode.
        own: How many rows of their own the ends have had, by side.
        restatement: What is to be said anew of its rows.
        restating: How many rows that is, of those that were kept before the last `decode`.
        heard: How many handshakes and messages an end has told of that it received, by side.
    """

    def __init__(self, number: int, started: int, diagnose: Callable[[Connection], Diagnosis | None]) -> None:
        self.number = number
        self.client_end: EndState | None = None
        self.server_end: EndState | None = None
        self.witness: EndState | None = None
        self.started = started
        self.also: list[int] = []
        self.directions: dict[Source, Direction] = {
            "client to server": Direction("client to server"),
            "server to client": Direction("server to client"),
        }
        self.response: Head | None = None
        self.remarks: dict[tuple[str, int], Row] = {}
        self.long_texts: dict[tuple[str, int], str] = {}
        self.unlinked: dict[tuple[str, int], tuple[EndState, Note]] = {}
        self.own: dict[str, int] = {"client": 0, "server": 0}
        self.kept = 0
        self.notes_read = 0
        self.behind = False
        self.restatement = Restatement()
        self.restating = 0
        self.heard: dict[tuple[str, Countable], int] = {}
        self._diagnose = diagnose

    def attach(self, *ends: EndState) -> None:
        """Give it its ends."""
        for end in ends:
            if end.witness:
                self.witness = end
            elif end.side == "client":
                self.client_end = end
            else:
                self.server_end = end
            end.connection = self

    @property
    def ends(self) -> list[EndState]:
        """The ends whose bytes are recorded, the client's first."""
        return [end for end in (self.client_end, self.server_end) if end is not None]

    @property
    def members(self) -> list[EndState]:
        """All ends that may have rows of their own: those that are recorded, and the witness. The client's first."""
        return [end for end in (self.client_end, self.witness, self.server_end) if end is not None]

    @property
    def whole(self) -> bool:
        """Whether it has both ends."""
        return self.server_end is not None and (self.client_end is not None or self.witness is not None)

    @property
    def seen(self) -> bool:
        """Whether anything has happened at its ends: a client is made by somebody, a server's end is accepted by itself."""
        server = self.server_end
        if server is None or self.whole:
            return True
        return bool(server.notes or server.sent.stop or server.received.stop)

    @property
    def client(self) -> str:
        """What the client is called."""
        end = self.client_end or self.witness
        return end.label if end else "client"

    @property
    def server(self) -> str:
        """What the server is called."""
        return self.server_end.label if self.server_end else "server"

    @property
    def open(self) -> bool:
        """Whether any end of it still lives, as far as is known."""
        return any(end.closed is None for end in self.members)

    @property
    def silent(self) -> bool:
        """Whether it has never had a row."""
        return not any(self.own.values()) and not any(direction.count for direction in self.directions.values())

    @property
    def diagnosis(self) -> Diagnosis | None:
        """How it ended, what that most likely means and what to do, with the evidence; None while it lives.

        It is made of recorded bytes alone: None also where nobody records them.
        """
        if not self.ends or any(end.closed is None for end in self.ends):
            return None
        return self._diagnose(self)

    def remember(self, row: Row) -> None:
        """Keep a row at hand if it may tell how the connection ended. Rows come in the order in which they go."""
        if row.source in self.own and (row.kind in ("note", "fault") or row.name == "close()"):
            self.remarks[row.source, row.index] = row

    def __repr__(self) -> str:
        return f"<Connection {self.number}: {self.client} to {self.server}, {'open' if self.open else 'closed'}>"
