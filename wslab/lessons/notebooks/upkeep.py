"""The upkeep of a folder of notebooks: writes what they have in common, or says what is out of date.

    cells named "navigation"          links to the lesson before, the next one, the solutions and the glossary
    the first use of a term           becomes a link into glossary.md
    cells named after an exercise     its goal and its stub, from wslab/lessons (see `cells`)
    solutions/NN_topic.ipynb          from the same place

Writing never touches a cell of another kind. A changed code cell loses its outputs: run the notebook again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import nbformat

from wslab.lessons.notebooks import cells, glossary

if TYPE_CHECKING:
    from pathlib import Path

NAVIGATION = "navigation"

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def lessons(folder: Path) -> list[Path]:
    """The notebooks of the course, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def title(notebook: nbformat.NotebookNode) -> str:
    """The heading of a notebook."""
    found = re.search(
        r"^# (.+)$", "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"), re.MULTILINE
    )
    return found[1].strip() if found else "(without a title)"


def navigation(folder: Path, lesson: Path) -> str:
    """The links at the top of a lesson."""
    every = lessons(folder)
    at = every.index(lesson)
    links = [f"[Glossary]({glossary.FILE})", f"[Solutions](solutions/{lesson.name})"]
    if at > 0:
        links.insert(0, f"Before: [{title(read(every[at - 1]))}]({every[at - 1].name})")
    if at + 1 < len(every):
        links.append(f"Next: [{title(read(every[at + 1]))}]({every[at + 1].name})")
    return " · ".join(links)


def go_through(folder: Path, *, write: bool) -> list[str]:
    """Bring every notebook of a folder up to date, or only look.

    Returns:
        What was out of date, one sentence each.
    """
    known = glossary.terms(folder)
    problems = [f"{glossary.FILE}: write {term!r} in lower case" for term in known if term != term.lower()]
    problems += [f"{glossary.FILE}: terms are not in order" for _ in range(known != sorted(known))]
    for lesson in lessons(folder):
        notebook = read(lesson)
        wrong = cells.fill(notebook, cells.expected(lesson.name[:2]) | {NAVIGATION: navigation(folder, lesson)})
        wrong += _link_terms(notebook, known)
        answers = folder / "solutions" / lesson.name
        solved, changed = cells.rebuild(
            read(answers) if answers.exists() else None, cells.solutions(lesson, title(notebook))
        )
        problems += [f"{lesson.name}: {problem}" for problem in wrong]
        problems += [f"solutions/{lesson.name}: differs from the exercises in wslab/lessons" for _ in range(changed)]
        if write and wrong:
            nbformat.write(notebook, lesson)
        if write and changed:
            answers.parent.mkdir(exist_ok=True)
            nbformat.write(solved, answers)
    for page in [*lessons(folder), *lessons(folder / "solutions")]:
        problems += _dead_links(page, known)
    return problems


def read(path: Path) -> nbformat.NotebookNode:
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def _link_terms(notebook: nbformat.NotebookNode, known: list[str]) -> list[str]:
    seen: set[str] = set()
    wrong: list[str] = []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown" and cells.NAME not in cell.metadata:
            linked = glossary.link(cell.source, known, seen)
            if linked != cell.source:
                wrong.append(f"cell {number} uses a term for the first time without a link to the glossary")
                cell.source = linked
    return wrong


def _dead_links(page: Path, known: list[str]) -> list[str]:
    text = "\n".join(cell.source for cell in read(page).cells if cell.cell_type == "markdown")
    dead = [target for target in _LINK.findall(text) if not (page.parent / unquote(target)).exists()]
    dead += [f"{glossary.FILE}#{target}" for target in glossary.dead_links(text, known)]
    return [f"{page.name}: the link to {target} leads nowhere" for target in dead]
