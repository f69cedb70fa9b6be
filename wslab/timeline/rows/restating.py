"""What is said anew of a connection's rows, because more is known of them than when they were made.

    a note's bytes are there now                     its row has a link, and where it had none, a text
    the sender's end is known now                    its rows have the time when it wrote their bytes, not when they arrived;
                                                     what the receiver saw broken off goes on
    what was two connections is one (`absorb`)       all rows have one number, and what was there twice is there once

A row never loses its identity within its stream: it is said anew under the same source and index.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from wslab.timeline.records.row import PREVIEW, Row, Source
from wslab.timeline.rows.remote import linked
from wslab.wire import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wslab.timeline.connection.end import Note
    from wslab.timeline.connection.state import Connection


class Anew:
    """What is to be said anew of one connection, until its rows in arrival order were gone through.

    Attributes:
        all: Whether all of its rows are.
        void: The identities of rows for which others stand.
        links: The notes whose bytes became known, by side and index.
    """

    __slots__ = ("all", "links", "void")

    def __init__(self) -> None:
        self.all = False
        self.void: set[tuple[int, Source, int]] = set()
        self.links: dict[tuple[str, int], Note] = {}

    def row(self, row: Row, connection: Connection) -> Row | None:
        """What a row is now.

        Args:
            row: The row as it was, under any number that the connection has had.
            connection: The connection.

        Returns:
            The row itself where it stands; None where another row stands for it.
        """
        return None if row.id in self.void else self._said(row, connection)

    def done(self, connection: Connection, rows: Iterable[Row], gone: int) -> None:
        """Take note that all was said anew.

        Args:
            connection: The connection.
            rows: What has changed, in arrival order.
            gone: How many rows are gone, because others stand for them.
        """
        if self.all:
            connection.remarks.clear()
            for direction in connection.directions.values():
                direction.rows = deque((self._said(row, connection), since) for row, since in direction.rows)
        for row in rows:
            if self.all or (row.source, row.index) in connection.remarks:
                connection.remember(row)
        connection.kept -= gone
        self.__init__()  # type: ignore[misc]

    def _said(self, row: Row, connection: Connection) -> Row:
        note = self.links.get((row.source, row.index))
        if note is not None:
            row = replace(row, link=note.link, text=row.text or one_line(note.text, PREVIEW))
        if not self.all:
            return row
        direction = connection.directions.get(row.source)
        when = direction.stream.time_of(row.stop) if direction is not None and direction.stream is not None else None
        time = row.time if when is None else when - connection.started
        return replace(row, connection=connection.number, time=time)


def relink(connection: Connection) -> None:
    """Find the bytes of notes that were not there before."""
    for own, (end, note) in list(connection.unlinked.items()):
        if linked(connection, end, note):
            del connection.unlinked[own]
            if note.link is not None:
                connection.anew.links[own] = note


def follow(connection: Connection) -> None:
    """Choose in each direction whose bytes are decoded."""
    for direction, sender, receiver in (
        (connection.directions["client to server"], connection.client_end, connection.server_end),
        (connection.directions["server to client"], connection.server_end, connection.client_end),
    ):
        if not direction.follow(sender, receiver):
            continue
        anew, broken = connection.anew, direction.reopen()
        anew.all = anew.all or broken is not None or (direction.of_sender and direction.count > 0)
        if broken is not None:
            anew.void |= {(number, broken.source, broken.index) for number in (connection.number, *connection.also)}


def absorb(connection: Connection, other: Connection) -> None:
    """Become one with a connection that has turned out to be the other end of this one. Who holds the other sees this one.

    Of what both have decoded, what was made of the sender's bytes stands.
    """
    connection.place(*other.members)
    anew = connection.anew
    for source, mine in connection.directions.items():
        theirs = other.directions[source]
        chosen = max(mine, theirs, key=lambda each: (each.head.fed > 0, each.of_sender))
        anew.void |= {row.id for each in (mine, theirs) if each is not chosen for row, _ in each.rows}
        connection.directions[source] = chosen
    connection.response = connection.response or other.response
    if connection.response is not None:
        connection.directions["client to server"].base.negotiate(connection.response)
    connection.also += [number for number in (other.number, *other.also) if number]
    connection.long_texts |= other.long_texts
    connection.unlinked |= other.unlinked
    connection.heard |= other.heard
    connection.own = {side: max(count, other.own[side]) for side, count in connection.own.items()}
    connection.kept += other.kept
    anew.all = anew.all or other.kept > 0
    other.__dict__ = connection.__dict__
