"""The exercises are found by their folder, whose name is also that of the function that lists them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from wslab.lessons.catalogue import reading

if TYPE_CHECKING:
    from pathlib import Path

LIST = "from wslab.lessons import exercises; assert len(exercises()) > 20"
FOLDER = (
    "from wslab.lessons.exercises import lesson_00; assert lesson_00.__name__ == 'wslab.lessons.exercises.lesson_00'"
)
DEEP = "import wslab.lessons.exercises.lesson_00.greet"
WSLAB = "import wslab; wslab.Lab; wslab.dissect"
THEN = "import wslab.lessons; assert callable(wslab.lessons.exercises); assert wslab.lessons.find('00.1').title == 'A client'"


@pytest.mark.parametrize(
    "imports",
    [(LIST, FOLDER, LIST), (FOLDER, LIST), (DEEP, LIST, FOLDER), (WSLAB, LIST, FOLDER), (WSLAB, DEEP, LIST)],
    ids=["function first", "folder first", "module first", "wslab first", "wslab, then a module"],
)
def test_the_function_and_the_folder_live_side_by_side(imports: tuple[str, ...]) -> None:
    subprocess.run([sys.executable, "-c", "\n".join([*imports, THEN])], check=True)


def test_reloading_the_folder_leaves_the_function() -> None:
    code = "import importlib, sys; importlib.reload(sys.modules['wslab.lessons.exercises'])"

    subprocess.run([sys.executable, "-c", f"{LIST}\n{code}\n{LIST}\n{THEN}"], check=True)


GOOD = '"""99.1 Title\n\nGoal.\n\n    example()\n"""\nSTART = "s"\nAFTERWARDS = "a"\n\n\ndef stub(x):\n    return 0\n\n\ndef solution(x):\n    return x + 1\n\n\nasync def check(one, t):\n    pass\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("99.1", "98.1", "its docstring should be"),
        ("    example()\n", "", "its docstring should be"),
        ('START = "s"\n', "", "it should say `START`"),
        ("async def check(one, t):\n    pass\n", "", "it should say `check`"),
    ],
)
def test_an_odd_file_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    with pytest.raises(ValueError, match=f"lesson_99/one.py: {said}"):
        _read(tmp_path, monkeypatch, GOOD.replace(old, new))


@pytest.mark.parametrize("edit", ["{'return x': 'return y', 'nothing': ''}", "{'x': 'y'}"])
def test_an_edit_that_does_not_occur_exactly_once_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    with pytest.raises(ValueError, match="times in the solution"):
        _read(
            tmp_path, monkeypatch, f"{GOOD}\n\nfrom wslab.lessons.authoring import wrong\nwrong('why', 'c', {edit})\n"
        )


def test_answers_are_read_as_they_would_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = "\n\nfrom wslab.lessons.authoring import right, wrong\n\n\n@wrong('f', 'c')\ndef _(x):\n    # mine\n    return x\n\n\nwrong('e', 'c', {'+ 1': '+ 2'})\nwrong('t', 'c', 'return 3')\nright('v', 'one = 1 .__add__')\n"

    found = _read(tmp_path, monkeypatch, GOOD + more)

    assert (found.number, found.title, found.goal, found.example) == ("99.1", "Title", "Goal.", "example()")
    assert (found.answer, found.wants, found.parameters, found.returns) == ("one", "def", ("x",), True)
    assert found.stub == "def one(x):\n    return 0\n"
    assert [wrong.code for wrong in found.wrong] == [
        "def one(x):\n    # mine\n    return x\n",
        "def one(x):\n    return x + 2\n",
        "def one(x):\n    return 3\n",
    ]
    assert [right.code for right in found.right] == ["one = 1 .__add__\n"]


def _read(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    file = folder / "lesson_99" / "one.py"
    file.parent.mkdir()
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(f"lesson_99_{folder.name}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(reading, "import_module", lambda _name: module)
    return reading.read(file)
