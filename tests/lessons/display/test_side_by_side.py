"""Handshakes in one table."""

from __future__ import annotations

from wslab.lessons import side_by_side
from wslab.wire import explain, request, response

OTHER_VERSION = request(headers={"Sec-WebSocket-Version": "12"})
REFUSED = response(status=400)


def test_each_has_its_status_and_what_is_against_the_rfc() -> None:
    right = request()
    rows = list(side_by_side({"right": explain(right, response(right)), "version": explain(OTHER_VERSION, REFUSED)}))

    assert [row[:2] for row in rows] == [("right", "status"), ("version", "status"), ("", "Sec-WebSocket-Version")]
    assert [row[-1] for row in rows] == ["✓ yes", "✓ yes", "✗ no"]
    assert rows[2][3] == "nothing"


def test_a_handshake_without_an_answer_says_that_it_is_not_known() -> None:
    row = next(iter(side_by_side({"request": explain(request())})))

    assert row[3:] == ("not known", "")


def test_the_table_says_the_same_rich_and_as_text() -> None:
    table = side_by_side({"version": explain(OTHER_VERSION, REFUSED)})

    for cell in ("version", "400 Bad Request", "✗ no", "such as 426 Upgrade Required"):
        assert cell in repr(table)
        assert cell in table._repr_html_()


def test_markup_of_a_stranger_is_shown_and_not_obeyed() -> None:
    hostile = "<script>alert(1)</script>"
    html = side_by_side({hostile: explain(OTHER_VERSION, response(status=400, phrase=hostile))})._repr_html_()

    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 2
