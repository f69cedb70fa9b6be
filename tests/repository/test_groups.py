"""Tests that share something dear go to one worker; tests/plugins/groups.py says which."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nbval.plugin import IPyNbFile

from tests.notebooks.kernels import ROOT, notebooks
from tests.plugins import groups
from tests.repository import small

if TYPE_CHECKING:
    from collections.abc import Iterator

WHERE = """
import json, os, pathlib, pytest

@pytest.mark.parametrize("number", range(6))
def test_it(number, request):
    path = pathlib.Path(f"{os.environ['PYTEST_XDIST_WORKER']}.jsonl")
    with path.open("a") as file:
        file.write(json.dumps(request.node.nodeid) + "\\n")
"""


def test_every_cell_of_every_notebook_is_in_the_group_of_its_notebook(request: pytest.FixtureRequest) -> None:
    for path in notebooks():
        cells = list(IPyNbFile.from_parent(request.session, path=path).collect())

        assert cells
        assert {groups.group(cell.nodeid) for cell in cells} == {path.relative_to(ROOT).as_posix()}


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/browser/test_lesson_02.py::test_a[x]", "tests/browser/test_lesson_*"),
        ("tests/browser/test_lesson_13.py::test_b", "tests/browser/test_lesson_*"),
        ("tests/browser/test_log.py::test_a", "tests/browser/*"),
        ("tests/browser/test_proxied.py::test_a", "tests/browser/*"),
        ("tests/command/test_installed.py::test_a", "tests/command/test_installed.py"),
        ("tests/net/test_raw.py::TestA::test_a[b]", "tests/net/test_raw.py"),
        ("tests/notebooks/test_twice.py::test_a[02.ipynb]", "tests/notebooks/test_twice.py::test_a[02.ipynb]"),
        ("tests/lessons/test_exercises.py::test_a[02.1]", "tests/lessons/test_exercises.py[02.1]"),
        ("tests/lessons/test_exercises.py::test_b[02.1 says [1] or 03.2]", "tests/lessons/test_exercises.py[02.1]"),
        ("tests/lessons/test_exercises.py::test_c", "tests/lessons/test_exercises.py"),
        ("tests/lessons/test_begin.py::test_a", "tests/lessons/test_begin.py"),
    ],
)
def test_a_test_is_in_one_group(nodeid: str, group: str) -> None:
    assert groups.group(nodeid) == group


def shared(path: Path) -> Iterator[str]:
    """The fixtures of a file that last longer than one test."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.fixture":
            for keyword in node.keywords:
                if keyword.arg == "scope":
                    yield f"{path.name}, line {node.lineno}: {ast.unparse(keyword.value)}"


def test_rooms_whose_tests_go_where_there_is_room_have_no_fixture_that_tests_share(tmp_path: Path) -> None:
    files = [*(ROOT / groups.SHARING_NOTHING).rglob("*.py"), ROOT / "tests/lessons/test_exercises.py"]
    assert len(files) > 5
    assert [found for path in files for found in shared(path)] == []
    (tmp_path / "a.py").write_text("import pytest\n@pytest.fixture(scope='module')\ndef lab(): ...", encoding="utf-8")
    assert list(shared(tmp_path / "a.py")) == ["a.py, line 2: 'module'"]


def test_nobody_relies_on_a_mark() -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    relying = [path.name for path in files if re.search(r"mark\.xdist_group", path.read_text("utf-8"))]
    assert relying == [], "tests/plugins/groups.py says why, and where to write it"


def test_what_takes_longest_is_there_and_begins_first() -> None:
    assert [begins for begins in groups.LONGEST if not (ROOT / begins).exists()] == []
    assert groups.rank("tests/browser/*") < groups.rank("tests/notebooks/test_twice.py::test_a[02.ipynb]")
    assert groups.rank("notebooks/02_handshake.ipynb") < groups.rank("tests/wire/test_frames.py")


def workers(place: Path) -> dict[str, set[str]]:
    """The workers that ran tests of a file."""
    ran: dict[str, set[str]] = {}
    for log in place.glob("gw*.jsonl"):
        for line in log.read_text(encoding="utf-8").splitlines():
            ran.setdefault(json.loads(line).partition("::")[0], set()).add(log.stem)
    return ran


def test_pytest_hands_a_group_to_one_worker(tmp_path: Path) -> None:
    """With marks of pytest-xdist 3.8 and pytest 9.2 it does not, and says nothing."""
    names = (
        "browser__test_lesson_02",
        "browser__test_lesson_03",
        "browser__test_log",
        "lessons__test_a",
        "net__test_a",
    )
    place = small.write(tmp_path, **dict.fromkeys(names, WHERE))

    code, said = small.run(place, "groups", "-n", "3", "--dist=loadgroup")

    ran = workers(place)
    assert (code, small.counts(said)) == (0, {"passed": 30}), said
    assert len(ran["tests/net/test_a.py"]) == len(ran["tests/browser/test_log.py"]) == 1
    assert len(ran["tests/browser/test_lesson_02.py"] | ran["tests/browser/test_lesson_03.py"]) == 1


def test_another_distribution_is_left_alone(tmp_path: Path) -> None:
    place = small.write(tmp_path, net__test_a=WHERE)

    code, said = small.run(place, "groups", "-n", "2", "--dist=load")

    assert (code, workers(place)) == (0, {"tests/net/test_a.py": {"gw0", "gw1"}}), said
