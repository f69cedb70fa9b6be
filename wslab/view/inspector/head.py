"""What the byte inspector shows of an opening handshake: one head line by line, and its bytes, each belonging to a line.

What the lines mean, and whether they are right, is said by `wslab.wire.explain`; here each is given its place among the bytes,
found by the rules by which `wslab.wire.parse_head` reads them. Credentials are overwritten before anything else is done.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wslab.wire import counted, explain, one_line
from wslab.wire.handshake import END_OF_HEAD, HEAD_LIMIT, REDACTED, filled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline import Connection, Row, Source, Timeline
    from wslab.wire import ExplainedHead, HeadLine

MOST_BYTES = 2048
"""The most bytes of a head that are shown."""

MOST_LINES = 60
"""The most lines of a head that are listed, not counting required ones that are absent."""

_UP: Final = "client to server"
_TEXT = 600
_PART = re.compile(rb"[^\n]*\n|[^\n]+")


class LineSpan(NamedTuple):
    """Where a line of a head stands.

    Attributes:
        start: Offset of its first byte.
        value: Offset behind its name and the colon; that of its first byte in the first line and in an empty one.
        stop: Offset behind its line end.
        empty: Whether it is an empty line, which is no header.
        secret: Whether its value is a credential.
    """

    start: int
    value: int
    stop: int
    empty: bool = False
    secret: bool = False


def line_spans(data: bytes) -> list[LineSpan]:
    """Find the lines of a head: the first, one for each header that `parse_head` reads, and the empty ones.

    Args:
        data: The bytes of the head.

    Returns:
        The places, in order and without gaps.
    """
    out: list[LineSpan] = []
    headers = False
    for start, stop, line in _lines(data):
        if not out:
            out.append(LineSpan(start, start, stop))
        elif not line:
            out.append(LineSpan(start, start, stop, empty=True))
        elif line[:1] in b" \t" and headers:
            # Folded: it goes on with the header before (RFC 9112 section 5.2), and takes in empty lines between them.
            while out[-1].empty:
                out.pop()
            out[-1] = out[-1]._replace(stop=stop)
        else:
            name, colon, _ = line.partition(b":")
            secret = name.decode("latin-1").strip(" \t").lower() in REDACTED
            out.append(LineSpan(start, start + len(name + colon), stop, secret=secret))
            headers = True
    return out


def inspect_head(timeline: Timeline, row: Row) -> dict[str, Any] | None:
    """Say what the inspector shows of a handshake row.

    Args:
        timeline: Where the row is kept.
        row: A row of the kind ``handshake``.

    Returns:
        What `describe_head` says, or None where its bytes are no longer kept.
    """
    with timeline.reading():
        connection = timeline.connection(row.connection)
        data = None if connection is None else _read(connection, row.source, row.stop)
        if data is None:
            return None
        request = None if row.source == _UP or connection is None else _read(connection, _UP, -1)
    return describe_head(data, request, answer=row.source != _UP)


def describe_head(data: bytes, request: bytes | None = None, *, answer: bool = False) -> dict[str, Any]:
    """Say everything that the inspector shows of a head.

    Args:
        data: The bytes of the head, up to and with its empty line.
        request: The bytes of the request that this is the response to, where they are at hand.
        answer: Whether it is a response.

    Returns:
        JSON, bounded by `MOST_BYTES` and `MOST_LINES`.
    """
    data = data[:HEAD_LIMIT]
    stop = data.find(END_OF_HEAD)
    data = data[: stop + len(END_OF_HEAD)] if stop >= 0 else data
    made = explain(request, data) if answer else explain(data)
    head = made.response if answer else made.request
    assert head is not None
    found = line_spans(data)
    rows = list(_described(head, found, len(data)))
    listed = [row for row in rows if row["at"] is not None]
    absent = [row for row in rows if row["at"] is None]
    wrong = sum(line.right is False for line in head.lines)
    summary = [
        "response" if answer else "request",
        f"{counted(len(data), 'byte')} in {counted(len(listed), 'line')}",
        "server to client" if answer else _UP,
        f"{wrong} violation{'s' * (wrong != 1)}" if wrong else "",
    ]
    return {
        "summary": ", ".join(filter(None, summary)),
        "size": len(data),
        "wire": overwritten(data, found)[:MOST_BYTES].hex(),
        "places": [place[:3] for place in found if place.start < MOST_BYTES],
        "lines": listed[:MOST_LINES] + absent,
        "more": max(0, len(listed) - MOST_LINES),
    }


def overwritten(data: bytes, found: list[LineSpan]) -> bytes:
    """The same number of bytes, each of a credential an ``x``.

    Args:
        data: The bytes of a head.
        found: Its lines.
    """
    out = bytearray(data)
    for place in found:
        if place.secret:
            out[place.value : place.stop] = filled(data[place.value : place.stop])
    return bytes(out)


def _read(connection: Connection, source: Source, stop: int) -> bytes | None:
    """The head that a direction begins with; None where it is not there, or no longer."""
    direction = connection.directions.get(source)
    if direction is None or direction.stream is None or direction.stream.first > 0:
        return None
    return direction.stream.read(0, direction.head_stop if stop < 0 else stop) or None


def _described(head: ExplainedHead, found: list[LineSpan], size: int) -> Iterator[dict[str, Any]]:
    """The lines as they stand, with the empty ones; behind them what is absent. `at` is the place of each."""
    lines = iter(head.lines)
    for number, place in enumerate(found):
        if place.empty:
            last = place.stop == size
            meaning = "ends the head" if last else "an empty line within the head"
            yield _listed("(empty line)", None, meaning, "RFC 9112 section 2.1", at=number)
            continue
        line = next(lines)
        text = one_line(line.value or "", _TEXT) if number == 0 else f"{line.name}: {line.value}"
        yield _listed(text, line, line.problem or line.meaning, line.section, at=number, secret=place.secret)
    for line in lines:
        yield _listed(line.name, line, line.problem or line.meaning, line.section, at=None)


def _listed(
    text: str, line: HeadLine | None, meaning: str, section: str, *, at: int | None, secret: bool = False
) -> dict[str, Any]:
    return {
        "text": one_line(text, _TEXT),
        "name": one_line(line.name, _TEXT) if line else "",
        "right": line.right if line else None,
        "meaning": one_line(meaning, _TEXT),
        "section": section,
        "at": at,
        "secret": secret,
    }


def _lines(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start and stop of each line with its line end, and the line without."""
    for found in _PART.finditer(data):
        line = found[0]
        if line.endswith(b"\n"):
            line = line[:-1].removesuffix(b"\r")
        yield found.start(), found.end(), line
