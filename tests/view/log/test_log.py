"""The log without a browser: what it tells a page, whatever happens in between."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from websockets.frames import Opcode

from tests.view.reading import Clock, Packed, Page
from tests.view.traffic import Conversation, sample
from wslab.timeline import KINDS, Timeline
from wslab.view import Log
from wslab.view.closed_widgets import CLOSED
from wslab.view.flusher import SCREEN, Screen
from wslab.view.log.opened_row import FIRST_BYTES, MORE_BYTES
from wslab.view.log.pack import MOST_ROWS
from wslab.view.log.window import TAIL

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    page = Page()
    monkeypatch.setattr(Log, "send", lambda _log, content, buffers=None: page.take(content, buffers))
    return page


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


@pytest.fixture
def log(timeline: Timeline, page: Page) -> Iterator[Log]:
    log = Log(timeline)
    yield log
    log.close()
    assert not followed(log)


def followed(log: Log) -> bool:
    """Whether the log follows its timeline, on the screen's thread."""
    follows = log._flusher in SCREEN._flushers
    assert follows == log._flusher.running == bool(log.timeline._watchers)
    return follows


def ask(log: Log, **content: Any) -> None:
    log._answer(log, {"view": "v", **content}, [])


def notes(timeline: Timeline, count: int, kind: str = "note", text: str = "") -> None:
    for _ in range(count):
        timeline.note("n", text, kind=kind)  # type: ignore[arg-type]


def flush(log: Log) -> None:
    while log._flush():
        pass


def everything(log: Log, page: Page) -> list[Packed]:
    """All rows that pass, fetched as a page would that scrolls through them."""
    flush(log)
    page.rows.clear()
    for at in range(page.state["lo"], page.state["hi"], 256):
        ask(log, t="get", gen=page.state["gen"], a=at, b=at + 256)
    return [page.rows[at] for at in range(page.state["lo"], page.state["hi"])]


def test_it_is_called_by_its_lab() -> None:
    log = Log(Timeline(), "chat")
    assert repr(log) == '<Log of lab "chat">'
    data, _metadata = log._repr_mimebundle_()
    assert data["text/plain"] == '<Log of lab "chat">'
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    log.close()


def test_nothing_runs_before_it_is_shown_and_nothing_after_it_is_closed(log: Log, timeline: Timeline) -> None:
    notes(timeline, 10)
    assert not followed(log)
    log._repr_mimebundle_()
    log._repr_mimebundle_()
    assert followed(log)
    assert len(timeline._watchers) == 1
    log.close()
    log.close()
    assert not followed(log)


def test_what_was_there_before_it_is_shown_comes_with_it(log: Log, timeline: Timeline) -> None:
    notes(timeline, 500)
    log._repr_mimebundle_()
    assert (log._opening["lo"], log._opening["hi"]) == (0, 500)
    assert (log._opening["at"], log._opening["n"]) == (500 - TAIL, TAIL)


def test_hello_is_answered_with_the_newest_rows(log: Log, timeline: Timeline, page: Page) -> None:
    notes(timeline, 5)
    flush(log)
    page.rows.clear()
    ask(log, t="hello")
    assert sorted(page.rows) == [0, 1, 2, 3, 4]
    assert page.told("rows")[0]["view"] == "v"


