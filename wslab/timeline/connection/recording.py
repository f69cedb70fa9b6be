"""A recording: all that a timeline holds at one moment, copied, so that it can be saved or looked through while others go on.

Chunks of bytes, and decoders on the way, never change once they are made: they are shared. What grows or is let go is copied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wslab.timeline.connection.state import Connection, EndState

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from wslab.timeline.diagnosis import Diagnosis
    from wslab.timeline.records import Dropped, Row


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """What is exported, loaded and replayed. Nothing is added to it.

    Attributes:
        started: When it began, in seconds since the epoch.
        zero: The same moment in the clock of its byte streams, in nanoseconds.
        keep: How many rows its timeline kept at most.
        keep_bytes: How many raw bytes.
        rows: Its rows, in arrival order.
        connections: Its connections, by number.
        first: The arrival position of the first row.
        dropped: What its bounds had cost.
        also: The number of a connection by another under which a part of it was shown before.
    """

    started: float
    zero: int
    keep: int
    keep_bytes: int
    rows: list[Row]
    connections: list[Connection]
    first: int
    dropped: Dropped
    also: dict[int, int] = field(default_factory=dict)


def copy_connection(
    connection: Connection, lock: threading.Lock, diagnose: Callable[[Connection], Diagnosis | None]
) -> Connection:
    """Copy a connection. The caller sees to it that nothing is dropped meanwhile.

    Args:
        connection: The connection.
        lock: The write lock of its timeline.
        diagnose: Says how the copy ended.

    Returns:
        The copy.
    """
    twin = Connection(connection.number, connection.started, diagnose)
    ends = {end.side: _end(end, lock) for end in connection.ends}
    twin.attach(*ends.values())
    if connection.witness is not None:
        twin.attach(_end(connection.witness, lock))
    twin.directions = {name: direction.copy(ends) for name, direction in connection.directions.items()}
    twin.response = connection.response
    twin.long_texts, twin.remarks = dict(connection.long_texts), dict(connection.remarks)
    twin.kept, twin.behind = connection.kept, connection.behind
    return twin


def _end(end: EndState, lock: threading.Lock) -> EndState:
    twin = EndState(end.side, end.label, end.target)
    twin.created, twin.local, twin.remote = end.created, end.local, end.remote
    twin.closed, twin.ending, twin.fin = end.closed, end.ending, end.fin
    twin.left, twin.otherwise = end.left, end.otherwise.copy()
    twin.is_remote, twin.witness = end.is_remote, end.witness
    twin.sent, twin.received = end.sent.copy(lock), end.received.copy(lock)
    return twin
