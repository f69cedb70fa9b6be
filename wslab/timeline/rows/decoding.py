"""Decoding: what both ends of a connection have recorded since the last time becomes rows.

Decoding is lazy: it happens when somebody reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.records import PREVIEW, Row
from wslab.timeline.rows.notes import row_of_note
from wslab.timeline.rows.remote import heard, linked
from wslab.timeline.rows.restating import follow, relink
from wslab.wire import CLOSE, OPCODES, close_code_name, one_line, parse_close

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection, Direction, EndState, Note
    from wslab.wire import Decoded


def ahead(connection: Connection) -> int | None:
    """Until when a little of what is not decoded yet was recorded; None when there is no more than that."""
    _follow(connection)
    times = [time for direction in connection.directions.values() if (time := direction.ahead()) is not None]
    return min(times, default=None)


def decode(connection: Connection, until: int, *, partial: bool = False) -> list[Row]:
    """Decode what both ends have recorded since the last time.

    Args:
        connection: The connection.
        until: Leave what was recorded after this time, in `time.perf_counter_ns`, for later. Everything that was
            recorded up to it must be there already.
        partial: Whether more than a little was left for later on purpose.

    Returns:
        The new rows, in the order in which they were first seen.
    """
    up, down = _follow(connection)
    up_stop, down_stop = up.stop(until), down.stop(until)
    found: list[Row] = []
    for item in down.decode(down_stop):
        if connection.response is None and item.head is not None:
            connection.response = item.head.hidden
            up.base.negotiate(item.head)
        found.append(_row(connection, down, item))
    if connection.response is not None:
        found += [_row(connection, up, item) for item in up.head.negotiate(connection.response)]
    for item in up.decode(up_stop):
        found.append(_row(connection, up, item))
    connection.behind = partial or up.behind or down.behind
    if not partial:
        for direction in (up, down):
            for item in direction.finish():
                direction.broken = _row(connection, direction, item)
                found.append(direction.broken)
    relink(connection)
    connection.restating = connection.kept if connection.restatement.all else len(connection.restatement.links)
    found += [row for end, note in _take_notes(connection, until) if (row := _note(connection, end, note))]
    found.sort(key=lambda row: row.time)
    connection.kept += len(found)
    for row in found:
        connection.remember(row)
    return found


def _row(connection: Connection, direction: Direction, item: Decoded) -> Row:
    stream = direction.stream
    assert stream is not None
    name, text = _describe(item)
    size = None if item.kind in ("handshake", "close") else item.size
    when = stream.time_of(item.stop) or stream.time_of(stream.stop) or connection.started
    row = Row(
        connection.number, direction.source, direction.count, item.kind, when - connection.started, name, text, size,
        item.frames, item.compressed, item.start, item.stop, None, item.problem, item.kind == "message" and item.opcode == 2,
        item.violations,
    )  # fmt: skip
    direction.add(row, item)
    return row


def _follow(connection: Connection) -> tuple[Direction, Direction]:
    follow(connection)
    return connection.directions["client to server"], connection.directions["server to client"]


def _take_notes(connection: Connection, until: int) -> list[tuple[EndState, Note]]:
    notes = []
    for end in connection.members:
        while end.notes and end.notes[0].time <= until:
            notes.append((end, end.notes.popleft()))
    connection.notes_read = len(notes)
    return notes


def _note(connection: Connection, end: EndState, note: Note) -> Row | None:
    heard(connection, end, note)
    known = linked(connection, end, note)
    row = row_of_note(connection, end, note, connection.own[end.side])
    if row is not None:
        connection.own[end.side] += 1
        own = (row.source, row.index)
        if row.text != note.text:
            connection.long_texts[own] = note.text
        if not known:
            connection.unlinked[own] = (end, note)
    return row


def _describe(item: Decoded) -> tuple[str, str]:
    """Name and one-line text of something decoded."""
    if item.kind == "handshake":
        head = item.head
        return (head.name, head.summary) if head else ("handshake", "")
    if item.opcode == CLOSE:
        code, reason = parse_close(item.data)
        if code is None:
            return "close", "no status" + ("" if item.data else " (an empty body)")
        return f"close {code}", one_line(f"{close_code_name(code)}{': ' + reason if reason else ''}", PREVIEW)
    name = OPCODES.get(item.opcode, "incomplete frame" if item.opcode < 0 else f"opcode {item.opcode:#x}")
    if item.opcode == 1:
        return name, one_line(item.data.decode("utf-8", "replace"), PREVIEW)
    data = item.data[: PREVIEW // 4].hex(" ")
    return name, data + (" \u2026" if item.size > PREVIEW // 4 else "")
