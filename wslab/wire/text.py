"""Turning hostile bytes into one line of plain text."""

from __future__ import annotations

_VISIBLE = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
_VISIBLE |= dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000)), 0xFFFD)
_VISIBLE |= dict.fromkeys(
    # Not the joiners U+200C and U+200D: Persian and emoji are written with them.
    (
        0x061C,
        0x180E,
        0x200B,
        0x200E,
        0x200F,
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
        *range(0xFFF9, 0xFFFC),
    ),
    0xFFFD,
)
_LINES = str.maketrans({"\r": " ", "\n": " ", "\t": " "})


def one_line(text: str, limit: int = 200) -> str:
    """Make text safe to show on one line.

    Line breaks and tabs become spaces, other control characters their visible pictures (U+2400 and on), and characters
    that reorder or hide text (bidirectional overrides, lone surrogates) become U+FFFD.

    Args:
        text: Any text.
        limit: The longest result, in characters; what is longer ends in an ellipsis.

    Returns:
        One line of at most `limit` characters.
    """
    line = text[: limit + 1]
    if not line.isprintable():
        line = line.translate(_LINES).translate(_VISIBLE)
    return line if len(line) <= limit else line[: limit - 1] + "\u2026"
