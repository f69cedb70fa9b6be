"""Every test here may be ``async def`` and must leave nothing behind: see `tests.net.harness`."""

from __future__ import annotations

from tests.net.harness import nothing_stays as nothing_stays
from tests.net.harness import old_objects_set_aside as old_objects_set_aside
from tests.net.harness import pytest_pyfunc_call as pytest_pyfunc_call
