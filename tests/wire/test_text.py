"""Hostile text, fit to be shown: one table of what cannot be seen, and every way to show it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire import one_line, printable, visible

anything = st.text(st.characters(), max_size=300)  # lone surrogates too
RANGES = {
    "controls": [*range(0x20), *range(0x7F, 0xA0)],
    "what reorders text": [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    "what has no width": [0xAD, 0x034F, 0x180E, 0x200B, 0x200C, *range(0x2060, 0x2066), 0xFEFF, 0x1BCA0, 0x1D173],
    "line breaks": [0x2028, 0x2029],
    "letters without a shape": [0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0],
    "annotations": [0xFFF9, 0xFFFA, 0xFFFB],
    "lone surrogates": [0xD800, 0xDBFF, 0xDC00, 0xDFFF],
    "tags": [0xE0000, 0xE0001, *range(0xE0020, 0xE0080)],
    "variation selectors that spell bytes": [0xE0100, 0xE01EF],
}
HIDDEN = [pytest.param(code, id=f"{name}, U+{code:04X}") for name, codes in RANGES.items() for code in codes]
SEEN = (
    "Gr\u00fc\u00dfe, \u4f60\u597d \u05e9\u05dc\u05d5\u05dd d\u00e9j\u00e0 \u00a0\u3000",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",  # joined, and chosen by a variation selector
    '<b>"quoted"</b> \ue000 \ufffc \ufffd',
)


@pytest.mark.parametrize("show", [one_line, printable, visible])
@pytest.mark.parametrize("text", SEEN)
def test_what_can_be_seen_stays_as_it_is(show: object, text: str) -> None:
    assert callable(show)
    assert show(text) == text


@pytest.mark.parametrize("code", HIDDEN)
def test_what_cannot_be_seen_is_written_out_by_its_name_and_the_same_everywhere(code: int) -> None:
    shown = visible(chr(code))
    assert shown[0] + shown[-1] == "\u27e8\u27e9"
    assert shown.isprintable()
    assert shown[1:-1].isalnum() or shown == f"\u27e8U+{code:04X}\u27e9"
    if chr(code) not in "\r\n\t":
        assert one_line(f"a{chr(code)}b") == printable(f"a{chr(code)}b") == f"a{shown}b"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(
            ("\x00", "NUL"),
            ("\x1b", "ESC"),
            ("\x7f", "DEL"),
            ("\x85", "U+0085"),
            ("\n", "LF"),
            ("\t", "HT"),
            ("\r", "CR"),
        ),
        *(
            ("\u202e", "RLO"),
            ("\u2066", "LRI"),
            ("\u200b", "ZWSP"),
            ("\u200c", "ZWNJ"),
            ("\ufeff", "BOM"),
            ("\xad", "SHY"),
        ),
        *(("\ud83d", "U+D83D"), ("\U000e0041", "U+E0041"), ("\u3164", "U+3164")),
    ],
)
def test_names_are_the_usual_ones_and_else_the_number(text: str, name: str) -> None:
    assert visible(text) == f"\u27e8{name}\u27e9"


def test_names_are_different() -> None:
    assert len({visible(chr(each.values[0])) for each in HIDDEN}) == len(HIDDEN)  # type: ignore[arg-type]


def test_on_one_line_line_breaks_and_tabs_become_spaces() -> None:
    assert one_line("a\r\nb\tc") == "a  b c"


def test_what_is_printed_keeps_its_line_breaks_and_tabs() -> None:
    assert printable("a\r\n\tb\x00\x1b[1m\rc") == "a\n\tb\u27e8NUL\u27e9\u27e8ESC\u27e9[1m\u27e8CR\u27e9c"
    assert printable("\u202egnp.exe") == "\u27e8RLO\u27e9gnp.exe"


@given(text=anything, limit=st.integers(1, 250))
def test_a_line_is_never_longer_than_its_limit_and_can_always_be_shown(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert min(len(text), limit) <= len(line) <= limit
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in line)
    assert not any(
        unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"} for c in line
    )
    line.encode()


@given(text=anything)
def test_showing_a_text_again_changes_nothing(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    assert printable(printable(text)) == printable(text)


@given(text=anything)
def test_what_is_printable_in_one_line_is_so_in_several(text: str) -> None:
    assert printable(text).replace("\n", "").replace("\t", "") == visible(
        text.replace("\r\n", "").replace("\n", "").replace("\t", "")
    )


def test_what_is_cut_off_shows_as_an_ellipsis() -> None:
    assert one_line("x" * 200) == "x" * 200
    assert one_line("x" * 201) == "x" * 199 + "\u2026"
    assert one_line("\x1b" * 10, 12) == "\u27e8ESC\u27e9\u27e8ESC\u27e9\u27e8\u2026"
