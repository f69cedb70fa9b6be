"""What compression did, as a table: bytes before and after, message by message, what was agreed, and the memory it takes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from wslab.timeline import Compression, compression_of
from wslab.wire import BadType, BadValue

if TYPE_CHECKING:
    from wslab.timeline import Connection, Timeline

MOST_MESSAGES = 40
"""The most messages in a table: the first and the newest."""

_DIRECTIONS = {"client to server": "client → server", "server to client": "server → client"}
_HEAD = ("message", "direction", "text", "bytes before", "on the wire", "saved", "RSV1")


class CompressionTable:
    """What compression did to the connections of a timeline. Evaluate it in a cell to see it.

    Args:
        timeline: What was recorded.
        connection: The number of a connection; all of them by default.

    Attributes:
        connections: What was found, by connection.

    Raises:
        BadType: The number is none.
        BadValue: There is no such connection.
    """

    def __init__(self, timeline: Timeline, connection: int | None = None) -> None:
        chosen = _chosen(timeline, connection)
        self.connections: tuple[Compression, ...] = tuple(compression_of(timeline, each) for each in chosen)

    def __repr__(self) -> str:
        if not self.connections:
            return "no connection yet: make one, and send a message"
        return "\n\n".join(_as_text(each) for each in self.connections)

    def _repr_html_(self) -> str:
        if not self.connections:
            return f"<p>{escape(repr(self))}</p>"
        return "".join(_as_html(each) for each in self.connections)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}


def _chosen(timeline: Timeline, number: int | None) -> list[Connection]:
    if number is None:
        return timeline.connections()
    whole: object = number  # callers need not have read the annotation
    if not isinstance(whole, int) or isinstance(whole, bool):
        raise BadType(f"a connection has a number, as in the log: lab.compression(1), not {number!r:.60}")
    found = timeline.connection(number)
    if found is None:
        numbers = ", ".join(str(each.number) for each in timeline.connections()) or "none"
        raise BadValue(f"there is no connection {number}; there are: {numbers}")
    return [found]


def _agreed(compression: Compression) -> list[str]:
    lines = []
    for direction, agreed in compression.agreed.items():
        if agreed.deflate is None:
            lines.append(f"{_DIRECTIONS[direction]}: no compression agreed")
            continue
        takeover = "with" if agreed.deflate.context_takeover else "without"
        lines.append(
            f"{_DIRECTIONS[direction]}: window of 2^{agreed.deflate.window_bits} bytes, {takeover} context takeover; "
            f"memory about {agreed.sender / 1024:.0f} KiB at the sender, {agreed.receiver / 1024:.0f} KiB at the receiver"
        )
    return lines


def _saved(before: int, after: int) -> str:
    return "-" if not before else f"{(before - after) / before:.0%}"


def _rows(compression: Compression) -> list[tuple[str, ...]]:
    messages = compression.messages
    shown = (
        messages
        if len(messages) <= MOST_MESSAGES
        else (*messages[: MOST_MESSAGES // 2], None, *messages[-MOST_MESSAGES // 2 :])
    )
    rows: list[tuple[str, ...]] = []
    numbers = {id(each): str(index) for index, each in enumerate(messages, 1 + compression.left_out)}
    for each in shown:
        if each is None:
            rows.append(("...", f"{len(messages) - MOST_MESSAGES} more", "", "", "", "", ""))
            continue
        row = each.row
        rows.append(
            (
                numbers[id(each)], _DIRECTIONS[row.source], row.text[:40], str(each.before), str(each.after),
                _saved(each.before, each.after), "set" if each.compressed else "not set",
            )
        )  # fmt: skip
    for direction, arrow in _DIRECTIONS.items():
        before, after = compression.of(direction)
        if before or after:
            rows.append(("all", arrow, "", str(before), str(after), _saved(before, after), ""))
    return rows


def _as_text(compression: Compression) -> str:
    rows = [_HEAD, *_rows(compression)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [f"connection {compression.connection}", *(f"  {line}" for line in _agreed(compression))]
    for row in rows:
        cells = [
            cell.rjust(width) if 3 <= column <= 5 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _as_html(compression: Compression) -> str:
    agreed = "<br>".join(map(escape, _agreed(compression)))
    head = "".join(
        f'<th style="text-align:{"right" if 3 <= column <= 5 else "left"}">{escape(name)}</th>'
        for column, name in enumerate(_HEAD)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align:{"right" if 3 <= column <= 5 else "left"}">{escape(cell)}</td>'
            for column, cell in enumerate(row)
        )
        + "</tr>"
        for row in _rows(compression)
    )
    return (
        f"<p><b>connection {compression.connection}</b><br>{agreed}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
