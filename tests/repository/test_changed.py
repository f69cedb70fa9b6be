"""What a landing runs under load and shaken: .ci/changed.py, in checkouts of every kind."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.optional import need
from tests.repository import small

FILES = [
    *(
        "wslab/__init__.py",
        "wslab/wire/__init__.py",
        "wslab/wire/frames.py",
        "wslab/net/__init__.py",
        "wslab/net/raw/wire.py",
    ),
    *("wslab/lessons/__init__.py", "wslab/lessons/begin.py", "wslab/lessons/lesson_02/keys.py"),
    *("notebooks/02_handshake.ipynb", "notebooks/solutions/02_handshake.ipynb", "notebooks/05_sending.ipynb"),
    *(
        "notebooks/glossary.md",
        "tests/wire/test_frames.py",
        "tests/net/test_raw.py",
        "tests/net/test_tap.py",
        "tests/net/raw/test_bytes.py",
    ),
    *(
        "tests/net/harness.py",
        "tests/lessons/test_lesson_02.py",
        "tests/notebooks/kernels.py",
        "tests/browser/test_log.py",
    ),
    *("tests/conftest.py", "README.md", "pyproject.toml", ".ci/run"),
]
ALL = {"02", "05"}, {"tests/wire", "tests/net", "tests/lessons"}
NOTHING: tuple[set[str], set[str]] = (set(), set())


@pytest.fixture
def changed() -> Any:
    """The script."""
    return small.script("changed")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with files, and no history yet."""
    for name in FILES:
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path / "checkout"


def git(place: Path, *words: str) -> None:
    need(shutil.which("git"), "no git here: apt-get install git")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *words], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def commit(place: Path, *names: str) -> None:
    """Write into files, and commit them."""
    for name in names:
        with (place / name).open("a", encoding="utf-8") as file:
            file.write("\nmore")
    git(place, "add", "--all")
    git(place, "commit", "--allow-empty", "--message", "a change")


@pytest.fixture
def history(checkout: Path) -> Path:
    """A checkout on main with 31 commits; the fifth from the end changed lesson 05."""
    git(checkout, "init", "--initial-branch=main")
    commit(checkout)
    for _ in range(25):
        commit(checkout, "wslab/wire/frames.py")
    commit(checkout, "notebooks/05_sending.ipynb")
    for _ in range(4):
        commit(checkout, "README.md")
    return checkout


def chosen(changed: Any, place: Path) -> tuple[str, set[str], set[str]]:
    why, paths = changed.since(place)
    lessons, tests = changed.everything(place) if paths is None else changed.choose(place, paths)
    return why, lessons, tests


@pytest.mark.parametrize(
    ("paths", "lessons", "tests"),
    [
        (["notebooks/02_handshake.ipynb"], {"02"}, set()),
        (["notebooks/solutions/02_handshake.ipynb"], {"02"}, set()),
        (["wslab/lessons/lesson_02/keys.py"], {"02"}, {"tests/lessons"}),
        (["wslab/lessons/exercises/lesson_05/envelope.py"], {"05"}, {"tests/lessons"}),
        (["wslab/lessons/begin.py"], ALL[0], {"tests/lessons"}),
        (["wslab/wire/frames.py"], ALL[0], {"tests/wire"}),
        (["wslab/net/raw/wire.py", "tests/wire/test_frames.py"], ALL[0], {"tests/net", "tests/wire/test_frames.py"}),
        (["tests/net/test_raw.py"], set(), {"tests/net/test_raw.py"}),
        (["tests/net/test_raw.py", "tests/net/test_gone.py"], set(), {"tests/net"}),
        (["tests/net/harness.py", "tests/net/test_raw.py"], set(), {"tests/net"}),
        (["tests/net/raw/test_bytes.py"], set(), {"tests/net/raw/test_bytes.py"}),
        (["tests/net/harness.py", "tests/net/raw/test_bytes.py"], set(), {"tests/net"}),
        (["tests/notebooks/kernels.py"], ALL[0], set()),
        (["tests/lessons/test_lesson_02.py"], set(), {"tests/lessons/test_lesson_02.py"}),
        (["tests/browser/test_log.py", "tests/repository/test_changed.py", "tests/bench/log.py"], *NOTHING),
        (["README.md", "notebooks/glossary.md", "notebooks/images/log.png", "LICENSE", "environment.yml"], *NOTHING),
        (["notebooks/13_gone.ipynb"], *NOTHING),
        ([], *NOTHING),
        *(
            (["README.md", path], *ALL)
            for path in ("pyproject.toml", ".ci/run", "tests/conftest.py", "wslab/__init__.py")
        ),
        *(
            (["README.md", path], *ALL)
            for path in ("wslab/new/a.py", "tests/plugins/groups.py", "tests/sanitize.cfg", "a.toml")
        ),
    ],
)
def test_what_has_changed_chooses_lessons_and_tests(
    changed: Any, checkout: Path, paths: list[str], lessons: set[str], tests: set[str]
) -> None:
    assert changed.choose(checkout, paths) == (lessons, tests)


