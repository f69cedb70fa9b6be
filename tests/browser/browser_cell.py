"""A %%browser cell under test: its kernel, its lab, its console."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.jupyter import Notebook

LAB = """
%load_ext wslab
import json, time
from wslab import Lab

lab = Lab()

async def greet(connection):
    await connection.send("Hello, client!")

async def talk(connection):
    await connection.send("Hello, client!")
    await connection.recv()

async def listen(connection):
    async for message in connection:
        pass

async def stay(connection):
    try:
        async for message in connection:
            await connection.send(message)
    except Exception:
        pass

def rows(count=0, word=""):
    "Wait, without letting go of the kernel, until so many rows hold this word; all rows as text."
    deadline = time.monotonic() + 120
    while True:
        found = [f"{row.source}: {row.name} {row.text}".strip() for row in lab.timeline.rows()]
        if sum(word in row for row in found) >= count:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
"""
"""What a kernel needs first."""


def set_source(notebook: Notebook, index: int, text: str) -> None:
    """Put something into a cell."""
    notebook.page.evaluate(
        """([index, text]) => window.jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.setSource(text)""",
        [index, text],
    )


class Cell:
    """The second cell of a notebook whose first is `LAB`.

    Args:
        notebook: The notebook.
    """

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self._port = ""

    def run(self, line: str, code: str, handler: str = "stay", options: str = "") -> Self:
        """Run JavaScript against a fresh lab, where port 8080 stands for whichever is free here."""
        self.notebook.execute(f"lab = Lab(); server = await lab.serve({handler}, {options})")
        self._port = self.notebook.execute("print(server.port)").strip()
        self.set(line, code).notebook.run_cell(1)
        return self

    def set(self, line: str, code: str) -> Self:
        """Put JavaScript into the cell."""
        set_source(self.notebook, 1, f"%%browser {line}\n{code}".replace("8080", self._port))
        return self

    @property
    def lines(self) -> Locator:
        """What stands on its console."""
        return self.notebook.find(".wsl-console .wsc-text")

    @property
    def head(self) -> Locator:
        """How it stands."""
        return self.notebook.find(".wsl-console .wsc-state")

    def transcript(self) -> list[str]:
        """The timeline, once everything is over."""
        self.notebook.execute("await lab.settled(60)")
        return self.notebook.execute("print(lab.timeline.transcript())").strip("\n").splitlines()

    def told(self, count: int, word: str) -> list[str]:
        """Wait until so many rows hold a word; all of them."""
        found = json.loads(self.notebook.execute(f"print(json.dumps(rows({count}, {word!r})))"))
        return [re.sub(rf"\b{self._port}\b", "PORT", row) for row in found]
