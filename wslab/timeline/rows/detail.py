"""Opening a row into the layers below it: header lines or payload, the frames that carried it, and when each end saw it.

Nothing of this is kept beside the rows: the bytes of a row are decoded again, from the nearest place where that is possible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wslab.timeline.records import PREVIEW, Detail, Row, Seen
from wslab.timeline.rows.redaction import Redactor
from wslab.wire import Frame, Part, Walker, one_line

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection, Direction, EndState

PAYLOAD_LIMIT = 16 * 1024 * 1024
"""The most payload bytes that a `Detail` carries."""


def open_row(connection: Connection, row: Row) -> Detail:
    """Open a row of a connection.

    Args:
        connection: The connection.
        row: One of its rows.
    """
    client = seen_by("client", connection.client_end or connection.witness, connection, row)
    server = seen_by("server", connection.server_end, connection, row)
    direction = connection.directions.get(row.source)
    if direction is None:
        text = connection.long_texts.get((row.source, row.index), row.text)
        lines = tuple(one_line(line, PAYLOAD_LIMIT) for line in text.splitlines())
        return Detail(row, lines, None, (), client, server)
    return _decoded(direction, row, client, server)


def _decoded(direction: Direction, row: Row, client: Seen, server: Seen) -> Detail:
    try:
        decoder = direction.enter(row.start)
    except LookupError as error:
        return Detail(row, (), None, (), client, server, str(error))
    assert direction.stream is not None
    for chunk in direction.stream.pieces(decoder.fed, row.start):
        decoder.feed(chunk)
    decoder.keep = PAYLOAD_LIMIT
    wire = direction.stream.read(decoder.fed, row.stop)
    found = decoder.feed(wire) + decoder.finish()
    item = next((item for item in found if item.start == row.start), None)
    if row.kind == "handshake":
        head = item.head if item else None
        body = (
            b""
            if head is None or head.status in (None, 101)
            else direction.stream.read(row.stop, row.stop + PREVIEW * 4)
        )
        body = Redactor(accepted=False, first=row.stop, head_stop=row.stop).feed(body)  # another response may follow
        return Detail(row, head.lines if head else (), body or None, (), client, server, row.problem)
    data = item.data if item else b""
    problem = row.problem
    if not problem and item and len(data) < item.size:
        problem = f"only the first {len(data)} of {item.size} bytes are shown"
    return Detail(row, (), data, _frames(wire, messages=row.kind == "message"), client, server, problem)


def _frames(wire: bytes, *, messages: bool) -> tuple[Frame, ...]:
    """The whole frames of a message, without the control frames between them; or a control frame."""
    parts = Walker("frames").feed(wire)
    taken = [
        Frame.take(wire, part.start)
        for part in parts
        if isinstance(part, Part) and part.begins and part.control != messages
    ]
    return tuple(frame for frame in taken if frame is not None)


def seen_by(side: Literal["client", "server"], end: EndState | None, connection: Connection, row: Row) -> Seen:
    """How one end saw a row.

    Args:
        side: Which end.
        end: That end, where it is recorded; or the witness in its place.
        connection: The connection.
        row: One of its rows.
    """
    if end is None:
        return Seen("unrecorded")
    if row.source not in connection.directions:
        return Seen("recorded", row.time) if row.source == side else Seen("unrecorded")
    if end.witness:
        return Seen("unrecorded")
    stream = end.sent if row.source.startswith(side) else end.received
    if stream.stop >= row.stop:
        when = stream.time_of(row.stop)
        return Seen("recorded", None if when is None else when - connection.started)
    # Both ends were recorded: with one only, the row would have come from its own bytes.
    return Seen("lost" if end.closed is not None else "on the way")
