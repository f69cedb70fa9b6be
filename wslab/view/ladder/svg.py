"""Drawing a sequence diagram as SVG: two lifelines, an arrow or a box a row, rows of equal height.

    time │ box ──┤ client            label             server ├── box │ time
                 │ ──────────────────────────────────────────► │
                 │ ─────────────────────────x  lost            │

One picture for light and dark pages: no page variables reach into an <img>, so each ink has about the same contrast (4.3 to 1)
on white and on #111. Colour is never the only sign: a lost arrow ends in a cross, an end that nobody recorded is dashed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from wslab.view.ladder.labels import box_lines, columns, cut, problem_label

if TYPE_CHECKING:
    from wslab.view.ladder.steps import Lifeline, Step, Trace

_INK, _BLUE, _RED = "#757c83", "#2c7fc4", "#c8553d"
_CHAR, _ROW, _LINE, _MORE = 6.95, 32, 14, 15  # width of a character; heights of a row, a further line and a problem
_NARROWEST_LANE, _WIDEST_LANE = 40, 60  # characters between the lifelines
_WIDEST = (
    820  # pixels: what is left for an output beside JupyterLab's file browser on a small screen; wider ones shrink
)
_SLOPE, _SHORT = 6, 0.62  # how far an arrow falls; how much of the way a lost one comes
_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_FORBIDDEN = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2
_WIDTHS = {"handshake": 2.2, "close": 2.2, "control": 1.1}


def draw_ladder(traces: tuple[Trace, ...], *, times: bool, more: str, title: str, words: str) -> str:
    """Draw one diagram a connection, one below the other.

    Args:
        traces: The connections.
        times: Whether both ends' times stand beside each arrow.
        more: What to say of connections that are not drawn; empty for none.
        title: What the picture is, in a few words, for screen readers.
        words: What it shows, as text, for screen readers.

    Returns:
        SVG.
    """
    drawings = [_Drawing(trace, times=times) for trace in traces]
    left, right = max(each.left for each in drawings), max(each.right for each in drawings)
    lane = max(each.lane for each in drawings)
    parts, y = [], 0.0
    for each in drawings:
        body, height = each.draw(left, left + lane)
        parts.append(f'<g transform="translate(0 {y:g})">{body}</g>')
        y += height
    if more:
        parts.append(_text(left + lane / 2, y + 14, more, _INK, style=' font-style="italic"'))
        y += 26
    width = left + lane + right
    scale = min(1.0, _WIDEST / width)
    size = f'width="{width * scale:.0f}" height="{y * scale:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {y:g}" {size} role="img" '
        f'font-family="{_FONT}" font-size="11.5"><title>{_safe(title)}</title><desc>{_safe(words)}</desc>'
        + "".join(parts)
        + "</svg>"
    )


class _Drawing:
    """One connection. `left` and `right` are what it needs beside the lifelines, `lane` what it needs between them."""

    def __init__(self, trace: Trace, *, times: bool) -> None:
        self._trace = trace
        self._times = [trace.times(step) if times else ("", "") for step in trace.steps]
        boxes = [step for step in trace.steps if step.shape == "box"]
        self.left, self.right = (
            max(
                [_wide(end.caption) / 2 + 18, 42]
                + [_wide(line) + 34 for step in boxes if step.side == side for line in box_lines(step.label)]
                + [_wide(pair[index]) + 16 for pair in self._times]
            )
            for index, (side, end) in enumerate((("client", trace.client), ("server", trace.server)))
        )
        longest = max((columns(step.label) for step in trace.steps if step.shape != "box"), default=0)
        longest = max([longest, *(columns(step.problem) + 2 for step in trace.steps)])
        heads = max(_wide(trace.client.caption), _wide(trace.server.caption)) + _wide(self._title) + 48
        self.lane = max(min(_WIDEST_LANE, max(_NARROWEST_LANE, longest + 4)) * _CHAR, heads)

    @property
    def _title(self) -> str:
        return f"connection {self._trace.number}"

    def draw(self, a: float, b: float) -> tuple[str, float]:
        """Draw between two lifelines at `a` and `b`.

        Returns:
            The drawing and its height.
        """
        trace, parts, y = self._trace, [], 48.0
        for step, times in zip(trace.steps, self._times, strict=True):
            parts.append(_step(step, times, a, b, y))
            y += _height(step)
        parts = [_lifeline(trace.client, a, y), _lifeline(trace.server, b, y), *parts]
        parts.append(_text((a + b) / 2, 24, self._title, _INK, style=' font-weight="700"'))
        return "".join(parts), y + 40


def _height(step: Step) -> float:
    more = (len(box_lines(step.label)) - 1) * _LINE if step.shape == "box" else 0
    return _ROW + more + (_MORE if step.problem else 0)


def _lifeline(end: Lifeline, x: float, y: float) -> str:
    name = end.caption
    width = _wide(name) + 20
    dash = "" if end.recorded else ' stroke-dasharray="3 5"'
    out = [
        f'<rect x="{x - width / 2:g}" y="8" width="{width:g}" height="24" rx="5" fill="none" stroke="{_INK}" stroke-width="1.5"{dash}/>',
        _text(x, 24, name, _INK, style=' font-weight="700"'),
        f'<path d="M{x:g} 32V{y + 8:g}" stroke="{_INK}" stroke-width="1.5" fill="none"{dash}/>',
    ]
    if end.state in ("open", "connecting"):
        out.append(f'<path d="M{x - 4:g} {y + 6:g}h8l-4 8z" fill="{_INK}"/>')
    elif end.state:
        out.append(f'<path d="M{x - 9:g} {y + 8:g}h18" stroke="{_INK}" stroke-width="2.5"/>')
    out.append(_text(x, y + 26, end.state, _INK) if end.state else "")
    return "".join(out)


def _step(step: Step, times: tuple[str, str], a: float, b: float, y: float) -> str:
    if step.shape == "gap":
        out = _cover(a, y) + _cover(b, y)
        out += _text((a + b) / 2, y + 20, _fitted(step.label, b - a), _INK, style=' font-style="italic"')
    elif step.shape == "box":
        out = _box(step, a if step.side == "client" else b, y)
    else:
        out = _arrow(step, a, b, y)
        fall = (0, _SLOPE) if step.side == "client" else (_SLOPE, 0)
        out += _text(a - 8, y + 24 + fall[0], times[0], _INK, anchor="end") if times[0] else ""
        out += _text(b + 8, y + 24 + fall[1], times[1], _INK, anchor="start") if times[1] else ""
    if step.problem:
        room = (b - a) - 16
        out += _text((a + b) / 2, y + _height(step) - 5, problem_label(step.problem, int(room / _CHAR)), _RED)
    return out


def _cover(x: float, y: float) -> str:
    """A break in a lifeline: two short strokes across it."""
    return f'<path d="M{x - 6:g} {y + 15:g}l12 -5m-12 10l12 -5" stroke="{_INK}" stroke-width="1.5" fill="none"/>'


def _box(step: Step, x: float, y: float) -> str:
    lines = box_lines(step.label)
    width, height = max(map(_wide, lines)) + 12, 20 + (len(lines) - 1) * _LINE
    ink = _RED if step.problem or step.kind == "fault" or step.name.startswith("TCP") else _INK
    client = step.side == "client"
    left = x - 14 - width if client else x + 14
    dash = ' stroke-dasharray="3 3"' if step.kind == "print" else ""
    return (
        f'<rect x="{left:g}" y="{y + 5:g}" width="{width:g}" height="{height}" rx="4" fill="none" stroke="{ink}"{dash}/>'
        f'<path d="M{x:g} {y + 15:g}h{-14 if client else 14}" stroke="{ink}"/><circle cx="{x:g}" cy="{y + 15:g}" r="2.5" fill="{ink}"/>'
        + "".join(_text(left + 6, y + 19 + n * _LINE, line, ink, anchor="start") for n, line in enumerate(lines))
    )


def _arrow(step: Step, a: float, b: float, y: float) -> str:
    x, way = (a, 1) if step.side == "client" else (b, -1)
    ink = _INK if step.kind in ("control", "close") else _BLUE
    whole = step.stop.state in ("recorded", "unrecorded")
    refused = step.kind == "handshake" and way < 0 and not step.name.startswith("101")
    ink = _RED if refused or step.stop.state == "lost" else ink
    length = (b - a) * (1 if whole else _SHORT)
    top, end = y + 20, y + 20 + _SLOPE * length / (b - a)
    tip = x + way * length
    head = (tip - way * 9, end - _SLOPE * 9 / (b - a))
    third = (x + way * length / 3, y + 20 + (end - top) / 3)
    rest = (x + way * length * 2 / 3, y + 20 + (end - top) * 2 / 3)
    spots = [(x, top), third, rest, head]
    dashed = (step.start.state == "unrecorded", False, step.stop.state == "unrecorded")
    width = _WIDTHS.get(step.kind, 1.6)
    out = "".join(
        f'<path d="M{p[0]:g} {p[1]:g}L{q[0]:g} {q[1]:g}" stroke="{ink}" stroke-width="{width}"'
        + (' stroke-dasharray="4 4"' if dash else "")
        + "/>"
        for p, q, dash in zip(spots, spots[1:], dashed, strict=False)
    )
    if step.count > 1:  # a second line: several arrows
        out += f'<path d="M{x:g} {top + 4:g}L{head[0]:g} {head[1] + 4:g}" stroke="{ink}" stroke-width="{width}"/>'
    if step.stop.state == "lost":
        out += f'<path d="M{tip - 5:g} {end - 5:g}l10 10m-10 0l10 -10" stroke="{ink}" stroke-width="2.2"/>'
    else:
        out += f'<path d="M{tip:g} {end:g}l{-way * 10} -5v10z" fill="{ink}"/>'
    if not whole:
        out += _text(tip + way * 14, end + 4, step.stop.state, ink, anchor="start" if way > 0 else "end")
    bold = ' font-weight="700"' if step.kind in ("handshake", "close") else ""
    return out + _text((a + b) / 2, y + 15, _fitted(step.label, b - a - 10), ink, style=bold)


def _fitted(label: str, room: float) -> str:
    return cut(label, int(room / _CHAR))


def _wide(text: str) -> float:
    return columns(text) * _CHAR


def _text(x: float, y: float, text: str, ink: str, *, anchor: str = "middle", style: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{ink}"{style}>{_safe(text)}</text>'


def _safe(text: str) -> str:
    """Text as XML takes it: markup escaped, and what no XML may hold replaced."""
    return escape(_FORBIDDEN.sub("\ufffd", text))
