"""Rows that another process told of: a page, or Node. Their bytes are found by counting; how long that is waited for.

    note about ("server to client", "message", 2)  ──►  the third message decoded from that stream  ──►  its offset, the row's link

A page cannot look into a Blob at once, so what it tells of one has no text: that of the bytes is taken.
A call names the first byte it caused, an event the byte behind the last that caused it. What was told may be here before the
bytes are: so such a note waits for its row, but not for ever, nor where that row can no longer come. It mostly comes after
them: so what surely will be told is missed for as long.
"""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection
    from wslab.timeline.ends import End, Note
    from wslab.timeline.places import What

PATIENCE = 1_000_000_000
"""How long a note waits for the row that it is about, and a row for the note of who received it, in nanoseconds."""

_TOLD_OF: tuple[What, ...] = ("handshake", "message")


def ready(connection: Connection, end: End, note: Note) -> bool:
    """Find the bytes that a note is about, if it is about any; returns whether its row can be made.

    Args:
        connection: The connection, with everything decoded that is to be.
        end: Whose note it is.
        note: The note.
    """
    if note.about is None:
        return True
    source, what, number = note.about
    direction = connection.directions[source]
    place = direction.places.find(what, number)
    if place is not None:
        note.link = (source, place[0] if source.startswith(end.side) else place[1])
        if note.binary and not note.text:
            note.text = direction.text_at(place[0])
    elif number >= direction.places.count(what) and _may_come(connection, end, note):
        return False
    note.about = None
    if not source.startswith(end.side):
        heard = connection.heard
        heard[end.side, what] = max(number + 1, heard.get((end.side, what), 0))
    return True


def _may_come(connection: Connection, end: End, note: Note) -> bool:
    assert note.about is not None
    if perf_counter_ns() - note.time > PATIENCE:
        return False
    if not connection.ends:  # nobody records its bytes yet, and nobody will where nothing can lead to them
        return bool(end.marker or end.local or end.target)
    return not connection.directions[note.about[0]].finished


def waits(connection: Connection) -> str:
    """Which note waits for its bytes, in words; empty where none does."""
    for end in connection.members:
        if end.notes and (note := end.notes[0]).about is not None:
            if note.about[0].startswith(end.side):
                return f"has a call that has not reached the network yet: {note.name}"
            return f"has an event whose bytes are not there yet: {note.name}"
    return ""


def unheard(connection: Connection) -> str:
    """What somebody surely received and has not told of yet, in words; empty where there is no such thing, or it was long ago."""
    now = perf_counter_ns()
    for end in connection.members:
        told = end.witness or any(side == end.side for side, _ in connection.heard)
        if not end.told or not told or end.closed is not None:
            continue
        direction = connection.directions["server to client" if end.side == "client" else "client to server"]
        for what in _TOLD_OF:
            count = direction.places.count(what)
            if count <= connection.heard.get((end.side, what), 0):
                continue
            place, stream = direction.places.find(what, count - 1), direction.stream
            when = stream.time_of(place[1]) if place is not None and stream is not None else None
            if when is not None and now - when < PATIENCE:
                return f"has a {what} that {end.label} has not told of yet"
    return ""
