"""A page that is far from its kernel: it reaches Jupyter and nothing else, as when both run on another machine."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.jupyter import Jupyter


@contextlib.contextmanager
def far_page(browser: Browser, jupyter: Jupyter) -> Iterator[Page]:
    """A page in a context of its own, for which every port but Jupyter's is refused at once.

    Its browser sends everything but Jupyter's own address to a proxy that is not there. A WebSocket that is refused that way
    shows its code what a refused port does: an error event, then close with 1006.
    """
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, so that nobody else takes the port, and not listening
        context = browser.new_context(
            viewport={"width": 1280, "height": 900},
            proxy={
                "server": f"http://127.0.0.1:{nobody.getsockname()[1]}",
                "bypass": jupyter.host,
            },
        )
        try:
            yield context.new_page()
        finally:
            context.close()
