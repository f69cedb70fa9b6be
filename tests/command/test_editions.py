"""Fingerprints, and the record of released editions that must never fall behind the notebooks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command.sample import GLOSSARY, LESSON, notebook, run_all, write_course
from wslab import __version__
from wslab.command.editions import RECORD, add_to_record, current, fingerprint, read_record

ROOT = Path(__file__).parents[2]
SOURCES = st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=6)


def mark(path: Path, data: bytes) -> str | None:
    path.write_bytes(data)
    return fingerprint(path)


@given(SOURCES)
def test_running_a_notebook_does_not_change_its_fingerprint(
    tmp_path_factory: pytest.TempPathFactory, sources: list[str]
) -> None:
    path = tmp_path_factory.mktemp("run") / "a.ipynb"
    before = mark(path, notebook(*(source.replace("\r", "") + "x" for source in sources)))
    run_all(path)
    assert before is not None
    assert fingerprint(path) == before


@given(SOURCES, SOURCES)
def test_two_notebooks_share_a_fingerprint_only_when_their_sources_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, one: list[str], other: list[str]
) -> None:
    path = tmp_path_factory.mktemp("two") / "a.ipynb"
    same = [source.replace("\r\n", "\n") for source in one] == [source.replace("\r\n", "\n") for source in other]
    assert (mark(path, notebook(*one)) == mark(path, notebook(*other))) is same


def test_line_ends_do_not_count(tmp_path: Path) -> None:
    unix, windows = notebook("# a", "x = 1\ny = 2"), notebook("# a", "x = 1\r\ny = 2")
    assert mark(tmp_path / "a.ipynb", unix) == mark(tmp_path / "a.ipynb", windows)


def test_what_cannot_be_read_is_never_ours(tmp_path: Path) -> None:
    assert fingerprint(tmp_path) is None
    assert fingerprint(tmp_path / "nowhere.ipynb") is None
    assert mark(tmp_path / "a.ipynb", b"{") is None
    assert mark(tmp_path / "a.md", b"{") is not None


def test_a_release_is_recorded_once_and_never_changed(tmp_path: Path) -> None:
    record = tmp_path / "editions.json"
    record.write_text('{"editions": {}}', encoding="utf-8")
    course = write_course(tmp_path / "course")
    add_to_record(course, "1.0.0", record)
    run_all(course / LESSON)
    add_to_record(course, "1.0.0", record)
    assert read_record(record) == {"1.0.0": current(course)}
    write_course(course, "second")
    with pytest.raises(ValueError, match="raise __version__"):
        add_to_record(course, "1.0.0", record)
    add_to_record(course, "2.0.0", record)
    assert set(read_record(record)) == {"1.0.0", "2.0.0"}
    assert read_record(record)["1.0.0"][GLOSSARY] != read_record(record)["2.0.0"][GLOSSARY]


def unrecorded(changelog: str, version: str, course: Path, record: Path) -> str | None:
    """Says what is wrong when a version has its section in the changelog and its notebooks are not in the record."""
    released = re.findall(r"^## \[(\d[^]]*)\]", changelog, flags=re.MULTILINE)
    editions = read_record(record)
    missing = [each for each in released if each not in editions]
    if missing:
        return f"released, and not recorded: {', '.join(missing)}. Run: python -m wslab.command.editions"
    if version in released and editions[version] != current(course):
        return (
            f"the notebooks are no longer those of {version}, which is released: raise __version__ in wslab/__init__.py"
        )
    return None


def test_every_release_is_recorded_and_a_released_version_keeps_its_notebooks() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert unrecorded(changelog, __version__, ROOT / "notebooks", RECORD) is None


def test_a_forgotten_record_and_a_late_change_are_seen(tmp_path: Path) -> None:
    course, record = write_course(tmp_path / "course"), tmp_path / "editions.json"
    record.write_text('{"editions": {}}', encoding="utf-8")
    changelog = "## [Unreleased]\n\n## [1.0.0] - 2027-01-01\n"
    assert "not recorded: 1.0.0" in str(unrecorded(changelog, "1.0.0", course, record))
    add_to_record(course, "1.0.0", record)
    assert unrecorded(changelog, "1.0.0", course, record) is None
    write_course(course, "second")
    assert "no longer those of 1.0.0" in str(unrecorded(changelog, "1.0.0", course, record))
    assert unrecorded(changelog, "1.1.0.dev0", course, record) is None


def test_the_record_holds_nothing_but_fingerprints() -> None:
    for marks in json.loads(RECORD.read_text(encoding="utf-8"))["editions"].values():
        assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in marks.values())
