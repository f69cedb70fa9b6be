"""Close codes and their names (RFC 6455 section 7.4)."""

from __future__ import annotations

import pytest
from websockets.frames import CLOSE_CODE_EXPLANATIONS

from wslab.wire import CLOSE_CODES, broken_by_close, close_body, close_code_name, may_be_sent


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0, "not used"),
        (999, "not used"),
        (1000, "normal closure"),
        (1004, "reserved"),
        (1016, "reserved"),
        (2999, "reserved"),
        (3000, "registered for libraries and frameworks"),
        (3999, "registered for libraries and frameworks"),
        (4000, "private use"),
        (4999, "private use"),
        (5000, "out of range"),
        (65_535, "out of range"),
    ],
)
def test_a_code_without_a_name_is_called_by_its_range(code: int, name: str) -> None:
    assert close_code_name(code) == name


def test_every_code_that_websockets_knows_has_a_name() -> None:
    assert set(CLOSE_CODES) == set(map(int, CLOSE_CODE_EXPLANATIONS))
    assert all(close_code_name(code) == name for code, name in CLOSE_CODES.items())


def test_a_code_may_be_sent_where_no_rule_is_broken() -> None:
    may = [code for code in range(0x10000) if may_be_sent(code)]
    assert may == [1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)]
    assert may == [code for code in range(0x10000) if not broken_by_close(close_body(code))]


def test_a_page_may_send_fewer() -> None:
    assert [code for code in range(0x10000) if may_be_sent(code, by_page=True)] == [1000, *range(3000, 5000)]
