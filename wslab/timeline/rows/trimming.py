"""Letting go what the bounds leave no room for: rows, and the bytes that no row needs any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.connection import weight

if TYPE_CHECKING:
    import threading

    from wslab.timeline.connection import Connection
    from wslab.timeline.records import ByteStream, Row, Source


def drop_row(connection: Connection, row: Row, *, count: bool) -> int:
    """Drop the oldest row of a connection; its bytes go with the next `drop_unneeded`.

    Args:
        connection: The connection.
        row: The row.
        count: Whether what goes with it counts as dropped.

    Returns:
        How many raw bytes its note counted as.
    """
    connection.kept -= 1
    direction = connection.directions.get(row.source)
    if direction is None:
        own = (row.source, row.index)
        connection.remarks.pop(own, None)
        connection.unlinked.pop(own, None)
        return weight(connection.long_texts.pop(own, ""))
    if direction.rows and direction.rows[0][0].index == row.index:
        direction.rows.popleft()
    direction.counted = count
    return 0


def drop_unneeded(connection: Connection, lock: threading.Lock) -> tuple[int, int, int]:
    """Drop the bytes that no row needs any more, however late they came.

    Returns:
        How many raw bytes and chunks are gone, and how many of the bytes count as dropped.
    """
    size = chunks = counted = 0
    for source, direction in connection.directions.items():
        if direction.count == len(direction.rows):
            continue  # all its rows are kept
        gone = direction.release(direction.needed(), _streams(connection, source), lock)
        size, chunks = size + gone[0], chunks + gone[1]
        counted += gone[0] if direction.counted else 0
    return size, chunks, counted


def drop_all(connection: Connection, lock: threading.Lock) -> tuple[int, int, int]:
    """Drop every byte of a connection that is over.

    Returns:
        As `drop_unneeded` does.
    """
    size = chunks = counted = 0
    for source, direction in connection.directions.items():
        for stream in _streams(connection, source):
            count = stream.count
            with lock:
                gone = stream.drop(count)
            size, chunks = size + gone, chunks + count
            counted += gone if direction.counted else 0
    return size, chunks, counted


def drop_decoded(connection: Connection, lock: threading.Lock) -> tuple[int, int]:
    """Drop every byte that is decoded already, even of messages that are still incomplete."""
    size = chunks = 0
    for source, direction in connection.directions.items():
        if direction.rows:
            continue
        direction.head.cut()
        gone = direction.release(direction.head.fed, _streams(connection, source), lock)
        size, chunks = size + gone[0], chunks + gone[1]
    return size, chunks


def _streams(connection: Connection, source: Source) -> list[ByteStream]:
    up = source == "client to server"
    return [end.sent if (end.side == "client") == up else end.received for end in connection.ends]
