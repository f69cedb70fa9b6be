"""Tags that say what a cell needs beside a plain kernel.

    needs-page, needs-node     what it needs (`PARTS`); other parts get tags of the same form
    nbval-skip                 stands beside them, so that nbval anywhere passes over the cell
    messages-cross             messages cross in the conversation that it tells, and each run decides anew which one a server
                               sees first: its transcript is compared source by source

No other cell's output may depend on one that needs more than a kernel. A notebook that has some is run where they can run, and
each of them is compared with what is stored:

    one of them needs a page     tests/browser/test_tagged.py, in JupyterLab in Chromium
    none does                    tests/notebooks/test_tagged.py, in a kernel
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

from tests.browser.jupyter import NO_CHROMIUM, chromium
from wslab.lessons import node_lacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

NEEDS = "needs-"
"""How the tag begins that says what a cell needs."""

SKIP = "nbval-skip"
"""The tag with which nbval passes over a cell."""

PAGE = "needs-page"

CROSS = "messages-cross"
"""The tag of a cell whose transcript is compared source by source."""

PARTS: dict[str, Callable[[], str]] = {PAGE: lambda: "" if chromium() else NO_CHROMIUM, "needs-node": node_lacks}
"""What says that a part is missing here, and what to type; it says nothing where the part is here."""


def tags(cell: nbformat.NotebookNode) -> set[str]:
    """The tags of a cell."""
    return set(cell.metadata.get("tags", ()))


def needs(cell: nbformat.NotebookNode) -> set[str]:
    """What a cell needs beside a plain kernel, tag by tag."""
    return {tag for tag in tags(cell) if tag.startswith(NEEDS)}


def tagged(path: Path) -> list[nbformat.NotebookNode]:
    """The cells of a notebook that need something beside a plain kernel."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if needs(cell)]


def in_page(path: Path) -> bool:
    """Whether a notebook has cells that need a page."""
    return any(PAGE in needs(cell) for cell in tagged(path))


def lacks(cells: Iterable[nbformat.NotebookNode]) -> str:
    """Say what this machine lacks to run cells; empty where it lacks nothing."""
    parts = sorted({tag for cell in cells for tag in needs(cell)})
    return "; ".join(filter(None, (PARTS[part]() for part in parts)))
