"""Making a diagnosis: which of the four kinds of ending it was.

    no TCP                        `diagnosis_opening.no_tcp`
    TCP, and no open WebSocket    `diagnosis_opening.not_opened`, `not_accepted`
    a Close frame                 `diagnosis_closing`
    none                          `diagnosis_cut`

It is fed nothing but the recording. So a recording that was saved and loaded again gives the same diagnosis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.diagnosis.closing import closing
from wslab.timeline.diagnosis.cut import cut
from wslab.timeline.diagnosis.evidence import tcp
from wslab.timeline.diagnosis.facts import Facts
from wslab.timeline.diagnosis.opening import no_tcp, not_accepted, not_opened
from wslab.timeline.diagnosis.result import Diagnosis

if TYPE_CHECKING:
    from wslab.timeline.connection.state import Connection


def diagnose(connection: Connection) -> Diagnosis | None:
    """Say how a connection ended. See `Connection.diagnosis`.

    Args:
        connection: The connection, held still, with everything decoded that was recorded.
    """
    if not connection.ends or any(end.closed is None for end in connection.ends):
        return None
    facts = Facts(connection)
    client = connection.client_end
    if client is not None and client.local is None and connection.server_end is None:
        return no_tcp(facts, client)
    if not any(facts.rows.values()) and any(direction.count for direction in connection.directions.values()):
        sentence = "how it ended is no longer on record: its rows were dropped to make room"
        advice = "keep more: Lab(keep=..., keep_bytes=...)"
        return Diagnosis("not-kept", sentence, advice, "unknown", tuple(tcp(facts)), sentence)
    if facts.status != 101:
        return not_opened(facts)
    if facts.closes:
        return closing(facts)
    return not_accepted(facts) or cut(facts)
