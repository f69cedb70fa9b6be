"""One line of plain text out of anything."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire import one_line

anything = st.text(st.characters(), max_size=300)  # lone surrogates too


def test_plain_text_stays_as_it_is() -> None:
    text = 'Gr\u00fc\u00dfe, \u4f60\u597d \U0001f468\u200d\U0001f469\u200d\U0001f467 <b>"quoted"</b>'
    assert one_line(text) == text


def test_line_breaks_and_tabs_become_spaces() -> None:
    assert one_line("a\r\nb\tc") == "a  b c"


@pytest.mark.parametrize("code", [c for c in (*range(32), 0x7F) if chr(c) not in "\r\n\t"])
def test_a_control_character_shows_as_its_picture(code: int) -> None:
    assert one_line(chr(code)) == chr(0x2421 if code == 0x7F else 0x2400 + code)


HIDING = [*range(0x80, 0xA0), 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F)]
HIDING += [*range(0x2060, 0x2070), 0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xD800, 0xDFFF]


@pytest.mark.parametrize("code", HIDING, ids=hex)
def test_a_character_that_reorders_or_hides_text_is_replaced(code: int) -> None:
    assert one_line(f"a{chr(code)}b") == "a\ufffdb"


@given(text=anything, limit=st.integers(1, 250))
def test_a_line_is_never_longer_than_its_limit_and_can_always_be_shown(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) == min(len(text), limit)
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in line)
    assert not any(
        unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"} for c in line
    )
    line.encode()


@given(text=anything)
def test_showing_a_line_again_changes_nothing(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


def test_what_is_cut_off_shows_as_an_ellipsis() -> None:
    assert one_line("x" * 200) == "x" * 200
    assert one_line("x" * 201) == "x" * 199 + "\u2026"
