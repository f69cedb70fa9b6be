"""What the notebooks have in common is written by a script and checked by it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.notebooks.kernels import NOTEBOOKS
from wslab.lessons import find, navigation
from wslab.lessons.notebooks import cells, glossary, upkeep

if TYPE_CHECKING:
    from pathlib import Path

TERMS = ["close code", "event", "event loop", "frame"]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the course, to break."""
    shutil.copytree(NOTEBOOKS, tmp_path / "course", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return tmp_path / "course"


def _change(path: Path, name: str, source: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if cell.metadata.get(cells.NAME) == name).source = source
    nbformat.write(notebook, path)


def _lesson(course: Path) -> Path:
    return upkeep.lessons(course)[0]


def test_the_course_is_up_to_date(course: Path) -> None:
    assert navigation.main(["--check", str(course)]) == 0


@pytest.mark.parametrize("name", ["00.1 goal", "00.1 stub", "navigation"])
def test_a_generated_cell_that_was_edited_is_found_and_put_right(course: Path, name: str) -> None:
    _change(_lesson(course), name, "something else")

    assert navigation.main(["--check", str(course)]) == 1
    assert navigation.main([str(course)]) == 0
    assert navigation.main(["--check", str(course)]) == 0


def test_a_solution_that_was_edited_is_found_and_put_right(course: Path) -> None:
    _change(course / "solutions" / _lesson(course).name, "00.1 solution", "something else")

    assert upkeep.go_through(course, write=False) != []
    assert navigation.main([str(course)]) == 0


def test_checking_changes_nothing(course: Path) -> None:
    _change(_lesson(course), "00.1 stub", "something else")
    before = _lesson(course).read_bytes()

    navigation.main(["--check", str(course)])

    assert _lesson(course).read_bytes() == before


def test_writing_keeps_the_outputs_of_cells_that_stay_the_same(course: Path) -> None:
    _change(_lesson(course), "00.1 stub", "something else")

    navigation.main([str(course)])

    kept = {cell.metadata.get(cells.NAME): cell for cell in nbformat.read(_lesson(course), as_version=4).cells}
    assert kept["00.2 stub"].outputs
    assert kept["00.1 stub"].outputs == []
    assert kept["00.1 stub"].source == cells.stub_cell(find("00.1"))


def test_an_answer_in_javascript_has_a_cell_of_its_own_and_its_check_another() -> None:
    exercise = find("08.1")
    made = cells.expected("08")

    assert made["08.1 stub"] == f"%%node --save greet\n{exercise.stub.strip()}"
    assert made["08.1 check"] == 'await check("08.1", greet)'
    assert "```javascript\n" in made["08.1 goal"]


def test_in_the_solutions_what_needs_node_says_so(course: Path) -> None:
    solved = nbformat.read(course / "solutions" / "08_browser_and_node.ipynb", as_version=4)
    tags = {cell.metadata[cells.NAME]: cell.metadata.get("tags") for cell in solved.cells if cell.cell_type == "code"}

    assert tags["08.1 solution"] is None
    assert tags["08.1 check"] == ["needs-node", "nbval-skip"]


def test_a_missing_exercise_and_an_unknown_one_are_named(course: Path) -> None:
    notebook = nbformat.read(_lesson(course), as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get(cells.NAME) == "00.1 stub":
            cell.metadata[cells.NAME] = "00.9 stub"
    nbformat.write(notebook, _lesson(course))

    found = "\n".join(upkeep.go_through(course, write=False))

    assert "'00.9 stub' belongs to no exercise" in found
    assert "there is no cell '00.1 stub'" in found


def test_a_dead_link_is_named(course: Path) -> None:
    notebook = nbformat.read(_lesson(course), as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("[one](nowhere.ipynb) [two](glossary.md#nothing)"))
    nbformat.write(notebook, _lesson(course))

    found = "\n".join(upkeep.go_through(course, write=False))

    assert "the link to nowhere.ipynb leads nowhere" in found
    assert "the link to glossary.md#nothing leads nowhere" in found


def test_lessons_link_back_and_on(course: Path) -> None:
    second = course / "01_next.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 01 The next one")]), second)

    assert "Next: [01 The next one](01_next.ipynb)" in upkeep.navigation(course, _lesson(course))
    assert "Before: [00 Start here](00_start_here.ipynb)" in upkeep.navigation(course, second)


def test_only_the_first_use_of_a_term_becomes_a_link() -> None:
    seen: set[str] = set()

    assert glossary.link("Frames and a frame.", TERMS, seen) == "[Frames](glossary.md#frame) and a frame."
    assert glossary.link("A frame.", TERMS, seen) == "A frame."


def test_the_longest_term_wins() -> None:
    assert glossary.link("An event loop, an event.", TERMS, set()) == (
        "An [event loop](glossary.md#event-loop), an [event](glossary.md#event)."
    )


@pytest.mark.parametrize(
    "text",
    [
        "`frame`",
        "```\nframe\n```",
        "    frame",
        "# The frame",
        "[frame](elsewhere.md)",
        "<frame>",
        "framework",
        "[a frame](glossary.md#frame) frame",
    ],
)
def test_code_headings_links_and_longer_words_are_left_alone(text: str) -> None:
    assert glossary.link(text, TERMS, set()) == text


def test_linking_twice_changes_nothing_more() -> None:
    once = glossary.link("A close code in a frame in an event loop.", TERMS, set())

    assert glossary.link(once, TERMS, set()) == once
