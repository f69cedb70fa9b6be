"""What two timelines must have in common to be the same recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from wslab.timeline import ByteStream, Connection, Direction, EndState, Timeline


def again(timeline: Timeline, folder: Path) -> Timeline:
    """The timeline, saved and loaded."""
    return type(timeline).load(timeline.export(folder / "saved.jsonl"))


def contents(timeline: Timeline) -> dict[str, Any]:
    """Everything that a reader can see of a timeline."""
    rows = timeline.rows()
    return {
        "rows": rows,
        "details": [_detail(timeline, row) for row in rows],
        "linked": [timeline.linked(row) for row in rows],
        "by cause": timeline.transcript(times=True),
        "by direction": timeline.transcript(by="direction"),
        "bounds": (
            timeline.first,
            timeline.end,
            timeline.dropped,
            timeline.keep,
            timeline.keep_bytes,
            timeline.started,
        ),
        "connections": [_connection(connection) for connection in timeline.connections()],
    }


def _detail(timeline: Timeline, row: Any) -> Any:
    try:
        return timeline.detail(row)
    except LookupError as error:
        return str(error)


def _connection(connection: Connection) -> Any:
    ends = [_end(end, connection) for end in connection.members]
    names = repr(connection), connection.number, connection.client, connection.server, connection.open
    return names, ends, [_direction(direction) for direction in connection.directions.values()]


def _direction(direction: Direction) -> Any:
    needed = [(row.id, since) for row, since in direction.rows]
    return direction.count, direction.head_stop, direction.finished, needed


def _end(end: EndState, connection: Connection) -> Any:
    zero = connection.started
    closed = None if end.closed is None else end.closed - zero
    streams = [_stream(stream, connection) for stream in (end.sent, end.received)]
    known = (
        end.side,
        end.label,
        end.created - zero,
        end.target,
        end.local,
        end.remote,
        closed,
        end.ending,
        end.is_remote,
    )
    return known, streams, repr(end)


def _stream(stream: ByteStream, connection: Connection) -> Any:
    chunks = [(at, time - connection.started, data) for at, time, data in stream.timed()]
    if stream.first and connection.response is None:
        # In the middle of what may be a header line: overwritten, for nobody can tell. No row shows it.
        chunks = [(at, time, b"?" * len(data)) for at, time, data in chunks]
    return stream.first, stream.stop, chunks
