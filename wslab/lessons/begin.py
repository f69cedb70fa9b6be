"""Begins a lesson: what a lesson consists of, small and true and marked as to be replaced, so that every test passes from the start.

    python -m wslab.lessons.begin 07 servers "Servers"

    wslab/lessons/exercises/lesson_07/     one exercise of each kind, from exercises/template/
    notebooks/07_servers.ipynb             the parts of a lesson in their order, from exercises/template/lesson.md
    notebooks/solutions/07_servers.ipynb   made from the exercises by `navigation`, which also links the lessons before and after
    tests/browser/test_lesson_07.py        Run All in a real page, from tests/browser/lesson_template.py

In the templates, ``${number}``, ``${name}`` and ``${title}`` stand for what is asked for. In lesson.md each cell begins with a comment:
its id, and its metadata if it has any; a cell that is a block of Python is a code cell.

Nothing is overwritten. Where a step fails or is interrupted, what was made is removed, and what was changed is put back.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import string
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from wslab.lessons.notebooks import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
"""The repository, where this file stands in one."""

EXAMPLE = 'python -m wslab.lessons.begin 07 servers "Servers"'

_CELL = re.compile(r"^<!-- (?P<id>\S+) ?(?P<metadata>\{.*\})? -->\n", re.MULTILINE)
_CODE = re.compile(r"```python\n(?P<code>.*)```", re.DOTALL)

_MADE = """\
{files}

{title} is a lesson that passes every test, and says "to be written" or "to be replaced" where it waits for you. What to type next:

    jupyter lab {lesson}
    python -m wslab.lessons.navigation && python -m tests.notebooks.store {lesson} {solutions}
    python -m pytest -n 0 -k "{number}. or {number}_ or up_to_date" {tested}

The first is for writing it. The second, after each change, brings stubs, solutions and links up to date, runs both notebooks and stores
what they show. The third tries it.

