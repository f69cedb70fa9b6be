"""A cell's JavaScript in the page that shows the notebook, with the browser's own WebSocket.

BrowserRun ──► Session, on the lab's thread ◄── Control, a WebSocket ──► the page (static/page.js)
                  │                                                        │
                  └──► rows, lines of the console, `Progress`              └──► the cell's code (static/scope.js)
"""

from __future__ import annotations

from wslab.peers.browser.control import Control as Control
from wslab.peers.browser.page import Page as Page
from wslab.peers.browser.run import BrowserRun as BrowserRun
from wslab.peers.browser.run import runs as runs

__all__ = [
    "BrowserRun",
    "Control",
    "Page",
    "runs",
]
