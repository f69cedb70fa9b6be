"""One command begins a lesson, and what it makes passes: tried in a copy of the repository, where nothing of it can leak from."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.notebooks.kernels import ROOT
from wslab.lessons import begin

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NUMBER, NAME, TITLE = "99", "a_trial", "A trial"
LESSON = f"notebooks/{NUMBER}_{NAME}.ipynb"
SOLUTIONS = f"notebooks/solutions/{NUMBER}_{NAME}.ipynb"
EXERCISES = f"wslab/lessons/exercises/lesson_{NUMBER}"
PAGE_TEST = f"tests/browser/test_lesson_{NUMBER}.py"


def _copy(folder: Path) -> Path:
    """A copy of what a lesson is made in and tried with."""
    for part in ("wslab", "tests", "notebooks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for part in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / part, folder / part)
    return folder


def _held(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files if ".pytest_cache" not in path.parts}


def _python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def _begun(root: Path) -> subprocess.CompletedProcess[str]:
    return _python(root, "-m", "wslab.lessons.begin", NUMBER, NAME, TITLE)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return _copy(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes], str]:
    """A copy in which a lesson was begun, what it held before, and what was printed."""
    root = _copy(tmp_path_factory.mktemp("clone"))
    before = _held(root)
    done = _begun(root)
    assert (done.returncode, done.stderr) == (0, "")
    return root, before, done.stdout


def test_it_says_what_it_has_made_and_changed_and_that_is_all(made: tuple[Path, dict[str, bytes], str]) -> None:
    root, before, printed = made
    after = _held(root)

    files = re.findall(r"^(made|changed) +(\S+)$", printed, re.MULTILINE)

    assert {name for how, name in files if how == "made"} == after.keys() - before.keys()
    assert {name for how, name in files if how == "changed"} == {name for name in before if before[name] != after[name]}
    assert {LESSON, SOLUTIONS, PAGE_TEST, f"{EXERCISES}/__init__.py"} <= after.keys() - before.keys()
    assert "README.md" in printed
    assert not [name for name in after.keys() - before.keys() if b"${" in after[name]]


def test_what_it_makes_passes_by_the_command_that_it_prints(made: tuple[Path, dict[str, bytes], str]) -> None:
    root, _, printed = made
    (command,) = re.findall(r"^    python (-m pytest .*)$", printed, re.MULTILINE)
    arguments = shlex.split(command)
    assert arguments.pop() == PAGE_TEST  # it has a test of its own

    done = _python(root, *arguments, "-v", "-p", "no:cacheprovider")

    assert done.returncode == 0, done.stdout[-5000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
    for name in (
        *(f"test_the_solution_passes[{NUMBER}.{place}] PASSED" for place in (1, 2, 3)),
        f"test_a_lesson_has_the_shape_of_a_lesson[{NUMBER}_{NAME}.ipynb] PASSED",
        "test_links_stubs_and_solutions_are_up_to_date PASSED",
        f"{LESSON.removesuffix('.ipynb')}::ipynb::Cell 0 PASSED",
        f"{SOLUTIONS.removesuffix('.ipynb')}::ipynb::Cell 0 PASSED",
    ):
        assert name in done.stdout, name


@pytest.mark.browser
def test_its_test_in_a_page_passes(made: tuple[Path, dict[str, bytes], str]) -> None:
    done = _python(made[0], "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", PAGE_TEST)

    assert done.returncode == 0, done.stdout[-5000:]
    if "1 skipped" in done.stdout:  # never on CI, where it would have failed
        pytest.skip("there is no page here")
    assert "1 passed" in done.stdout


def test_every_solution_is_stored_as_passed_and_every_stub_as_not_yet(made: tuple[Path, dict[str, bytes], str]) -> None:
    stored = {name: (made[0] / name).read_text("utf-8") for name in (LESSON, SOLUTIONS)}

    assert len(re.findall(rf'"{NUMBER}\.\d [^"]*: not yet', stored[LESSON])) == 3
    assert len(re.findall(rf'"{NUMBER}\.\d [^"]*: passed', stored[SOLUTIONS])) == 3


def test_the_course_is_up_to_date_with_it_and_storing_again_changes_nothing(
    made: tuple[Path, dict[str, bytes], str],
) -> None:
    root, _, printed = made
    before = _held(root)
    (commands,) = re.findall(r"^    (python -m wslab\.lessons\.navigation .*)$", printed, re.MULTILINE)

    for command in commands.split(" && "):
        done = _python(root, *shlex.split(command)[1:])
        assert done.returncode == 0, done.stderr

    assert _held(root) == before
    assert _python(root, "-m", "wslab.lessons.navigation", "--check").returncode == 0


def test_a_lesson_that_is_there_is_not_begun_again(made: tuple[Path, dict[str, bytes], str]) -> None:
    before = _held(made[0])

    with pytest.raises(begin.Refused, match=rf"lesson {NUMBER} is there already: .*\. Choose another number"):
        begin.Beginning(NUMBER, "another", "Another", made[0]).make()

    assert _held(made[0]) == before


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (LESSON, LESSON),
        (SOLUTIONS, SOLUTIONS),
        (f"{EXERCISES}/mine.py", f"{EXERCISES}/mine.py"),
        (PAGE_TEST, PAGE_TEST),
    ],
)
def test_one_file_of_that_number_is_enough(clone: Path, path: str, named: str) -> None:
    (clone / path).parent.mkdir(exist_ok=True)
    (clone / path).write_text("mine", "utf-8")

    with pytest.raises(begin.Refused, match=f"is there already: {re.escape(path)}"):
        begin.Beginning(NUMBER, NAME, TITLE, clone).make()


@pytest.mark.parametrize(
    ("number", "name", "title", "said"),
    [
        ("9", NAME, TITLE, "two digits"),
        ("999", NAME, TITLE, "two digits"),
        ("9a", NAME, TITLE, "two digits"),
        ("٩٩", NAME, TITLE, "two digits"),
        ("99\n", NAME, TITLE, "two digits"),
        ("00", NAME, TITLE, "is there already"),
        (NUMBER, "A-trial", TITLE, "name of a notebook"),
        (NUMBER, "../trial", TITLE, "name of a notebook"),
        (NUMBER, "a trial", TITLE, "name of a notebook"),
        (NUMBER, "trial.ipynb", TITLE, "name of a notebook"),
        (NUMBER, "prüfung", TITLE, "name of a notebook"),
        (NUMBER, "a__trial", TITLE, "name of a notebook"),
        (NUMBER, "", TITLE, "name of a notebook"),
        (NUMBER, NAME, "", "title is missing"),
        (NUMBER, NAME, "[A](b)", "begins with a letter"),
        (NUMBER, NAME, "99 A trial", "begins with a letter"),
        (NUMBER, NAME, "A\ntrial", "one line"),
        (NUMBER, NAME, "A trial!", "no exclamation mark"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, number: str, name: str, title: str, said: str
) -> None:
    monkeypatch.setattr(begin, "_run", lambda *_: pytest.fail("it has begun"))

    with pytest.raises(begin.Refused, match=said):
        begin.Beginning(number, name, title).make()


def test_without_a_title_the_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert begin.main([NUMBER, NAME]) == 1
    assert capsys.readouterr().err == 'the title is missing: python -m wslab.lessons.begin 07 servers "Servers"\n'


@pytest.mark.parametrize("lacks", ["notebooks", "tests", "wslab/lessons/exercises/template"])
def test_outside_of_a_clone_it_says_so(clone: Path, lacks: str) -> None:
    shutil.rmtree(clone / lacks)

    with pytest.raises(begin.Refused, match=rf"in a clone of the repository, and .* is none: it has no {lacks}"):
        begin.Beginning(NUMBER, NAME, TITLE, clone).make()


def test_a_course_that_is_not_up_to_date_is_left_alone(clone: Path) -> None:
    glossary = clone / "notebooks" / "glossary.md"
    glossary.write_text(glossary.read_text("utf-8") + "\n## Zebra\n\nAn animal.\n", "utf-8")
    before = _held(clone)

    done = _begun(clone)

    assert done.returncode == 1
    assert "`python -m wslab.lessons.navigation --check` failed: " in done.stderr
    assert _held(clone) == before


def test_where_a_step_fails_nothing_half_made_stays(clone: Path) -> None:
    (clone / "tests" / "notebooks" / "store.py").write_text("raise SystemExit('no kernel here')\n", "utf-8")
    before = _held(clone)

    done = _begun(clone)

    assert done.returncode == 1
    assert "tests.notebooks.store" in done.stderr
    assert done.stderr.endswith("failed: no kernel here\n")
    assert _held(clone) == before
    assert not (clone / EXERCISES).exists()


def test_where_it_is_interrupted_nothing_half_made_stays(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    neighbour = clone / "notebooks" / "08_browser_and_node.ipynb"
    before = _held(clone)

    def interrupted(_root: Path, module: str, *_arguments: str) -> None:
        if module == "tests.notebooks.store":
            assert (clone / LESSON).exists()
            neighbour.write_text("changed", "utf-8")
            raise KeyboardInterrupt

    monkeypatch.setattr(begin, "_run", interrupted)

    with pytest.raises(KeyboardInterrupt):
        begin.Beginning(NUMBER, NAME, TITLE, clone).make()

    assert _held(clone) == before
