"""Runs a notebook in a fresh kernel and stores its outputs as they are committed.

    python -m tests.notebooks.store                      every notebook of the course
    python -m tests.notebooks.store notebooks/00_*.ipynb

Cells are queued at once, as Run All does. Paths of this machine are taken out of tracebacks; widget state is not stored.
In a notebook with cells that need a page, every cell that needs more than a kernel keeps what it has:
`tests.notebooks.store_in_page` runs those.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat

from tests.notebooks import kernels
from tests.notebooks.outputs import Output
from tests.notebooks.tags import in_page, lacks, needs
from wslab.lessons.notebooks import METADATA

_FILE = re.compile(r"(?:~|[A-Za-z]:)?[/\\][^\s:\x1b]*[/\\](?=(?:asyncio|websockets|wslab)[/\\])")


def store(path: Path) -> None:
    """Run one notebook and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    here = [cell for cell in code if not needs(cell)] if in_page(path) else code
    if lacking := lacks(here):
        raise SystemExit(lacking)
    with kernels.kernel(path.parent) as kernel:
        found = kernel.shown(here)
    for number, cell in enumerate(code, 1):
        cell.execution_count = number
        if cell.id in found:
            cell.outputs = [node(output, number) for output in found[cell.id]]
        cell.metadata.pop("execution", None)
    notebook.metadata = nbformat.from_dict(METADATA)
    nbformat.write(notebook, path)


def node(output: Output, number: int) -> nbformat.NotebookNode:
    """An output as a notebook stores it: without widget state, and without paths of this machine."""
    kind = output["output_type"]
    node: dict[str, Any] = {"output_type": kind}
    if kind == "stream":
        node |= {"name": output["name"], "text": output["text"]}
    elif kind == "error":
        traceback = [_FILE.sub("", line) for line in output.get("traceback", [])]
        node |= {"ename": output["ename"], "evalue": output["evalue"], "traceback": traceback}
    else:
        data = {key: value for key, value in output["data"].items() if "widget-view" not in key}
        node |= {"data": data, "metadata": output.get("metadata", {})}
        if kind == "execute_result":
            node["execution_count"] = number
    return nbformat.from_dict(node)


def main() -> None:
    """Store what is named, or everything."""
    for path in [Path(name) for name in sys.argv[1:]] or kernels.notebooks():
        store(path)
        print(f"stored {path}")


if __name__ == "__main__":
    main()
