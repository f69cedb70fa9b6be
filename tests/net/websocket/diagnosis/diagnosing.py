"""What the tests of diagnoses share: a diagnosis, checked for everything that holds of each of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.net.harness import connection, until
from wslab import Timeline
from wslab.timeline import CAUSES, Diagnosis

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from wslab import Lab


def any_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a silence for long however long those before it were: a slow machine makes silences in the middle of traffic."""
    monkeypatch.setattr("wslab.timeline.diagnosis.facts._LONGER", 0)


async def diagnosis(lab: Lab, folder: Path, number: int = 1) -> Diagnosis:
    """The diagnosis of a connection as soon as it is over; a saved recording that is loaded again gives the same.

    A server of ours may notice that a connection came when its client is gone already: then that is waited for. (One with TLS
    never notices a connection without.)
    """
    ports = {server.port for server in lab.servers if server.url.startswith("ws:")}

    def over() -> bool:
        found = next((each for each in lab.timeline.connections() if each.number == number), None)
        if found is None or found.open:
            return False
        client = found.client_end
        to = client.remote.port if client is not None and client.remote is not None else None
        return found.server_end is not None or to not in ports

    try:
        await until(over, f"the end of connection {number}")
    except AssertionError as error:
        ends = [end for each in lab.timeline.connections() for end in each.members]
        raise AssertionError(f"{error}; there are {ends}\n{lab.transcript(times=True)}") from None
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
