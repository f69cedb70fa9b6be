"""What is buffered where, live and over time: the way of a message from one piece of code to another, and where it waits.

your code ─► transport ─► kernel's send queue ══ network ══► kernel's receive queue ─► library's queue ─► your code
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.sax.saxutils import escape

from wslab.timeline import log_failure
from wslab.view.flusher import SCREEN, Screen
from wslab.view.pictures.live_image import LiveImage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wslab.timeline import Failed
    from wslab.view.pictures.plot import Plot

MOST_SAMPLES = 2000
"""How many measurements are kept for the plot."""

MOST_CONNECTIONS = 4
"""The most connections that are drawn: the newest."""

QUEUES = ("transport", "kernel, sending", "kernel, receiving", "library")
_INK, _BAR, _FAINT = "#777d84", "#2a78bd", "#858b92"
_WIDTH, _HEIGHT, _LEFT, _GAP = 120, 16, 118, 16
_LITTLE = 0.01  # of the most that waited anywhere: a direction with no more than that has no plot of its own
_FULL = 64 * 1024 * 1024  # a bar is full here; its length is the logarithm, since a byte and a megabyte both matter


Held: TypeAlias = tuple[int | None, int | None, int | None, int | None, int | None]
"""The bytes that one end holds, as `wslab.net.Buffers`: bufferedAmount, those in the transport, in the kernel for sending and for
receiving, and in the library. None where the system does not tell."""

_UNKNOWN: Held = (None, None, None, None, None)

Sample: TypeAlias = dict[tuple[int, str], tuple[int | None, ...]]


class Gauge:
    """A live gauge of all open connections. Evaluate it in a cell to see it; `plot` shows how it came to that.

    Args:
        measure: Gives connection number, side and what it holds, for every open end. Called on the screen's thread.
        failed: Told what measuring raised there.

    Attributes:
        history: What was measured, oldest first: seconds since the gauge began, and bytes in each of `QUEUES` by
            connection and direction. A new entry comes when something has changed.
    """

    def __init__(
        self,
        measure: Callable[[], Sequence[tuple[int, str, Held]]],
        failed: Failed = log_failure,
        *,
        _screen: Screen = SCREEN,
    ) -> None:
        self._measure = measure
        self._began = time.monotonic()
        self._amounts: dict[int, int | None] = {}
        self._lock = threading.Lock()
        self.history: deque[tuple[float, Sample]] = deque(maxlen=MOST_SAMPLES)
        self._image = LiveImage("gauge", self._draw, "What is buffered where", failed, _screen=_screen)

    def sample(self) -> Sample:
        """Measure now.

        Returns:
            Bytes in each of `QUEUES`, by connection and direction; None where the system does not tell.
        """
        held = {(number, side): each for number, side, each in self._measure()}
        self._amounts = {number: each[0] for (number, side), each in held.items() if side == "client"}
        found: Sample = {}
        for number in sorted({number for number, _ in held})[-MOST_CONNECTIONS:]:
            for sender, receiver in (("client", "server"), ("server", "client")):
                _, transport, kernel_out, _, _ = held.get((number, sender), _UNKNOWN)
                _, _, _, kernel_in, library = held.get((number, receiver), _UNKNOWN)
                found[number, f"{sender} to {receiver}"] = (transport, kernel_out, kernel_in, library)
        with self._lock:
            if not self.history or self.history[-1][1] != found:
                self.history.append((time.monotonic() - self._began, found))
        return found

    def plot(self) -> Plot:
        """What waited where over time, of everything that was measured so far."""
        from wslab.view.pictures.plot import Plot  # noqa: PLC0415  (half a second, which only a plot shall cost)

        with self._lock:  # the screen's thread goes on measuring
            history = tuple(self.history)
        most = dict.fromkeys(sorted({key for _, sample in history for key in sample}), 0)
        for _, sample in history:
            for key, places in sample.items():
                most[key] = max(most[key], *(value or 0 for value in places))
        # A direction in which nothing ever waited would be an empty plot; a response or a pong, seen by chance, is next to nothing.
        lines = [key for key, size in most.items() if size > max(most.values()) * _LITTLE] or list(most)
        figure = Plot(figsize=(8, 1 + 2.2 * max(1, len(lines))), layout="constrained")
        for place, key in enumerate(lines, 1):
            axes = figure.add_subplot(len(lines), 1, place)
            times = [when for when, sample in history if key in sample]
            for index, name in enumerate(QUEUES):
                values = [sample[key][index] for _, sample in history if key in sample]
                if any(value is not None for value in values):
                    sizes = [math.nan if value is None else value / 1024 for value in values]
                    axes.step(times, sizes, where="post", label=name)
            axes.set_title(f"connection {key[0]}, {key[1]}", fontsize=10, loc="left")
            axes.set_xlabel("seconds")
            axes.set_ylabel("KiB waiting")
            axes.legend(fontsize=8)
        return figure

    def stop(self) -> None:
        """Measure once more, and then leave the picture as it is. Returns at once."""
        self._image.end()

    def __repr__(self) -> str:
        sample = self.sample()
        if not sample:
            return "no open connection: make one, and send faster than the other side reads"
        lines = []
        for (number, direction), values in sample.items():
            amounts = ", ".join(f"{name} {_size(value)}" for name, value in zip(QUEUES, values, strict=True))
            lines.append(f"connection {number}, {direction}: {amounts}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        self._image.begin(steady=True)
        return {"image/svg+xml": self._image.svg, "text/plain": repr(self)}

    def _draw(self, key: str) -> str:
        return draw_gauge(self.sample(), self._amounts, key)


def draw_gauge(sample: Sample, amounts: dict[int, int | None], key: str) -> str:
    """Draw the gauge.

    Args:
        sample: Bytes in each place, by connection and direction.
        amounts: bufferedAmount by connection, where its client has one.
        key: What the live image is found by.

    Returns:
        SVG.
    """
    width = _LEFT + 4 * _WIDTH + 3 * _GAP + 8
    parts, y = [], 16
    if not sample:
        parts.append(_text(4, 24, "no open connection", size=13))
        y = 30
    for (number, direction), values in sample.items():
        if direction.startswith("client"):
            amount = amounts.get(number)
            tail = "" if amount is None else f" · bufferedAmount {_size(amount)}"
            parts.append(_text(4, y, f"connection {number}{tail}", size=13, bold=True))
            y += 14
        parts.append(_text(4, y + 13, direction.replace(" to ", " → "), size=12))
        parts += [_bar(_LEFT + index * (_WIDTH + _GAP), y, QUEUES[index], value) for index, value in enumerate(values)]
        parts.append(_wire(_LEFT + 2 * _WIDTH + _GAP, y))
        y += 56 if direction.startswith("client") else 68
    height = y + 6
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{key}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="system-ui, sans-serif"><title>What is buffered where</title>'
        f"{''.join(parts)}</svg>"
    )


def _bar(x: int, y: int, name: str, value: int | None) -> str:
    share = 0.0 if not value else min(1.0, math.log2(value + 1) / math.log2(_FULL))
    dash = ' stroke-dasharray="4 4"' if value is None else ""
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4" fill="none" stroke="{_FAINT}"{dash}/>'
        f'<rect x="{x}" y="{y}" width="{_WIDTH * share:.0f}" height="{_HEIGHT}" rx="4" fill="{_BAR}" fill-opacity="0.55"/>'
        + _text(x, y + _HEIGHT + 14, name, size=11)
        + _text(x, y + _HEIGHT + 29, _size(value), size=12, bold=bool(value))
    )


def _wire(x: int, y: int) -> str:
    middle = y + _HEIGHT / 2
    return f'<path d="M{x + 2} {middle - 2}h10m-10 4h10" stroke="{_FAINT}" stroke-width="1.5" fill="none"/>'


def _text(x: float, y: float, words: str, *, size: int, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{_INK}"{weight}>{escape(words)}</text>'


def _size(value: int | None) -> str:
    """A size for people."""
    if value is None:
        return "not told here"
    if value < 1024:
        return f"{value} B"
    return f"{value / 1024:.0f} KiB" if value < 1024 * 1024 else f"{value / 1024 / 1024:.1f} MiB"
