"""A kernel to throw away."""

from __future__ import annotations

import asyncio

import psutil
import pytest

from wslab.lessons import throwaway_kernel

pytestmark = pytest.mark.kernel


def test_its_cells_run_in_order_and_an_error_does_not_stop_the_rest() -> None:
    shown = asyncio.run(throwaway_kernel("x = 1\nx", "x / 0", "print(x)"))

    assert [(cell.output, cell.failed) for cell in shown] == [
        ("1", False),
        ("ZeroDivisionError: division by zero", True),
        ("1", False),
    ]
    assert repr(shown) == (
        "In [1]: x = 1\n   ...: x\n1\nIn [2]: x / 0\nZeroDivisionError: division by zero\nIn [3]: print(x)\n1"
    )


def test_nothing_of_it_is_left() -> None:
    me = psutil.Process()
    asyncio.run(throwaway_kernel("1"))
    before = me.num_fds(), me.num_threads(), len(me.children(recursive=True))

    asyncio.run(throwaway_kernel("1"))

    assert (me.num_fds(), me.num_threads(), len(me.children(recursive=True))) == before


def test_it_is_another_process() -> None:
    shown = asyncio.run(throwaway_kernel("import os\nos.getppid()"))

    assert shown[0].output == str(psutil.Process().pid)
