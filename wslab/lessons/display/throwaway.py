"""Runs cells in a kernel that is thrown away afterwards.

For demonstrations that would change the learner's own kernel for good: `nest_asyncio2.apply()` patches asyncio for the rest
of a kernel's life, so after it a cell that should show a failure no longer fails.

    >>> await throwaway_kernel("1 + 1", "1 / 0")
    In [1]: 1 + 1
    2
    In [2]: 1 / 0
    ZeroDivisionError: division by zero

The kernel runs on the same Python and the same packages. Its cells run one after the other; an error does not stop the rest.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from wslab.lessons.display import markup

START = 60.0
"""Seconds a kernel has to start."""

TRIES = 3
"""How often a kernel is started. Where it has ports, they are chosen before it takes them, and somebody else may be quicker."""

LIMIT = 60.0
"""Seconds each cell has: more than a busy machine takes."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that ran: its code, what it showed, and whether that was an error."""

    code: str
    output: str
    failed: bool = False


class Throwaway(tuple[Cell, ...]):
    """The cells that ran, as a transcript."""

    __slots__ = ()

    def __repr__(self) -> str:
        lines: list[str] = []
        for number, cell in enumerate(self, 1):
            prompt = f"In [{number}]: "
            lines.append(prompt + cell.code.replace("\n", "\n" + " " * (len(prompt) - 5) + "...: "))
            lines += [cell.output] if cell.output else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return markup.session((cell.code, cell.output, cell.failed) for cell in self)


class _ThisPython(KernelSpecManager):
    """Knows one kernel: this Python, whatever kernels are installed on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002  (the base class passes it)
        return KernelSpec(
            argv=[
                sys.executable,
                "-Xfrozen_modules=off",
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
                "--log-level=ERROR",
            ],
            display_name="throw-away",
            language="python",
        )


async def throwaway_kernel(*cells: str) -> Throwaway:
    """Run cells in a fresh kernel and return what they showed.

    Args:
        cells: The code of each cell.

    Raises:
        RuntimeError: The kernel did not start.
    """
    for left in reversed(range(TRIES)):
        with tempfile.TemporaryDirectory(prefix="wslab-", ignore_cleanup_errors=True) as folder:
            shown = await _once(folder, cells, last=not left)
        if shown is not None:
            return shown
    raise AssertionError("unreachable")


async def _once(folder: str, cells: tuple[str, ...], *, last: bool) -> Throwaway | None:
    """Start a kernel and run the cells in it; None where it did not start, and this was not the last try.

    It is spoken to through files in a folder of its own, where the system has such sockets, and so needs no port.
    """
    where = {} if sys.platform == "win32" else {"transport": "ipc", "ip": str(Path(folder, "k"))}
    manager = AsyncKernelManager(kernel_spec_manager=_ThisPython(), **where)
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        try:
            await client.wait_for_ready(timeout=START)
        except RuntimeError:
            if last:
                raise
            return None
        return Throwaway([await _run(client, code) for code in cells])
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def _run(client: Any, code: str) -> Cell:
    shown: list[str] = []
    failed = False

    def take(message: dict[str, Any]) -> None:
        nonlocal failed
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                shown.append(content["text"].rstrip("\n"))
            case "execute_result" | "display_data":
                shown.append(content["data"]["text/plain"])
            case "error":
                failed = True
                shown.append(_ANSI.sub("", f"{content['ename']}: {content['evalue']}"))

    try:
        await client.execute_interactive(code, timeout=LIMIT, output_hook=take, stop_on_error=False)
    except TimeoutError:
        failed = True
        shown.append(f"(still running after {LIMIT:.0f} s)")
    return Cell(code, "\n".join(shown), failed)
