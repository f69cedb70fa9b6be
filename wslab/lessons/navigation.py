"""Writes what the notebooks of the course have in common, and checks that it is still true (`wslab.lessons.notebooks`).

python -m wslab.lessons.navigation [folder]            write
python -m wslab.lessons.navigation --check [folder]    only say what is wrong; ends with 1 if anything is
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from wslab.lessons.notebooks import go_through

FOLDER = Path(__file__).parents[2] / "notebooks"
"""Where the notebooks stand in the repository."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m wslab.lessons.navigation", description="Links, stubs and solutions of the course."
    )
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="the notebooks (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    problems = go_through(chosen.folder, write=not chosen.check)
    if not chosen.check:  # what is still wrong now is for a person to mend
        problems = go_through(chosen.folder, write=False)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
