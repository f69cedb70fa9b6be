"""One set of bounds: pyproject.toml and environment.yml say the same, and wslab doctor can read them."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")
CONDA_ONLY = {"pip", "nodejs"}
"""What conda brings that is no dependency of the package: pip for the package itself, Node for the lessons that use it."""


def disagreements(pyproject: str, environment: str) -> list[str]:
    """Says where the two files differ."""
    project: dict[str, Any] = tomllib.loads(pyproject)["project"]
    wanted = {each.name: each.specifier for each in map(Requirement, project["dependencies"])}
    wanted["python"] = Requirement(f"python{project['requires-python']}").specifier
    lines = yaml.safe_load(environment)["dependencies"]
    conda = {each.name: each.specifier for each in map(Requirement, (line for line in lines if isinstance(line, str)))}
    pip: list[str] = next((line["pip"] for line in lines if isinstance(line, dict)), [])
    said = [
        f"{name}: environment.yml says {bounds or 'anything'}, pyproject.toml {wanted.get(name, 'nothing')}"
        for name, bounds in conda.items()
        if name not in CONDA_ONLY and bounds != wanted.get(name)
    ]
    said += [f"{name} is missing in environment.yml" for name in ("python", *sorted(CONDA_ONLY)) if name not in conda]
    if pip != ["-e ."]:
        said.append(f"pip in environment.yml installs {pip}, not the package itself")
    return said


def test_pyproject_and_environment_agree() -> None:
    assert disagreements(PYPROJECT, ENVIRONMENT) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("websockets>=17,<18", "websockets>=16", "websockets: environment.yml says >=16"),
        ("python>=3.11", "python>=3.10", "python: environment.yml says >=3.10"),
        ("- matplotlib>=3.9", "- seaborn", "seaborn: environment.yml says anything, pyproject.toml nothing"),
        ("- nodejs>=18", "", "nodejs is missing"),
        ("- -e .", "- wslab", "not the package itself"),
    ],
)
def test_a_disagreement_is_seen(old: str, new: str, said: str) -> None:
    assert old in ENVIRONMENT
    assert said in "\n".join(disagreements(PYPROJECT, ENVIRONMENT.replace(old, new)))


def test_the_packages_of_the_lessons_come_from_conda_where_it_has_them() -> None:
    names = {Requirement(line).name for line in yaml.safe_load(ENVIRONMENT)["dependencies"] if isinstance(line, str)}
    assert {"jupyterlab", "ipykernel", "websockets", "nest-asyncio2", "ipywidgets", "anywidget", "matplotlib"} <= names


def test_every_dependency_has_bounds_that_doctor_understands_and_a_reason() -> None:
    block = PYPROJECT.partition("\ndependencies = [\n")[2].partition("\n]")[0]
    entries = re.findall(r'((?:^ +#.*\n)*)^ +"([^"]+)",$', block, flags=re.MULTILINE)
    assert [text for _, text in entries] == tomllib.loads(PYPROJECT)["project"]["dependencies"]
    for reason, text in entries:
        assert reason.strip().startswith("# "), f"no reason is given for {text}"
        assert {each.operator for each in Requirement(text).specifier} <= {">=", "<"}, text
        assert any(each.operator == ">=" for each in Requirement(text).specifier), text


def undeclared(package: Path, dependencies: list[str]) -> set[str]:
    """What modules import at their top that is neither Python's own, nor ours, nor a declared dependency."""
    imported = set()
    for path in package.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    declared = {Requirement(text).name.replace("-", "_") for text in dependencies}
    foreign = imported - set(sys.stdlib_module_names) - {"wslab"}
    return {name for name in foreign if name.lower() not in declared}  # registries ignore case: IPython is ipython


def test_whatever_the_package_imports_is_a_declared_dependency(tmp_path: Path) -> None:
    dependencies = tomllib.loads(PYPROJECT)["project"]["dependencies"]
    assert undeclared(ROOT / "wslab", dependencies) == set()
    (tmp_path / "a.py").write_text(
        "import os, yaml.x\nfrom attrs import y\nfrom . import z\nimport ada_url", encoding="utf-8"
    )
    assert undeclared(tmp_path, dependencies) == {"yaml", "attrs"}


def test_nest_asyncio_itself_is_nowhere() -> None:
    assert not re.search(r"nest-asyncio(?!2)[<>=\"]", PYPROJECT + ENVIRONMENT)
