"""The byte inspector without scripts: HTML that survives in a saved notebook and on a code host.

It says everything in words and letters: a code host takes all styles away, JupyterLab those of a notebook it does not trust.
Only `details` opens and closes. What comes from a peer is escaped, every bit of it.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from wslab.view.inspector.bit_diagram import bit_diagram

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_OPEN = 8
"""The most frames that are told in full; of the others there is a line."""

MOST_XOR = 16
"""The most payload bytes whose unmasking is written out."""

_LINE = 16
_PRE = '<pre style="line-height:1.3;margin:4px 0">'
# One ground for each sign, with dark ink: readable on a light page and on a dark one.
GROUNDS = {
    "F": "#cfe0fb", "R": "#e1e4e8", "O": "#e6d8f8", "M": "#c9ecec", "L": "#fde0b8", "X": "#f3d9b0", "K": "#f9d3ea",
    "P": "#d4efcd", "S": "#f9d5cc", "T": "#ebeab8", "?": "#e1e4e8",
}  # fmt: skip


def inspector_html(described: dict[str, Any], key: str) -> str:
    """Write the static twin.

    Args:
        described: What `describe_dissection` says.
        key: What a live page finds it by.

    Returns:
        HTML; the same for the same bytes.
    """
    parts = [f'<div class="wslab-inspector {escape(key)}">', f"<p><b>Bytes:</b> {escape(described['summary'])}</p>"]
    if described["head"]:
        parts.append(f"<p>{escape(described['head'])}</p>")
    for place, frame in enumerate(described["frames"]):
        parts.append(_frame(frame, first=place == 0) if place < MOST_OPEN else f"<div>{_title(frame)}</div>")
    if described["more"]:
        broken = f", with {described['moreBroken']} of the violations" if described["moreBroken"] else ""
        parts.append(f"<p>and {described['more']} more frames{broken}</p>")
    if described["unfinished"]:
        parts.append(f"<p><b>Not whole:</b> {escape(described['unfinished'])}</p>")
    return "\n".join([*parts, "</div>"])


def _title(frame: dict[str, Any]) -> str:
    broken = len(frame["violations"])
    mark = f" <b>! {broken} violation{'s' * (broken != 1)}</b>" if broken else ""
    return f"frame {escape(frame['title'])}{mark}"


def _frame(frame: dict[str, Any], *, first: bool) -> str:
    wire = bytes.fromhex(frame["wire"])
    parts = [
        f"<details{' open' * first}><summary>{_title(frame)}</summary>",
        *(f"<p><b>!</b> {_violation(found)}</p>" for found in frame["violations"]),
        f"{_PRE}{escape(bit_diagram(frame['fields'], wire, frame['header']))}</pre>",
        _fields(frame["fields"]),
        f"{_PRE}{_hex(frame, wire)}</pre>",
    ]
    hidden = frame["size"] - len(wire)
    if hidden:
        parts.append(f"<p>and {hidden} more bytes</p>")
    if frame["length"]:
        parts.append(f"{_PRE}{escape(_payload(frame))}</pre>")
    parts.append(f"<p>{escape(message_words(frame))}</p>")
    return "\n".join([*parts, "</details>"])


def _violation(found: dict[str, Any]) -> str:
    level = f", {found['level']}" if found["level"] else ""
    code = f" Receivers customarily answer {found['code']}." if found["code"] else ""
    note = f" Note: {found['note']}." if found["note"] else ""
    return escape(f"{found['what']} ({found['section']}{level}: \u201c{found['words']}\u201d).{code}{note}")


def _fields(fields: Sequence[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td><b>{field['sign']}</b></td><td>{escape(field['name'])}{' <b>!</b>' * field['broken']}</td>"
        f"<td>{_bits(field['bits'])}</td><td><code>{escape(field['value'])}</code></td>"
        f"<td>{escape(field['meaning'])}</td><td>{escape(field['section'])}</td></tr>"
        for field in fields
    )
    heads = "".join(f"<th>{head}</th>" for head in ("", "field", "bits", "value", "meaning", "where"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _bits(bits: Sequence[int]) -> str:
    first, stop = bits
    return f"{first}\u2013{stop - 1}" if stop > first + 1 else str(first) if stop > first else "none"


def signs_at(fields: Sequence[dict[str, Any]], byte: int) -> str:
    """The letters of the fields that a byte belongs to; of a field and its parts, the parts'."""
    found = [field for field in fields if field["bits"][0] < byte * 8 + 8 and field["bits"][1] > byte * 8]
    inner = [field["inside"] for field in found if field["inside"]]
    return "".join(dict.fromkeys(field["sign"] for field in found if field["name"] not in inner))


