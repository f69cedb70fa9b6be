"""What is typed, what is answered, and how JupyterLab is started."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.command.sample import LESSON, type_into, write_course
from tests.ports import free_port
from wslab import __version__
from wslab.command import course as course_module
from wslab.command import jupyter
from wslab.command import main as main_module
from wslab.command.course import Step
from wslab.command.main import main, report

LIMIT = 120
"""Seconds that a program may take which has to import half of Jupyter, on a machine with very much to do."""

SCRIPT = Path(sysconfig.get_path("scripts")) / ("wslab.exe" if os.name == "nt" else "wslab")

# Says how it was started, in place of JupyterLab.
FAKE = "import json, os, sys; print(json.dumps({'argv': sys.argv[1:], 'cwd': os.getcwd(), 'path': sys.path, 'pid': os.getpid()}))"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small course in place of the real one, and an empty folder to type in."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setattr(course_module, "PACKAGE", tmp_path / "installed" / "wslab")
    return write_course(tmp_path / "installed" / "wslab" / "_course")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have become JupyterLab."""
    commands: list[list[str]] = []
    monkeypatch.setattr(main_module, "open_lab", commands.append)
    return commands


@pytest.mark.usefixtures("shipped")
def test_wslab_alone_copies_the_course_and_opens_lesson_00(
    opened: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    folder = Path.cwd() / "wslab-course"
    assert (folder / LESSON).is_file()
    assert f"--ServerApp.root_dir={folder}" in opened[0]
    assert f"--LabApp.default_url=/lab/tree/{LESSON}" in opened[0]
    assert capsys.readouterr().out.splitlines()[:2] == ["The course is in wslab-course", "  3 files copied"]


@pytest.mark.usefixtures("shipped")
def test_a_second_time_inside_the_course_it_opens_that_one(
    opened: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["--copy-only"])
    monkeypatch.chdir("wslab-course")
    main([])
    assert not Path("wslab-course").exists()
    assert f"--ServerApp.root_dir={Path.cwd()}" in opened[0]


@pytest.mark.usefixtures("shipped")
def test_copy_only_opens_nothing(opened: list[list[str]]) -> None:
    assert main(["somewhere", "--copy-only"]) == 0
    assert (Path("somewhere") / LESSON).is_file()
    assert opened == []


@pytest.mark.usefixtures("shipped")
def test_what_stands_behind_two_dashes_goes_to_jupyterlab_last(opened: list[list[str]]) -> None:
    main(["mine", "--no-browser", "--", "--port=9999", "--", "--no-browser"])
    assert opened[0][-3:] == ["--port=9999", "--", "--no-browser"]
    assert "--ServerApp.open_browser=False" in opened[0]
    main(["mine"])
    assert "--ServerApp.open_browser=False" not in opened[1]


@pytest.mark.parametrize("root", [True, False])
def test_root_is_allowed_only_for_root(monkeypatch: pytest.MonkeyPatch, *, root: bool) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    assert ("--ServerApp.allow_root=True" in jupyter.command_line(Path("x"))) is root


@pytest.mark.usefixtures("shipped", "opened")
def test_a_learner_is_told_about_their_own_work(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--copy-only"])
    type_into(Path("wslab-course") / LESSON)
    capsys.readouterr()
    main(["--copy-only"])
    assert f"1 file with your work, left alone: {LESSON}" in capsys.readouterr().out
    write_course(shipped, "second")
    main(["--copy-only"])
    out = capsys.readouterr().out
    assert (
        f"{LESSON} holds your work and stays; the new edition is beside it: 00_start_here.new-{__version__}.ipynb"
        in out
    )
    assert "glossary.md is replaced by the new edition: you had not changed it" in out


def test_nothing_is_said_about_files_that_stay_the_same(tmp_path: Path) -> None:
    assert report([Step("a", "same", tmp_path / "a")], tmp_path) == [f"The course is in {tmp_path}"]


@pytest.mark.usefixtures("shipped", "opened")
@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (["docter"], 1, "Did you mean: wslab doctor"),
        (["help"], 1, "Did you mean: wslab --help"),
        ([""], 1, "the folder's name is empty"),
        (["taken"], 1, "is a file"),
        (["--port=9999"], 2, "wslab -- --port=9999"),
        (["one", "two"], 2, "unrecognized arguments: two"),
        (["--no-brows"], 2, "wslab --help"),
        (["doctor", "me"], 2, "unrecognized arguments: me"),
    ],
)
def test_a_mistake_is_answered_with_what_to_type(
    typed: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").write_text("", encoding="utf-8")
    try:
        got = main(typed)
    except SystemExit as end:
        got = int(str(end.code))
    told = capsys.readouterr()
    assert (got, said in told.err) == (code, True), told.err
    assert [path.name for path in Path.cwd().iterdir()] == ["taken"]


@pytest.mark.usefixtures("shipped", "opened")
def test_a_folder_may_have_the_name_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["./doctor", "--copy-only"]) == 0
    assert main(["./help", "--copy-only"]) == 0
    assert (Path("doctor") / LESSON).is_file()
    assert main(["help", "--copy-only"]) == 0  # it exists by now
    assert capsys.readouterr().err == ""


