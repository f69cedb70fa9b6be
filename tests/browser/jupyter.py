"""Real JupyterLab in a real Chromium, for tests: a server of its own, pages, notebooks.

    Jupyter    one JupyterLab server in folders of its own: nobody's settings are read or changed
    Notebook   one notebook open in one page: run cells, read outputs, ask the kernel, look at the page

Nothing here sleeps: everything waits for the thing itself. Every page keeps what it requested (`requests`) and what its
console and its errors said (`console`), so a test can demand that nothing left the machine and nothing went wrong.

Playwright's synchronous interface keeps an event loop running in the thread that uses it. Tests in this folder therefore
run no asyncio code of their own; whatever needs a loop runs in the kernel.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import ConsoleMessage, Locator, Page, Request, WebSocket

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
    "--enable-precise-memory-info",
]

TIMEOUT = 60_000
"""How long to wait for anything before it counts as broken, in milliseconds. A busy machine is slow, not broken."""

# What JupyterLab itself says on its console in this setting, and what is no fault of ours.
NOISE = (
    "Download the React DevTools",
    "[JupyterLab] ",
    "favicon",
    "Failed to load resource: the server responded with a status of 404",  # its own optional settings and workspaces
    "Connection lost, reconnecting",  # these two when a test restarts the kernel
    "Canceled future for ",
)


def chromium() -> str | None:
    """Where Chromium is: ``CHROMIUM`` in the environment, or the one on the path."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def free_port() -> int:
    """A port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Jupyter:
    """A JupyterLab server in folders of its own.

    Args:
        folder: An empty folder for its settings, its log and, in ``notebooks``, its notebooks.
        environment: Variables to set for it and its kernels.
    """

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.root = folder / "notebooks"
        self.root.mkdir(parents=True)
        self.log = folder / "server.log"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._written = 0
        self.opened: list[Notebook] = []
        self._environment = environment or {}
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
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
            *("--IdentityProvider.token=", f"--ServerApp.root_dir={self.root}"),
            *("--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
            *("--LabApp.expose_app_in_browser=True", "--ServerApp.disable_check_xsrf=True"),
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
                with urllib.request.urlopen(f"{self.base}/api/status", timeout=5) as answer:
                    answer.read()
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
            process.wait(20)
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
        with urllib.request.urlopen(f"{self.base}/api/sessions", timeout=10) as answer:
            sessions = json.load(answer)
        for session in sessions:
            if session["path"] == str(notebook.relative_to(self.root)):
                request = urllib.request.Request(f"{self.base}/api/sessions/{session['id']}", method="DELETE")
                with urllib.request.urlopen(request, timeout=20) as answer:
                    answer.read()


_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_READY = """async () => {
  const widget = window.jupyterapp.shell.currentWidget;
  await widget.context.ready;
  await widget.sessionContext.ready;
  await widget.sessionContext.session.kernel.info;
}"""
_DONE = """([panel, wanted]) => {
  const cells = [...document.querySelectorAll(`${panel} .jp-Notebook .jp-CodeCell`)];
  const chosen = wanted === null ? cells : [cells[wanted]];
  return cells.length > 0 && chosen.every((cell) => /^\\[\\d+\\]:$/.test(cell.querySelector('.jp-InputArea-prompt').textContent.trim()));
}"""
_EXECUTE = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, silent: false, store_history: false });
  let text = '', error = null;
  future.onIOPub = (message) => {
    if (message.header.msg_type === 'stream') text += message.content.text;
    if (message.header.msg_type === 'error') error = `${message.content.ename}: ${message.content.evalue}`;
  };
  await future.done;
  return { text, error };
}"""
_OUTPUTS = """(panel) => [...document.querySelectorAll(`${panel} .jp-Notebook .jp-CodeCell`)].map(
  (cell) => [...cell.querySelectorAll('.jp-OutputArea-output')].map((output) => output.innerText).join('\\n'))"""


