"""Chooses what a landing runs under load and shaken: ``python .ci/changed.py``, in the checkout, before it is copied.

What has changed is what differs from the merge base with origin/main; where that is HEAD itself, or not known, from what was there
twenty commits ago. Files that are not committed count. Without so much history, everything has changed.

    changed                                       chosen
    a lesson's notebook, its solutions            that lesson
    its exercises: wslab/lessons/**/lesson_NN     that lesson, and the tests of lessons
    any other part of wslab/ROOM                  every lesson, for each stands on all rooms; the tests of the room
    tests/ROOM/**/test_*.py                       that file
    anything else of tests/ROOM                   the tests of the room
    tests/notebooks                               every lesson
    tests/browser, tests/repository, tests/bench  nothing: they take long, or have no loops and threads
    what people read: *.md, pictures, ...         nothing
    anything else                                 everything

``.ci/run --full`` chooses nothing: it runs all of it.

Prints three lines: how it was chosen; the chosen lessons, as pytest's ``-k`` takes them; the chosen tests, as paths.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

COMMITS = 20
LESSON = re.compile(r"notebooks/(?:[^/]+/)*(\d\d)_[^/]+\.ipynb|wslab/lessons/(?:[^/]+/)*lesson_(\d\d)(?:/.*|\.py)")
ROOM = re.compile(r"(wslab|tests)/([^/]+)/.+")
TEST = re.compile(r"tests/.+/test_[^/]+\.py")
FOR_PEOPLE = re.compile(r".*\.(?:md|cff|png)|LICENSE|\.gitignore|\.pre-commit-config\.yaml|environment\.yml")
NOT_SHAKEN = ("browser", "repository", "bench")


class Chosen(NamedTuple):
    """The numbers of lessons, and files and folders of tests."""

    lessons: set[str]
    tests: set[str]


def everything(root: Path) -> Chosen:
    """Every lesson, and the tests of every room."""
    return Chosen({path.name[:2] for path in root.glob("notebooks/[0-9][0-9]_*.ipynb")}, {*rooms(root).values()})


def rooms(root: Path) -> dict[str, str]:
    """The folder of the tests of each room of wslab."""
    names = [path.parent.name for path in root.glob("wslab/*/__init__.py")]
    return {name: f"tests/{name}" for name in names if (root / "tests" / name).is_dir()}


def choose(root: Path, changed: Iterable[str]) -> Chosen:
    """Choose by the paths that have changed, relative to the root."""
    whole, tests_of = everything(root), rooms(root)
    lessons: set[str] = set()
    tests: set[str] = set()
    for path in changed:
        top, name = found.groups() if (found := ROOM.fullmatch(path)) else ("", "")
        if lesson := LESSON.fullmatch(path):
            lessons.add(lesson[1] or lesson[2])
            tests |= {tests_of["lessons"]} if lesson[2] else set()
        elif top and name in tests_of:
            a_test = TEST.fullmatch(path) and (root / path).exists()
            tests.add(path if a_test else tests_of[name])
            lessons |= whole.lessons if top == "wslab" else set()
        elif (top, name) == ("tests", "notebooks"):
            lessons |= whole.lessons
        elif not FOR_PEOPLE.fullmatch(path) and not (top == "tests" and name in NOT_SHAKEN):
            return whole
    return Chosen(lessons & whole.lessons, {path for path in tests if tests.isdisjoint(map(str, Path(path).parents))})


def since(root: Path) -> tuple[str, set[str] | None]:
    """Say from where on is compared, and what has changed since: None where there is no such history."""
    try:
        if not Path(git(root, "rev-parse", "--show-toplevel").strip()).samefile(root):
            return "no history of its own", None
        head = git(root, "rev-parse", "HEAD").strip()
        base, name = merge_base(root), "the merge base with origin/main"
        if base in ("", head):
            base, name = git(root, "rev-parse", f"HEAD~{COMMITS}").strip(), f"HEAD~{COMMITS}"
        changed = git(root, "diff", "--name-only", "--no-renames", "-z", base)
        new = git(root, "ls-files", "--others", "--exclude-standard", "-z")
    except (OSError, subprocess.CalledProcessError):
        return f"no history of {COMMITS} commits", None
    return f"changed since {name} ({base[:7]})", set(filter(None, (changed + new).split("\0")))


def merge_base(root: Path) -> str:
    """The commit where this branch leaves origin/main; empty where there is none."""
    try:
        return git(root, "merge-base", "HEAD", "origin/main").strip()
    except subprocess.CalledProcessError:
        return ""


def git(root: Path, *words: str) -> str:
    """What git says of the checkout."""
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def main(root: Path) -> None:
    """Print the choice."""
    why, changed = since(root)
    chosen = everything(root) if changed is None else choose(root, changed)
    print(f"{why}: {'everything' if chosen == everything(root) else 'not everything'}")
    print(" or ".join(f"{number}_" for number in sorted(chosen.lessons)))
    print(*sorted(chosen.tests))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
