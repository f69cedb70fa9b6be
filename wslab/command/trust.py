"""Lets JupyterLab show the course's widgets after a page is loaded again.

JupyterLab draws widgets only in cells that it trusts: those run in this session, and those of notebooks that are signed. A
notebook stays unsigned while a single stored output in it was not made here, so without this a learner who runs half a lesson
and reloads the page finds the live log gone, and its plain name in its place. Only what this package ships is signed, at the
moment when it is written; a learner's own notebook never is.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def sign(notebooks: Sequence[Path]) -> bool:
    """Signs notebooks for this user, as ``jupyter trust`` does.

    Args:
        notebooks: Notebooks that were just written from the course.

    Returns:
        Whether that worked. Where it did not, a reloaded page shows the log's name instead of the log; nothing else.
    """
    try:
        import nbformat  # noqa: PLC0415  (`wslab --version` and `wslab doctor` must work without it)
        from nbformat.sign import NotebookNotary  # noqa: PLC0415

        notary = NotebookNotary()
        with closing(notary.store):  # the notary itself is a context only in later versions
            for path in notebooks:
                notary.sign(nbformat.read(path, as_version=4))
    except (ImportError, OSError, ValueError, sqlite3.Error):
        return False
    return True
