"""Laying the course out: what is copied, what is replaced, and that a learner's work never is."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.command.sample import GLOSSARY, LESSON, SOLUTION, notebook, run_all, snapshot, type_into, write_course
from wslab.command import course as course_module
from wslab.command.course import CourseError, Step, choose_folder, find_course, lay_out
from wslab.command.editions import MANIFEST, current

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return write_course(tmp_path / "shipped")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "wslab-course"


@pytest.fixture(autouse=True)
def record(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """The record of released editions; empty unless a test fills it."""
    editions: dict[str, dict[str, str]] = {}
    monkeypatch.setattr(course_module, "read_record", lambda: editions)
    return editions


def verbs(steps: list[Step]) -> dict[str, str]:
    return {step.name: step.verb for step in steps}


def test_an_empty_place_gets_the_whole_course_byte_for_byte(shipped: Path, folder: Path) -> None:
    steps = lay_out(shipped, folder, "1.0.0")
    copied = snapshot(folder)
    del copied[MANIFEST]
    assert copied == snapshot(shipped)
    assert verbs(steps) == {LESSON: "copy", GLOSSARY: "copy", SOLUTION: "copy"}


def test_hidden_files_and_caches_are_not_copied(shipped: Path, folder: Path) -> None:
    for name in (".ipynb_checkpoints/old.ipynb", "__pycache__/x.pyc", ".DS_Store", "solutions/.hidden"):
        (shipped / name).parent.mkdir(exist_ok=True)
        (shipped / name).write_text("x", encoding="utf-8")
    lay_out(shipped, folder, "1.0.0")
    assert set(snapshot(folder)) == {LESSON, GLOSSARY, SOLUTION, MANIFEST}


def test_a_second_time_nothing_is_touched(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    run_all(folder / LESSON)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    steps = lay_out(shipped, folder, "1.0.0")
    assert set(verbs(steps).values()) == {"same"}
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_notebook_that_was_only_run_gets_the_new_edition(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    run_all(folder / LESSON)
    write_course(shipped, "second")
    steps = lay_out(shipped, folder, "2.0.0")
    assert verbs(steps)[LESSON] == "update"
    assert (folder / LESSON).read_bytes() == (shipped / LESSON).read_bytes()


@pytest.mark.parametrize(
    "mine",
    [
        notebook("# Start here", "print('first')", "1 + 2"),
        notebook("# Start here", "print('first')", "1 + 1 "),
        notebook("# Start here!", "print('first')", "1 + 1"),
        notebook("# Start here", "1 + 1", "print('first')"),
        notebook("# Start here", "print('first')"),
        notebook("# Start here", "print('first')", "1 + 1", "2 + 2"),
        notebook("# Start here", "print('first')", "1 + 1").replace(b'"code"', b'"raw"'),
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"cells": 3}',
        b'{"cells": [1]}',
        b'{"worksheets": []}',
        b"[" * 100_000,
    ],
    ids=lambda mine: mine[-60:-40].decode("latin-1") if len(mine) > 60 else repr(mine),
)
def test_a_learners_notebook_stays_and_the_new_edition_is_put_beside_it(
    shipped: Path, folder: Path, mine: bytes
) -> None:
    lay_out(shipped, folder, "1.0.0")
    (folder / LESSON).write_bytes(mine)
    write_course(shipped, "second")
    steps = lay_out(shipped, folder, "2.0.0")
    beside = folder / "00_start_here.new-2.0.0.ipynb"
    assert (folder / LESSON).read_bytes() == mine
    assert beside.read_bytes() == (shipped / LESSON).read_bytes()
    assert Step(LESSON, "offer", beside) in steps


def test_work_in_the_current_edition_is_left_alone_and_nothing_is_offered(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    mine = type_into(folder / LESSON)
    before = snapshot(folder)
    steps = lay_out(shipped, folder, "1.0.0")
    assert verbs(steps)[LESSON] == "yours"
    assert snapshot(folder) == before
    assert before[LESSON] == mine


def test_a_deleted_notebook_comes_back(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    (folder / LESSON).unlink()
    assert verbs(lay_out(shipped, folder, "1.0.0"))[LESSON] == "copy"
    assert (folder / LESSON).read_bytes() == (shipped / LESSON).read_bytes()


def test_an_offered_edition_that_was_deleted_is_not_offered_again(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    type_into(folder / LESSON)
    write_course(shipped, "second")
    lay_out(shipped, folder, "2.0.0")
    (folder / "00_start_here.new-2.0.0.ipynb").unlink()
    assert verbs(lay_out(shipped, folder, "2.0.0"))[LESSON] == "yours"
    assert not list(folder.glob("*.new-*"))


def test_work_in_an_offered_edition_is_safe_too(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    type_into(folder / LESSON)
    write_course(shipped, "second")
    lay_out(shipped, folder, "2.0.0.dev0")
    mine = type_into(folder / "00_start_here.new-2.0.0.dev0.ipynb")
    write_course(shipped, "third")
    lay_out(shipped, folder, "2.0.0.dev0")
    assert (folder / "00_start_here.new-2.0.0.dev0.ipynb").read_bytes() == mine
    assert (folder / "00_start_here.new-2.0.0.dev0-2.ipynb").read_bytes() == (shipped / LESSON).read_bytes()


def test_an_untouched_offer_of_the_same_version_is_replaced(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    type_into(folder / LESSON)
    for edition in ("second", "third"):
        write_course(shipped, edition)
        lay_out(shipped, folder, "2.0.0.dev0")
    assert [path.name for path in folder.glob("*.new-*.ipynb")] == ["00_start_here.new-2.0.0.dev0.ipynb"]
    assert (folder / "00_start_here.new-2.0.0.dev0.ipynb").read_bytes() == (shipped / LESSON).read_bytes()


def test_an_edition_that_changes_one_file_forgets_nothing_about_the_others(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    (shipped / GLOSSARY).write_text("more words", encoding="utf-8")
    lay_out(shipped, folder, "2.0.0")
    write_course(shipped, "third")
    assert set(verbs(lay_out(shipped, folder, "3.0.0")).values()) == {"update"}


def test_a_notebook_put_back_as_it_came_is_ours_again(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    original = (folder / LESSON).read_bytes()
    type_into(folder / LESSON)
    write_course(shipped, "second")
    lay_out(shipped, folder, "2.0.0")
    (folder / LESSON).write_bytes(original)
    assert verbs(lay_out(shipped, folder, "2.0.0"))[LESSON] == "update"


@pytest.mark.parametrize("name", [GLOSSARY, SOLUTION])
def test_other_files_are_held_to_the_same_rule(shipped: Path, folder: Path, name: str) -> None:
    lay_out(shipped, folder, "1.0.0")
    (folder / name).write_text("mine", encoding="utf-8")
    write_course(shipped, "second")
    lay_out(shipped, folder, "2.0.0")
    place = Path(name)
    assert (folder / name).read_text(encoding="utf-8") == "mine"
    beside = folder / place.with_name(f"{place.stem}.new-2.0.0{place.suffix}")
    assert beside.read_bytes() == (shipped / name).read_bytes()


class TestWithoutTheManifest:
    """The manifest may be deleted, broken, or left behind when notebooks are moved."""

    @pytest.mark.parametrize("left", [None, b"", b"{", b"[]", b"\xff", b'{"files": 3}', b'{"files": {"a": 3}}'])
    def test_work_stays_and_one_edition_is_offered_once(self, shipped: Path, folder: Path, left: bytes | None) -> None:
        lay_out(shipped, folder, "1.0.0")
        mine = type_into(folder / LESSON)
        for verb in ("offer", "yours", "yours"):
            (folder / MANIFEST).unlink() if left is None else (folder / MANIFEST).write_bytes(left)
            assert verbs(lay_out(shipped, folder, "1.0.0"))[LESSON] == verb
            assert (folder / LESSON).read_bytes() == mine
            assert [path.name for path in folder.glob("*.new-*")] == ["00_start_here.new-1.0.0.ipynb"]

    def test_a_released_edition_is_still_known_by_the_record(
        self, shipped: Path, folder: Path, record: dict[str, dict[str, str]]
    ) -> None:
        lay_out(shipped, folder, "1.0.0")
        run_all(folder / LESSON)
        record["1.0.0"] = current(shipped)
        (folder / MANIFEST).unlink()
        write_course(shipped, "second")
        assert set(verbs(lay_out(shipped, folder, "2.0.0")).values()) == {"update"}

    def test_an_edition_that_nobody_recorded_stays(self, shipped: Path, folder: Path) -> None:
        lay_out(shipped, folder, "1.0.0.dev0")
        before = (folder / LESSON).read_bytes()
        (folder / MANIFEST).unlink()
        write_course(shipped, "second")
        assert set(verbs(lay_out(shipped, folder, "2.0.0")).values()) == {"offer"}
        assert (folder / LESSON).read_bytes() == before


class TestInTheWay:
    """Things that a learner's folder may hold in place of what belongs there."""

    def test_a_file_named_like_the_folder(self, shipped: Path, folder: Path) -> None:
        folder.write_text("a note", encoding="utf-8")
        with pytest.raises(CourseError, match=r"(?s)is a file.*wslab my-wslab-course"):
            lay_out(shipped, folder, "1.0.0")
        assert folder.read_text(encoding="utf-8") == "a note"

    def test_a_link_that_leads_nowhere(self, shipped: Path, folder: Path) -> None:
        folder.symlink_to("nowhere")
        with pytest.raises(CourseError, match="a link that leads nowhere"):
            lay_out(shipped, folder, "1.0.0")

    def test_a_link_to_a_folder_is_followed(self, shipped: Path, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to("elsewhere")
        lay_out(shipped, folder, "1.0.0")
        assert (tmp_path / "elsewhere" / SOLUTION).is_file()

    def test_a_file_named_solutions_leaves_the_folder_as_it_was(self, shipped: Path, folder: Path) -> None:
        folder.mkdir()
        (folder / "solutions").write_text("mine", encoding="utf-8")
        with pytest.raises(CourseError, match=r"(?s)folder named solutions.*Rename it, then type wslab again"):
            lay_out(shipped, folder, "1.0.0")
        assert snapshot(folder) == {"solutions": b"mine"}

    def test_a_folder_named_like_a_notebook(self, shipped: Path, folder: Path) -> None:
        (folder / LESSON).mkdir(parents=True)
        lay_out(shipped, folder, "1.0.0")
        assert (folder / LESSON).is_dir()
        assert (folder / "00_start_here.new-1.0.0.ipynb").is_file()

    @pytest.mark.parametrize("there", [True, False], ids=["leads to a notebook", "leads nowhere"])
    def test_what_a_link_points_at_is_never_written(
        self, shipped: Path, folder: Path, tmp_path: Path, *, there: bool
    ) -> None:
        lay_out(shipped, folder, "1.0.0")
        original = (folder / LESSON).read_bytes()
        own = tmp_path / "my own copy.ipynb"
        if there:
            own.write_bytes(original)
        for edition, beside in (("second", None), ("third", "00_start_here.new-2.0.0.ipynb")):
            for name in filter(None, (LESSON, beside)):
                (folder / name).unlink()
                (folder / name).symlink_to(own)
            write_course(shipped, edition)
            lay_out(shipped, folder, "2.0.0")
            assert all((folder / name).is_symlink() for name in filter(None, (LESSON, beside)))
        assert (folder / "00_start_here.new-2.0.0-2.ipynb").read_bytes() == (shipped / LESSON).read_bytes()
        assert (own.read_bytes() if own.exists() else None) == (original if there else None)

    def test_a_learners_own_files_and_git_are_left_alone(self, shipped: Path, folder: Path) -> None:
        for name in (".git/config", "notes.txt", "03_mine.ipynb", "solutions/mine.py"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(name, encoding="utf-8")
        before = snapshot(folder)
        lay_out(shipped, folder, "1.0.0")
        after = snapshot(folder)
        assert {name: after[name] for name in before} == before

    def test_the_notebooks_own_folder_is_refused(self, shipped: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(shipped)
        for place in (shipped, shipped / "wslab-course", tmp_path / "link"):
            with pytest.raises(CourseError, match="where wslab keeps the notebooks"):
                lay_out(shipped, place, "1.0.0")
        assert set(snapshot(shipped)) == {LESSON, GLOSSARY, SOLUTION}

    def test_a_disk_that_fails_loses_nothing(
        self, shipped: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lay_out(shipped, folder, "1.0.0")
        before = snapshot(folder)
        write_course(shipped, "second")

        def full(path: Path, target: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", str(target))

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(CourseError, match="No space left on device"):
            lay_out(shipped, folder, "2.0.0")
        assert snapshot(folder) == before


@contextlib.contextmanager
def somebody_without_rights() -> Iterator[None]:
    """Root may write anywhere, so as root these tests become nobody for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter, unlike pytest's own."""
    place = Path(tempfile.mkdtemp(prefix="wslab-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no folder that only its owner's rights keep closed")
def test_a_folder_that_may_not_be_written_is_named_with_what_to_type(public: Path) -> None:
    shipped = write_course(public / "shipped")
    closed = public / "closed"
    closed.mkdir(mode=0o555)
    for folder in (closed, closed / "wslab-course"):
        with (
            somebody_without_rights(),
            pytest.raises(CourseError, match=rf"(?s)cannot write in {folder}: Permission denied.*wslab ~/wslab-course"),
        ):
            lay_out(shipped, folder, "1.0.0")
    assert not list(closed.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no folder that only its owner's rights keep closed")
def test_a_course_that_is_complete_needs_no_right_to_write(public: Path) -> None:
    shipped = write_course(public / "shipped")
    folder = public / "wslab-course"
    lay_out(shipped, folder, "1.0.0")
    for place in (folder / "solutions", folder):
        place.chmod(0o555)
    with somebody_without_rights():
        assert set(verbs(lay_out(shipped, folder, "1.0.0")).values()) == {"same"}


def test_the_folder_is_the_one_named_else_wslab_course_else_here(
    tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert choose_folder(None, tmp_path) == tmp_path / "wslab-course"
    assert choose_folder("mine", tmp_path) == tmp_path / "mine"
    assert choose_folder("~/mine", tmp_path) == tmp_path / "home" / "mine"
    assert choose_folder("/mine", tmp_path) == Path("/mine")
    lay_out(shipped, tmp_path / "mine", "1.0.0")
    assert choose_folder(None, tmp_path / "mine") == tmp_path / "mine"


def test_an_installation_without_notebooks_says_how_to_repair_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_module, "PACKAGE", tmp_path / "wslab")
    with pytest.raises(CourseError, match=r"(?s)holds no notebooks.*pip install --force-reinstall"):
        find_course()


def test_a_notebook_of_ours_that_is_damaged_is_named(shipped: Path, folder: Path) -> None:
    (shipped / LESSON).write_text("{", encoding="utf-8")
    with pytest.raises(CourseError, match=r"damaged: .*00_start_here\.ipynb is not a notebook"):
        lay_out(shipped, folder, "1.0.0")


def test_the_manifest_says_what_it_is(shipped: Path, folder: Path) -> None:
    lay_out(shipped, folder, "1.0.0")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert "wslab" in manifest["about"]
    assert manifest["files"] == {name: [mark] for name, mark in current(shipped).items()}
