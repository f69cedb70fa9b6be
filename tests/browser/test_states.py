"""The state diagram in real JupyterLab: the image follows the socket, also one that was scrolled away or reloaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook
    from tests.browser.jupyter import Notebook

CELLS = [
    "from wslab import Lab\nlab = Lab()\nserver = await lab.serve()",
    "socket = lab.WebSocket(server.url)\nsocket.state_diagram",
]
IMAGE = 'img[src*="wslab-states-"]'


def becomes(notebook: Notebook, state: str) -> None:
    """Wait until the image shows this as the current state."""
    address = re.compile(re.escape(quote(f": {state})", safe="()")))
    expect(notebook.find(IMAGE)).to_have_attribute("src", address)


def test_the_picture_is_live_and_survives_a_reload(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(CELLS).run_all()
    expect(notebook.find(IMAGE)).to_be_visible()
    becomes(notebook, "OPEN")
    notebook.execute("socket.close(1000)\n_ = await socket.closed()")
    becomes(notebook, "CLOSED")
    notebook.command("docmanager:save")
    notebook.reload()
    becomes(notebook, "CLOSED")
    assert notebook.elsewhere == []
    assert notebook.complaints == []
