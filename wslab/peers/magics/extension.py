"""``%load_ext wslab``: gives a notebook the magics ``%%browser`` and ``%%node``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.peers.magics.browser import browser
from wslab.peers.magics.node import node

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics. IPython calls it for ``%load_ext wslab``; loading twice does nothing more.

    Args:
        shell: The shell of the notebook.
    """
    for magic in (browser, node):
        shell.register_magic_function(magic, "line_cell")  # type: ignore[arg-type]  # IPython's own annotation is wrong
