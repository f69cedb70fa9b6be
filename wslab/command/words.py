"""Words for the terminal: what to type here, short paths, and colour where there is somebody to see it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Literal, TextIO

Colour = Literal["bold", "green", "yellow", "red", "dim"]

_CODES: dict[Colour, str] = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


def python() -> str:
    """What to type to run this Python: ``python`` where that is the one, else its path."""
    found = shutil.which("python")
    # samefile would not do: each virtual environment has a link to the same program.
    here = found is not None and os.path.normcase(Path(found).absolute()) == os.path.normcase(
        Path(sys.executable).absolute()
    )
    return "python" if here else shlex.quote(sys.executable)


def pip_install(*requirements: str) -> str:
    """What to type to install something into this Python."""
    return f"{python()} -m pip install {' '.join(_quoted(requirement) for requirement in requirements)}"


def _quoted(requirement: str) -> str:
    """Quotes what a shell would take for a redirection; double quotes work in every shell, Windows' too."""
    return f'"{requirement}"' if set(requirement) & set("<>[]; ") else requirement


def short(path: Path) -> str:
    """A path as a person would say it: from here where it lies below, else from home, else whole."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - unlike resolve(), it leaves a learner's links alone
    for base, sign in ((Path.cwd(), ""), (Path.home(), "~/")):
        if absolute != base and absolute.is_relative_to(base):
            return sign + absolute.relative_to(base).as_posix()
    return str(absolute)


def paint(text: str, colour: Colour, stream: TextIO | None = None) -> str:
    """Colours text for a terminal; leaves it plain for a file, a pipe, a dumb terminal or where NO_COLOR is set."""
    out = stream or sys.stdout
    plain = not out.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain else f"\x1b[{_CODES[colour]}m{text}\x1b[0m"
