"""The cells of the course that need a page: each shows in real JupyterLab what is stored, and no changed line goes unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.browser.browser_cell import set_source
from tests.browser.lesson import Lesson, run_all, shown
from tests.notebooks.kernels import NOTEBOOKS, may_raise, notebooks
from tests.notebooks.outputs import differences
from tests.notebooks.tags import in_page, lacks, needs
from tests.optional import need

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.jupyter import Jupyter, Notebook

pytestmark = pytest.mark.node

LESSONS = {path.relative_to(NOTEBOOKS).as_posix(): Lesson(path) for path in notebooks() if in_page(path)}

COMPLAINTS = {"08_browser_and_node.ipynb": ["Unexpected response code: 403"]}
"""What the browser's own console says of a lesson: here of a sandbox that is refused."""

CHANGES = {
    "08_browser_and_node.ipynb": {
        "page-first": ('console.log("WebSocket连接已打开");', 'console.log("open");'),
        "codes-node": ('console.log(code, "sent");', 'console.log(code, "said");'),
    }
}
"""Of each lesson one line of a page's JavaScript, and one of Node's, and what to write instead."""

SEEN = {"08_browser_and_node.ipynb": {"page-first", "story-first", "codes-node", "codes-node-story"}}
"""The cells that then show something else."""


@pytest.fixture(scope="module", params=LESSONS.values(), ids=list(LESSONS))
def lesson(request: pytest.FixtureRequest) -> Lesson:
    """Each lesson that needs a page."""
    lesson: Lesson = request.param
    need(not (lacking := lacks(lesson.cells)), lacking)
    return lesson


@pytest.fixture(scope="module")
def notebook(
    lesson: Lesson, jupyter: Jupyter, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Notebook]:
    """The lesson, all cells run at once."""
    with lesson.whole(jupyter, browser, lesson.copy(tmp_path_factory.mktemp("lesson"))) as notebook:
        yield notebook


def is_as_stored(lesson: Lesson, notebook: Notebook) -> None:
    """See that each tagged cell was compared and shows what is stored, and that nothing else went wrong."""
    found = shown(notebook)
    compared, differing = differences(filter(needs, lesson.cells), found)
    assert compared == {cell.id for cell in lesson.cells if needs(cell)}
    assert differing == {}, "\n".join(f"{name} {said}" for name, said in differing.items())
    raised = {name for name, cell in found.items() if any(output["output_type"] == "error" for output in cell)}
    assert raised == {cell.id for cell in lesson.cells if may_raise(cell)}
    expected = COMPLAINTS.get(lesson.path.name, [])
    assert [line for line in notebook.complaints if not any(words in line for words in expected)] == []
    assert notebook.elsewhere == []


def test_each_tagged_cell_shows_in_a_page_what_is_stored(lesson: Lesson, notebook: Notebook) -> None:
    is_as_stored(lesson, notebook)


def test_run_all_again_in_the_same_kernel_shows_the_same(lesson: Lesson, notebook: Notebook) -> None:
    run_all(notebook)
    is_as_stored(lesson, notebook)


def test_one_changed_line_of_javascript_is_seen(lesson: Lesson, notebook: Notebook) -> None:
    cells = nbformat.read(notebook.path, as_version=4).cells
    for name, (line, other) in CHANGES[lesson.path.name].items():
        at = lesson.place(name)
        assert cells[at].source.count(line) == 1
        set_source(notebook, at, cells[at].source.replace(line, other))
    run_all(notebook)
    _, differing = differences(filter(needs, lesson.cells), shown(notebook))
    assert set(differing) == SEEN[lesson.path.name]
