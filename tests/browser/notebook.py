"""A notebook open in a real page, for tests: run cells, read outputs, ask the kernel, look at the page.

    Notebook   in JupyterLab
    Notebook7  in Notebook 7, which the same server serves

Nothing here sleeps: everything waits for the thing itself. Every page keeps what it requested (`requests`) and what its
console and its errors said (`console`), so a test can demand that nothing left the machine and nothing went wrong.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Self

from tests.browser import in_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Locator, Page, Request, WebSocket

    from tests.browser.jupyter import Jupyter

TIMEOUT = 60_000
"""How long to wait for anything before it counts as broken, in milliseconds. A busy machine is slow, not broken."""

RUN = 240_000
"""And for cells to run: Run All of a lesson takes a minute where nothing else runs."""

# What JupyterLab itself says on its console in this setting, and what is no fault of ours.
NOISE: tuple[str, ...] = (
    "Download the React DevTools",
    "[JupyterLab] ",
    "favicon",
    "Failed to load resource: the server responded with a status of 404",  # its own optional settings and workspaces
    "Connection lost, reconnecting",  # these two when a test restarts the kernel
    "Canceled future for ",
    " is taking too long to activate.",  # from here on where the machine is busy: of its own plugins
    "ms to activate.",
    " did not appear within ",  # of the cell to which it scrolls
)

_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"


class Notebook:
    """A notebook open in JupyterLab, in one page.

    Args:
        jupyter: The server.
        page: The page to open it in.
        path: The notebook, inside the server's folder.
    """

    # In a workspace of its own: in one that they share, a page that is loaded again opens the notebooks of other tests too.
    ADDRESS = "lab/workspaces/{name}/tree/{path}?reset"
    NOISE = NOISE

    def __init__(self, jupyter: Jupyter, page: Page, path: Path) -> None:
        self.jupyter = jupyter
        self.page = page
        self.path = path
        self.requests: list[str] = []
        self.console: list[str] = []
        jupyter.opened.append(self)
        page.set_default_timeout(TIMEOUT)
        page.add_init_script(f"({in_page.PATIENCE})()")
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
        return [text for text in self.console if not any(noise in text for noise in self.NOISE)]

    @property
    def elsewhere(self) -> list[str]:
        """Requests that left the machine."""
        host = self.jupyter.host
        own = ("data:", "blob:", f"http://{host}/", f"ws://{host}/", "ws://127.0.0.1:", "ws://localhost:")
        return [url for url in self.requests if not url.startswith(own)]

    def close(self) -> None:
        """Shut down its kernel. The page stays."""
        self.jupyter.delete_kernel(self.path)

    def open(self) -> Self:
        """Open it, and wait for its kernel."""
        address = self.ADDRESS.format(name=self.path.stem, path=self.path.relative_to(self.jupyter.root).as_posix())
        self.page.goto(f"{self.jupyter.base}/{address}")
        if lacking := self._lacking():
            raise TimeoutError(f"no kernel for {self.path.name}: {lacking}\n{self.jupyter.read_log()[-4000:]}")
        return self

    def reload(self) -> Self:
        """Load the page again; the kernel lives on."""
        self.page.reload()
        assert not (lacking := self._lacking()), lacking
        self.page.evaluate(in_page.REDRAWN, TIMEOUT)
        return self

    def _lacking(self) -> str:
        """How far it has come where its kernel does not answer; empty where it does."""
        # "idle" shows before there is a kernel, and Run All without one does nothing: ask the session itself.
        self.page.wait_for_selector(f"{_PANEL} .jp-Notebook .jp-Cell")
        self.page.wait_for_function("() => window.jupyterapp?.shell")
        path = self.path.relative_to(self.jupyter.root).as_posix()
        return str(self.page.evaluate(in_page.READY, [path, TIMEOUT]))

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
        code = self.page.evaluate(in_page.RUN, index)
        if wait:
            self.wait_done(code)
        return self

    def wait_done(self, code_cell: int | None = None) -> Self:
        """Wait until code cells have run: all of them, or one by its place among code cells.

        Fails when one of them raised and has no tag that says it should.
        """
        self.page.wait_for_function(in_page.DONE, arg=code_cell, timeout=RUN)
        raised = self.page.evaluate(in_page.RAISED, code_cell)
        if raised:
            raise AssertionError(f"a cell raised:\n{raised[0]}")
        return self

    def execute(self, code: str) -> str:
        """Run code in the kernel, outside any cell. Returns what it printed; raises what it raised."""
        done = self.page.evaluate(in_page.EXECUTE, code)
        if done["error"]:
            raise AssertionError(f"in the kernel: {done['error']}\n{done['text']}")
        return str(done["text"])

    def begin_execute(self, code: str) -> None:
        """Run code in the kernel; wait until it begins, and not for its end."""
        self.page.evaluate(in_page.BEGIN, code)

    @contextlib.contextmanager
    def blocked(self) -> Iterator[None]:
        """Meanwhile code holds the kernel's own thread, as a cell does that blocks."""
        go = self.jupyter.folder / f"{self.path.stem} goes on"
        wait = f"while not pathlib.Path({str(go)!r}).exists() and time.monotonic() < limit: time.sleep(0.01)"
        self.begin_execute(f"import pathlib, time; limit = time.monotonic() + 120\n{wait}")
        try:
            yield
        finally:
            go.touch()
            self.execute("pass")
            go.unlink()

    def restart_kernel(self) -> Self:
        """Restart the kernel, and wait until the new one answers."""
        kernel = "const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        self.page.evaluate(f"async () => {{ {kernel}; await kernel.restart(); await ({in_page.ANSWERS})(kernel); }}")
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


class Notebook7(Notebook):
    """A notebook open in Notebook 7: the same parts as JupyterLab's around one notebook, at another address."""

    ADDRESS = "notebooks/{path}"
    NOISE = (
        *NOISE,
        "Menu entry for command ",
        "[yjs#509] Not same Y.Doc",
        # Its own start says these, with an empty notebook too; the second where JupyterLab has left a workspace.
        "Cannot read properties of undefined (reading 'schema')",
        "Command 'filebrowser:open-path' not registered",
    )