def test_on_a_branch_it_is_what_differs_from_the_merge_base_with_origin_main(changed: Any, history: Path) -> None:
    git(history, "update-ref", "refs/remotes/origin/main", "HEAD~2")
    git(history, "checkout", "-b", "topic", "HEAD~3")
    commit(history, "tests/net/test_raw.py")

    why, lessons, tests = chosen(changed, history)

    assert why.startswith("changed since the merge base with origin/main (")
    assert (lessons, tests) == (set(), {"tests/net/test_raw.py"})


def test_a_detached_head_is_a_branch_too(changed: Any, history: Path) -> None:
    git(history, "update-ref", "refs/remotes/origin/main", "HEAD~5")
    git(history, "checkout", "--detach")

    assert chosen(changed, history)[1:] == ({"05"}, set())


@pytest.mark.parametrize("origin", ["HEAD", "none", "another"])
def test_on_main_or_without_a_merge_base_it_is_what_twenty_commits_changed(
    changed: Any, history: Path, origin: str
) -> None:
    if origin == "another":
        git(history, "checkout", "--orphan", "another")
        commit(history)
        git(history, "checkout", "main")
    if origin != "none":
        git(history, "update-ref", "refs/remotes/origin/main", origin)

    why, lessons, tests = chosen(changed, history)

    assert why.startswith("changed since HEAD~20 (")
    assert (lessons, tests) == (ALL[0], {"tests/wire"})


def test_what_twenty_commits_ago_was_as_it_is_now_has_not_changed(changed: Any, history: Path) -> None:
    for _ in range(20):
        commit(history, "README.md")

    assert chosen(changed, history)[1:] == NOTHING


def test_what_is_not_committed_has_changed(changed: Any, history: Path) -> None:
    git(history, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    (history / "tests/net/test_raw.py").write_text("changed", encoding="utf-8")
    (history / "tests/wire/test_new.py").write_text("new", encoding="utf-8")
    (history / "tests/net/test_tap.py").rename(history / "tests/lessons/test_ta\u00fc p.py")

    assert chosen(changed, history)[2] == {"tests/net", "tests/wire/test_new.py", "tests/lessons/test_ta\u00fc p.py"}


def test_a_clone_of_main_has_the_history_of_main(changed: Any, history: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--bare", str(history), "bare.git")
    git(tmp_path, "clone", "bare.git", "clone")

    assert chosen(changed, tmp_path / "clone")[0].startswith("changed since HEAD~20 (")


@pytest.mark.parametrize("kind", ["no git", "in another checkout", "too young", "shallow", "git is missing"])
def test_without_history_it_is_everything(
    changed: Any, checkout: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = checkout
    if kind == "in another checkout":
        git(tmp_path, "init")
        commit(tmp_path)
    elif kind == "too young":
        git(checkout, "init", "--initial-branch=main")
        commit(checkout)
        commit(checkout)
    elif kind == "shallow":
        git(checkout, "init", "--initial-branch=main")
        for _ in range(25):
            commit(checkout)
        git(tmp_path, "clone", "--depth=20", checkout.as_uri(), "clone")
        place = tmp_path / "clone"
    elif kind == "git is missing":
        monkeypatch.setenv("PATH", str(tmp_path))

    why, *rest = chosen(changed, place)

    assert why.startswith("no history")
    assert tuple(rest) == ALL


def test_the_choice_is_printed_in_three_lines(changed: Any, history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(history, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    changed.main(history)
    assert capsys.readouterr().out.splitlines()[1:] == ["", ""]

    commit(history, "pyproject.toml")
    changed.main(history)
    why, lessons, tests = capsys.readouterr().out.splitlines()
    assert why.startswith("changed since the merge base with origin/main (")
    assert why.endswith("): everything")
    assert (lessons, tests) == ("02_ or 05_", "tests/lessons tests/net tests/wire")


def test_here_it_chooses_what_is_there(changed: Any) -> None:
    lessons, tests = changed.everything(small.ROOT)
    assert {"00", "02", "08"} <= lessons
    assert {"tests/net", "tests/lab", "tests/lessons"} <= tests
    assert [path for path in tests if not (small.ROOT / path).is_dir()] == []
