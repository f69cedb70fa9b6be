"""The page's half of the view: the ES modules and style sheets in `static/`, found from here alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
"""The folder."""


def static_text(*names: str) -> str:
    """The texts of files of the folder, one after the other."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)
