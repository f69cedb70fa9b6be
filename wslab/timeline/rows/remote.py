"""Calls and events, and the bytes they are about: some are known a little later than their rows.

    note about ("server to client", "message", 2)  ──►  the third message decoded from that stream  ──►  its offset, the row's link
    call, not taken by the network yet             ──►  `End.resolve`                               ──►  its offset, the row's link

What another process told of, a page or Node, is found by counting, for it cannot see bytes. A page cannot look into a Blob at
once either, so what it tells of one has no text: that of the bytes is taken. A call names the first byte it caused, an event the
byte behind the last that caused it.

What was told may be here before the bytes are: its row is there at once, and has its link once they are. It mostly comes after
them: so whoever waits for all to settle misses for a moment what surely will be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection, EndState, Note


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
