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

from wslab.timeline.connection import Restatement
from wslab.timeline.records import PREVIEW, Row
from wslab.timeline.rows.remote import linked
from wslab.wire import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wslab.timeline.connection import Connection


def restate(connection: Connection, rows: list[Row], start: int) -> tuple[int, bool]:
    """Say rows of a connection anew, in place: the newest first, until all are found.

    Args:
        connection: The connection.
        rows: Rows of all connections, in arrival order.
        start: Where the first row stands that is still kept.

    Returns:
        How many rows are gone, because others stand for them; and whether a reader would see a difference.
    """
    numbers, left = {connection.number, *connection.also}, connection.restating
    place, gone, seen = len(rows), 0, False
    newest: list[Row] = []
    changed: list[Row] = []
    while left and place > start:
        place -= 1
        row = rows[place]
        new = _restated(row, connection) if row.connection in numbers else row
        if new is not None:
            newest.append(new)
        if new is row:
            continue
        left -= 1
        if new is None:
            gone += 1
        else:
            changed.append(new)
            seen = seen or (new.connection, new.text, new.time) != (row.connection, row.text, row.time)
    rows[place:] = reversed(newest)
    _finish(connection, reversed(changed), gone)
    return gone, seen or gone > 0


def _restated(row: Row, connection: Connection) -> Row | None:
    """The row itself where it stands, under any number that the connection has had; None where another row stands for it."""
    return None if row.id in connection.restatement.void else _said(row, connection)


def _finish(connection: Connection, rows: Iterable[Row], gone: int) -> None:
    """Take note that all was said anew: these rows, in arrival order, have changed, and so many are gone."""
    everything = connection.restatement.all
    if everything:
        connection.remarks.clear()
        for direction in connection.directions.values():
            direction.rows = deque((_said(row, connection), since) for row, since in direction.rows)
    for row in rows:
        if everything or (row.source, row.index) in connection.remarks:
            connection.remember(row)
    connection.kept -= gone
    connection.restatement = Restatement()


def _said(row: Row, connection: Connection) -> Row:
    note = connection.restatement.links.get((row.source, row.index))
    if note is not None:
        row = replace(row, link=note.link, text=row.text or one_line(note.text, PREVIEW))
    if not connection.restatement.all:
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
                connection.restatement.links[own] = note


def follow(connection: Connection) -> None:
    """Choose in each direction whose bytes are decoded."""
    for direction, sender, receiver in (
        (connection.directions["client to server"], connection.client_end, connection.server_end),
        (connection.directions["server to client"], connection.server_end, connection.client_end),
    ):
        if not direction.follow(sender, receiver):
            continue
        restatement, broken = connection.restatement, direction.reopen()
        restatement.all = restatement.all or broken is not None or (direction.of_sender and direction.count > 0)
        if broken is not None:
            restatement.void |= {
                (number, broken.source, broken.index) for number in (connection.number, *connection.also)
            }


def absorb(connection: Connection, other: Connection) -> None:
    """Become one with a connection that has turned out to be the other end of this one. Who holds the other sees this one.

    Of what both have decoded, what was made of the sender's bytes stands.
    """
    connection.attach(*other.members)
    restatement = connection.restatement
    for source, mine in connection.directions.items():
        theirs = other.directions[source]
        chosen = max(mine, theirs, key=lambda each: (each.head.fed > 0, each.of_sender))
        restatement.void |= {row.id for each in (mine, theirs) if each is not chosen for row, _ in each.rows}
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
    restatement.all = restatement.all or other.kept > 0
    other.__dict__ = connection.__dict__
