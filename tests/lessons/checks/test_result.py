"""What lessons show: rich and as text, and never markup of a stranger."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from wslab.lessons import Result, exercises, find, solution
from wslab.lessons.checks.result import Reminder
from wslab.lessons.display import Cell, Throwaway, prose

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def _text_of(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def test_a_result_says_the_same_rich_and_as_text() -> None:
    result = Result("00.1", "A client", passed=False, message="Send `text`.", facts="sent: []")

    assert repr(result) == "00.1 A client: not yet\nSend `text`.\n    sent: []"
    for part in ("00.1 A client", "not yet", "Send", "text", "sent: []"):
        assert part in _text_of(result._repr_html_())


def test_backquotes_in_our_own_words_become_code() -> None:
    assert re.search(r"<code [^>]*>await x</code>", prose("Write `await x`."))


@pytest.mark.parametrize("place", ["title", "message", "facts"])
def test_markup_of_an_answer_is_shown_and_not_obeyed(place: str) -> None:
    result = replace(Result("00.1", "A", passed=False, message="B", facts="C"), **{place: HOSTILE})  # type: ignore[arg-type]

    assert "<img" not in result._repr_html_()
    assert "<script" not in result._repr_html_()
    assert "&lt;script&gt;" in result._repr_html_()


def test_markup_in_a_throw_away_kernel_is_shown_and_not_obeyed() -> None:
    shown = Throwaway([Cell(HOSTILE, HOSTILE)])._repr_html_()

    assert "<img" not in shown
    assert "<script" not in shown


def test_control_characters_become_visible() -> None:
    result = Result("00.1", "A client", passed=False, message="x", facts="\x1b[31mred\x1b[0m\r\x00\u202e")

    assert "\x1b" not in repr(result)
    assert "⟨ESC⟩[31mred" in repr(result)
    assert "⟨RLO⟩" in repr(result)


def test_facts_of_any_length_are_bounded() -> None:
    assert len(Result("00.1", "A", passed=False, message="x", facts="y" * 10**6)._repr_html_()) < 10_000


def test_colours_follow_the_theme() -> None:
    html = Result("00.1", "A client", passed=True, message="x", facts="y")._repr_html_()

    assert re.findall(r"(?<!-)\bcolor:(?!var\(--jp-)", html) == []
    assert re.findall(r"background:(?!var\(--jp-)", html) == []


def test_a_reminder_says_the_same_rich_and_as_text() -> None:
    reminder = Reminder('await check("00.1", greet)')

    assert 'await check("00.1", greet)' in repr(reminder)
    assert "await check(&quot;00.1&quot;, greet)" in reminder._repr_html_()


@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.number)
def test_a_solution_is_code_as_text_and_coloured_code_as_markdown(exercise: object) -> None:
    shown = solution(exercise.number)  # type: ignore[attr-defined]

    assert repr(shown) == find(exercise.number).solution.strip()  # type: ignore[attr-defined]
    assert f"```{exercise.language}\n{shown!r}\n```" in shown._repr_markdown_()  # type: ignore[attr-defined]
