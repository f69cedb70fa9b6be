"""A row that a reader opens in the log: its frames, its payload, the rows it is related to, and how its connection ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.view.log.diagnosis import describe_diagnosis
from wslab.view.log.pack import describe_detail, describe_row
from wslab.view.related_rows import bytes_of, related_rows

if TYPE_CHECKING:
    from wslab.timeline import Timeline
    from wslab.view.log.window import Answer

FIRST_BYTES = 16 * 1024
"""How much of a payload comes with a row that is opened."""

MORE_BYTES = 64 * 1024
"""How much more comes with each "show more"."""


def open_row(timeline: Timeline, position: int, start: int) -> Answer:
    """Say everything that the log shows of a row which is opened, or from some byte on more of its payload.

    Args:
        timeline: Where the row is kept.
        position: Its arrival position.
        start: The first byte of the payload that the page lacks; 0 for all else, too.

    Returns:
        JSON, and the bytes of the payload where it has one.
    """
    answer: dict[str, Any] = {"pos": position, "from": start, "gone": True}
    rows = timeline.rows(position, position + 1)
    if not rows:
        return answer, []
    row = rows[0]
    answer |= {"gone": False, "row": describe_row(position, row), "label": _ends(timeline, row.connection)}
    try:
        detail = timeline.detail(row)
    except LookupError as error:
        answer["row"]["problem"] = str(error)[:500]
        return answer, []
    answer |= describe_detail(detail)
    if start == 0:
        answer["links"] = [
            {"relation": each.relation, **describe_row(each.position, each.row)}
            for each in related_rows(timeline, position, row)
        ]
        found = bytes_of(timeline, row)
        answer["inspects"] = found[1] if found and (found[1] or detail.frames or detail.lines) else None
        answer["ending"] = describe_diagnosis(timeline, position, row)
    if detail.payload is None:
        return answer, []
    return answer, [detail.payload[start : start + (MORE_BYTES if start else FIRST_BYTES)]]


def _ends(timeline: Timeline, number: int) -> list[str]:
    """What the ends of a connection are called."""
    connection = timeline.connection(number)
    return [] if connection is None else [str(connection.client)[:80], str(connection.server)[:80]]