Yours to write by hand: in README.md the row of the lesson in the course table, "[{title}]({lesson})" and "here",
and the count of lessons above it; in CHANGELOG.md a line.
"""


class Refused(Exception):
    """A lesson that cannot be begun. The message says why, and what to type instead."""


@dataclass(frozen=True)
class Beginning:
    """A lesson to begin.

    Attributes:
        number: Two digits.
        name: The name of its notebook, such as ``staying_alive``.
        title: Its title, such as ``Staying alive``.
        root: The repository.
    """

    number: str
    name: str
    title: str
    root: Path = ROOT

    @property
    def notebook(self) -> Path:
        """The lesson itself."""
        return self.root / "notebooks" / f"{self.number}_{self.name}.ipynb"

    @property
    def solutions(self) -> Path:
        """The notebook with its solutions."""
        return self.notebook.parent / "solutions" / self.notebook.name

    @property
    def exercises(self) -> Path:
        """The folder of its exercises."""
        return self.root / "wslab" / "lessons" / "exercises" / f"lesson_{self.number}"

    @property
    def page_test(self) -> Path:
        """The test in a real page."""
        return self.root / "tests" / "browser" / f"test_lesson_{self.number}.py"

    def make(self) -> list[Path]:
        """Make the lesson.

        Returns:
            The files that were made, and then the notebooks that were changed.

        Raises:
            Refused: It cannot be made; nothing has changed then.
        """
        self._refuse()
        _run(self.root, "wslab.lessons.navigation", "--check")
        before = {path: path.read_bytes() for path in self.notebook.parent.glob("[0-9][0-9]_*.ipynb")}
        new = dict(self._files())
        with self._all_or_nothing(new, before):
            for path, text in new.items():
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, "utf-8", newline="\n")
            _run(self.root, "wslab.lessons.navigation")
            _run(self.root, "tests.notebooks.store", str(self.notebook), str(self.solutions))
        return [*new, self.solutions, *_changed(before)]

    def _refuse(self) -> None:
        """Say what is wrong with what was asked for."""
        parts = ("notebooks", "tests/notebooks/store.py", "tests/browser", "wslab/lessons/exercises/template")
        if missing := [part for part in parts if not (self.root / part).exists()]:
            raise Refused(
                f"a lesson is begun in a clone of the repository, and {self.root} is none: it has no {missing[0]}. "
                "Go to the folder of your clone and type it there"
            )
        if not re.fullmatch(r"[0-9]{2}", self.number):
            raise Refused(f"the number of a lesson is two digits, such as 07, not {self.number!r}: {EXAMPLE}")
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", self.name):
            raise Refused(
                f"the name of a notebook is small letters a to z, digits and single underscores, such as staying_alive, not {self.name!r}: {EXAMPLE}"
            )
        if not self.title:
            raise Refused(f"the title is missing: {EXAMPLE}")
        if not re.fullmatch(r"[^\W\d_][\w ,.:;?&'()/+-]*", self.title):
            raise Refused(
                f"a title is one line that begins with a letter and holds no Markdown and no exclamation mark, not {self.title!r}: {EXAMPLE}"
            )
        if taken := self._taken():
            raise Refused(
                f"lesson {self.number} is there already: {_named(self.root, taken)}. Choose another number, or remove it first"
            )

    def _taken(self) -> Path | None:
        """A file that another lesson of this number has. What Python left of a folder that was removed is not one."""
        others = [*self.notebook.parent.glob(f"{self.number}_*"), *self.solutions.parent.glob(f"{self.number}_*")]
        others += [path for path in self.exercises.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        others += [self.page_test] * self.page_test.exists()
        return next(iter(others), None)

    def _files(self) -> Iterator[tuple[Path, str]]:
        """The files that are made from templates, and what they hold."""
        template = self.exercises.parent / "template"
        for path in sorted(template.glob("*.py")):
            yield self.exercises / path.name, self._filled(path)
        yield self.page_test, self._filled(self.page_test.parent / "lesson_template.py")
        yield self.notebook, nbformat.writes(notebook(self._filled(template / "lesson.md"))) + "\n"

    def _filled(self, template: Path) -> str:
        asked = {"number": self.number, "name": self.name, "title": self.title}
        return string.Template(template.read_text("utf-8")).substitute(asked)

    @contextlib.contextmanager
    def _all_or_nothing(self, new: dict[Path, str], before: dict[Path, bytes]) -> Iterator[None]:
        """Leave everything as it was, unless the block comes to its end."""
        try:
            yield
        except BaseException:
            for path in (*new, self.solutions):
                path.unlink(missing_ok=True)
            shutil.rmtree(self.exercises, ignore_errors=True)  # nothing was in it but what Python compiles
            for path in _changed(before):
                path.write_bytes(before[path])
            raise


def notebook(text: str) -> nbformat.NotebookNode:
    """The notebook that a text in the form of lesson.md describes."""
    made = nbformat.v4.new_notebook(metadata=METADATA)
    begins = list(_CELL.finditer(text))
    for begin, following in zip(begins, [*begins[1:], None], strict=True):
        source = text[begin.end() : following.start() if following else len(text)].strip()
        code = _CODE.fullmatch(source)
        make = nbformat.v4.new_code_cell if code else nbformat.v4.new_markdown_cell
        metadata = json.loads(begin["metadata"] or "{}")
        made.cells.append(make(code["code"].strip() if code else source, id=begin["id"], metadata=metadata))
    return made


def _changed(before: dict[Path, bytes]) -> list[Path]:
    return [path for path, held in before.items() if path.read_bytes() != held]


def _named(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _run(root: Path, module: str, *arguments: str) -> None:
    """Run one of the commands that a person would type, in a Python of its own: this one has read the exercises already."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(  # noqa: S603  our own modules
        command, cwd=root, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise Refused(
            f"nothing was begun, because `{' '.join(['python', '-m', module, *arguments])}` failed: {said[-1]}"
        )


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m wslab.lessons.begin",
        description="Begin a lesson: exercises, notebook, solutions, test.",
        epilog=f"example: {EXAMPLE}",
    )
    parser.add_argument("number", help="two digits")
    parser.add_argument("name", help="of the notebook, such as staying_alive")
    parser.add_argument("title", nargs="*", help='such as "Staying alive"')
    chosen = parser.parse_args(arguments)
    beginning = Beginning(chosen.number, chosen.name, " ".join(chosen.title).strip())
    try:
        made = beginning.make()
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    sys.stdout.write(_report(beginning, made))
    return 0


def _report(beginning: Beginning, made: list[Path]) -> str:
    lesson, solutions, page_test = (
        _named(beginning.root, path) for path in (beginning.notebook, beginning.solutions, beginning.page_test)
    )
    changed = made[made.index(beginning.solutions) + 1 :]
    return _MADE.format(
        files="\n".join(
            f"{'changed' if path in changed else 'made   '} {_named(beginning.root, path)}" for path in made
        ),
        title=beginning.title,
        number=beginning.number,
        lesson=lesson,
        solutions=solutions,
        tested=f"tests/lessons/test_exercises.py tests/notebooks/test_stored.py {lesson} {solutions} {page_test}",
    )


if __name__ == "__main__":
    sys.exit(main())
