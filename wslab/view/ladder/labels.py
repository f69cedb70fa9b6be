"""What a sequence diagram writes at its arrows and boxes: short, on one line, the same for the same conversation.

Payloads are hostile: they are cut, and control characters never reach a label. Ports are masked as in the transcript, and so
are the payloads of pings.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from wslab.timeline import masked
from wslab.wire import OPCODES, one_line

if TYPE_CHECKING:
    from wslab.timeline import Row
    from wslab.wire import Part

_PAYLOAD = 28  # characters of a payload in a label
_BOX, _LINES = 36, 4  # characters on a line of a box, and lines of it


def row_label(row: Row, *, short: bool = False) -> str:
    """What an arrow of a whole row says.

    Args:
        row: A handshake, message, control frame or close.
        short: Whether only the beginning of the payload fits.
    """
    if row.kind == "message":
        parts = [row.name, _payload(row.text, 12 if short else _PAYLOAD, binary=row.binary), f"{row.size} B"]
        if row.frames > 1 and not short:
            parts.append(f"in {row.frames} frames")
        return _joined(parts) + (", deflated" if row.compressed and not short else "")
    if row.kind == "control":
        return f"{row.name} {row.size} B" if row.size else row.name
    if row.kind == "close":
        return _joined([row.name, row.text])
    return masked(row.name)


def fragment_label(row: Row, frame: Part, payload: bytes) -> tuple[str, str]:
    """What an arrow of one fragment says.

    Args:
        row: The row of the whole message.
        frame: The fragment.
        payload: The beginning of its payload, unmasked.

    Returns:
        The name of its opcode, and the label.
    """
    opcode = frame.first & 0x0F
    name = OPCODES.get(opcode, f"opcode {opcode:#x}")
    text = payload[:16].hex(" ") if row.binary else one_line(payload.decode("utf-8", "replace"), _PAYLOAD + 1)
    shown = "deflated" if row.compressed else _payload(text, 16, binary=row.binary)
    return name, f"{_joined([name, shown, f'{frame.length} B'])}, FIN {frame.first >> 7}"


def box_label(row: Row) -> str:
    """What a box says: an API event or call, a printed line, a remark."""
    if row.kind == "print":
        text = cut(f"print: {row.text}", 2 * _BOX - 8)
    elif row.kind == "event" and row.size is not None:
        text = _joined([row.name, _payload(row.text, 16, binary=row.binary), f"{row.size} B"])
    elif row.name in ("close", "close()"):  # a reason is payload
        text = _joined([row.name, row.text])
    else:
        colon = ":" if row.kind in ("note", "fault") and row.text else ""
        text = _joined([row.name + colon, masked(row.text)])
    return cut(text, _BOX * _LINES - 8)


def box_lines(text: str) -> list[str]:
    """A box's label, broken into lines where it is long: between words where that is possible."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if columns(longer) <= _BOX or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    broken = []
    for line in lines:
        rest = line
        while columns(rest) > _BOX:
            size = max(1, next(n for n in range(len(rest), 0, -1) if n == 1 or columns(rest[:n]) <= _BOX))
            broken.append(rest[:size])
            rest = rest[size:]
        broken.append(rest)
    return broken if len(broken) <= _LINES else [*broken[: _LINES - 1], cut(f"{broken[_LINES - 1]} \u2026", _BOX)]


def problem_label(problem: str, most: int) -> str:
    """What is wrong, in so many columns: where it is too long the sentence is cut, and not the section behind it."""
    what, bracket, section = f"! {problem}".rpartition(" (RFC ")
    room = most - columns(bracket + section)
    return f"{cut(what, room)}{bracket}{section}" if bracket and room > most // 3 else cut(f"! {problem}", most)


def cut(text: str, most: int) -> str:
    """Text that takes at most so many columns; what is longer ends in an ellipsis."""
    if columns(text) <= most:
        return text
    while text and columns(text) > most - 1:
        text = text[: most - 1] if len(text) > most else text[:-1]
    return text.rstrip() + "\u2026"


def columns(text: str) -> int:
    """How many columns of a fixed-width font text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, width: int, where: str = "<") -> str:
    """Text filled up with spaces to so many columns: ``<`` behind it, ``>`` before it, ``^`` on both sides."""
    space = max(0, width - columns(text))
    before = {"<": 0, ">": space, "^": space // 2}[where]
    return " " * before + text + " " * (space - before)


def _payload(text: str, most: int, *, binary: bool) -> str:
    text = cut(text, most)
    return text if binary else f'"{text}"'


def _joined(parts: list[str]) -> str:
    return " ".join(part for part in parts if part)
