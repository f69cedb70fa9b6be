"""What tests of the timeline share: a timeline, and how long it waits for what may still come: for ever, unless they say so."""

from __future__ import annotations

import pytest

from tests.net.harness import failures, nothing_fails
from wslab.timeline import Timeline, pairing, settling

__all__ = ["failures", "nothing_fails"]


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is: what may still come is waited for."""
    _wait(monkeypatch, 10**12)


@pytest.fixture
def hasty(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """All patience is over at once."""
    _wait(monkeypatch, -1)


def _wait(monkeypatch: pytest.MonkeyPatch, nanoseconds: int) -> None:
    for module, name in ((pairing, "CLIENT_WAIT_NS"), (settling, "CLIENT_WAIT_NS"), (settling, "LATE_NEWS_NS")):
        monkeypatch.setattr(module, name, nanoseconds)
