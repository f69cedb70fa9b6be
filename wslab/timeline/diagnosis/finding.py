"""Making a diagnosis: which of the four kinds of ending it was.

    no TCP                        `opening.no_tcp`
    TCP, and no open WebSocket    `opening.not_opened`, `opening.not_accepted`
    a Close frame                 `closing`
    none                          `cut`

It is handed facts of the recording and nothing else. So a recording that was saved and loaded again gives the same diagnosis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.timeline.diagnosis.closing import closing
from wslab.timeline.diagnosis.cut import cut
from wslab.timeline.diagnosis.evidence import tcp
from wslab.timeline.diagnosis.opening import no_tcp, not_accepted, not_opened
from wslab.timeline.diagnosis.result import Diagnosis

if TYPE_CHECKING:
    from wslab.timeline.diagnosis.facts import Facts


def diagnose(facts: Facts) -> Diagnosis:
    """Say how a connection ended. See `Connection.diagnosis`.

    Args:
        facts: Those of the connection, with everything decoded that was recorded. It is over at every end that was recorded.
    """
    client = facts.end("client")
    if client is not None and not client.connected and facts.end("server") is None:
        return no_tcp(facts, client)
    if not any(facts.rows.values()) and facts.had_rows:
        sentence = "how it ended is no longer on record: its rows were dropped to make room"
        advice = "keep more: Lab(keep=..., keep_bytes=...)"
        return Diagnosis("not-kept", sentence, advice, "unknown", tuple(tcp(facts)), sentence)
    if facts.status != 101:
        return not_opened(facts)
    if facts.closes:
        return closing(facts)
    return not_accepted(facts) or cut(facts)
