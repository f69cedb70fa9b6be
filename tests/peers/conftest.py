"""Every test here may be ``async def`` and must leave nothing behind: see `tests.net.harness`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.net.harness import failures, nothing_stays, old_objects_set_aside, pytest_pyfunc_call
from wslab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["failures", "nothing_stays", "old_objects_set_aside", "pytest_pyfunc_call"]


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab for a test without a loop of its own."""
    lab = Lab("pages")
    yield lab

    async def close() -> None:
        await lab.close()

    asyncio.run(close())
