"""Copying a connection as it is at one moment, so that it can be saved or looked through while the recording goes on.

Chunks of bytes, and decoders on the way, never change once they are made: they are shared. What grows or is let go is copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.connection.end import End
from wslab.timeline.connection.state import Connection

if TYPE_CHECKING:
    from wslab.timeline.recorder import Recorder


def freeze(connection: Connection, source: Recorder, into: Recorder) -> Connection:
    """Copy a connection. The caller sees to it that nothing is dropped meanwhile.

    Args:
        connection: The connection.
        source: Where it is recorded.
        into: What the copy belongs to.

    Returns:
        The copy.
    """
    twin = Connection(connection.number, connection.started)
    ends = {end.side: _end(end, source, into) for end in connection.ends}
    twin.place(*ends.values())
    if connection.witness is not None:
        twin.place(_end(connection.witness, source, into))
    twin.directions = {name: direction.copy(ends) for name, direction in connection.directions.items()}
    twin.response = connection.response
    twin.long_texts, twin.remarks = dict(connection.long_texts), dict(connection.remarks)
    twin.kept, twin.behind = connection.kept, connection.behind
    return twin


def _end(end: End, source: Recorder, into: Recorder) -> End:
    twin = End(into, end.side, end.label, end.target)
    twin.created, twin.local, twin.remote = end.created, end.local, end.remote
    twin.closed, twin.ending, twin.fin = end.closed, end.ending, end.fin
    twin.left, twin.otherwise = end.left, end.otherwise.copy()
    twin.told, twin.witness = end.told, end.witness
    twin.sent, twin.received = end.sent.copy(source.write_lock), end.received.copy(source.write_lock)
    return twin
