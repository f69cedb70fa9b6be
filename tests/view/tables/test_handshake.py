"""A handshake as tables: it says what `wslab.wire` says, and a stranger's bytes stay text."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from wslab import wire
from wslab.view.tables.handshake import MOST_LINES, accept_steps, explain
from wslab.wire import request, response

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
HOSTILE = "<img src=x onerror=alert(1)></table><script>alert(2)</script>"
REFUSED = response(status=400, headers={"Server": "Python/3.11 websockets/17.4"})


def text_of(html: str) -> str:
    """What is read on the screen, tags replaced by spaces."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


class Tags(HTMLParser):
    """The tags of a piece of HTML, and whether each is closed where it must be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert {name for name, _ in attrs} <= {"style", "scope", "role", "aria-label", "title"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_line_stands_there_with_its_meaning_and_its_section() -> None:
    asked = request(key=KEY)
    shown = explain(asked, response(asked))

    text = text_of(shown._repr_html_())
    for head in (shown.request, shown.response):
        assert head is not None
        for line in head.lines:
            assert (line.value or "") in text
            assert line.meaning in text
            assert line.section.replace(" section ", ", ") in text


def test_the_verdict_has_two_columns_and_says_why_they_differ() -> None:
    shown = explain(request(headers={"Sec-WebSocket-Version": "12"}), REFUSED)

    text = text_of(shown.verdict._repr_html_())  # type: ignore[attr-defined]
    assert "what the RFC says what this server did" in text
    assert "such as 426 Upgrade Required 400 Bad Request" in text
    assert "\u2717 Sec-WebSocket-Version the versions that the server understands, such as 13 nothing" in text
    assert "RFC 6455, 4.4 MUST" in text
    for row in shown.verdict.rows:
        assert row.why in text


def test_without_an_answer_there_is_no_second_column() -> None:
    shown = explain(request(key=KEY))

    assert "what this server did" not in shown.verdict._repr_html_()  # type: ignore[attr-defined]
    assert "101 Switching Protocols" in text_of(shown.verdict._repr_html_())  # type: ignore[attr-defined]


def test_an_answer_that_is_no_http_has_its_column_too() -> None:
    shown = explain(request(key=KEY), b"220 mail.example ESMTP\r\n\r\n")

    assert "what this server did" in shown.verdict._repr_html_()  # type: ignore[attr-defined]
    assert "not HTTP" in text_of(shown.verdict._repr_html_())  # type: ignore[attr-defined]


def test_a_header_that_is_not_there_is_named_and_its_problem_stands_out() -> None:
    html = explain(request(headers={"Upgrade": None})).request._repr_html_()  # type: ignore[union-attr]

    assert "<del>Upgrade</del>" in html
    assert "<strong>required, and not there: websocket</strong>" in html


def test_right_and_wrong_differ_in_more_than_their_colour() -> None:
    html = explain(request(key="c2hvcnQ="))._repr_html_()

    assert re.findall(r'aria-label="wrong"[^>]*>\u2717<', html)
    assert re.findall(r'aria-label="right"[^>]*>\u2713<', html)


@pytest.mark.parametrize(
    "changed",
    [{"Origin": HOSTILE}, {HOSTILE: "x"}, {"Sec-WebSocket-Version": HOSTILE}, {"Sec-WebSocket-Key": HOSTILE}],
)
def test_markup_of_a_stranger_is_shown_and_not_obeyed(changed: dict[str, str]) -> None:
    asked = request(HOSTILE, changed)
    html = explain(asked, response(asked, {**changed, "Server": HOSTILE}, phrase=HOSTILE, key=KEY))._repr_html_()

    assert {"img", "script"} & Tags(html).seen == set()
    assert "&lt;script&gt;" in html


def test_the_tables_are_well_formed() -> None:
    asked = request(key=KEY)
    html = explain(asked, response(asked, {"Date": "now"}))._repr_html_() + accept_steps(KEY)._repr_html_()

    assert Tags(html).open == []
    assert {len(re.findall("<t[dh] ", row)) for row in html.split("<tr>")[1:]} == {2, 4, 5}


def test_credentials_are_not_shown() -> None:
    shown = explain(request(headers={"Cookie": "session=secret", "Authorization": "Basic secret"}))

    assert "secret" not in shown._repr_html_()
    assert "secret" not in repr(shown)


def test_control_characters_become_visible() -> None:
    html = explain(request(headers={"Origin": "a\x1b[31mb\u00ad"}))._repr_html_()

    assert "\x1b" not in html


def test_a_head_of_any_length_is_drawn_in_bounds() -> None:
    asked = b"GET / HTTP/1.1\r\n" + b"a:\r\n" * 100_000

    html = explain(asked).request._repr_html_()  # type: ignore[union-attr]
    assert html.count("<tr>") <= MOST_LINES + 2
    assert re.search(r"and \d+ more lines", html)


def test_the_accept_value_is_shown_step_by_step() -> None:
    steps = accept_steps(KEY)

    assert [value in text_of(steps._repr_html_()) for _, value in steps] == [True] * 4
    assert steps.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize("answer", [None, REFUSED, response(key=KEY)])
def test_it_says_as_text_what_the_wire_says(answer: bytes | None) -> None:
    asked = request(key=KEY)
    shown, plain = explain(asked, answer), wire.explain(asked, answer)

    assert repr(shown) == str(shown) == str(plain)
    assert repr(shown.verdict) == str(plain.verdict)
    assert repr(shown.request) == str(plain.request)
    assert repr(accept_steps(KEY)) == str(wire.accept_steps(KEY))
    assert shown.right == plain.right


def test_nothing_at_hand_is_said_too() -> None:
    assert "not at hand" in explain(None)._repr_html_()


def test_colours_are_readable_on_light_and_on_dark() -> None:
    html = explain(request(key="c2hvcnQ="), REFUSED)._repr_html_()

    assert set(re.findall(r"(?<!-)\bcolor:([^;\"]+)", html)) <= {"inherit", "#2e9e44", "#e0533d"}
    assert "background" not in html
