"""The cells of a notebook that are made from the exercises: nobody types them twice.

    in the lesson         the goal of each exercise, and its stub with the check line
    in solutions/         one notebook a lesson: each solution with its check line, run and passed

An answer in JavaScript takes a cell for itself (``%%node --save``), so its check line stands in the next one; in solutions/ that
check needs Node, and says so by its tag.

A generated cell carries its name in its metadata, such as ``{"wslab": "00.1 stub"}``; the author of a lesson decides where it
stands. Outputs are kept as long as the source stays the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

from wslab.lessons.catalogue import exercises

if TYPE_CHECKING:
    from pathlib import Path

    from wslab.lessons.catalogue import Exercise

NAME = "wslab"
"""The metadata key that names a generated cell."""


def goal_cell(exercise: Exercise) -> str:
    """The Markdown that states an exercise."""
    return f"### Exercise {exercise.number}: {exercise.title}\n\n{exercise.goal}\n\n```{exercise.language}\n{exercise.example}\n```"


def code_cells(exercise: Exercise, kind: str, code: str) -> dict[str, str]:
    """The cells that hold some code and the line that checks it, by name.

    Args:
        exercise: The exercise.
        kind: ``stub`` or ``solution``.
        code: The code of it.
    """
    if exercise.wants == "javascript":
        return {
            f"{exercise.number} {kind}": f"{exercise.save_line}\n{code.strip()}",
            f"{exercise.number} check": exercise.check_line,
        }
    return {f"{exercise.number} {kind}": f"{code.strip()}\n\n\n{exercise.check_line}"}


def stub_cell(exercise: Exercise) -> str:
    """The code a learner starts from, and the line that checks it where one cell can hold both."""
    return code_cells(exercise, "stub", exercise.stub)[f"{exercise.number} stub"]


def expected(lesson: str) -> dict[str, str]:
    """All cells that a lesson takes from its exercises, by name."""
    found: dict[str, str] = {}
    for exercise in exercises():
        if exercise.number.startswith(f"{lesson}."):
            found[f"{exercise.number} goal"] = goal_cell(exercise)
            found |= code_cells(exercise, "stub", exercise.stub)
    return found


def solutions(lesson: Path, title: str) -> list[tuple[str, str, str]]:
    """The cells of a solutions notebook, as type, name and source."""
    mine = [exercise for exercise in exercises() if exercise.number.startswith(f"{lesson.name[:2]}.")]
    imports = dict.fromkeys(line for exercise in mine for line in exercise.needs.splitlines() if line)
    head = f"# Solutions: {title}\n\nBack to the [lesson](../{lesson.name}). Each is one way of several."
    setup = "\n".join([*imports, "", "from wslab.lessons import check"]).strip()
    cells = [("markdown", "title", head), ("code", "imports", setup)]
    for exercise in mine:
        cells.append(("markdown", f"{exercise.number} goal", goal_cell(exercise)))
        cells += [("code", name, code) for name, code in code_cells(exercise, "solution", exercise.solution).items()]
    return cells


def fill(notebook: nbformat.NotebookNode, sources: dict[str, str]) -> list[str]:
    """Put the expected source into each named cell; return what was wrong before."""
    problems: list[str] = []
    found: list[str] = []
    for cell in notebook.cells:
        name = cell.metadata.get(NAME)
        if name is None:
            continue
        found.append(name)
        if name not in sources:
            problems.append(f"the cell {name!r} belongs to no exercise: remove it, or write the exercise")
        elif cell.source != sources[name]:
            problems.append(f"the cell {name!r} differs from its source in wslab/lessons")
            cell.source = sources[name]
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
    problems += [f"there is no cell {name!r}: add one where it belongs" for name in sources if name not in found]
    problems += [f"the cell {name!r} stands there twice" for name in dict.fromkeys(found) if found.count(name) > 1]
    return problems


def rebuild(
    old: nbformat.NotebookNode | None, wanted: list[tuple[str, str, str]]
) -> tuple[nbformat.NotebookNode, bool]:
    """Build a notebook of generated cells only, keeping outputs of unchanged ones; say whether anything changed."""
    kept = {cell.metadata.get(NAME): cell for cell in old.cells} if old is not None else {}
    new = nbformat.v4.new_notebook(metadata=old.metadata if old is not None else METADATA)
    for kind, name, source in wanted:
        cell = kept.get(name)
        if cell is None or cell.cell_type != kind or cell.source != source:
            make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
            tags = {"tags": ["needs-node", "nbval-skip"]} if name.endswith(" check") else {}
            cell = make(source, id=name.replace(".", "-").replace(" ", "-"), metadata={NAME: name, **tags})
        new.cells.append(cell)
    return new, old is None or old.cells != new.cells


METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""What every notebook of the course says of itself: any Python 3 will do."""