def test_without_jupyterlab_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(course_module.CourseError, match=r"(?s)JupyterLab is missing.*pip install \"jupyterlab>="):
        jupyter.open_lab(["x"])


def wslab(*typed: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Types the installed command."""
    return subprocess.run(
        [SCRIPT, *typed], cwd=cwd, env=os.environ | env, capture_output=True, text=True, timeout=LIMIT, check=False
    )


def test_the_installed_command_answers_help_and_version(tmp_path: Path) -> None:
    assert wslab("--version", cwd=tmp_path).stdout == f"wslab {__version__}\n"
    said = wslab("--help", cwd=tmp_path).stdout
    assert "wslab doctor" in said
    assert max(map(len, said.splitlines())) <= 100
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot replace one program by another")
def test_the_installed_command_becomes_jupyterlab(tmp_path: Path) -> None:
    fake = tmp_path / "fake"
    (fake / "jupyterlab").mkdir(parents=True)
    (fake / "jupyterlab" / "__init__.py").touch()
    (fake / "jupyterlab" / "__main__.py").write_text(FAKE, encoding="utf-8")
    desk = tmp_path / "a desk with späces"
    desk.mkdir()
    (desk / "random.py").write_text("raise SystemExit('a learner's own file was imported')", encoding="utf-8")
    with subprocess.Popen(
        [SCRIPT, "my course", "--", "--x"],
        cwd=desk,
        env=os.environ | {"PYTHONPATH": str(fake), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        out, _ = process.communicate(timeout=LIMIT)
    seen: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert seen["pid"] == process.pid
    assert seen["argv"] == jupyter.command_line(desk / "my course", extra=["--x"])[4:]
    assert str(desk) not in seen["path"]
    assert "\x1b[" not in out


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_real_jupyterlab_serves_lesson_00_and_stops_at_one_ctrl_c(tmp_path: Path) -> None:
    keyboard, terminal = os.openpty()
    with subprocess.Popen(
        [SCRIPT, "course", "--no-browser", "--", f"--port={free_port()}", "--port-retries=200"],
        cwd=tmp_path,
        env=os.environ | {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "TERM": "xterm"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        preexec_fn=lambda: os.login_tty(terminal),  # noqa: PLW1509 - so that Ctrl-C reaches it; no thread runs yet
    ) as process:
        os.close(terminal)
        screen: list[str] = []
        reader = threading.Thread(target=read_all, args=(keyboard, screen))
        reader.start()
        try:
            server = wait_for_server(tmp_path / "runtime", process)
            config = page_config(fetch(server, f"lab/tree/{LESSON}"))
            lesson = json.loads(fetch(server, f"api/contents/{LESSON}"))
            os.write(keyboard, b"\x03")
            process.wait(timeout=LIMIT)
        finally:
            process.kill()
            reader.join(timeout=LIMIT)
            os.close(keyboard)
    said = "".join(screen)
    assert process.returncode == 0, said
    assert "@jupyterlab/apputils-extension:announcements" in config["disabledExtensions"]
    assert lesson["type"] == "notebook"
    assert f"/lab/tree/{LESSON}?token=" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) < 20, f"a learner's terminal should stay calm:\n{said}"


def read_all(keyboard: int, screen: list[str]) -> None:
    """Collects what appears on a pseudo-terminal, until the program is gone."""
    with contextlib.suppress(OSError):  # on Linux that is how it ends
        while data := os.read(keyboard, 4096):
            screen.append(data.decode())


def fetch(server: dict[str, str], path: str) -> str:
    """Fetches one address of a Jupyter server."""
    with urllib.request.urlopen(f"{server['url']}{path}?token={server['token']}", timeout=LIMIT) as answer:
        return str(answer.read(), "utf-8")


def page_config(page: str) -> dict[str, Any]:
    """What the server tells JupyterLab's page."""
    text = page.partition('id="jupyter-config-data"')[2].partition(">")[2].partition("</script>")[0]
    config: dict[str, Any] = json.loads(text)
    return config


def wait_for_server(runtime: Path, process: subprocess.Popen[bytes]) -> dict[str, str]:
    """Waits until JupyterLab has said where it is, and answers there."""
    limit = time.monotonic() + LIMIT
    while time.monotonic() < limit:
        assert process.poll() is None, "JupyterLab ended before it answered"
        for note in runtime.glob("jpserver-*.json"):
            try:
                server: dict[str, str] = json.loads(note.read_text(encoding="utf-8"))
                fetch(server, "api")
            except (OSError, ValueError):  # it does not answer yet, or has not written all of it
                continue
            return server
        time.sleep(0.05)
    pytest.fail(f"JupyterLab did not answer within {LIMIT} s")


def test_ctrl_c_before_jupyterlab_ends_quietly(tmp_path: Path) -> None:
    code = "from wslab.command import main as m; m.main = lambda t: (_ for _ in ()).throw(KeyboardInterrupt()); m.run()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
