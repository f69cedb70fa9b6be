"""What stands on the page of a console, and which of the closed ones stay there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import anywidget
import traitlets

from wslab.view.closed_widgets import ClosedWidgets
from wslab.view.static_files import STATIC, static_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class ConsoleWidget(anywidget.AnyWidget):
    """The widget of a console.

    Attributes:
        transcript: Gives the transcript of the console.
    """

    _esm: ClassVar[Path] = STATIC / "console.js"
    # The log's own rules under another root: one palette in the house.
    _css: ClassVar[str] = static_text("log.css").replace(".wsl-log", ".wsl-console") + "\n" + static_text("console.css")

    transcript: Callable[[], str]

    label = traitlets.Unicode().tag(sync=True)
    head = traitlets.Dict().tag(sync=True)
    opening = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return f'<Console "{self.label}">'


CLOSED = ClosedWidgets[ConsoleWidget](20)
"""The consoles whose program is over: more than logs, for there may be several in a lesson."""


def transcripts() -> dict[str, str]:
    """The transcript of each console whose program is over, by the id of its widget on the page.

    A page stores of a console what it was called when its cell had run, which is mostly before anything was printed. The step
    that stores the outputs of the course puts this in its place (tests/notebooks/store_in_page.py).
    """
    return {str(view.model_id): view.transcript() for view in CLOSED.kept()}
