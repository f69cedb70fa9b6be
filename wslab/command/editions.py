"""Which notebooks are ours: an edition is known by its fingerprint, not by its date or its size.

A notebook's fingerprint covers what a learner types, its cell sources in order, and nothing that running it changes:
no outputs, no execution counts, no metadata, no empty cells (JupyterLab adds one behind the last cell that is run).
Any other file's fingerprint covers its bytes.

A file whose fingerprint belongs to an edition is untouched and may be replaced; any other is a learner's work. Editions are
remembered in two places, and either one is enough:

    the manifest  `.wslab-course.json` in the course folder: every edition that was ever put there, also between releases
    the record    `editions.json` beside this module: every released edition, for the day the manifest is lost

To release, set the version, give it its section in CHANGELOG.md and run ``python -m wslab.command.editions``. A test compares
all three with the notebooks, so that neither a forgotten record nor a notebook changed after its release goes unseen.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from wslab import __version__

MANIFEST = ".wslab-course.json"
RECORD = Path(__file__).with_name("editions.json")

Fingerprints = dict[str, list[str]]
"""Fingerprints by the file's path in the course, oldest first. Paths are relative, with ``/`` on every system."""


def fingerprint(path: Path) -> str | None:
    """Says which edition a file is.

    Args:
        path: The file. It may be anything that a learner's folder may hold.

    Returns:
        A hash in hexadecimal, or None when the file cannot be read: a notebook that is no longer valid, a folder, a link to
        nowhere. Such a file is never ours.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".ipynb":
            data = json.dumps(_sources(json.loads(data)), ensure_ascii=True).encode()
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None
    return hashlib.sha256(data).hexdigest()


def _sources(notebook: Any) -> list[tuple[str, str]]:
    """The type and source of each cell that holds something."""
    cells = []
    for cell in notebook["cells"]:
        source = cell["source"]
        # The format allows a list of lines or one text; git and editors may have changed the line ends.
        text = (source if isinstance(source, str) else "".join(source)).replace("\r\n", "\n")
        if text.strip():
            cells.append((str(cell["cell_type"]), text))
    return cells


def shipped_files(course: Path) -> list[str]:
    """Lists the files of the course, sorted: everything but hidden files and caches."""
    names = []
    for path in course.rglob("*"):
        relative = path.relative_to(course)
        if path.is_file() and not any(part.startswith((".", "__")) for part in relative.parts):
            names.append(relative.as_posix())
    return sorted(names)


def read_manifest(folder: Path) -> Fingerprints:
    """Reads which editions were put into a folder; nothing where the manifest is missing or broken."""
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        return {str(name): [str(mark) for mark in marks] for name, marks in files.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}


def manifest_text(files: Fingerprints) -> str:
    """Writes a manifest down."""
    note = "Which editions of the notebooks `wslab` has put here. Without it your work is as safe; `wslab` only knows less."
    return json.dumps({"about": note, "files": files}, indent=1, sort_keys=True) + "\n"


def read_record(record: Path = RECORD) -> dict[str, dict[str, str]]:
    """Reads the released editions: by version, then by file."""
    editions: dict[str, dict[str, str]] = json.loads(record.read_text(encoding="utf-8"))["editions"]
    return editions


def current(course: Path) -> dict[str, str]:
    """The fingerprints of the course as it is here.

    Raises:
        ValueError: A notebook of ours cannot be read.
    """
    marks = {}
    for name in shipped_files(course):
        mark = fingerprint(course / name)
        if mark is None:
            raise ValueError(f"{course / name} is not a notebook that can be read; repair it before it is shipped")
        marks[name] = mark
    return marks


def add_to_record(course: Path, version: str, record: Path = RECORD) -> None:
    """Records a release. What was recorded once is never changed.

    Raises:
        ValueError: The version is recorded already, with other notebooks.
    """
    editions = read_record(record)
    marks = current(course)
    if editions.get(version, marks) != marks:
        raise ValueError(f"{version} is released and its notebooks were others; raise __version__ in wslab/__init__.py")
    editions[version] = marks
    about = "Fingerprints of every released edition; written by `python -m wslab.command.editions`, never by hand."
    record.write_text(json.dumps({"about": about, "editions": editions}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        add_to_record(RECORD.parents[2] / "notebooks", __version__)
    except ValueError as error:
        sys.exit(f"not recorded: {error}")
    print(f"recorded the notebooks of {__version__} in {RECORD.name}")
