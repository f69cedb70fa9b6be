"""Rows and details as they travel to the browser: columns in one binary buffer, and bounded JSON.

A packed block of ``n`` rows, little endian, columns in the order of their alignment (log.js reads it with typed arrays):

    float64 x n        arrival position
    float64 x n        time in nanoseconds since the timeline began
    float64 x n        size in bytes, or -1
    uint32  x n        connection number
    uint32  x (3n+1)   offsets into the text: name, text and problem of each row, end to end
    uint8   x n        kind       (place in KINDS)
    uint8   x n        source     (place in SOURCES)
    uint8   x n        flags      1: compressed, 2: several frames, 4: linked to another row
    the rest           UTF-8 text

What a peer sent is hostile: every length here is bounded again, whatever the timeline promises.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any

from wslab.timeline import PREVIEW, SOURCES
from wslab.view.log.filter import KIND_CODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wslab.timeline import Detail, Row, Seen
    from wslab.wire import Frame

MOST_ROWS = 512
"""The most rows in one block."""

MOST_FRAMES = 200
"""The most frames of one row that are listed."""

MOST_LINES = 400
"""The most header or printed lines that are shown."""

_SOURCE_CODE = {source: code for code, source in enumerate(SOURCES)}
_LINE = 4096


def pack(positions: Sequence[int], rows: Sequence[Row]) -> bytes:
    """Pack rows into one block.

    Args:
        positions: The arrival position of each row.
        rows: As many rows, at most `MOST_ROWS`.
    """
    texts: list[bytes] = []
    offsets = array("I", [0])
    total = 0
    for row in rows:
        for text in (row.name, row.text, row.problem):
            data = text[: PREVIEW + 1].encode("utf-8", "replace")
            texts.append(data)
            total += len(data)
            offsets.append(total)
    columns: list[array[Any]] = [
        array("d", positions),
        array("d", [row.time for row in rows]),
        array("d", [-1 if row.size is None else row.size for row in rows]),
        array("I", [row.connection for row in rows]),
        offsets,
        array("B", [KIND_CODE[row.kind] for row in rows]),
        array("B", [_SOURCE_CODE[row.source] for row in rows]),
        array("B", [row.compressed | (row.frames > 1) << 1 | (row.link is not None) << 2 for row in rows]),
    ]
    if sys.byteorder == "big":  # the browser's typed arrays are little endian everywhere
        for column in columns:
            column.byteswap()
    return b"".join([*(column.tobytes() for column in columns), *texts])


def describe_row(position: int, row: Row) -> dict[str, Any]:
    """A row as the head of a detail pane."""
    return {
        "pos": position,
        "connection": row.connection,
        "source": row.source,
        "kind": row.kind,
        "time": row.time,
        "name": row.name[: PREVIEW + 1],
        "text": row.text[: PREVIEW + 1],
        "size": row.size,
        "compressed": row.compressed,
        "problem": row.problem[:_LINE],
    }


def describe_detail(detail: Detail) -> dict[str, Any]:
    """Everything of a detail but its payload, which travels as bytes."""
    frames = detail.frames
    shown = frames if len(frames) <= MOST_FRAMES else (*frames[: MOST_FRAMES - 1], frames[-1])
    return {
        "lines": [line[:_LINE] for line in detail.lines[:MOST_LINES]],
        "moreLines": max(0, len(detail.lines) - MOST_LINES),
        "payload": None if detail.payload is None else len(detail.payload),
        "frames": [_describe_frame(frame) for frame in shown],
        "frameCount": len(frames),
        "wire": sum(len(frame.wire) for frame in frames),
        "carried": sum(frame.payload_length for frame in frames),
        "client": _describe_seen(detail.client),
        "server": _describe_seen(detail.server),
        "problem": detail.problem[:_LINE],
    }


def _describe_frame(frame: Frame) -> dict[str, Any]:
    return {
        "fin": frame.fin,
        "rsv1": frame.rsv1,
        "rsv2": frame.rsv2,
        "rsv3": frame.rsv3,
        "opcode": frame.opcode,
        "key": frame.masking_key.hex(" ") if frame.masked else None,
        "length": frame.payload_length,
        "header": len(frame.wire) - frame.payload_length,
        "wire": len(frame.wire),
    }


def _describe_seen(seen: Seen) -> dict[str, Any]:
    return {"state": seen.state, "time": seen.time}
