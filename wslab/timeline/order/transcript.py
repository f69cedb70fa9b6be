"""The timeline as text: one row a line, the same for the same conversation, however its threads interleaved.

Order *by cause*: connection by connection; within one, each end's own order, where a frame is one thing that both ends saw.
What neither end's order decides comes client first. Where each side waits for the other this gives one text only.
Order *by direction*: connection by connection, and within one: the client's calls, what it sent, what the server sent, what the
client's code was told and printed, the server's own rows. Where a lesson bursts, this gives one text.

What must come before what by cause stands in `wslab.timeline.order.causal_order`.

Masked, because they differ from run to run: ports, keys, masking keys, ping payloads, dates and versions of software. A payload
is never changed, nor is the reason of a close.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wslab.timeline.order.causal_order import RANK, by_cause, noted_here, remote_ends
from wslab.timeline.records import masked

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection, EndState
    from wslab.timeline.records import Dropped, Row, Source

_EVENTS = RANK["server to client"] + 1
_WAY: dict[Source, str] = {
    "client to server": "client \u2192 server",
    "server to client": "server \u2192 client",
    "client": "client",
    "server": "server",
    "lab": "lab",
}


def transcript(
    rows: list[Row],
    connections: list[Connection],
    *,
    by: Literal["cause", "direction"] = "cause",
    times: bool = False,
    dropped: Dropped | None = None,
) -> str:
    """Write rows as text.

    Args:
        rows: The rows, in any order.
        connections: The connections they belong to.
        by: ``cause`` or ``direction``.
        times: Whether to put the time of each row in front, in seconds. Times differ from run to run.
        dropped: What is missing at the front.

    Returns:
        One line a row.

    Raises:
        ValueError: `by` is neither of the two.
    """
    if by not in ("cause", "direction"):
        raise ValueError(f'by must be "cause" or "direction", not {by!r}')
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.connection, []).append(row)
    known = {connection.number: connection for connection in connections}
    lines = []
    if dropped and dropped.rows:
        rows_were = "row was" if dropped.rows == 1 else "rows were"
        lines.append(f"... {dropped.rows} older {rows_were} dropped; a larger Lab(keep=..., keep_bytes=...) keeps more")
    for number in sorted(groups):
        group = groups[number]
        connection = known.get(number)
        if by == "cause" and connection is not None:
            group = by_cause(group, connection)
        else:
            remote = remote_ends(connection)
            group.sort(key=lambda row: _by_direction(row, remote))
        lines += [_line(row, times=times) for row in group]
    return "\n".join(lines)


def _line(row: Row, *, times: bool) -> str:
    when = f"{row.time / 1e9:10.6f}  " if times else ""
    number = f"#{row.connection}" if row.connection else ""
    parts = [] if row.kind == "print" else [row.name]
    if row.kind in ("message", "event") and row.size is not None:
        parts.append(row.text if row.binary else f'"{row.text}"')
        parts.append(f"{row.size} B")
    elif row.kind == "control":
        parts.append(f"{row.size} B")
    elif row.kind == "close" or row.name in ("close", "close()"):  # a reason is payload
        parts.append(row.text)
    elif row.text:
        parts.append(masked(row.text))
    if row.frames > 1:
        parts.append(f"in {row.frames} frames")
    if row.problem:
        parts.append(f"[{masked(row.problem)}]")
    what = "  ".join(part for part in parts if part)
    return f"{when}{number:<4}{_WAY[row.source]:<17}{row.kind:<11}{what}".rstrip()


def _by_direction(row: Row, remote: dict[str, EndState]) -> tuple[int, int, int]:
    """The sources one after the other; a client's calls before the bytes, what it was told behind them."""
    call = row.kind == "event" and row.name.endswith("()")
    if row.source == "client":
        return (RANK["client"] if call else _EVENTS, 0, row.index)
    if row.source not in remote:
        return (RANK[row.source], 0, row.index)
    return (RANK[row.source], 2 if noted_here(row, remote) else 0 if call else 1, row.index)
