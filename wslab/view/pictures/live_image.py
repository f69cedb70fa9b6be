"""A drawing that is live on the page and still there without a kernel.

What a cell shows is a plain SVG image, so it survives in a saved notebook and on a code host. A widget that is never shown
stands behind it: it finds the image on the page by its key and puts a new one in its place when the drawing changes.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar

import anywidget
import traitlets

from wslab.timeline import CONTAINED, log_failure
from wslab.view.closed_widgets import CLOSED
from wslab.view.flusher import SCREEN, Flusher, Screen
from wslab.view.static_files import STATIC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wslab.timeline import Failed


class _ImageWidget(anywidget.AnyWidget):
    """Never shown: keeps the images of one drawing on the page up to date."""

    _esm: ClassVar[Path] = STATIC / "live_image.js"
    _css: ClassVar[Path] = STATIC / "live_image.css"

    key = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    svg = traitlets.Unicode().tag(sync=True)


class LiveImage:
    """What keeps one drawing on the page up to date.

    Args:
        name: What is drawn, in a word: the key begins with it.
        draw: Draws, with the key as the id of the SVG. Called on the screen's thread.
        alt: What the picture is, for somebody who does not see it.
        failed: Told what drawing raised: the image stays as it is until it can be drawn again.

    Attributes:
        key: What the image is found by.
    """

    def __init__(
        self,
        name: str,
        draw: Callable[[str], str],
        alt: str,
        failed: Failed = log_failure,
        *,
        _screen: Screen = SCREEN,
    ) -> None:
        self.key = f"wslab-{name}-{secrets.token_hex(6)}"
        self._name = name
        self._draw = draw
        self._alt = alt
        self._failed = failed
        self._flusher = Flusher(self._flush, _screen, failed, tries=3)
        self._widget: _ImageWidget | None = None
        self._steady = False
        self._last = False

    @property
    def svg(self) -> str:
        """The drawing as it is now."""
        return self._draw(self.key)

    @property
    def shown(self) -> str:
        """The drawing as the page has it; empty where nothing keeps it up to date."""
        return "" if self._widget is None else self._widget.svg

    def begin(self, *, steady: bool = False) -> None:
        """Keep the image up to date from now on.

        Args:
            steady: Whether to draw again and again, for what nobody reports; else only after `wake`.
        """
        if self._widget is None:
            self._steady, self._last = steady, False
            self._widget = _ImageWidget(key=self.key, alt=self._alt, svg=self.svg)
            self._flusher.start()
            self._flusher.wake()

    def wake(self) -> None:
        """Say that the drawing has changed. Any thread; returns at once."""
        self._flusher.wake()

    def end(self) -> None:
        """Draw once more, and then leave the image as it is. Any thread; returns at once."""
        self._last = True
        if self._widget is not None:
            self._flusher.finish()

    def close(self) -> None:
        """Let the page keep the image as it is, at once."""
        CLOSED.forget(self)
        self._flusher.stop(0)
        widget, self._widget = self._widget, None
        if widget is not None:
            widget.close()

    def _flush(self) -> bool:
        if self._widget is None:
            return False
        try:
            self._widget.svg = self.svg
        except CONTAINED as error:
            self._failed(f"drawing the {self._name} failed", error)
        if self._last:  # nothing more will change: it stays as other things of a closed lab do
            CLOSED.keep(self)
            return False
        return self._steady
