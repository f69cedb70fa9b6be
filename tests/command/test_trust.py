"""What the command copies is trusted, what a learner writes is not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.command.sample import LESSON, type_into, write_course
from wslab.command import course as course_module
from wslab.command.main import main
from wslab.command.trust import sign

if TYPE_CHECKING:
    from pathlib import Path


def trusted(path: Path) -> bool:
    notary = NotebookNotary()
    with closing(notary.store):
        return bool(notary.check_signature(nbformat.read(path, as_version=4)))


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(course_module, "PACKAGE", tmp_path / "installed" / "wslab")
    write_course(tmp_path / "installed" / "wslab" / "_course")
    return tmp_path / "course"


def test_what_is_copied_is_trusted(course: Path) -> None:
    main([str(course), "--copy-only"])
    assert trusted(course / LESSON)


def test_what_a_learner_changed_is_never_trusted_by_the_command(course: Path) -> None:
    main([str(course), "--copy-only"])
    type_into(course / LESSON, "mine = 1")
    main([str(course), "--copy-only"])
    assert not trusted(course / LESSON)


def test_a_notebook_that_was_not_signed_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "one.ipynb"
    output = new_output("display_data", {"text/html": "<b>stored elsewhere</b>"})
    nbformat.write(new_notebook(cells=[new_code_cell("1", outputs=[output])]), path)
    assert not trusted(path)
    assert sign([path])
    assert trusted(path)


def test_signing_leaves_no_database_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noted(*args: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*args, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noted)
    path = tmp_path / "one.ipynb"
    nbformat.write(new_notebook(), path)
    assert sign([path])

    assert opened
    for database in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            database.execute("SELECT 1")


def test_where_signing_is_not_possible_it_says_so_and_does_not_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("in the way")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "a file"))
    path = tmp_path / "one.ipynb"
    nbformat.write(new_notebook(), path)
    assert not sign([path])
    assert not sign([tmp_path / "missing.ipynb"])
