"""Text whose invisible characters are made visible."""

from __future__ import annotations

from wslab.view.printable import printable


def test_what_cannot_be_seen_is_made_visible() -> None:
    assert printable("a\r\n\tb\x00\x1b[1m\rc") == "a\n\tb\u27e8NUL\u27e9\u27e8ESC\u27e9[1m\u27e8CR\u27e9c"
    assert (
        printable("\u202egnp.exe\u2066\u200b\ufeff")
        == "\u27e8RLO\u27e9gnp.exe\u27e8LRI\u27e9\u27e8ZWSP\u27e9\u27e8BOM\u27e9"
    )
    assert printable("\ud83d \U000e0041 \x85") == "\u27e8U+D83D\u27e9 \u27e8U+E0041\u27e9 \u27e8U+0085\u27e9"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert (
        printable(f"d\u00e9j\u00e0 \u05e9\u05dc\u05d5\u05dd {family}")
        == f"d\u00e9j\u00e0 \u05e9\u05dc\u05d5\u05dd {family}"
    )
