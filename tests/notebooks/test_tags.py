"""Tags that say what a cell needs: complete, known to nbval, and no output elsewhere depends on such a cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.notebooks.kernels import each_notebook
from tests.notebooks.names import borrowed, names
from tests.notebooks.outputs import CONSOLE, differences, with_transcripts
from tests.notebooks.tags import NEEDS, PARTS, SKIP, needs, tags

if TYPE_CHECKING:
    from pathlib import Path

    from tests.notebooks.outputs import Output


def code(source: str, *tags: str, **outputs: str) -> nbformat.NotebookNode:
    """A cell; each of its outputs is the text of something displayed."""
    shown = [nbformat.v4.new_output("display_data", {"text/plain": text}) for text in outputs.values()]
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}, outputs=shown)


@each_notebook
def test_nbval_passes_over_a_cell_exactly_where_it_needs_more_than_a_kernel(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert (SKIP in tags(cell)) == any(tag.startswith(NEEDS) for tag in tags(cell)), cell.source
        assert needs(cell) <= set(PARTS), f"say in tests/notebooks/tags.py how to tell that it is here: {needs(cell)}"


@each_notebook
def test_a_cell_in_javascript_says_what_it_needs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        magics = re.findall(r"^%%?(browser|node)\b(?!.*--save)", cell.source, re.MULTILINE)
        if cell.cell_type == "code" and magics:
            assert {"browser": "needs-page", "node": "needs-node"}[magics[0]] in tags(cell), cell.source


@each_notebook
def test_no_other_cell_uses_a_name_that_only_a_tagged_cell_makes(path: Path) -> None:
    assert borrowed(nbformat.read(path, as_version=4).cells) == []


@pytest.mark.parametrize(
    ("tagged", "plain"),
    [
        ("server = await lab.serve()", "server"),
        ("server = await lab.serve()", "await server.stop()\nserver = await lab.serve()"),
        ("import json as data", "def f():\n    return [data.loads(text) for text in texts]"),
        ("def hello(connection): pass", "await lab.serve(handler=hello)"),
        ("class Page: pass", "class Other(Page): pass"),
        ("for row in rows: pass", "f'{row}'"),
        ("with open(path) as file: pass", "(lambda: file)()"),
        ("if (found := 1): pass", "f = lambda other=found: other"),
        ("def f():\n    global late\n    late = 1", "late"),
        ("[a, *b] = 1, 2, 3", "async def g():\n    await b"),
        ("%%node --save answer\nlet x;", "await check('08.1', answer)"),
        ("%load_ext wslab", "%%node --save answer\nlet x;"),
    ],
)
def test_a_name_that_only_a_tagged_cell_makes_is_found(tagged: str, plain: str) -> None:
    assert borrowed([code("rows = ()"), code(tagged, "needs-node"), code(plain)])
    assert not borrowed([code(tagged), code(tagged, "needs-node"), code(plain)])


@pytest.mark.parametrize(
    ("tagged", "plain"),
    [
        ("socket = 1", "socket = 2\nsocket"),
        ("socket = 1", "def f(socket): return socket"),
        ("row = 1", "[row for row in ()]"),
        ("row = 1", "lambda row: row"),
        ("name = 1", "class A:\n    name = 1\n    other = name"),
        ("send = 1", "socket.send"),
        ("text = 1", "f(text=2)"),
        ("const = 1", "%%node --save answer\nconst x = 1"),
        ("[local for local in ()]", "local"),
    ],
)
def test_a_name_of_its_own_is_none_that_is_taken_from_a_tagged_cell(tagged: str, plain: str) -> None:
    assert not borrowed([code("%load_ext wslab"), code(tagged, "needs-page"), code(plain)])


def test_a_magic_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="does not know which names %capture told makes"):
        names("%%capture told\nprint(1)")


def console(label: str, model: str) -> Output:
    """A console as a page or a kernel shows it."""
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": model}}
    return {"output_type": "display_data", "metadata": {}, "data": {"text/plain": label, **widget}}


def test_a_console_is_compared_by_what_was_printed() -> None:
    cell = code("%%node", "needs-node", console="one\ntwo")
    shown = {cell.id: with_transcripts([console('<Console "node">', "m")], {"m": "one\ntwo"})}
    assert differences([cell], shown) == ({cell.id}, {})
    shown = {cell.id: with_transcripts([console('<Console "node">', "m")], {"m": "one\nzwei"})}
    assert differences([cell], shown) == ({cell.id}, {cell.id: "shows\none\nzwei\nand stored is\none\ntwo"})


def test_a_console_whose_program_is_not_over_is_refused() -> None:
    with pytest.raises(LookupError, match="still runs, or has left the page"):
        with_transcripts([console('<Console "node">', "m")], {"other": "one"})


def test_a_cell_that_did_not_run_or_shows_a_label_only_was_not_compared() -> None:
    label = code("%%node", "needs-node", console='<Console "node">')
    other = code("%%node", "needs-node", console="one")
    assert differences([label, other], {label.id: label.outputs}) == (set(), {})


@each_notebook
def test_no_console_is_stored_by_its_label(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", ()):
            assert not str(output.get("data", {}).get("text/plain", "")).startswith(CONSOLE), cell.source
