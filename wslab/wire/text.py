"""Hostile text, fit to be shown: what could not be seen is written out by its name.

Control characters move the cursor, and others hide, reorder or imitate what stands beside them. Each becomes its name in
brackets, wherever it is shown: the escape character ``⟨ESC⟩``, a tag ``⟨U+E0041⟩``. The page has a copy of this table (log.js).

    one_line     of a row, a title, a label: one line, bounded
    printable    of what a program has printed: line breaks and tabs stay
    visible      of single characters: line breaks and tabs, too
    shortened    any text, bounded

Left as they are: spaces of any width, and what emoji are joined with and chosen by (U+200D, U+FE00 to U+FE0F).
"""

from __future__ import annotations

import re

_CONTROLS = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
_FORMATS = (
    "7F:DEL AD:SHY 34F:CGJ 61C:ALM 180E:MVS 200B:ZWSP 200C:ZWNJ 200E:LRM 200F:RLM 2028:LS 2029:PS 202A:LRE 202B:RLE "
    "202C:PDF 202D:LRO 202E:RLO 2060:WJ 2066:LRI 2067:RLI 2068:FSI 2069:PDI FEFF:BOM"
)
_NAMES = dict(enumerate(_CONTROLS.split())) | {
    int(code, 16): name for code, name in (pair.split(":") for pair in _FORMATS.split())
}
_SHAPELESS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U000e0100-\U000e01ef"
"""Letters and marks without a shape, which Python takes for printable."""

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # what reorders or reshapes text
    "\xad\u180e\u200b\u200c\u2028\u2029\u2060-\u2065\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # no width
    f"{_SHAPELESS}\ud800-\udfff"  # lone surrogates, which UTF-8 cannot carry at all
    "\U000e0000-\U000e0fff]"  # tags: ASCII again, unseen
)
_SURPRISING = re.compile(f"[{_SHAPELESS}]")
_SPACES = str.maketrans("\r\n\t", "   ")


def one_line(text: str, limit: int = 200) -> str:
    """Make text safe to show on one line: line breaks and tabs become spaces, invisible characters their names.

    Args:
        text: Any text.
        limit: The longest result, in characters; what is longer ends in an ellipsis.
    """
    line = text[: limit + 1]
    if not _is_plain(line):
        line = visible(line.translate(_SPACES))
    return shortened(line, limit)


def printable(text: str) -> str:
    """Make every invisible character of a text visible, but line breaks (LF and CR LF) and tabs."""
    if _is_plain(text):
        return text
    return _INVISIBLE.sub(lambda found: found[0] if found[0] in "\n\t" else _name(found), text.replace("\r\n", "\n"))


def visible(text: str) -> str:
    """Make every invisible character of a text visible, line breaks and tabs included."""
    return _INVISIBLE.sub(_name, text)


def shortened(text: str, limit: int) -> str:
    """A text of at most so many characters; one that is longer ends in an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "\u2026"


def counted(number: int, thing: str) -> str:
    """A number of things: ``1 byte``, ``2 bytes``."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _is_plain(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not _SURPRISING.search(text))


def _name(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\u27e8{_NAMES.get(code) or f'U+{code:04X}'}\u27e9"
