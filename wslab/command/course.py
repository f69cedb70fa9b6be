"""Lays the course out in a folder, and never overwrites a learner's work.

First everything is planned, then everything is done, so that a folder in which something stands in the way is left as it was.
What happens to one file of the course:

    nothing is there                            copy    (so: to begin a lesson afresh, delete its notebook)
    it is this edition already                  same
    it is an edition of ours, untouched         update
    it is a learner's, this edition is known    yours   (known: it was put or offered here before)
    it is a learner's, this edition is new      offer   beside it, as 03_frames.new-0.2.0.ipynb

Links are the learner's own arrangement: what they point at is never written to. Each file is written whole or not at all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wslab.command.editions import (
    MANIFEST,
    Fingerprints,
    current,
    fingerprint,
    manifest_text,
    read_manifest,
    read_record,
)

PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = "wslab-course"

Verb = Literal["copy", "same", "update", "yours", "offer"]


class CourseError(Exception):
    """The course cannot be laid out; the message says why and what to type."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one file of the course.

    Attributes:
        name: Its path in the course, with ``/``.
        verb: One of the five of this module's table.
        target: Where it is written; for ``same`` and ``yours``, what stays as it is.
    """

    name: str
    verb: Verb
    target: Path


def find_course() -> Path:
    """Finds the notebooks of this installation: in the package (a wheel), or beside it (an editable install).

    Raises:
        CourseError: There are none.
    """
    for place in (PACKAGE / "_course", PACKAGE.parent / "notebooks"):
        if place.is_dir() and any(place.glob("*.ipynb")):
            return place
    raise CourseError(
        f"this installation of wslab holds no notebooks: looked in {PACKAGE / '_course'} and {PACKAGE.parent / 'notebooks'}.\n"
        "Install it again from its folder: python -m pip install --force-reinstall --no-deps ."
    )


def choose_folder(named: str | None, here: Path) -> Path:
    """Chooses where the course goes: the folder that is named, else ``wslab-course``, else here when here is the course."""
    if named is not None:
        return here / Path(named).expanduser()
    return here if (here / MANIFEST).is_file() else here / FOLDER


def lay_out(course: Path, folder: Path, version: str) -> list[Step]:
    """Puts the course into a folder.

    Args:
        course: Where the notebooks of this installation are.
        folder: Where they go. It is made if need be.
        version: What this edition is called.

    Returns:
        What was done, file by file.

    Raises:
        CourseError: Something stands in the way. Nothing was changed, unless the disk failed in the middle.
    """
    _check_place(course, folder)
    try:
        marks = current(course)
    except ValueError as error:
        raise CourseError(f"this installation of wslab is damaged: {error}") from error
    known = read_manifest(folder)
    steps = plan(marks, folder, version, known)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for step in steps:
            if step.verb in ("copy", "update", "offer"):
                _write(step.target, (course / step.name).read_bytes())
        _remember(marks, folder, known)
    except OSError as error:
        raise CourseError(
            f"cannot write in {folder}: {error.strerror or error} ({error.filename or folder}).\n"
            f"Name a folder that you may write to: wslab {Path('~') / FOLDER}"
        ) from error
    return steps


def plan(marks: dict[str, str], folder: Path, version: str, known: Fingerprints) -> list[Step]:
    """Decides what happens to each file, and changes nothing.

    Args:
        marks: The fingerprint of each file of this edition.
        folder: Where the course goes.
        version: What this edition is called.
        known: The editions that were put there before, from the manifest.
    """
    released = read_record().values()
    steps = []
    for name, ours in marks.items():
        _check_parents(folder, name)
        target = folder / name
        theirs = fingerprint(target)
        seen = known.get(name, [])
        editions = {ours, *seen, *(edition[name] for edition in released if name in edition)}
        if not os.path.lexists(target):
            step = Step(name, "copy", target)
        elif theirs == ours:
            step = Step(name, "same", target)
        elif theirs in editions and not target.is_symlink():
            step = Step(name, "update", target)
        elif ours in seen or _offered(target, ours):
            step = Step(name, "yours", target)
        else:
            step = Step(name, "offer", _beside(target, version, editions))
        steps.append(step)
    return steps


def _offered(target: Path, ours: str) -> bool:
    """Whether this edition already lies beside a learner's file, though no manifest says so."""
    return any(fingerprint(path) == ours for path in target.parent.glob(f"{target.stem}.new-*{target.suffix}"))


def _beside(target: Path, version: str, editions: set[str]) -> Path:
    """Names the new edition beside a learner's file, where it overwrites nothing but an untouched edition."""
    count = 1
    while True:
        number = "" if count == 1 else f"-{count}"
        place = target.with_name(f"{target.stem}.new-{version}{number}{target.suffix}")
        untouched = not place.is_symlink() and fingerprint(place) in editions
        if not os.path.lexists(place) or untouched:
            return place
        count += 1


def _check_place(course: Path, folder: Path) -> None:
    """Refuses a file in the folder's place, and the place where the notebooks themselves are kept."""
    if os.path.lexists(folder) and not folder.is_dir():
        what = "a link that leads nowhere" if folder.is_symlink() else "a file"
        raise CourseError(
            f"the course needs a folder, and {folder} is {what}.\nRename it, or name another folder: wslab my-{FOLDER}"
        )
    if folder.resolve().is_relative_to(course.resolve()):
        raise CourseError(
            f"{folder} lies where wslab keeps the notebooks it copies from.\n"
            f"Go to a folder of your own, or name one: wslab {Path('~') / FOLDER}"
        )


def _check_parents(folder: Path, name: str) -> None:
    """Refuses a file where the course has a folder such as ``solutions``."""
    for parent in list(Path(name).parents)[:-1]:
        place = folder / parent
        if os.path.lexists(place) and not place.is_dir():
            raise CourseError(
                f"the course keeps a folder named {parent.as_posix()}, and {place} is something else.\n"
                "Rename it, then type wslab again"
            )


def _write(target: Path, data: bytes) -> None:
    """Writes a file whole or not at all: a copy cut short would look like a learner's work."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _remember(marks: dict[str, str], folder: Path, known: Fingerprints) -> None:
    """Adds this edition to the manifest, where it is not there yet."""
    new = {name: [*known.get(name, []), mark] for name, mark in marks.items() if mark not in known.get(name, [])}
    if new:
        _write(folder / MANIFEST, manifest_text(known | new).encode())
