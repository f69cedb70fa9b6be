"""The steps that a sequence diagram draws of one connection, in the causal order of the transcript.

    rows of a connection ──fragments──► pieces ──by cause──► steps ──fold──► at most `limit` of them

A message that travelled in several frames is one piece a frame, so that a Ping between two fragments stands between them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from wslab.timeline import SOURCES, Row, by_cause, masked, seen_by
from wslab.view.ladder.labels import box_label, fragment_label, row_label
from wslab.view.ladder.steps import Lifeline, Step, Trace
from wslab.wire import Part, Walker, one_line, unmask

if TYPE_CHECKING:
    from wslab.timeline import Connection, EndState, Timeline

FRAGMENTS = 64
"""A message of more frames than this is drawn as one arrow."""

_ENOUGH = 256  # bytes of a fragment that a label may be made of


class _Piece(NamedTuple):
    row: Row
    label: str
    name: str


def trace(timeline: Timeline, connection: Connection, *, events: bool, limit: int) -> Trace:
    """Make the steps of one connection.

    Args:
        timeline: A timeline to which nothing is added meanwhile: a copy, or a loaded one.
        connection: One of its connections.
        events: Whether API events, calls and printed lines are steps too.
        limit: The most steps; what is more is folded.
    """
    rows = [row for row in timeline.rows() if row.connection == connection.number]
    dropped = _dropped(rows)
    zero = min((row.time for row in rows), default=0)
    if not events:
        rows = [row for row in rows if row.kind not in ("event", "print")]
    steps = _fold([_step(piece, connection) for piece in _ordered(rows, connection)], limit)
    if dropped:
        steps.insert(0, Step("gap", "client", "", "dropped", "\u2026 older rows are no longer kept"))
    client = Lifeline(
        one_line(connection.client),
        connection.client_end is not None,
        _state(connection.client_end),
        is_remote=connection.witness is not None,
    )
    server = Lifeline(one_line(connection.server), connection.server_end is not None, _state(connection.server_end))
    return Trace(connection.number, client, server, tuple(steps), zero)


def _state(end: EndState | None) -> Literal["connecting", "open", "TCP ended", "no TCP", ""]:
    if end is None:
        return ""
    if end.closed is None:
        return "open" if end.local else "connecting"
    return "TCP ended" if end.local else "no TCP"


def _dropped(rows: list[Row]) -> bool:
    """Whether rows of a connection are missing in front of those that are kept."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.source, row.index)
    return any(first.values())


def _ordered(rows: list[Row], connection: Connection) -> list[_Piece]:
    """The pieces of all rows, every cause before its effects."""
    pieces = [piece for row in rows for piece in _pieces(row, connection)]
    pieces.sort(key=lambda piece: (SOURCES.index(piece.row.source), piece.row.stop, piece.row.index))
    counted = [replace(piece.row, index=index) for index, piece in enumerate(pieces)]
    return [pieces[row.index] for row in by_cause(counted, connection)]


def _pieces(row: Row, connection: Connection) -> list[_Piece]:
    whole = [_Piece(row, row_label(row), row.name)]
    stream = connection.directions[row.source].stream if row.stop >= 0 else None
    if row.kind != "message" or not 1 < row.frames <= FRAGMENTS or stream is None:
        return whole
    found: list[tuple[Row, Part, bytes]] = []
    for seen in Walker("frames", row.start).feed(stream.read(row.start, row.stop)):
        if isinstance(seen, Part) and not seen.control:  # a control frame in between has a row of its own
            payload = unmask(seen.data[seen.at : min(seen.to, seen.at + _ENOUGH)], seen.key)
            found.append((replace(row, start=seen.start, stop=min(seen.stop, row.stop)), seen, payload))
    if len(found) != row.frames:  # the rest never came, or its beginning is no longer kept
        return whole
    pieces = []
    for number, (part, frame, payload) in enumerate(found, 1):
        name, label = fragment_label(row, frame, payload)
        if number == row.frames:
            pieces.append(
                _Piece(part, f"{label} = {row_label(row, short=True)}" if frame.first & 0x80 else label, name)
            )
        else:
            pieces.append(_Piece(replace(part, problem=""), label, name))
    return pieces


def _step(piece: _Piece, connection: Connection) -> Step:
    row = piece.row
    client = seen_by("client", connection.client_end or connection.witness, connection, row)
    server = seen_by("server", connection.server_end, connection, row)
    arrow = row.source in connection.directions
    return Step(
        "arrow" if arrow else "box",
        "client" if row.source.startswith("client") else "server",
        row.kind,
        piece.name if arrow else row.name,
        one_line(piece.label if arrow else box_label(row)),
        row.size or 0,
        one_line(masked(row.problem)),
        client,
        server,
    )


def _fold(steps: list[Step], limit: int) -> list[Step]:
    """Make at most `limit` steps of many: runs of the same kind become one, then the middle becomes a gap."""
    if len(steps) <= limit:
        return steps
    folded = []
    for _, group in groupby(steps, lambda s: (s.shape, s.side, s.name, s.problem, s.client.state, s.server.state)):
        run = list(group)
        folded += [_run(run)] if len(run) > 2 and run[0].kind != "handshake" else run
    if len(folded) <= limit:
        return folded
    head = (limit - 1) * 2 // 3
    tail = limit - 1 - head
    return [*folded[:head], _gap(folded[head : len(folded) - tail]), *folded[len(folded) - tail :]]


def _run(run: list[Step]) -> Step:
    size = sum(step.size for step in run)
    amount = f", {size} B" if size else ""
    return replace(
        run[0],
        label=f"{len(run)} \u00d7 {run[0].name}{amount}",
        size=size,
        last=(run[-1].client, run[-1].server),
        count=len(run),
    )


def _gap(hidden: list[Step]) -> Step:
    counts: dict[str, int] = {}
    for step in hidden:
        counts[step.name] = counts.get(step.name, 0) + step.count
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{count} {name}" for name, count in most[:4]]
    if len(most) > 4:
        named.append(f"{sum(count for _, count in most[4:])} others")
    bad = sum(step.count for step in hidden if step.problem)
    problem = f"{bad} of them with a problem" if bad else ""
    total = sum(counts.values())
    return Step("gap", "client", "", "gap", f"\u2026 {total} more: {', '.join(named)}", problem=problem, count=total)
