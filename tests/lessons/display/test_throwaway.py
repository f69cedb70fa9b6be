"""A kernel to throw away."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from wslab.lessons import throwaway_kernel
from wslab.lessons.display import throwaway

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpec

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

    def there() -> tuple[int, int, int]:
        gc.collect()
        return me.num_fds(), me.num_threads(), len(me.children(recursive=True))

    asyncio.run(throwaway_kernel("1"))  # what it leaves, later ones use again
    before = there()

    asyncio.run(throwaway_kernel("1"))

    deadline = time.monotonic() + 20
    while any(now > then for now, then in zip(there(), before, strict=True)):  # a thread may take a moment to be gone
        assert time.monotonic() < deadline, (there(), before)
        time.sleep(0.01)


def test_it_is_another_process() -> None:
    shown = asyncio.run(throwaway_kernel("import os\nos.getppid()"))

    assert shown[0].output == str(psutil.Process().pid)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such sockets: its kernels have ports")
def test_it_is_spoken_to_without_a_port_that_somebody_else_could_take() -> None:
    shown = asyncio.run(
        throwaway_kernel(
            "import json, ipykernel.connect\njson.loads(ipykernel.connect.get_connection_info())['transport']"
        )
    )

    assert shown[0].output == "'ipc'"


def dying(times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the first kernels die at once, as one does whose port somebody else has just taken."""
    begun: list[int] = []
    real = throwaway._ThisPython.get_kernel_spec

    def spec(self: throwaway._ThisPython, kernel_name: str) -> KernelSpec:
        found = real(self, kernel_name)
        begun.append(len(begun) + 1)
        if len(begun) <= times:
            found.argv = [sys.executable, "-c", "raise SystemExit(1)"]
        return found

    monkeypatch.setattr(throwaway._ThisPython, "get_kernel_spec", spec)
    return begun


def test_a_kernel_that_dies_as_it_starts_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = dying(1, monkeypatch)
    assert [cell.output for cell in asyncio.run(throwaway_kernel("6 * 7"))] == ["42"]
    assert begun == [1, 2]


def test_a_kernel_that_never_starts_is_an_error_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = dying(99, monkeypatch)
    with pytest.raises(RuntimeError, match="died"):
        asyncio.run(throwaway_kernel("1"))
    assert begun == [1, 2, 3]
