"""The four states of a WebSocket as a picture, the current one lit: live on the page, and still there without a kernel.

`wslab.view.pictures.live_image` says how.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from wslab.timeline import log_failure
from wslab.view.flusher import SCREEN, Screen
from wslab.view.pictures.live_image import LiveImage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wslab.timeline import Failed

NAMES = ("CONNECTING", "OPEN", "CLOSING", "CLOSED")

_WIDTH, _HEIGHT, _GAP, _TOP = 118, 46, 46, 34
_STEP = _WIDTH + _GAP
# Readable on a light page and on a dark one; the lit state differs in more than its colour.
_LIT, _PAST, _FAINT = "#2a78bd", "#777d84", "#858b92"
_SKIPS = {(0, 2), (0, 3), (1, 3)}  # ways that leave a state out


def describe_states(states: Sequence[tuple[int, str]]) -> str:
    """The way so far in a line: the plain twin of the picture.

    Args:
        states: Each state with what led to it.
    """
    way = " → ".join(NAMES[state] for state, _ in states)
    return f"{way} (now {states[-1][0]}: {NAMES[states[-1][0]]})"


def draw_states(states: Sequence[tuple[int, str]], key: str) -> str:
    """Draw the picture.

    Args:
        states: Each state with what led to it, the last one current.
        key: What the live image is found by.

    Returns:
        SVG.
    """
    reached = dict(states)
    now = states[-1][0]
    taken = {(a, b) for (a, _), (b, _) in pairwise(states)}
    width, height = 4 * _WIDTH + 3 * _GAP + 8, _TOP + _HEIGHT + 58
    begin = (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{key}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="system-ui, sans-serif">'
    )
    parts = [begin, f"<title>{escape(describe_states(states))}</title>"]
    parts += [_arrow(number, lit=(number, number + 1) in taken) for number in range(3)]
    parts += [_bow(start, stop) for start, stop in sorted(taken & _SKIPS)]
    for number, name in enumerate(NAMES):
        parts.append(_box(number, name, reached.get(number), now=number == now))
    return "".join([*parts, "</svg>"])


def _box(number: int, name: str, why: str | None, *, now: bool) -> str:
    x, middle = 4 + number * _STEP, 4 + number * _STEP + _WIDTH / 2
    fill = _LIT if now else "none"
    line = _LIT if now else _PAST if why else _FAINT
    ink = "#ffffff" if now else line
    dash = "" if why else ' stroke-dasharray="4 4"'
    out = (
        f'<rect x="{x}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="{fill}" stroke="{line}" '
        f'stroke-width="{3 if now else 1.5}"{dash}/>'
        f'<text x="{middle}" y="{_TOP + 21}" text-anchor="middle" font-size="14" fill="{ink}" '
        f'font-weight="{700 if now else 500}">{name}</text>'
        f'<text x="{middle}" y="{_TOP + 37}" text-anchor="middle" font-size="11" fill="{ink}">readyState {number}</text>'
    )
    if now:
        out += (
            f'<text x="{middle}" y="{_TOP - 18}" text-anchor="middle" font-size="12" font-weight="700" fill="{line}">now</text>'
            f'<path d="M{middle - 5} {_TOP - 13}h10l-5 7z" fill="{line}"/>'
        )
    if why:
        out += (
            f'<text x="{middle}" y="{_TOP + _HEIGHT + 20}" text-anchor="middle" font-size="12" fill="{_LIT if now else _PAST}">'
            f"{escape(why)}</text>"
        )
    return out


def _arrow(number: int, *, lit: bool) -> str:
    x, y = 4 + number * _STEP + _WIDTH + 5, _TOP + _HEIGHT / 2
    colour, stop = (_PAST, x + _GAP - 10) if lit else (_FAINT, x + _GAP - 10)
    style = f'stroke="{colour}" stroke-width="{2.5 if lit else 1.5}"' + ("" if lit else ' stroke-dasharray="4 4"')
    return (
        f'<path d="M{x} {y}H{stop - 6}" {style} fill="none"/><path d="M{stop - 8} {y - 5}l9 5-9 5z" fill="{colour}"/>'
    )


def _bow(start: int, stop: int) -> str:
    """A way that leaves a state out, below the boxes."""
    a, b, y = 4 + start * _STEP + _WIDTH / 2, 4 + stop * _STEP + _WIDTH / 2, _TOP + _HEIGHT + 28
    return (
        f'<path d="M{a} {y}v6q0 10 10 10H{b - 10}q10 0 10 -10v-4" fill="none" stroke="{_PAST}" stroke-width="2.5"/>'
        f'<path d="M{b - 5} {y + 4}h10l-5 -8z" fill="{_PAST}"/>'
    )


class StateDiagram:
    """The picture of one socket's states. Evaluate it in a cell to see it.

    Args:
        states: Gives the states so far, each with what led to it, the last one current.
        watch: Takes a function that is called after each change.
        failed: Told what drawing raised on the screen's thread.
    """

    def __init__(
        self,
        states: Callable[[], Sequence[tuple[int, str]]],
        watch: Callable[[Callable[[], None]], object],
        failed: Failed = log_failure,
        *,
        _screen: Screen = SCREEN,
    ) -> None:
        self._states = states
        self._image = LiveImage("states", self._draw, "The states of a WebSocket", failed, _screen=_screen)
        watch(self._changed)

    @property
    def svg(self) -> str:
        """The picture as it is now."""
        return self._image.svg

    def __repr__(self) -> str:
        return describe_states(self._states())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        if not self._over():
            self._image.begin()
        return {"image/svg+xml": self.svg, "text/plain": repr(self)}

    def _draw(self, key: str) -> str:
        return draw_states(self._states(), key)

    def _over(self) -> bool:
        return self._states()[-1][0] == len(NAMES) - 1

    def _changed(self) -> None:
        if self._over():
            self._image.end()
        else:
            self._image.wake()
