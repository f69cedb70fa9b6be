"""The versions that CI installs: .ci/constraints.txt holds all that README's commands install, within the project's own bounds."""

from __future__ import annotations

import os
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.optional import on_ci
from tests.repository import small

FILE = small.ROOT / ".ci" / "constraints.txt"
PYPROJECT = (small.ROOT / "pyproject.toml").read_text(encoding="utf-8")
LINES = [Requirement(line) for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@pytest.fixture
def constraints() -> Any:
    """The script."""
    return small.script("constraints")


def kept(lines: list[Requirement], python: str) -> dict[str, str]:
    """The version of each package that a Python gets."""
    environment = {"python_version": python}
    return {
        line.name: next(iter(line.specifier)).version
        for line in lines
        if not line.marker or line.marker.evaluate(environment)
    }


def not_kept(pyproject: str, lines: list[Requirement], pythons: list[str]) -> list[str]:
    """Says what the project needs and no line holds, or a line holds outside of the project's bounds."""
    project = tomllib.loads(pyproject)
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    needed += [text for extra in project["project"]["optional-dependencies"].values() for text in extra]
    said = []
    for python in pythons:
        versions = kept(lines, python)
        for need in map(Requirement, needed):
            held = versions.get(canonicalize_name(need.name))
            if held is None or held not in need.specifier:
                said.append(f"{need} on Python {python}: {held}")
    return said


def test_whatever_the_project_needs_is_held_within_its_bounds_on_each_python(constraints: Any) -> None:
    pythons = constraints.pythons(PYPROJECT)

    assert pythons == ["3.11", "3.12", "3.13"]
    assert not_kept(PYPROJECT, LINES, pythons) == []
    assert not_kept(PYPROJECT.replace("websockets>=17,<18", "websockets>=99"), LINES, ["3.12"]) == [
        f"websockets>=99 on Python 3.12: {kept(LINES, '3.12')['websockets']}"
    ]
    assert not_kept(PYPROJECT, [line for line in LINES if line.name != "hatchling"], ["3.11"])[0].startswith(
        "hatchling"
    )


def test_each_line_holds_one_version() -> None:
    assert [str(line) for line in LINES if [each.operator for each in line.specifier] != ["=="]] == []
    assert [line.name for line in LINES if line.name != canonicalize_name(line.name)] == []


def test_what_all_pythons_get_is_one_line_and_what_they_get_differently_a_line_each(constraints: Any) -> None:
    found = {
        "3.11": {"wslab": "0.1", "numpy": "2.4", "pytest": "9.2", "overrides": "7"},
        "3.12": {"wslab": "0.1", "numpy": "2.5", "pytest": "9.2"},
    }

    lines = constraints.merged(found)

    assert lines == [
        'numpy==2.4 ; python_version == "3.11"',
        'numpy==2.5 ; python_version == "3.12"',
        'overrides==7 ; python_version == "3.11"',
        "pytest==9.2",
    ]
    for python, versions in found.items():
        assert kept(list(map(Requirement, lines)), python) | {"wslab": "0.1"} == versions


def test_a_python_that_is_not_there_is_named(constraints: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("HOME", "/nowhere")

    with pytest.raises(SystemExit, match=r"expected Python 3\.99 on this machine"):
        constraints.interpreter("3.99")


def test_on_ci_what_is_held_is_what_is_installed() -> None:
    """README's commands were not told, and have installed it all the same."""
    if not (on_ci() and os.environ.get("PIP_CONSTRAINT", "") == str(FILE)):
        pytest.skip("only where CI has installed by them")
    differ = {}
    for name, held in kept(LINES, f"{sys.version_info.major}.{sys.version_info.minor}").items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            continue  # it comes with the extra `node`, or with another Python
        if installed != held:
            differ[name] = (installed, held)
    assert differ == {}
