"""Calls and events, and the bytes they are about: some are known a little later than their rows.

    note about ("server to client", "message", 2)  ──►  the third message decoded from that stream  ──►  its offset, the row's link
    call, not taken by the network yet             ──►  `EndState.resolve`                               ──►  its offset, the row's link

What another process told of, a page or Node, is found by counting, for it cannot see bytes. A page cannot look into a Blob at
once either, so what it tells of one has no text: that of the bytes is taken. A call names the first byte it caused, an event the
byte behind the last that caused it.

What was told may be here before the bytes are: its row is there at once, and has its link once they are. It mostly comes after
them: so whoever waits for all to settle misses for a moment what surely will be told.
"""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection, Countable, EndState, Note

LATE_NEWS_NS = 1_000_000_000
"""How long whoever waits for all to settle counts on the bytes of a note, and on the note of who received some, in nanoseconds."""

_REPORTED: tuple[Countable, ...] = ("handshake", "message")


def linked(connection: Connection, end: EndState, note: Note) -> bool:
    """Find the bytes that a note is about, if it is about any; returns whether no more of it will become known.

    Args:
        connection: The connection, with everything decoded that is to be.
        end: Whose note it is.
        note: The note.
    """
    if note.about is None:
        return not note.pending
    source, what, number = note.about
    direction = connection.directions[source]
    place = direction.message_index.find(what, number)
    if place is not None:
        note.link = (source, place[0] if source.startswith(end.side) else place[1])
        if note.binary and not note.text:
            note.text = direction.text_at(place[0])
    elif number >= direction.message_index.count(what) and not direction.finished:
        return False
    note.about = None
    return True


def heard(connection: Connection, end: EndState, note: Note) -> None:
    """Keep in mind that an end has told of something that it received."""
    if note.about is not None and not note.about[0].startswith(end.side):
        _, what, number = note.about
        connection.heard[end.side, what] = max(number + 1, connection.heard.get((end.side, what), 0))


def waits(connection: Connection) -> str:
    """Which note waits for its bytes, in words; empty where none does, or it will do so for ever."""
    now = perf_counter_ns()
    for end, note in connection.unlinked.values():
        if note.pending:
            if end.closed is None:
                return "has a call that the network has not taken yet"
        elif note.about is not None and now - note.time <= LATE_NEWS_NS and _may_be_recorded(connection, end):
            if note.about[0].startswith(end.side):
                return f"has a call that has not reached the network yet: {note.name}"
            return f"has an event whose bytes are not there yet: {note.name}"
    return ""


def _may_be_recorded(connection: Connection, end: EndState) -> bool:
    """Whether somebody records the bytes of an end, or something leads to somebody who may."""
    return bool(connection.ends or end.marker or end.local or end.target)


def unheard(connection: Connection) -> str:
    """What somebody surely received and has not told of yet, in words; empty where there is no such thing, or it was long ago."""
    now = perf_counter_ns()
    for end in connection.members:
        reports = end.witness or any(side == end.side for side, _ in connection.heard)
        if not end.is_remote or not reports or end.closed is not None:
            continue
        direction = connection.directions["server to client" if end.side == "client" else "client to server"]
        for what in _REPORTED:
            count = direction.message_index.count(what)
            if count <= connection.heard.get((end.side, what), 0):
                continue
            place, stream = direction.message_index.find(what, count - 1), direction.stream
            when = stream.time_of(place[1]) if place is not None and stream is not None else None
            if when is not None and now - when < LATE_NEWS_NS:
                return f"has a {what} that {end.label} has not told of yet"
    return ""
