"""Rows that are said anew, because more is known of them, are so on the page as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.timeline.pair import REQUEST, SERVER, fresh, taps
from tests.view.log.test_log import ask, everything, flush
from tests.view.reading import Page
from wslab.timeline import Timeline
from wslab.view import Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline import End


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    page = Page()
    monkeypatch.setattr(Log, "send", lambda _log, content, buffers=None: page.take(content, buffers))
    return page


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log(Timeline())
    yield log
    log.close()


def both_shown(timeline: Timeline) -> tuple[End, tuple[str, int]]:
    """A client and a server's end that have both recorded the request, and not found each other."""
    client, address = timeline.client_end(port=8000), fresh()
    client.note("event", "new WebSocket()")
    server = timeline.server_end("server", SERVER, address)
    taps(client)[0](REQUEST)
    taps(server)[1](REQUEST)
    return client, address


def shown(log: Log, page: Page) -> list[tuple[int, str, float]]:
    return [(row.connection, row.name, row.position) for row in everything(log, page)]


def test_two_connections_that_turn_out_to_be_one_are_one_on_the_page(log: Log, page: Page) -> None:
    client, address = both_shown(log.timeline)
    assert shown(log, page) == [(1, "new WebSocket()", 0), (1, "GET /chat", 1), (2, "GET /chat", 2)]
    assert sum(page.state["counts"]) == 3
    client.connected(address, SERVER)
    flush(log)
    assert page.state["gen"] == 1
    assert not page.state["scanning"]
    assert shown(log, page) == [(1, "new WebSocket()", 1), (1, "GET /chat", 2)]
    assert sum(page.state["counts"]) == 2
    assert page.state["dropped"] == 0
    log.timeline.note("later")
    assert shown(log, page)[2:] == [(0, "later", 3)]
    assert page.state["gen"] == 1


def test_what_passes_the_filter_by_its_number_is_looked_at_anew(log: Log, page: Page) -> None:
    client, address = both_shown(log.timeline)
    log.text = "#1"
    assert len(shown(log, page)) == 2
    log.text = "#2"
    assert len(shown(log, page)) == 1
    client.connected(address, SERVER)
    assert shown(log, page) == []
    log.text = "#1"
    assert len(shown(log, page)) == 2


def test_a_page_that_asks_before_that_was_looked_at_gets_no_wrong_rows(
    log: Log, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = both_shown(log.timeline)
    flush(log)
    log._ignore()  # else the screen's thread may look first, now or when the page says hello
    monkeypatch.setattr(log, "_watch", lambda: None)
    client.connected(address, SERVER)
    log.timeline.refresh()
    page.rows.clear()
    for question in ({"t": "hello"}, {"t": "get", "gen": 0, "a": 0, "b": 3}):
        ask(log, **question)
        assert page.rows == {}
    flush(log)
    assert [row.connection for row in page.rows.values()] == [1, 1]


def test_a_link_that_becomes_known_disturbs_no_page(log: Log, page: Page) -> None:
    client, address = both_shown(log.timeline)
    client.connected(address, SERVER)
    flush(log)
    before = page.state["gen"]
    call = client.note("event", "send()", pending=True)
    flush(log)
    client.resolve(call, ("client to server", 0))
    flush(log)
    assert page.state["gen"] == before
    position = log.timeline.end - 1
    ask(log, t="open", pos=position)
    assert [link["name"] for link in page.told("detail")[-1]["links"]] == ["GET /chat"]


def test_a_text_that_becomes_known_passes_the_filter_from_then_on(log: Log, page: Page) -> None:
    """A page cannot look into a Blob at once; the bytes that go by later say what was in it."""
    timeline = log.timeline
    page_end = timeline.witness_end("browser", marker="key.1")
    page_end.note("event", "send()", size=2, binary=True, about=("client to server", "handshake", 0))
    log.text = "Upgrade"
    assert shown(log, page) == []
    server = timeline.server_end("server", SERVER, fresh())
    server.marker = "key.1"
    taps(server)[1](REQUEST)
    assert [name for _, name, _ in shown(log, page)] == ["send()", "GET /chat"]
