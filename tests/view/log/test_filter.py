"""The filter, the index of what passes it, and the census: each against the plain way to compute it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.timeline import KINDS, Row
from wslab.view.log.filter import Census, Filter, Index


def row(kind: str = "message", text: str = "", *, name: str = "text", connection: int = 1, problem: str = "") -> Row:
    return Row(connection, "client to server", 0, kind, 0, name, text, problem=problem)  # type: ignore[arg-type]


ROWS = st.lists(st.builds(row, st.sampled_from(KINDS), st.sampled_from(["one", "two", "ONE two", ""])), max_size=60)
FILTERS = st.builds(Filter, st.frozensets(st.sampled_from(KINDS)), st.sampled_from(["", "one", "TWO", "#1 one", "#2"]))


def test_heartbeats_are_hidden_unless_asked_for() -> None:
    assert not Filter().test()(row("control"))
    assert Filter().test()(row("message"))
    assert Filter(frozenset()).test()(row("control"))


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        ("hello", True),
        ("HELLO, w", True),
        ("text hello", True),  # as it stands in the row: name, then text
        ("hello  world", False),  # there is a comma
        ("hello, \t world", True),  # spaces are as good as one
        ("#7", True),
        ("#7 hello", True),
        ("#1", False),
        ("#7 #1", True),  # either connection
        ("bad mask", True),
        ("#x", False),
        ("#\u0667", False),  # digits of other scripts are text
    ],
)
def test_text_is_looked_for_in_what_a_row_shows(text: str, passes: bool) -> None:
    assert Filter(frozenset(), text).test()(row(text="Hello, World", connection=7, problem="bad mask")) is passes


@pytest.mark.parametrize(
    ("text", "passes"), [("browser", True), ("BROW", True), ("browser text", True), ("node", False)]
)
def test_a_row_is_found_by_the_name_of_its_end(text: str, passes: bool) -> None:
    assert Filter(text=text).test(lambda _: "browser")(row(text="Hello")) is passes
    assert not Filter(text=text).test()(row(text="Hello"))


@given(ROWS, FILTERS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_an_index_read_and_dropped_in_steps_is_the_filter_of_what_is_kept(
    rows: list[Row], wanted: Filter, steps: list[tuple[int, int]]
) -> None:
    passes = wanted.test()
    index, census, first = Index(passes), Census(), 0
    ordinals: dict[int, int] = {}
    for ahead, dropped in [*steps, (60, 0)]:
        stop = min(max(index.scanned, first) + ahead, len(rows))
        first = min(first + dropped, stop)
        for part in (index, census):
            if stop > part.scanned:  # rows that were dropped before anybody looked are missing at the front
                part.extend(rows[max(part.scanned, first) : stop], stop)
            part.drop(first)
        kept = [position for position in range(first, stop) if passes(rows[position])]
        assert list(index.positions(index.lo, index.hi)) == kept
        assert index.hi - index.lo == len(kept)
        assert census.counts == [Counter(r.kind for r in rows[first:stop])[kind] for kind in KINDS]
        for ordinal, position in enumerate(kept, index.lo):
            assert ordinals.setdefault(position, ordinal) == ordinal, "an ordinal is never given anew"
            assert index.find(position) == (ordinal, True)


def test_an_index_forgets_what_is_dropped() -> None:
    index = Index(Filter().test())
    for _ in range(50):
        index.extend([row()] * 1000, index.scanned + 1000)
        index.drop(index.scanned - 100)
    assert (index.lo, index.hi) == (49_900, 50_000)
    assert len(index._positions) < 10_000


def test_positions_are_clamped_to_what_is_kept() -> None:
    index = Index(Filter().test())
    index.extend([row()] * 10, 10)
    index.drop(4)
    assert list(index.positions(0, 99)) == [4, 5, 6, 7, 8, 9]
    assert list(index.positions(8, 3)) == []
    assert index.find(0) == (4, False)
    assert index.find(99) == (10, False)
