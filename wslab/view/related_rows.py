"""Which rows belong together: a call and the bytes it wrote, bytes and the event they caused.

A row of an end's own code names the bytes it is linked to; the way back is found by looking around the row, since cause and
effect arrive close to each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wslab.timeline import Row, Timeline

_ENDS = ("close", "error")
_FRAMES = {"message": "message", "close": "Close frame"}
_BACK = {"led to": "caused by", "caused by": "led to", "came after": "came before"}

AROUND = 20_000
"""How far around a row its effects are looked for, in rows."""

MOST_RELATED = 8
"""The most rows that are named."""


class Related(NamedTuple):
    """A row that is linked with another: the relation in words, its arrival position, and the row itself."""

    relation: str
    position: int
    row: Row


def is_call(row: Row) -> bool:
    """Whether a row is linked to bytes its own end sent (a call), rather than to bytes it received (an event)."""
    return row.link is not None and row.link[0].startswith(row.source)


def caused(row: Row, linked: Row) -> bool:
    """Whether bytes caused the event that is linked to them. An end may have come by itself, after the last of all bytes."""
    return row.name not in _ENDS or linked.kind == "close" or (linked.kind == "handshake" and linked.name[:3] != "101")


def bytes_of(timeline: Timeline, row: Row) -> tuple[Row, str] | None:
    """The row whose bytes a row of the log opens, and whose these are, in words; no words where they are its own.

    Args:
        timeline: Where the row is kept.
        row: The row.

    Returns:
        None for a row without any bytes, or whose bytes are not there.
    """
    if row.start >= 0:
        return row, ""
    place = timeline.linked(row)
    found = [] if place is None else timeline.rows(place, place + 1)
    return (found[0], _whose(row, found[0])) if found else None


def _whose(row: Row, linked: Row) -> str:
    if linked.kind == "handshake":
        what = "request" if linked.source == "client to server" else "response"
    else:
        name = linked.name.removesuffix(" frame").capitalize()
        what = _FRAMES.get(linked.kind, f"{name} frame")
    if row.kind != "event":
        return f"the {what} that this {row.kind} is about"
    if is_call(row):
        return f"the {what} that this call sent"
    return f"the {what} that {'caused' if caused(row, linked) else 'came last before'} this event"


def related_rows(timeline: Timeline, position: int, row: Row) -> list[Related]:
    """The rows linked with one row, `MOST_RELATED` at most.

    Args:
        timeline: Where the row is kept.
        position: Its arrival position.
        row: The row.
    """
    if row.link is not None:
        other = timeline.linked(row)
        found = [] if other is None else timeline.rows(other, other + 1)
        return [Related(_relation(row, linked), other or 0, linked) for linked in found]
    if row.start < 0:
        return []
    stop = min(position + AROUND, timeline.end)
    rows = timeline.rows(position - AROUND, stop)
    out = []
    for place, other_row in enumerate(rows, stop - len(rows)):
        link = other_row.link
        if (
            link is not None
            and link[0] == row.source
            and row.start
            < link[1] + is_call(other_row)
            <= row.stop  # a call names the first byte, an event the byte behind
            and other_row.connection == row.connection
        ):
            out.append(Related(_BACK[_relation(other_row, row)], place, other_row))
            if len(out) == MOST_RELATED:
                break
    return out


def _relation(row: Row, linked: Row) -> str:
    return "led to" if is_call(row) else "caused by" if caused(row, linked) else "came after"
