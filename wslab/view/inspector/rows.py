"""A row of the log in the byte inspector: its own bytes, or those that it is linked to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.view.inspector.description import describe_dissection
from wslab.view.inspector.head import inspect_head
from wslab.view.related_rows import bytes_of
from wslab.view.static_files import static_text
from wslab.wire import Dissector

if TYPE_CHECKING:
    from wslab.timeline import Row, Timeline

_MODULES = {"frames": "inspector.js", "head": "head_inspector.js"}


def inspect_for_page(timeline: Timeline, position: int, have: object) -> dict[str, Any]:
    """Answer a page that asks for the bytes of a row.

    Args:
        timeline: Where the row is kept.
        position: Its arrival position.
        have: The names of the modules that the page has already; it comes from the page, and may be anything.

    Returns:
        ``told``, what `inspect_row` says; and where the page lacks it, the text of the ``module`` that shows it.
    """
    rows = timeline.rows(position, position + 1)
    described = inspect_row(timeline, rows[0]) if rows else None
    answer: dict[str, Any] = {"pos": position, "told": described}
    if described is not None and not (isinstance(have, list) and described["shows"] in have):
        answer["module"] = static_text(_MODULES[described["shows"]])
    return answer


def inspect_row(timeline: Timeline, row: Row) -> dict[str, Any] | None:
    """Say what the inspector shows of a row of the log: the frames, or the head, that carried it or that it is linked to.

    Args:
        timeline: Where the row is kept.
        row: The row.

    Returns:
        What `describe_dissection` or `wslab.view.inspector.head.describe_head` says, with ``shows``, which of the two,
        ``"frames"`` or ``"head"``; and with ``whose``, whose bytes these are, empty where they are the row's own. None where
        the row has no bytes or they are no longer kept.
    """
    found = bytes_of(timeline, row)
    if found is None:
        return None
    carrier, whose = found
    head = carrier.kind == "handshake"
    described = inspect_head(timeline, carrier) if head else _inspect_frames(timeline, carrier)
    return None if described is None else {**described, "shows": "head" if head else "frames", "whose": whose}


def _inspect_frames(timeline: Timeline, row: Row) -> dict[str, Any] | None:
    try:
        detail = timeline.detail(row)
    except LookupError:
        return None
    if not detail.frames:
        return None
    # The frames alone, without those before them, cannot tell all: the detail knows what was inflated, the row what is wrong.
    deflated = row.compressed or any(found.rule == "compressed-bit" for found in row.violations)
    dissector = Dissector(direction=row.source, deflate="unknown" if deflated else None)
    for frame in detail.frames:
        dissector.feed(frame.wire)
    known = {0: detail.payload} if row.compressed and detail.payload is not None else {}
    return describe_dissection(dissector.dissection(), known, row.violations)
