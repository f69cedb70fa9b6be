"""The rows of one connection in the order of cause and effect: what must come before what, and what goes first where nothing says.

    rows of one source            their index
    rows at one end               the time at that end: its frames, sent and received; a server's own rows among them
    a client's own rows           by themselves (events run on another loop than the bytes; only the last ones, error
                                  and close, come after all of its bytes), and
      an event                    after the bytes that caused it
      a call                      before the bytes that it caused
    rows that were told           by themselves and their links: their times are when another process told them. The last events,
                                  error and close, come after all bytes, and a server's first after its response. What was
                                  noted here about such an end, faults and the end of TCP, keeps its place among the bytes

What neither of these decides comes client first.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import bisect_right
from typing import TYPE_CHECKING

from wslab.timeline.records import SOURCES, Row, Source

if TYPE_CHECKING:
    from wslab.timeline.connection import Connection, EndState

RANK: dict[Source, int] = {source: 2 * rank for rank, source in enumerate(SOURCES)}
"""Which source goes first, in even numbers: there is room between two."""

CODE_GONE = "its code is gone"
"""The last note of a witness whose page was closed, or whose process ended, before its socket was."""

_LAST = ("error", "close", CODE_GONE)  # what comes after everything the client's end saw


def remote_ends(connection: Connection | None) -> dict[str, EndState]:
    """The ends of a connection whose rows come from another process, by side."""
    return {end.side: end for end in connection.members if end.is_remote} if connection is not None else {}


def noted_here(row: Row, remote: dict[str, EndState]) -> bool:
    """Whether a row of an end of which another process tells was noted by what records its bytes, at its time."""
    return row.source in remote and not remote[row.source].witness and row.kind in ("note", "fault")


def by_cause(rows: list[Row], connection: Connection) -> list[Row]:
    """Sort the rows of one connection so that every cause stands before its effects."""
    after: dict[int, set[int]] = {index: set() for index in range(len(rows))}
    remote = remote_ends(connection)
    here = [noted_here(row, remote) for row in rows]
    for source in SOURCES:
        own = sorted((i for i, row in enumerate(rows) if row.source == source), key=lambda i: rows[i].index)
        _chain(after, [i for i in own if not here[i]])
        if source in remote:
            _chain(after, [i for i in own if here[i]])
            _last(after, rows, [i for i in own if not here[i]])
            _first(after, rows, [i for i in own if not here[i]])
    for end in connection.ends:
        _chain(after, _at_end(rows, end, connection))
    _links(after, rows)
    waits = [0] * len(rows)
    for followers in after.values():
        for follower in followers:
            waits[follower] += 1
    keys = [(_rank(row, remote, here=here[index]), here[index], row.index) for index, row in enumerate(rows)]
    ready = [(keys[index], index) for index, count in enumerate(waits) if not count]
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
                heapq.heappush(ready, (keys[follower], follower))
    return out


def _chain(after: dict[int, set[int]], order: list[int]) -> None:
    for one, other in itertools.pairwise(order):
        after[one].add(other)


def _rank(row: Row, remote: dict[str, EndState], *, here: bool) -> int:
    """What goes first where no cause decides: what was told of a server comes right behind its cause, as for a client."""
    return RANK["client"] + 1 if row.source == "server" and row.source in remote and not here else RANK[row.source]


def _first(after: dict[int, set[int]], rows: list[Row], own: list[int]) -> None:
    """A server has a socket to tell of once it has accepted the handshake."""
    if own and rows[own[0]].source == "server":
        heads = [i for i, row in enumerate(rows) if row.kind == "handshake" and row.source == "server to client"]
        if heads:
            after[min(heads, key=lambda i: rows[i].index)].add(own[0])


def _last(after: dict[int, set[int]], rows: list[Row], own: list[int]) -> None:
    """What was told last, error and close, comes after all bytes; unless a call behind it caused some."""
    streams: dict[str, int] = {}
    for index, row in enumerate(rows):
        if row.stop >= 0 and (row.source not in streams or rows[streams[row.source]].index < row.index):
            streams[row.source] = index
    for index in reversed(own):
        row = rows[index]
        if row.link is not None and row.link[0].startswith(row.source):
            return
        if row.kind in ("event", "note") and row.name in _LAST:
            for last in streams.values():
                after[last].add(index)


def _at_end(rows: list[Row], end: EndState, connection: Connection) -> list[int]:
    """The rows that one end saw, in its own order."""
    seen = []
    for index, row in enumerate(rows):
        if row.stop >= 0:
            stream = end.sent if row.source.startswith(end.side) else end.received
            when = stream.time_of(row.stop)
            if when is not None:
                seen.append((when, row.stop, index))
        elif row.source == end.side and _timed(row, end):
            seen.append((row.time + connection.started, 0, index))
    return [index for *_, index in sorted(seen)]


def _timed(row: Row, end: EndState) -> bool:
    """Whether the time of an end's own row says where it stands among the bytes of that end."""
    if end.is_remote:
        return row.kind in ("note", "fault")
    return end.side == "server" or row.kind == "note" or row.name in _LAST


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
