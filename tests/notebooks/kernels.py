"""Drives a Jupyter kernel as the notebook page does, for tests.

    queued      every cell is sent before the first one is done, as Run All does
    stepped     each cell is sent when the one before it is done

Outputs come back in the shape a notebook stores (outputs.py).

The kernel is this Python, or the one that the variable ``WSLAB_TEST_PYTHON`` names.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import queue
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from tests.kernel_ports import OwnPorts
from tests.notebooks.outputs import Output, normal, with_transcripts
from tests.notebooks.tags import needs, tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
LIMIT = 300.0
"""Seconds that the cells of a notebook may take together, on a machine under load."""


def notebooks() -> list[Path]:
    """Every notebook of the course, solutions included."""
    return sorted(NOTEBOOKS.rglob("[0-9][0-9]_*.ipynb"))


def code_cells(notebook: Path) -> list[nbformat.NotebookNode]:
    """The code cells of a notebook that a plain kernel can run. No output of theirs may depend on another cell's."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and not needs(cell)]


def may_raise(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell breaks something on purpose."""
    return "raises-exception" in tags(cell)


TRANSCRIPTS = "__import__('wslab.view').view.transcripts()"
"""What a kernel is asked for the transcripts of its consoles."""


class Kernel:
    """A running kernel."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager = manager
        self._client = client

    @property
    def pid(self) -> int:
        """Its process."""
        return int(self._manager.provisioner.pid)  # type: ignore[union-attr]

    def queued(self, cells: Iterable[nbformat.NotebookNode]) -> list[list[Output]]:
        """Send every cell at once and return the outputs of each."""
        sent = [self._client.execute(cell.source, stop_on_error=not may_raise(cell)) for cell in cells]
        return self._collect(sent)

    def stepped(self, cells: Iterable[nbformat.NotebookNode]) -> list[list[Output]]:
        """Send each cell when the one before it is done and return the outputs of each."""
        return [self.queued([cell])[0] for cell in cells]

    def value(self, expression: str) -> Any:
        """Evaluate an expression in the kernel, without a trace in its history, and return its JSON value."""
        sent = self._client.execute(
            "", silent=True, user_expressions={"value": f"__import__('json').dumps({expression})"}
        )
        while True:
            reply = self._client.get_shell_msg(timeout=LIMIT)
            if reply["parent_header"].get("msg_id") == sent:
                value = reply["content"]["user_expressions"]["value"]
                if value["status"] == "error":
                    raise RuntimeError(f"{value['ename']}: {value['evalue']}")
                return json.loads(_literal(value["data"]["text/plain"]))

    def shown(self, cells: Sequence[nbformat.NotebookNode]) -> dict[str, list[Output]]:
        """Send every cell at once; what each shows, by its id, and in the place of each console what its program printed."""
        found = self.queued(cells)
        printed = self.value(TRANSCRIPTS)
        return {cell.id: with_transcripts(output, printed) for cell, output in zip(cells, found, strict=True)}

    def _collect(self, sent: Sequence[str]) -> list[list[Output]]:
        outputs: dict[str, list[Output]] = {each: [] for each in sent}
        waiting = set(sent)
        end = time.monotonic() + LIMIT
        while waiting:
            try:
                message = self._client.get_iopub_msg(timeout=max(0.1, end - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"{len(waiting)} of {len(sent)} cells have not ended") from None
            parent = message["parent_header"].get("msg_id")
            if parent not in outputs:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                waiting.discard(parent)
            elif message["msg_type"] in {"stream", "execute_result", "display_data", "error"}:
                _add(outputs[parent], message["msg_type"], message["content"])
        for each in sent:
            reply = self._client.get_shell_msg(timeout=LIMIT)
            if reply["content"]["status"] == "aborted":
                outputs[each].append(
                    {"output_type": "error", "ename": "Aborted", "evalue": "the kernel dropped this cell"}
                )
        return [outputs[each] for each in sent]


@contextlib.contextmanager
def kernel(folder: Path = NOTEBOOKS) -> Iterator[Kernel]:
    """Start a kernel in a folder and end it afterwards."""
    manager, client = _start(folder)
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _start(folder: Path) -> tuple[KernelManager, BlockingKernelClient]:
    manager = OwnPorts(kernel_spec_manager=_TestPython())
    manager.start_kernel(cwd=str(folder), env=_environment())
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=LIMIT)
    except BaseException:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        raise
    return manager, client


@contextlib.contextmanager
def load() -> Iterator[None]:
    """Keep every processor busy for the length of the block; where workers do so side by side, each does its share."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    processes = max(1, (os.cpu_count() or 2) // workers)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for each in busy:
            each.kill()
            each.wait()


def _add(outputs: list[Output], kind: str, content: dict[str, Any]) -> None:
    if kind == "stream" and outputs and outputs[-1].get("name") == content["name"]:
        outputs[-1]["text"] += content["text"]
        return
    outputs.append({"output_type": kind, **content})


def _literal(text: str) -> str:
    """Undo the quotes that `repr` puts around a text."""
    return str(ast.literal_eval(text))


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))}


class _TestPython(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        python = os.environ.get("WSLAB_TEST_PYTHON", sys.executable)
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


each_notebook = pytest.mark.parametrize("path", notebooks(), ids=lambda path: str(path.relative_to(NOTEBOOKS)))


def same_as_stored(path: Path, outputs: list[list[Output]]) -> None:
    """See that each cell of a notebook gave what is stored."""
    for cell, output in zip(code_cells(path), outputs, strict=True):
        assert normal(output) == normal(cell.outputs), cell.source
