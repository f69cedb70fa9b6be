"""Every test here may be ``async def`` and must leave nothing behind: see `tests.net.harness`."""

from __future__ import annotations

from tests.net.harness import failures, nothing_stays, old_objects_set_aside, pytest_pyfunc_call

__all__ = ["failures", "nothing_stays", "old_objects_set_aside", "pytest_pyfunc_call"]