class Notebook:
    """A notebook open in JupyterLab, in one page.

    Args:
        jupyter: The server.
        page: The page to open it in.
        path: The notebook, inside the server's folder.
    """

    def __init__(self, jupyter: Jupyter, page: Page, path: Path) -> None:
        self.jupyter = jupyter
        self.page = page
        self.path = path
        self.requests: list[str] = []
        self.console: list[str] = []
        jupyter.opened.append(self)
        page.set_default_timeout(TIMEOUT)
        page.on("request", self._requested)
        page.on("websocket", self._connected)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)

    def _connected(self, websocket: WebSocket) -> None:
        self.requests.append(websocket.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.console.append(f"{message.type}: {message.text}")

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings of the console that are not JupyterLab's own."""
        return [text for text in self.console if not any(noise in text for noise in NOISE)]

    @property
    def elsewhere(self) -> list[str]:
        """Requests that left the machine."""
        own = (
            "data:",
            "blob:",
            f"http://127.0.0.1:{self.jupyter.port}/",
            f"ws://127.0.0.1:{self.jupyter.port}/",
            "ws://127.0.0.1:",
        )
        return [url for url in self.requests if not url.startswith(own)]

    def close(self) -> None:
        """Shut down its kernel. The page stays."""
        self.jupyter.delete_kernel(self.path)

    def open(self) -> Self:
        """Open it, and wait for its kernel."""
        self.page.goto(f"{self.jupyter.base}/lab/tree/{self.path.relative_to(self.jupyter.root)}?reset")
        return self._ready()

    def reload(self) -> Self:
        """Load the page again; the kernel lives on."""
        self.page.reload()
        return self._ready()

    def _ready(self) -> Self:
        # "idle" shows before there is a kernel, and Run All without one does nothing: ask the session itself.
        self.page.wait_for_selector(f"{_PANEL} .jp-Notebook .jp-Cell")
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext")
        self.page.evaluate(_READY)
        return self

    def command(self, name: str, **arguments: Any) -> None:
        """Run a command of JupyterLab, and wait until it has returned."""
        self.page.evaluate("([name, given]) => window.jupyterapp.commands.execute(name, given)", [name, arguments])

    def begin(self, name: str, **arguments: Any) -> None:
        """Begin a command of JupyterLab, and do not wait for it."""
        start = "([name, given]) => { window.jupyterapp.commands.execute(name, given).catch(() => {}); }"
        self.page.evaluate(start, [name, arguments])

    def run_all(self, *, wait: bool = True) -> Self:
        """Run all cells, queued at once."""
        self.begin("notebook:run-all-cells")
        return self.wait_done() if wait else self

    def activate(self, index: int) -> Self:
        """Make one cell the active one: what JupyterLab's commands act on."""
        self.page.evaluate(
            """(index) => {
              const notebook = window.jupyterapp.shell.currentWidget.content;
              notebook.activeCellIndex = index;
              notebook.deselectAll();
            }""",
            index,
        )
        return self

    def scroll_to(self, index: int) -> Self:
        """Bring a cell into view: JupyterLab draws only those near it, and what is not drawn cannot be found."""
        self.page.evaluate(
            "(index) => window.jupyterapp.shell.currentWidget.content.scrollToItem(index, 'center')", index
        )
        return self

    def run_cell(self, index: int, *, wait: bool = True) -> Self:
        """Run one cell, by its place among all cells."""
        self.activate(index)
        # The prompt still shows the last run's number: empty it first, so that waiting means this run.
        self.page.evaluate(
            "(index) => window.jupyterapp.shell.currentWidget.content.widgets[index].setPrompt?.('*')", index
        )
        self.begin("notebook:run-cell")
        if wait:
            code = self.page.evaluate(
                """(index) => window.jupyterapp.shell.currentWidget.content.widgets
                     .slice(0, index).filter((cell) => cell.model.type === 'code').length""",
                index,
            )
            self.wait_done(code)
        return self

    def wait_done(self, code_cell: int | None = None) -> Self:
        """Wait until code cells have run: all of them, or one by its place among code cells. Fails when one raised."""
        self.page.wait_for_function(_DONE, arg=[_PANEL, code_cell])
        errors = self.page.locator(f"{_PANEL} .jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']")
        if errors.count():
            raise AssertionError(f"a cell raised:\n{errors.first.inner_text()}")
        return self

    def outputs(self) -> list[str]:
        """The outputs of each code cell, as text."""
        return list(self.page.evaluate(_OUTPUTS, _PANEL))

    def execute(self, code: str) -> str:
        """Run code in the kernel, outside any cell. Returns what it printed; raises what it raised."""
        done = self.page.evaluate(_EXECUTE, code)
        if done["error"]:
            raise AssertionError(f"in the kernel: {done['error']}\n{done['text']}")
        return str(done["text"])

    def begin_execute(self, code: str) -> None:
        """Run code in the kernel, and do not wait for it."""
        self.page.evaluate(f"(code) => {{ ({_EXECUTE})(code).catch(() => {{}}); }}", code)

    def restart_kernel(self) -> Self:
        """Restart the kernel, and wait until the new one answers."""
        self.page.evaluate(
            """async () => {
              const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
              await kernel.restart();
              await kernel.info;
            }"""
        )
        return self

    def theme(self, name: str) -> Self:
        """Change to ``JupyterLab Light`` or ``JupyterLab Dark``, and wait until it shows."""
        self.command("apputils:change-theme", theme=name)
        light = "true" if "Light" in name else "false"
        self.page.wait_for_selector(
            f"body[data-jp-theme-name='{name}'][data-jp-theme-light='{light}']", state="attached"
        )
        return self

    def cell(self, index: int) -> Locator:
        """A cell, by its place among all cells."""
        return self.page.locator(f"{_PANEL} .jp-Notebook .jp-Cell").nth(index)

    def find(self, selector: str) -> Locator:
        """Elements of the open notebook."""
        return self.page.locator(f"{_PANEL} {selector}")
