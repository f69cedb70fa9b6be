"""The sequence diagram of a timeline: client and server as two lifelines, and between them everything that was said.

Times differ from run to run, so they are shown on request only; without them the same conversation gives the same picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.view.ladder.svg import draw_ladder
from wslab.view.ladder.text import write_ladder
from wslab.view.ladder.trace import trace
from wslab.wire import BadType, BadValue, counted

if TYPE_CHECKING:
    from wslab.timeline import Connection, Timeline

_STACKED = 8  # connections in one picture
_NOTHING = (
    "nothing to draw yet: no connection was recorded. Write: "
    "server = await lab.serve(); socket = lab.WebSocket(server.url); await socket.opened(); lab.ladder()"
)


class Ladder:
    """A sequence diagram. Evaluate it in a cell to see it; print it to read it.

    Args:
        timeline: What to draw: a lab's timeline, a loaded one, or that of a replay.
        connection: The number of a connection; all of them, one below the other, by default.
        times: Whether both ends' times stand beside each arrow, in milliseconds since the connection's first row.
        events: Whether API events, calls and printed lines stand at their lifelines.
        limit: How many rows of one connection to draw, at least 4. A longer trace folds: runs of the same kind become one
            row, then the middle becomes one gap, which says what is left out.

    Raises:
        BadType: `connection` or `limit` is no whole number.
        BadValue: There is no such connection, or `limit` is below 4.
    """

    LIMIT = 60
    """How many rows of one connection are drawn."""

    def __init__(
        self,
        timeline: Timeline,
        connection: int | None = None,
        *,
        times: bool = False,
        events: bool = True,
        limit: int = LIMIT,
    ) -> None:
        _whole("limit", limit, f"lab.ladder(limit={self.LIMIT})")
        if limit < 4:
            raise BadValue(f"limit must be at least 4, not {limit}; leave it out for {self.LIMIT} rows")
        still = timeline.copy()
        chosen = still.connections() if connection is None else [_choose(still, connection)]
        self._times = times
        self._traces = tuple(trace(still, each, events=events, limit=limit) for each in chosen[:_STACKED])
        self._more = _more([each.number for each in chosen[_STACKED:]])

    @property
    def text(self) -> str:
        """The diagram as text."""
        if not self._traces:
            return _NOTHING
        parts = [write_ladder(each, times=self._times) for each in self._traces]
        return "\n\n".join([*parts, *filter(None, [self._more])])

    @property
    def svg(self) -> str:
        """The diagram as an SVG picture; empty while there is nothing to draw."""
        if not self._traces:
            return ""
        numbers = ", ".join(str(each.number) for each in self._traces)
        title = f"Sequence diagram of connection{'s' * (len(self._traces) > 1)} {numbers}"
        words = "\n".join(line for each in self._traces for line in each.words())
        return draw_ladder(self._traces, times=self._times, more=self._more, title=title, words=words)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        if not self._traces:
            return {"text/plain": self.text}
        return {"image/svg+xml": self.svg, "text/plain": self.text}


def _choose(timeline: Timeline, number: object) -> Connection:
    whole = _whole("connection", number, "lab.ladder(1)")
    connection, found = timeline.connection(whole), timeline.connections()
    if connection is not None:
        return connection
    if not found:
        raise BadValue(f"there is no connection {whole}: {_NOTHING}")
    numbers = [each.number for each in found]
    known = f"only {numbers[0]}" if len(numbers) == 1 else f"{_listed(numbers)}"
    raise BadValue(
        f"expected the number of a recorded connection ({known}), got {whole}; write lab.ladder({numbers[-1]})"
    )


def _listed(numbers: list[int]) -> str:
    """Numbers as ranges: 1 to 8, 10."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    named = [str(a) if a == b else f"{a}, {b}" if b == a + 1 else f"{a} to {b}" for a, b in ranges]
    return ", ".join([*named[:6], *(["..."] if len(named) > 6 else [])])


def _more(numbers: list[int]) -> str:
    if not numbers:
        return ""
    return f"\u2026 {counted(len(numbers), 'more connection')}: {_listed(numbers)}; lab.ladder({numbers[0]}) draws one"


def _whole(name: str, value: object, advice: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadType(f"expected {name} as a whole number, got {value!r:.40}; write {advice}")
    return value
