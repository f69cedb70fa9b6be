"""A recording as lines of JSON: all of it, so that `Timeline.load` finds what was there.

    {"wslab": "timeline", "version": 1, ...}                                        what follows, and what it cost
    {"connection": 1, "client": {...}, "server": {...}, "directions": {...}, ...}   its ends, or a "witness"; how its bytes are read
    {"chunk": 1, "end": "client", "way": "sent", "at": 0, "time": 81, "bytes": ...} raw bytes in base64, for each end that saw them
    {"row": 1, "source": "client to server", "index": 0, ...}                       rows, in arrival order
    {"lines": 4711}                                                                 the last line: nothing is missing

Times are nanoseconds since the recording began. Credentials are overwritten (`wslab.timeline.rows.redaction`).
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from wslab.timeline.export.context import describe_response, save_context
from wslab.timeline.records import SOURCES
from wslab.timeline.rows import REDACTION, redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline.connection import Connection, Direction, EndState, Recording
    from wslab.timeline.records import Row, Source

VERSION = 1
_LEFT_OUT = {
    "text": "",
    "size": None,
    "frames": 0,
    "compressed": False,
    "start": -1,
    "stop": -1,
    "problem": "",
    "binary": False,
}


def write_jsonl(recording: Recording) -> Iterator[bytes]:
    """The lines of a recording.

    Args:
        recording: The recording.
    """
    count, encode = 0, json.JSONEncoder(separators=(",", ":")).encode
    for line in _lines(recording):
        count += 1
        yield encode(line).encode() + b"\n"
    yield json.dumps({"lines": count + 1}).encode() + b"\n"


def _lines(recording: Recording) -> Iterator[dict[str, Any]]:
    dropped = recording.dropped
    yield {
        "wslab": "timeline", "version": VERSION, "started": recording.started, "keep": recording.keep,
        "keep_bytes": recording.keep_bytes, "first": recording.first,
        "dropped": {"rows": dropped.rows, "bytes": dropped.bytes}, "redacted": REDACTION,
    }  # fmt: skip
    connections = {connection.number: connection for connection in recording.connections}
    since: dict[tuple[int, Source, int], int] = {}
    for connection in connections.values():
        yield _connection(connection)
        for end in connection.ends:
            yield from _chunks(connection, end)
        for direction in connection.directions.values():
            since |= {row.id: begun for row, begun in direction.rows if begun != row.start}
    for row in recording.rows:
        line = _row(row)
        if row.id in since:
            line["since"] = since[row.id]
        long_texts = connections[row.connection].long_texts if row.connection in connections else {}
        if (row.source, row.index) in long_texts:
            line["whole"] = long_texts[row.source, row.index]
        yield line


def _connection(connection: Connection) -> dict[str, Any]:
    said = {
        "connection": connection.number,
        "client": _end(connection.client_end, connection.started),
        "server": _end(connection.server_end, connection.started),
        "response": describe_response(connection.response),
        "directions": {name: _direction(direction) for name, direction in connection.directions.items()},
    }
    if connection.witness is not None:
        said["witness"] = _end(connection.witness, connection.started)
    return said


def _end(end: EndState | None, zero: int) -> dict[str, Any] | None:
    if end is None:
        return None
    said: dict[str, Any] = {
        "label": end.label, "created": end.created - zero, "target": end.target, "local": end.local, "remote": end.remote,
        "closed": None if end.closed is None else end.closed - zero, "ending": end.ending,
        "fin": None if end.fin is None else end.fin - zero, "sent": end.sent.stop,
        "received": end.received.stop,
    }  # fmt: skip
    if end.is_remote:
        said["told"] = True
    if end.left is not None:
        said["left"] = end.left
    if end.otherwise:
        said["otherwise"] = [
            {"source": source, "at": at, "bytes": base64.b64encode(data).decode()} for source, at, data in end.otherwise
        ]
    return said


def _direction(direction: Direction) -> dict[str, Any]:
    """How its bytes are read: whose they are, how far they are decoded, and what must be known to begin where they begin."""
    entrance = direction.entrance()
    return {
        "from": direction.end.side if direction.end else None,
        "rows": direction.count,
        "head_stop": direction.head_stop,
        "finished": direction.finished,
        "closed": direction.head.closed,
        "decoded": direction.head.fed,
        "base": entrance.fed,
        "context": save_context(entrance) if entrance.fed and entrance.deflated else "",
    }


def _chunks(connection: Connection, end: EndState) -> Iterator[dict[str, Any]]:
    for way, stream in (("sent", end.sent), ("received", end.received)):
        up = (end.side == "client") == (way == "sent")
        for at, time, data in redacted(connection, SOURCES[2] if up else SOURCES[3], stream):
            yield {
                "chunk": connection.number, "end": end.side, "way": way, "at": at, "time": time - connection.started,
                "bytes": base64.b64encode(data).decode(),
            }  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    """A row without what is as it mostly is."""
    line: dict[str, Any] = {
        "row": row.connection,
        "source": row.source,
        "index": row.index,
        "kind": row.kind,
        "time": row.time,
        "name": row.name,
    }
    line |= {name: value for name, usual in _LEFT_OUT.items() if (value := getattr(row, name)) != usual}
    if row.link is not None:
        line["link"] = row.link
    if row.violations:
        line["violations"] = [
            {"rule": each.rule, "what": each.what, "frame": each.frame_index} for each in row.violations
        ]
    return line
