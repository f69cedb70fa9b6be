"""What can be said of a notebook without running it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.notebooks import tutorial
from tests.notebooks.kernels import NOTEBOOKS, ROOT, notebooks
from wslab.lessons.notebooks import go_through

if TYPE_CHECKING:
    from pathlib import Path

ALL = notebooks()
LESSONS = [path for path in ALL if path.parent == NOTEBOOKS]
each_notebook = pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(NOTEBOOKS)))
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)


def _cells(path: Path, kind: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def _words(path: Path) -> str:
    return "\n".join(cell.source for cell in _cells(path, "markdown"))


def test_there_are_lessons_with_solutions() -> None:
    assert LESSONS
    assert {path.name for path in LESSONS} == {path.name for path in ALL if path.parent != NOTEBOOKS}


def test_links_stubs_and_solutions_are_up_to_date() -> None:
    assert go_through(NOTEBOOKS, write=False) == []


@each_notebook
def test_it_is_a_valid_notebook(path: Path) -> None:
    nbformat.validate(nbformat.read(path, as_version=4))


@each_notebook
def test_every_code_cell_was_run_from_top_to_bottom_in_a_fresh_kernel(path: Path) -> None:
    counts = [cell.execution_count for cell in _cells(path, "code")]

    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_a_cell_has_fifteen_lines_at_most(path: Path) -> None:
    snippets = "\n".join(tutorial.SNIPPETS)  # pasted whole, they are somebody else's, and longer

    too_long = [cell.source for cell in _cells(path, "code") if len(cell.source.splitlines()) > 15]

    assert [source for source in too_long if source != f"%%browser\n{snippets}"] == []


def test_the_tutorial_of_lesson_08_is_unchanged() -> None:
    codes = [cell.source for cell in _cells(NOTEBOOKS / "08_browser_and_node.ipynb", "code")]
    create, opened, message, send, closed = tutorial.SNIPPETS

    assert f"%%browser\n{tutorial.pasted(create, opened, message, closed)}" in codes
    assert f"%%browser\n{tutorial.pasted(create, message, send, closed)}" in codes
    assert codes.count(f"%%browser\n{tutorial.pasted(*tutorial.SNIPPETS)}") == 2
    assert f"%%node\n{tutorial.SERVER}" in codes


@each_notebook
def test_stored_outputs_name_no_path_of_a_machine(path: Path) -> None:
    stored = path.read_text("utf-8")

    assert str(ROOT) not in stored
    assert re.findall(r"(?:/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\)[\w.-]+", stored) == []


@each_notebook
def test_only_a_cell_that_says_so_stores_an_error(path: Path) -> None:
    for cell in _cells(path, "code"):
        failed = any(output.output_type == "error" for output in cell.outputs)
        assert failed == ("raises-exception" in cell.metadata.get("tags", [])), cell.source


@each_notebook
def test_no_stored_output_is_a_warning(path: Path) -> None:
    for cell in _cells(path, "code"):
        assert [output.text for output in cell.outputs if output.get("name") == "stderr"] == [], cell.source


@each_notebook
def test_every_widget_has_a_plain_twin_without_an_address(path: Path) -> None:
    for cell in _cells(path, "code"):
        for output in cell.outputs:
            assert " at 0x" not in str(output.get("data", {}).get("text/plain", ""))


@each_lesson
def test_a_lesson_has_the_shape_of_a_lesson(path: Path) -> None:
    words = _words(path)

    assert re.match(r"# \d\d\b", words)
    for part in (
        "You will be able to",
        "Before you run it",
        "## Recap",
        "## Five quick questions",
        "## What to read next",
    ):
        assert part in words, part
    assert words.count("<details>") >= 6
    assert len(re.findall(r"^### Exercise", words, re.MULTILINE)) >= 3
    assert re.search(r"RFC 6455.{0,40}section", words)


@each_lesson
def test_a_lesson_breaks_something_on_purpose(path: Path) -> None:
    assert [cell for cell in _cells(path, "code") if "raises-exception" in cell.metadata.get("tags", [])]


@each_lesson
def test_what_is_to_be_predicted_is_hidden_until_its_cell_is_run(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    asked = [after for before, after in pairwise(cells) if "Before you run it" in before.source]

    assert asked
    assert [cell.metadata.get("jupyter") for cell in asked] == [{"outputs_hidden": True}] * len(asked)


@each_lesson
def test_the_last_cell_resets_the_lesson(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells

    assert "Reset this lesson" in cells[-2].source
    assert cells[-1].cell_type == "code"
    assert "await lab.close()" in cells[-1].source


@each_lesson
def test_the_words_do_not_shout(path: Path) -> None:
    words = re.sub(r"```.*?```|`[^`]*`|^    .*$|!\[", "", _words(path), flags=re.DOTALL | re.MULTILINE)

    assert "!" not in words