def test_the_thread_brings_what_is_recorded_later(
    timeline: Timeline, page: Page, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = threading.Event()

    def send(_log: Log, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        page.take(content, buffers)
        if page.state["hi"] == 7:
            arrived.set()

    monkeypatch.setattr(Log, "send", send)
    ask(log, t="hello")
    notes(timeline, 7)
    assert arrived.wait(30)


def test_a_flush_pushes_only_the_tail_and_the_totals(log: Log, timeline: Timeline, page: Page) -> None:
    notes(timeline, 5000)
    flush(log)
    pushed = sum(content["n"] for content in page.told("news"))
    assert page.state["hi"] == 5000
    assert pushed <= TAIL * len(page.told("news"))
    assert max(page.rows) == 4999
    notes(timeline, 3)
    page.rows.clear()
    flush(log)
    assert sorted(page.rows) == [5000, 5001, 5002], "what was pushed is not pushed again"


def test_without_news_nothing_is_sent(log: Log, timeline: Timeline, page: Page) -> None:
    notes(timeline, 3)
    flush(log)
    told = len(page.messages)
    for _ in range(5):
        log._flush()
    assert len(page.messages) == told


def test_the_page_can_fetch_everything_and_sees_what_the_timeline_holds(
    log: Log, timeline: Timeline, page: Page
) -> None:
    sample(timeline)
    rows = everything(log, page)
    wanted = [row for row in timeline.rows() if row.kind != "control"]
    assert [(row.name, row.text, row.time) for row in rows] == [(row.name, row.text, row.time) for row in wanted]
    counts = dict(zip(KINDS, page.state["counts"], strict=True))
    assert counts["control"] == 4
    assert sum(counts.values()) == len(timeline.rows())


def test_a_new_filter_is_a_new_generation_over_all_rows(log: Log, timeline: Timeline, page: Page) -> None:
    sample(timeline)
    flush(log)
    before = page.state["gen"]
    log.hidden = ["message"]
    log.text = "ping"
    rows = everything(log, page)
    assert page.state["gen"] == before + 2
    assert [row.name for row in rows] == ["ping", "ping"]
    log.hidden = []
    log.text = "#2"
    assert {row.connection for row in everything(log, page)} == {2}


def test_a_question_about_an_older_filter_gets_no_rows(log: Log, timeline: Timeline, page: Page) -> None:
    notes(timeline, 10)
    flush(log)
    log.text = "nothing has this"
    flush(log)
    ask(log, t="get", gen=0, a=0, b=10)
    assert page.told("rows")[-1]["n"] == 0
    assert page.told("rows")[-1]["gen"] == 1


def test_a_filter_that_is_no_kind_is_refused_with_the_kinds(log: Log) -> None:
    with pytest.raises(ValueError, match=r"log.hidden takes kinds of rows \(handshake, .*\), not 'pings'"):
        log.hidden = ["pings"]


def test_dropped_rows_leave_the_page_and_are_counted(page: Page) -> None:
    timeline = Timeline(keep=100)
    log = Log(timeline)
    notes(timeline, 60)
    flush(log)
    notes(timeline, 90, "print")
    flush(log)
    assert (page.state["lo"], page.state["hi"], page.state["dropped"]) == (50, 150, 50)
    counts = dict(zip(KINDS, page.state["counts"], strict=True))
    assert (counts["note"], counts["print"]) == (10, 90)
    assert len(everything(log, page)) == 100
    ask(log, t="get", gen=0, a=0, b=20)
    assert page.told("rows")[-1]["n"] == 0
    log.close()


def test_rows_that_were_dropped_unseen_do_not_disturb_the_rest(page: Page) -> None:
    timeline = Timeline(keep=100)
    log = Log(timeline)
    for _ in range(20):
        notes(timeline, 100)
        timeline.refresh()
    rows = everything(log, page)
    assert [int(row.position) for row in rows] == list(range(1900, 2000))
    log.close()


def test_clear_empties_the_page_and_the_next_row_is_the_first(log: Log, timeline: Timeline, page: Page) -> None:
    notes(timeline, 10)
    flush(log)
    ask(log, t="clear")
    flush(log)
    assert page.state["lo"] == page.state["hi"] == 10
    assert sum(page.state["counts"]) == 0
    notes(timeline, 2)
    assert len(everything(log, page)) == 2
    assert page.state["dropped"] == 0


def test_a_fetch_is_bounded_whatever_the_page_asks_for(log: Log, timeline: Timeline, page: Page) -> None:
    notes(timeline, 3000)
    flush(log)
    for content in (
        {"a": 0, "b": 10**9},
        {"a": -5, "b": 2**60},
        {"a": "x", "b": None},
        {"b": 1e300},
        {"a": 2990, "b": 2995},
    ):
        ask(log, t="get", gen=0, **content)
    assert [content["n"] for content in page.told("rows")] == [MOST_ROWS, 0, 0, 0, 5]


def test_what_is_no_question_of_ours_is_ignored(log: Log, page: Page) -> None:
    for content in ({}, {"t": 5}, {"t": "eval", "code": "1"}, {"t": "find"}, {"t": "open"}, {"t": "open", "pos": -1}):
        log._answer(log, content, [])
    assert [content["t"] for content, _ in page.messages] == ["found", "detail", "detail"]


def test_a_row_opens_into_payload_frames_and_times(log: Log, timeline: Timeline, page: Page) -> None:
    conversation = Conversation(timeline, deflate=True, client="page", server="chat")
    conversation.text("na " * 200)
    position = next(i for i, row in enumerate(timeline.rows()) if row.kind == "message")
    ask(log, t="open", pos=position, req=9)
    (content, (payload,)) = page.messages[-1]
    assert (content["t"], content["view"], content["req"], content["pos"]) == ("detail", "v", 9, position)
    assert content["label"] == ["page", "chat"]
    assert payload == b"na " * 200
    assert content["payload"] == 600
    assert content["carried"] < 100
    assert content["wire"] == content["carried"] + 6
    (frame,) = content["frames"]
    assert (frame["fin"], frame["rsv1"], frame["opcode"], len(frame["key"])) == (True, True, 1, 11)
    assert content["client"]["state"] == content["server"]["state"] == "recorded"


def test_a_large_payload_comes_in_pieces(log: Log, timeline: Timeline, page: Page) -> None:
    whole = bytes(range(256)) * 512
    Conversation(timeline).frame(Opcode.BINARY, whole)
    position = timeline.end - 1
    got = b""
    while len(got) < len(whole):
        ask(log, t="open", pos=position, **{"from": len(got)})
        piece = page.messages[-1][1][0]
        assert 0 < len(piece) <= (MORE_BYTES if got else FIRST_BYTES)
        got += piece
    assert got == whole


def test_a_handshake_opens_into_its_lines(log: Log, timeline: Timeline, page: Page) -> None:
    Conversation(timeline)
    timeline.refresh()
    ask(log, t="open", pos=0)
    assert page.messages[-1][0]["lines"][0] == "GET /chat HTTP/1.1"
    assert "Host: 127.0.0.1:8000" in page.messages[-1][0]["lines"]


def test_cause_and_effect_name_each_other(log: Log, timeline: Timeline, page: Page) -> None:
    Conversation(timeline).echo("hi")
    names = [f"{row.source}: {row.name}" for row in timeline.rows()]
    told = {}
    for position, name in enumerate(names):
        ask(log, t="open", pos=position)
        told[name] = [(link["relation"], names[link["pos"]]) for link in page.messages[-1][0]["links"]]
    assert told["client: send()"] == [("led to", "client to server: text")]
    assert told["client to server: text"] == [("caused by", "client: send()")]
    assert told["server to client: text"] == [("led to", "client: message")]
    assert told["client: message"] == [("caused by", "server to client: text")]


def test_ends_that_another_process_tells_of_are_called_by_their_names(log: Log, timeline: Timeline, page: Page) -> None:
    Conversation(timeline, client="client 1", server="chat")
    timeline.witness_end("browser").note("event", "new WebSocket()", "ws://localhost:8080/")
    flush(log)
    ask(log, t="hello")
    assert page.messages[-1][0]["ends"] == {"2": ["browser", ""]}


def test_rows_are_found_by_the_name_of_the_end_that_another_process_tells_of(
    log: Log, timeline: Timeline, page: Page
) -> None:
    ours = Conversation(timeline, client="client 1", server="chat")
    ours.client.printed("not of a browser")
    browser, node = timeline.witness_end("browser"), timeline.witness_end("node")
    for _ in range(2):
        browser.note("event", "open")
        node.printed("listens")
        flush(log)
        log.text = "Browser"
        flush(log)
    found = [(row.connection, row.name) for row in everything(log, page)]
    assert found == [(1, "print"), (2, "open"), (2, "open")], "what a row says counts as well"
    log.text = "node listens"
    assert [row.connection for row in everything(log, page)] == []
    log.text = "node print"
    assert [row.connection for row in everything(log, page)] == [3, 3]


def test_a_row_that_is_gone_says_so(log: Log, timeline: Timeline, page: Page) -> None:
    notes(timeline, 3)
    timeline.clear()
    ask(log, t="open", pos=1)
    assert page.messages[-1][0]["gone"] is True


def test_a_page_finds_a_row_again_under_another_filter(log: Log, timeline: Timeline, page: Page) -> None:
    for kind in ("note", "print", "fault", "print"):
        notes(timeline, 1, kind)
    flush(log)
    log.hidden = ["note", "fault"]
    flush(log)
    for position, at, exact in ((0, 0, False), (1, 0, True), (2, 1, False), (3, 1, True)):
        ask(log, t="find", pos=position)
        found = page.told("found")[-1]
        assert (found["at"], found["exact"]) == (at, exact)


def test_the_thread_rests_when_the_last_page_is_gone(log: Log, timeline: Timeline) -> None:
    ask(log, t="hello", view="a")
    ask(log, t="hello", view="b")
    ask(log, t="bye", view="a")
    assert followed(log)
    ask(log, t="bye", view="b")
    assert not followed(log)
    ask(log, t="hello", view="c")
    assert followed(log)


def test_a_stopped_log_tells_the_rest_and_can_still_be_read_and_filtered(
    timeline: Timeline, page: Page, clock: Clock
) -> None:
    screen = Screen(clock, threaded=False)
    log = Log(timeline, _screen=screen)

    def run() -> None:
        while (wait := screen.step()) is not None:
            clock.now += wait

    ask(log, t="hello")
    notes(timeline, 5)
    told = len(page.messages)
    log.stop()
    assert len(page.messages) == told, "nothing is sent from the thread that stops it"
    run()
    assert (page.state["stopped"], page.state["hi"]) == (True, 5)
    assert not followed_on(log, screen)
    assert len(everything(log, page)) == 5
    log.text = "nothing has this"
    run()
    assert page.state["hi"] == page.state["lo"]
    ask(log, t="bye")
    ask(log, t="hello")
    assert not followed_on(log, screen)
    assert not log.closed
    log.close()
    assert log.closed


def followed_on(log: Log, screen: Screen) -> bool:
    return log._flusher in screen._flushers or bool(log.timeline._watchers)


def test_only_the_last_few_logs_of_closed_labs_stay_on_the_page(page: Page) -> None:
    logs = [Log(Timeline()) for _ in range(CLOSED.most + 3)]
    for log in logs:
        log.stop()
        log.stop()
    assert [log.closed for log in logs] == [True] * 3 + [False] * CLOSED.most
    for log in logs:
        log.close()


def test_a_timeline_that_fails_is_told_and_later_forgotten(
    log: Log, timeline: Timeline, page: Page, monkeypatch: pytest.MonkeyPatch, failures: list[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(timeline, "refresh", lambda: 1 / 0)
        flush(log)
        assert page.state["problem"] == "the log could not read the timeline: ZeroDivisionError: division by zero"
    flush(log)
    assert page.state["problem"] == ""
    assert failures == ["ERROR the log could not read the timeline: ZeroDivisionError"]


def test_news_that_could_not_be_sent_once_come_with_the_next(
    timeline: Timeline, clock: Clock, monkeypatch: pytest.MonkeyPatch, failures: list[str]
) -> None:
    page, broken = Page(), [True]

    def send(_log: Log, content: Any, buffers: Any = None) -> None:
        if broken and content["t"] == "news":
            broken.clear()
            raise OSError("the page is away")
        page.take(content, buffers)

    monkeypatch.setattr(Log, "send", send)
    screen = Screen(clock, threaded=False)
    log = Log(timeline, _screen=screen)
    ask(log, t="hello")
    notes(timeline, 3)
    for _ in range(2):
        clock.now += 1
        screen.step()
    assert page.state["hi"] == 4, "three rows, and the one that says what failed"
    assert [row.name for row in everything(log, page)][-1] == "a widget could not be updated"
    assert failures == ["ERROR a widget could not be updated: OSError"]
    log.close()


def test_an_answer_that_fails_is_a_row_and_the_next_question_is_answered(
    log: Log, timeline: Timeline, page: Page, monkeypatch: pytest.MonkeyPatch, failures: list[str]
) -> None:
    notes(timeline, 3)
    with monkeypatch.context() as patch:
        patch.setattr(log._window, "tail", lambda: 1 / 0)
        ask(log, t="hello")
    ask(log, t="hello")
    flush(log)
    assert [row.name for row in everything(log, page)] == ["n", "n", "n", "answering the page failed"]
    assert failures == ["ERROR answering the page failed: ZeroDivisionError"]


def test_many_threads_write_ask_filter_and_clear_and_the_end_is_right(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = Timeline(keep=2000)
    log = Log(timeline)
    lock = threading.Lock()
    faults: list[BaseException] = []

    def send(_log: Log, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        with lock:
            page.take(content, buffers)

    monkeypatch.setattr(Log, "send", send)
    ask(log, t="hello")

    def guarded(work: Any) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001
                faults.append(error)

        return threading.Thread(target=run)

    def write() -> None:
        for i in range(3000):
            timeline.note("n", str(i), kind="print" if i % 3 else "note")

    def question() -> None:
        for i in range(300):
            ask(log, t="get", gen=page.state["gen"], a=page.state["hi"] - 50, b=page.state["hi"])
            ask(log, t="open", pos=timeline.end - 1 - i % 10)

    def change() -> None:
        for i in range(30):
            log.text = str(i % 5)
            log.hidden = ["note"] if i % 2 else []
            if i % 10 == 0:
                ask(log, t="clear")
        log.text = ""
        log.hidden = []

    threads = [guarded(work) for work in (write, write, question, change)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    notes(timeline, 100)
    log._flusher.stop(60)
    assert not faults
    rows = everything(log, page)
    assert [(row.name, row.text) for row in rows] == [(row.name, row.text) for row in timeline.rows()]
    assert sum(page.state["counts"]) == len(rows)
    log.close()
