"""The notebooks of the course, as far as they are made and not written.

    cells       goals, stubs and solutions, from the exercises: nobody types them twice
    glossary    links to the terms of glossary.md
    upkeep      both, and the links between lessons, in a whole folder

`wslab.lessons.navigation` and `wslab.lessons.begin` are the commands.
"""

from __future__ import annotations

from wslab.lessons.notebooks.cells import METADATA
from wslab.lessons.notebooks.upkeep import go_through

__all__ = ["METADATA", "go_through"]
