"""The facts of a connection that is over, put together for its diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.diagnosis import SIDES, EndFacts, Facts, diagnose, way
from wslab.timeline.rows.detail import open_row

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection
    from wslab.timeline.diagnosis import Diagnosis


def diagnosis_of(connection: Connection) -> Diagnosis | None:
    """Say how a connection ended; None where an end still lives, or where nobody recorded its bytes.

    Args:
        connection: The connection, held still, with everything decoded that was recorded.
    """
    if not connection.ends or any(end.closed is None for end in connection.ends):
        return None
    return diagnose(facts_of(connection))


def facts_of(connection: Connection) -> Facts:
    """Put together the facts of a connection.

    Args:
        connection: The connection, held still.
    """
    directions = {side: connection.directions[way(side)] for side in SIDES}
    rows = {side: tuple(row for row, _ in direction.rows) for side, direction in directions.items()}
    response = connection.response
    refused = response is not None and response.status not in (None, 101) and rows["server"]
    return Facts(
        connection.started,
        {
            end.side: EndFacts(end.side, end.local is not None, end.ending, end.fin, end.closed, end.sent, end.received)
            for end in connection.ends
        },
        {side: each.stream for side, each in directions.items() if each.stream is not None},
        rows,
        any(direction.count for direction in directions.values()),
        tuple(connection.remarks.values()),
        response,
        open_row(connection, rows["server"][0]).lines if refused else (),
    )
