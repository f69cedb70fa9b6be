"""What the tests of diagnoses share: a diagnosis, checked for everything that holds of each of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.net.harness import connection, until
from wslab import Timeline
from wslab.timeline.diagnosis import CAUSES, Diagnosis

if TYPE_CHECKING:
    from pathlib import Path

    from wslab import Lab


async def diagnosis(lab: Lab, folder: Path, number: int = 1) -> Diagnosis:
    """The diagnosis of a connection as soon as it is over; a saved recording that is loaded again gives the same."""

    def over() -> bool:
        lab.timeline.refresh()
        found = [each for each in lab.timeline.connections() if each.number == number]
        return bool(found) and not found[0].open

    await until(over, f"the end of connection {number}")
    found = connection(lab, number).diagnosis
    assert found is not None
    loaded = Timeline.load(lab.timeline.export(folder / "recording.jsonl"))
    again = next(each for each in loaded.connections() if each.number == number).diagnosis
    assert again == found
    assert found.cause in CAUSES
    rows = {row.id for row in loaded.rows()}
    assert found.evidence
    assert all(each.row in rows for each in found.evidence if each.row is not None)
    assert any(each.row is not None for each in found.evidence) or found.cause == "no-request"
    assert not re.search(r"\d{5}|\bms\b|\d s\b", repr(found)), "a sentence holds no port and no measured time"
    assert (found.certainty == "unknown") <= bool(found.doubt), "what cannot be told is said"
    return found
