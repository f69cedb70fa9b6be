"""How a connection ended, from the recording alone: handed facts, never a connection.

    Facts ──► diagnose ──┬─► opening    before the connection was open    (statuses: an answer other than 101)
                         ├─► closing    with a Close frame                (codes: the meaning of each close code)
                         └─► cut        without one
                              └─► Diagnosis, with Evidence

`wslab.timeline.rows.facts` puts the facts together.
"""

from __future__ import annotations

from wslab.timeline.diagnosis.fact_records import EndFacts as EndFacts
from wslab.timeline.diagnosis.facts import SIDES as SIDES
from wslab.timeline.diagnosis.facts import Facts as Facts
from wslab.timeline.diagnosis.facts import way as way
from wslab.timeline.diagnosis.finding import diagnose as diagnose
from wslab.timeline.diagnosis.result import CAUSES as CAUSES
from wslab.timeline.diagnosis.result import Diagnosis as Diagnosis
from wslab.timeline.diagnosis.result import Evidence as Evidence

__all__ = [
    "CAUSES",
    "SIDES",
    "Diagnosis",
    "EndFacts",
    "Evidence",
    "Facts",
    "diagnose",
    "way",
]
