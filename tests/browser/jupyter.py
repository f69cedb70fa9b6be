"""A Jupyter server for tests, in folders of its own: nobody's settings are read or changed.

It serves JupyterLab and Notebook 7; `Notebook` and `Notebook7` are notebooks open in a page of theirs (notebook.py).

Playwright's synchronous interface keeps an event loop running in the thread that uses it. Tests in this folder therefore
run no asyncio code of their own; whatever needs a loop runs in the kernel.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Self

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.browser.notebook import TIMEOUT, Notebook, Notebook7

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CHROMIUM_ARGUMENTS", "NO_CHROMIUM", "ROOT", "TIMEOUT", "Jupyter", "Notebook", "Notebook7", "chromium"]

ROOT = Path(__file__).resolve().parents[2]

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-smooth-scrolling",
    "--enable-precise-memory-info",
    "--host-resolver-rules=MAP hub.example 127.0.0.1",
]


NO_CHROMIUM = "no Chromium here: install it (Debian: apt install chromium) or set CHROMIUM to its path"


def chromium() -> str | None:
    """Where Chromium is: ``CHROMIUM`` in the environment, or the one on the path."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def free_port() -> int:
    """A port that nobody uses, and that nobody is given who asks for any: below those, for it may be long until it is taken."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class Jupyter:
    """A JupyterLab server in folders of its own.

    Args:
        folder: An empty folder for its settings, its log and, in ``notebooks``, its notebooks.
        environment: Variables to set for it and its kernels.
        proxy: Whether it has jupyter-server-proxy, as a hub's servers often do. A learner's own machine seldom has it.
        host: What its pages call its machine; Chromium takes ``hub.example`` for this one.
        under: The path below which a hub puts it, such as ``/user/ana``.
        token: What a page must know to be logged in; the other pages of these tests need not log in.
    """

    def __init__(
        self,
        folder: Path,
        environment: dict[str, str] | None = None,
        *,
        proxy: bool = False,
        host: str = "127.0.0.1",
        under: str = "",
        token: str = "",
    ) -> None:
        self.folder = folder
        self.root = folder / "notebooks"
        self.root.mkdir(parents=True)
        self.log = folder / "server.log"
        self.port = free_port()
        self.host = f"{host}:{self.port}"
        self.base = f"http://{self.host}{under}"
        self._api = f"http://127.0.0.1:{self.port}{under}/api"
        self._written = 0
        self.opened: list[Notebook] = []
        self._environment = environment or {}
        self._proxy = proxy
        self._under = under
        self._token = token
        self.environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it and wait until it answers."""
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "IPYTHONDIR": "ipython",
        }
        self.environment = environment = {
            **os.environ,
            **{name: str(self.folder / place) for name, place in folders.items()},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
            **self._environment,
        }
        settings = self.folder / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet), encoding="utf-8")
        pages = self.folder / "config" / "labconfig" / "page_config.json"
        pages.parent.mkdir(parents=True)
        off = {"disabledExtensions": {"@jupyterhub/jupyter-server-proxy": not self._proxy}}
        pages.write_text(json.dumps(off), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
            *(f"--ServerApp.base_url={self._under}/", "--ServerApp.allow_remote_access=True"),
            *(f"--IdentityProvider.token={self._token}", f"--ServerApp.root_dir={self.root}"),
            "--AsyncMappingKernelManager.kernel_manager_class=tests.browser.kernels.Kernels",
            *("--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
            *("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"),
            *(
                "--ServerApp.disable_check_xsrf=True",
                f"--ServerApp.jpserver_extensions=jupyter_server_proxy={self._proxy}",
            ),
            # When a test run is killed nobody stops the server: it ends by itself.
            *("--ServerApp.shutdown_no_activity_timeout=900", "--MappingKernelManager.cull_idle_timeout=600"),
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=self.root, start_new_session=True
            )
        self._wait_until_it_answers()
        return self

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + TIMEOUT / 1000
        assert self._process is not None
        while True:
            try:
                self._ask("status", limit=20)
            except OSError:
                if self._process.poll() is not None:
                    raise RuntimeError(f"JupyterLab ended at once:\n{self.read_log()}") from None
                if time.monotonic() > deadline:
                    self.stop()
                    raise TimeoutError(f"JupyterLab does not answer:\n{self.read_log()}") from None
                time.sleep(0.05)  # between two questions; the answer is what is waited for
            else:
                return

    def stop(self) -> None:
        """Stop it, and its kernels with it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def read_log(self) -> str:
        """What the server has written."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def write(self, cells: Sequence[str], name: str | None = None) -> Path:
        """Write a notebook of code cells; a cell that begins with ``%md`` is Markdown."""
        made = [
            new_markdown_cell(cell.removeprefix("%md").strip()) if cell.startswith("%md") else new_code_cell(cell)
            for cell in cells
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        self._written += 1
        target = self.root / (name or f"test-{self._written}.ipynb")
        nbformat.write(new_notebook(cells=made, metadata={"kernelspec": kernel}), target)
        return target

    def copy(self, notebook: Path) -> Path:
        """Copy a notebook in, so that a test never changes the original."""
        target = self.root / notebook.name
        shutil.copyfile(notebook, target)
        # As the command `wslab` does: else nothing of it is trusted after a reload, and no widget is drawn.
        subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from wslab.command.trust import sign; sys.exit(not sign(sys.argv[1:]))",
                target,
            ],
            env=self.environment,
            check=True,
        )
        return target

    def delete_kernel(self, notebook: Path) -> None:
        """Shut down the kernel of one notebook, if it has one."""
        for session in json.loads(self._ask("sessions")):
            if session["path"] == str(notebook.relative_to(self.root)):
                self._ask(f"sessions/{session['id']}", "DELETE")

    def _ask(self, what: str, method: str = "GET", *, limit: float = 60) -> bytes:
        """Ask its API something."""
        headers = {"Authorization": f"token {self._token}"} if self._token else {}
        request = urllib.request.Request(f"{self._api}/{what}", headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=limit) as answer:
            return bytes(answer.read())
