"""The header of one frame, drawn in characters as RFC 6455 section 5.2 draws every frame: its bits, its fields, its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW = 32  # bits in a row, as in the RFC


class _Box(NamedTuple):
    """A field's part of one row, in bits of the row."""

    start: int
    stop: int
    name: str
    bits: str


def bit_diagram(fields: Sequence[dict[str, Any]], wire: bytes, header: int) -> str:
    """Draw a frame's header and the beginning of its payload.

    Args:
        fields: The fields as `describe_dissection` tells them.
        wire: The bytes of the frame.
        header: How many of them are header.

    Returns:
        Lines of plain characters.
    """
    stop = min(len(wire) * 8, (header * 8 // _ROW + 1) * _ROW)
    bits = "".join(f"{byte:08b}" for byte in wire[: (stop + 7) // 8])
    rows = [_boxes(fields, bits, at, min(at + _ROW, stop)) for at in range(0, stop, _ROW)]
    if not rows:
        return ""
    width = max(row[-1].stop for row in rows)
    ruler = [
        " " + " ".join(str(bit // 10) if bit % 10 == 0 else " " for bit in range(width)),
        " " + " ".join(str(bit % 10) for bit in range(width)),
    ]
    lines = [line.rstrip() for line in ruler]
    above: list[_Box] = []
    for row in rows:
        lines += [_border(above, row), *_row(row)]
        above = row
    return "\n".join([*lines, _border(above, [])])


def _boxes(fields: Sequence[dict[str, Any]], bits: str, first: int, stop: int) -> list[_Box]:
    out = []
    for field in fields:
        a, b = max(field["bits"][0], first), min(field["bits"][1], stop)
        if a < b and not field["inside"]:
            name = field["name"] if field["bits"][0] >= first else f"{field['name']} continued"
            out.append(_Box(a - first, b - first, name, bits[a:b]))
    return out


def _border(above: Sequence[_Box], below: Sequence[_Box]) -> str:
    edges = {edge for box in (*above, *below) for edge in (box.start, box.stop)}
    last = max(edges)
    return "".join(("+" if bit in edges else "-") + "-" * (bit < last) for bit in range(last + 1))


def _row(row: Sequence[_Box]) -> list[str]:
    """The bits, and the names below them: of single bits from top to bottom, as in the RFC."""
    parts = [_names(box) for box in row]
    height = max(map(len, parts))
    lines = ["|" + "".join(" ".join(box.bits) + "|" for box in row)]
    for level in range(height):
        cells = (
            (names[level] if level < len(names) else "").center(2 * (box.stop - box.start) - 1)
            for box, names in zip(row, parts, strict=True)
        )
        lines.append("|" + "".join(cell + "|" for cell in cells))
    return lines


def _names(box: _Box) -> list[str]:
    width = 2 * (box.stop - box.start) - 1
    if width == 1:
        return list(box.name)
    if len(box.name) <= width:
        return [box.name]
    out: list[str] = []
    for word in box.name.split():
        if out and len(out[-1]) + 1 + len(word) <= width:
            out[-1] += f" {word}"
        else:
            out.append(word[:width])
    return out
