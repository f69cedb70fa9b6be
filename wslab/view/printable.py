"""Text whose invisible characters are made visible, as log.js shows them: the escape character becomes ``⟨ESC⟩``.

What a program prints is hostile: control characters, and characters that hide or reorder what stands beside them, would lie
to the reader. Line breaks and tabs stay what they are.
"""

from __future__ import annotations

import re

_CONTROLS = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
_HIDDEN = (
    "7F:DEL 61C:ALM 200B:ZWSP 200C:ZWNJ 200E:LRM 200F:RLM 2028:LS 2029:PS 202A:LRE 202B:RLE 202C:PDF 202D:LRO 202E:RLO "
    "2060:WJ 2066:LRI 2067:RLI 2068:FSI 2069:PDI FEFF:BOM"
)
_NAMES = dict(enumerate(_CONTROLS.split())) | {
    int(code, 16): name for code, name in (pair.split(":") for pair in _HIDDEN.split())
}
# Lone surrogates are among them: they cannot be sent as UTF-8 at all.
_INVISIBLE = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200b\\u200c\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ud800-\\udfff"
    "\\ufeff\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]"
)


def printable(text: str) -> str:
    """Make every invisible character of a text visible, but line breaks (LF and CR LF) and tabs."""
    text = text.replace("\r\n", "\n")
    return text if text.isprintable() else _INVISIBLE.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\u27e8{_NAMES.get(code) or f'U+{code:04X}'}\u27e9"
