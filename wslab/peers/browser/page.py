"""The widget that runs a cell's JavaScript in the page. It is never shown: the console is what stands under the cell."""

from __future__ import annotations

import json
import pathlib
from typing import ClassVar

import anywidget
import traitlets

from wslab.peers.socket_wrapper import socket_wrapper

_STATIC = pathlib.Path(__file__).parent / "static"


def _module() -> str:
    """page.js, with the two texts in front that it gives to the cell's page: one module, nothing to be fetched."""
    texts = {"SOCKET": socket_wrapper(), "SCOPE": (_STATIC / "scope.js").read_text(encoding="utf-8")}
    texts_first = "".join(f"const {name} = {json.dumps(text)};\n" for name, text in texts.items())
    return texts_first + (_STATIC / "page.js").read_text(encoding="utf-8")


class Page(anywidget.AnyWidget):
    """What a page is told of a run before it is asked anything.

    Attributes:
        port: Where the control channel listens; 0 where there is none.
        token: What lets a page in there.
        granted: Whether a page has the run already: others, and this one when it is loaded again, leave it alone.
    """

    _esm: ClassVar[str] = _module()

    port = traitlets.Int().tag(sync=True)
    token = traitlets.Unicode().tag(sync=True)
    granted = traitlets.Bool(default_value=False).tag(sync=True)

    def __repr__(self) -> str:
        return "<Page of a browser cell>"
