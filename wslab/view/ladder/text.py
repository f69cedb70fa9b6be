"""The plain twin of a sequence diagram: the same rows as ASCII art, for a terminal, a screen reader and nbval.

            client                                  server
               |------------ GET / ------------------>|
send() "Hello" |                                      |
               |----------- text "Hello" 5 B -->X lost|
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from wslab.view.ladder.labels import box_lines, columns, cut, padded, problem_label

if TYPE_CHECKING:
    from wslab.view.ladder.steps import Step, Trace

_NARROWEST_LANE, _WIDEST_LANE = 30, 66


def write_ladder(trace: Trace, *, times: bool) -> str:
    """Write one connection as text.

    Args:
        trace: The connection.
        times: Whether both ends' times stand beside each arrow.
    """
    stamps = [trace.times(step) if times else ("", "") for step in trace.steps]
    left, _ = (
        max(
            [4, *(columns(line) for step in trace.steps if step.side == side for line in _beside(step))]
            + [columns(pair[index]) for pair in stamps]
        )
        for index, side in enumerate(("client", "server"))
    )
    longest = max((columns(step.label) + len(_rest(step)) for step in trace.steps if step.shape != "box"), default=0)
    longest = max([longest, *(columns(step.problem) - 6 for step in trace.steps)])
    lane = min(_WIDEST_LANE, max(_NARROWEST_LANE, longest + 10))
    bars = tuple("|" if end.recorded else ":" for end in (trace.client, trace.server))
    names = [trace.client.caption, trace.server.caption]
    feet: list[str] = [trace.client.state, trace.server.state]
    lines = [f"connection {trace.number}", _ends(names, left, lane)]
    for step, stamp in zip(trace.steps, stamps, strict=True):
        lines += _rows(step, stamp, left, lane, bars)
    lines.append(_ends(feet, left, lane))
    return "\n".join(line.rstrip() for line in lines)


def _ends(names: list[str], left: int, lane: int) -> str:
    """Two words, each in the middle below its lifeline as far as there is room."""
    first = " " * max(0, left + 1 - columns(names[0]) // 2) + names[0]
    return first + " " * max(1, left + lane + 2 - columns(names[1]) // 2 - columns(first)) + names[1]


def _beside(step: Step) -> list[str]:
    return box_lines(step.label) if step.shape == "box" else []


def _rest(step: Step) -> str:
    """What stands where an arrow did not come."""
    return f" {step.stop.state} " if step.shape == "arrow" and step.stop.state in ("lost", "on the way") else ""


def _rows(step: Step, stamp: tuple[str, str], left: int, lane: int, bars: tuple[str, ...]) -> list[str]:
    before, after, middle = [stamp[0]], [stamp[1]], " " * lane
    if step.shape == "gap":
        middle = padded(cut(step.label, lane), lane, "^")
    elif step.shape == "arrow":
        middle = _arrow(step, lane)
    elif step.side == "client":
        before = _beside(step)
    else:
        after = _beside(step)
    rows = [
        f"{padded(one, left, '>')} {bars[0]}{middle}{bars[1]} {other}"
        for one, other in zip_longest(before, after, fillvalue="")
    ]
    if step.problem:
        rows.append(f"{'':{left}} {bars[0]}{padded(problem_label(step.problem, lane - 2), lane, '^')}{bars[1]}")
    return rows


def _arrow(step: Step, lane: int) -> str:
    """An arrow with its label in it: ``=`` for several, with gaps towards an end that nobody recorded."""
    client, rest = step.side == "client", _rest(step)
    tip = "X" if step.stop.state == "lost" else ">" if client else "<"
    room = lane - len(rest) - 1
    label = cut(step.label, room - 6)
    fill = room - columns(label) - 2
    begin, end = _stroke(step, step.start.state, fill // 2), _stroke(step, step.stop.state, fill - fill // 2)
    return f"{begin} {label} {end}{tip}{rest}" if client else f"{rest}{tip}{end} {label} {begin}"


def _stroke(step: Step, state: str, size: int) -> str:
    line = "=" if step.count > 1 else "-"
    return ("- " * size)[:size] if state == "unrecorded" else line * size
