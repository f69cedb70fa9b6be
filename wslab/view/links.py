"""Which rows belong together: a call and the bytes it wrote, bytes and the event they caused.

A row of an end's own code names the bytes it is linked to; the way back is found by looking around the row, since cause and
effect arrive close to each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.view.pack import describe_row

if TYPE_CHECKING:
    from wslab.timeline import Row, Timeline

AROUND = 20_000
"""How far around a row its effects are looked for, in rows."""

MOST = 8
"""The most rows that are named."""


def is_call(row: Row) -> bool:
    """Whether a row is linked to bytes its own end sent (a call), rather than to bytes it received (an event)."""
    return row.link is not None and row.link[0].startswith(row.source)


def links(timeline: Timeline, position: int, row: Row) -> list[dict[str, Any]]:
    """The rows linked with one row, each as its description and the relation in words.

    Args:
        timeline: Where the row is kept.
        position: Its arrival position.
        row: The row.
    """
    if row.link is not None:
        other = timeline.linked(row)
        found = [] if other is None else timeline.rows(other, other + 1)
        return [_link("led to" if is_call(row) else "caused by", other or 0, linked) for linked in found]
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
            out.append(_link("caused by" if is_call(other_row) else "led to", place, other_row))
            if len(out) == MOST:
                break
    return out


def _link(relation: str, position: int, row: Row) -> dict[str, Any]:
    return {"relation": relation, **describe_row(position, row)}