def _hex(frame: dict[str, Any], wire: bytes) -> str:
    """Hex in lines, below each byte the letters of its fields."""
    signs = [signs_at(frame["fields"], byte) for byte in range(min(len(wire), frame["header"] + 2))]
    signs += [signs_at(frame["fields"], len(wire) - 1)] * (len(wire) - len(signs))
    return "\n".join(_hex_lines(wire, signs))


def _hex_lines(wire: bytes, signs: Sequence[str]) -> Iterator[str]:
    for at in range(0, len(wire), _LINE):
        line = list(zip(wire[at : at + _LINE], signs[at : at + _LINE], strict=True))
        cells = []
        for sign, group in groupby(line, key=lambda cell: cell[1]):
            hexes = " ".join(f"{byte:02x} " for byte, _ in group)
            cells.append(f'<span style="background-color:{GROUNDS[sign[-1:] or "?"]};color:#111">{hexes}</span>')
        yield f"{at:04x}  " + " ".join(cells)
        yield "      " + " ".join(f"{sign:<3}" for _, sign in line).rstrip()


def _payload(frame: dict[str, Any]) -> str:
    """Masked and unmasked side by side, byte by byte."""
    payload, key = bytes.fromhex(frame["payload"])[:MOST_XOR], bytes.fromhex(frame["key"])
    start = frame["header"]
    wire = bytes.fromhex(frame["wire"])[start : start + len(payload)]
    rows = {
        "payload byte": [str(place) for place in range(len(payload))],
        "on the wire": [f"{byte:02x}" for byte in wire],
    }
    if key:
        rows["XOR key"] = [f"{key[place % 4]:02x}" for place in range(len(payload))]
        rows["= unmasked"] = [f"{byte:02x}" for byte in payload]
    if frame["pieces"]:
        cells = rows[frame["became"]] = [""] * len(payload)
        for first, stop, shown, _ in frame["pieces"]:
            for place in range(max(0, first), min(stop, len(payload))):
                cells[place] = shown if place == max(0, first) else "\u00b7"
    width = max(len(cell) for row in rows.values() for cell in row)
    lines = [f"{name:<15}{' '.join(f'{cell:>{width}}' for cell in row)}".rstrip() for name, row in rows.items()]
    if frame["length"] > len(payload):
        lines.append(f"and {frame['length'] - len(payload)} more")
    return "\n".join(lines)


def message_words(frame: dict[str, Any]) -> str:
    """Which message a frame is a part of, and what the message says."""
    message = frame["message"]
    if message is None:
        kind = "a control frame: it is no part of a message" if frame["opcode"] >= 8 else "a part of no whole message"
        return f"This frame is {kind}."
    part = "" if message["frames"] == 1 else f"frame {message['place'] + 1} of {message['frames']} of "
    words = f"This frame is {part or 'the whole of '}message {message['index']} ({message['name']})"
    if message["ended"]:
        words += f", which is not complete: {message['ended']}"
    if message["reason"]:
        return f"{words}. What it says is not known: {message['reason']}."
    compressed = ", inflated" if frame["compressed"] else ""
    return f"{words}, {message['size']} bytes{compressed}: {message['preview'] or 'empty'}"
