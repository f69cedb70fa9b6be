"""The timeline as text: one row a line, the same for the same conversation, however its threads interleaved.

Order *by cause*: connection by connection; within one, each end's own order, where a frame is one thing that both ends saw.
What neither end's order decides comes client first. Where each side waits for the other this gives one text only.
Order *by direction*: connection by connection, and within one: the client's calls, what it sent, what the server sent, what the
client's code was told and printed, the server's own rows. Where a lesson bursts, this gives one text.

    by cause, what must come before what
      rows of one source            their index
      rows at one end               the time at that end: its frames, sent and received; a server's own rows among them
      a client's own rows           by themselves (events run on another loop than the bytes; only the last ones, error
                                    and close, come after all of its bytes), and
        an event                    after the bytes that caused it
        a call                      before the bytes that it caused

Masked, because they differ from run to run: ports, keys, masking keys, ping payloads, dates and versions of software. A payload
is never changed, nor is the reason of a close.
"""

from __future__ import annotations

import heapq
import itertools
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Literal

from wslab.timeline.records import SOURCES, Dropped, Row, Source

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection
    from wslab.timeline.ends import End

_RANK: dict[Source, int] = {source: 2 * rank for rank, source in enumerate(SOURCES)}
_TOLD = _RANK["server to client"] + 1
_LAST = ("error", "close")  # the events that come after everything the client's end saw
_PORT = re.compile(
    r"""((?:\b127\.\d+\.\d+\.\d+ | \b0\.0\.0\.0 | localhost | ::1 | ::)  # an address of this machine
         [\]'"]* (?:[:,]|[ ]port) [ ]?                                 # as in a URL, a tuple or a sentence
         | \bport[ =])
        \d{1,5}\b""",
    re.IGNORECASE | re.VERBOSE,
)
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
            group.sort(key=_by_direction)
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


def masked(text: str) -> str:
    """Text without the ports of this machine, which differ from run to run."""
    return _PORT.sub(r"\1PORT", text)


def _by_direction(row: Row) -> tuple[int, int]:
    """The sources one after the other; a client's calls before the bytes, what it was told behind them."""
    told = row.source == "client" and not (row.kind == "event" and row.name.endswith("()"))
    return (_TOLD if told else _RANK[row.source], row.index)


def by_cause(rows: list[Row], connection: Connection) -> list[Row]:
    """Sort the rows of one connection so that every cause stands before its effects."""
    after: dict[int, set[int]] = {index: set() for index in range(len(rows))}
    for source in SOURCES:
        _chain(after, sorted((i for i, row in enumerate(rows) if row.source == source), key=lambda i: rows[i].index))
    for end in connection.ends:
        _chain(after, _at_end(rows, end, connection))
    _links(after, rows)
    waits = [0] * len(rows)
    for followers in after.values():
        for follower in followers:
            waits[follower] += 1
    ready = [(_key(rows[index]), index) for index, count in enumerate(waits) if not count]
    heapq.heapify(ready)
    out: list[Row] = []
    done: set[int] = set()
    while len(out) < len(rows):
        if not ready:  # only a recording that was tampered with has a circle: go on with what came first
            index = min((i for i in range(len(rows)) if i not in done), key=lambda i: rows[i].time)
        else:
            _, index = heapq.heappop(ready)
        if index in done:
            continue
        done.add(index)
        out.append(rows[index])
        for follower in after[index]:
            waits[follower] -= 1
            if not waits[follower]:
                heapq.heappush(ready, (_key(rows[follower]), follower))
    return out


def _key(row: Row) -> tuple[int, int]:
    return (_RANK[row.source], row.index)


def _chain(after: dict[int, set[int]], order: list[int]) -> None:
    for one, other in itertools.pairwise(order):
        after[one].add(other)


def _at_end(rows: list[Row], end: End, connection: Connection) -> list[int]:
    """The rows that one end saw, in its own order."""
    seen = []
    for index, row in enumerate(rows):
        if row.stop >= 0:
            stream = end.sent if row.source.startswith(end.side) else end.received
            when = stream.time_of(row.stop)
            if when is not None:
                seen.append((when, row.stop, index))
        elif row.source == end.side and (end.side == "server" or row.kind == "note" or row.name in _LAST):
            seen.append((row.time + connection.started, 0, index))
    return [index for *_, index in sorted(seen)]


def _links(after: dict[int, set[int]], rows: list[Row]) -> None:
    """An event comes after the bytes that caused it, a call before the bytes that it caused."""
    streams: dict[Source, list[int]] = {"client to server": [], "server to client": []}
    for index, row in enumerate(rows):
        if row.source in streams:
            streams[row.source].append(index)
    for order in streams.values():
        order.sort(key=lambda i: rows[i].index)
    stops = {
        source: [rows[i].stop for i in order] for source, order in streams.items()
    }  # a stream's rows end one after the other
    for index, row in enumerate(rows):
        if row.link is None:
            continue
        source, offset = row.link
        place = bisect_right(stops[source], offset)  # of the first row that reaches past the offset
        if source.startswith(row.source):  # a call comes before that row
            if place < len(streams[source]):
                after[index].add(streams[source][place])
        elif place:
            after[streams[source][place - 1]].add(index)
