"""The diagnosis of an ending, for the rows of the log that show the end of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.view.related_rows import AROUND

if TYPE_CHECKING:
    from wslab.timeline import Row, Timeline

MOST_EVIDENCE = 30
"""The most evidence that is listed."""

_TEXT = 1000


def shows_the_end(row: Row) -> bool:
    """Whether a row is of the end of its connection: a Close frame, a `close` event, the end of TCP, a refusal."""
    if row.kind == "handshake":
        return row.source == "server to client" and not row.name.startswith("101")
    return row.kind == "close" or (row.kind == "event" and row.name == "close") or row.name.startswith("TCP ")


def describe_diagnosis(timeline: Timeline, position: int, row: Row) -> dict[str, Any] | None:
    """How the connection of a row ended, as it travels to the browser.

    Args:
        timeline: Where the row is kept.
        position: Its arrival position.
        row: The row.

    Returns:
        None where the row is none of the end, or the connection lives.
    """
    if not shows_the_end(row):
        return None
    connection = timeline.connection(row.connection)
    found = connection.diagnosis if connection is not None else None
    if found is None:
        return None
    shown = found.evidence[:MOST_EVIDENCE]
    wanted = {each.row for each in shown}
    stop = min(position + AROUND, timeline.end)
    rows = timeline.rows(position - AROUND, stop)
    places = {each.id: place for place, each in enumerate(rows, stop - len(rows)) if each.id in wanted}
    evidence = [
        {"text": each.text[:_TEXT], "when": each.when, "pos": places.get(each.row) if each.row else None}
        for each in shown
    ]
    words = {name: getattr(found, name)[:_TEXT] for name in ("cause", "sentence", "advice", "certainty", "doubt")}
    return {**words, "evidence": evidence}
