"""What fails in wslab itself is a row and a log record, told seldom where it is often, from anywhere, and holds nothing back."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.hostile import KINDS, error_of
from tests.timeline.pair import Pair
from wslab.timeline import Timeline, Watchers, error_and_line, error_text, error_words, log_failure
from wslab.timeline.failures import reporting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline import Row


@pytest.fixture(autouse=True)
def log() -> Iterator[list[str]]:
    """What the logger ``wslab`` says."""
    said: list[str] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    logger, keeps = logging.getLogger("wslab"), Keeps()
    logger.addHandler(keeps)
    logger.propagate = False
    yield said
    logger.propagate = True
    logger.removeHandler(keeps)


def problems(timeline: Timeline) -> list[Row]:
    timeline.refresh()
    return [row for row in timeline.rows() if row.problem]


def raised(error: BaseException) -> BaseException:
    """The same error, having been raised on a line."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_a_failure_is_a_row_with_a_problem_and_a_log_record(log: list[str]) -> None:
    timeline = Timeline()
    timeline.failed("closing the lab failed", raised(LookupError("no such room")))
    (row,) = problems(timeline)
    assert (row.connection, row.source, row.name) == (0, "lab", "closing the lab failed")
    assert row.text.startswith("LookupError: no such room at line ")
    assert row.problem == "the rest goes on"
    assert log == ["closing the lab failed"]


def test_a_failure_at_an_end_is_a_row_of_its_connection(log: list[str]) -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    pair.client.failed("a call failed", raised(LookupError("no such room")))
    (row,) = problems(timeline)
    assert (row.connection, row.source, row.name) == (1, "client", "a call failed")
    assert log == ["a call failed"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_may_be_of_any_kind(kind: str) -> None:
    timeline = Timeline()
    timeline.failed("it failed", raised(error_of(kind)))
    (row,) = problems(timeline)
    assert KINDS[kind][1] in row.text


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_an_exception_never_raise_and_are_bounded(kind: str) -> None:
    error = raised(error_of(kind))
    for words in (error_words(error), error_text(error), error_and_line(error)):
        assert type(words) is str
        assert 0 < len(words) < 3000


def test_an_error_that_is_a_sentence_is_shown_as_that_sentence() -> None:
    assert error_text(ValueError("write 5")) == "write 5"
    assert error_text(ValueError()) == "ValueError"


def test_a_place_in_wslab_or_in_a_library_is_named_where_there_is_none_of_the_learners() -> None:
    scope: dict[str, Any] = {}
    exec(compile("def f():\n  raise LookupError", reporting.__file__, "exec"), scope)
    with pytest.raises(LookupError) as caught:
        scope["f"]()
    error = caught.value
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next  # without this file
    assert error_and_line(error) == "LookupError:  at wslab/timeline/failures/reporting.py, line 2"


def fails(timeline: Timeline, text: str = "x") -> None:
    try:
        int(text)
    except ValueError as error:
        timeline.failed("it failed", error)


def test_what_fails_again_and_again_is_told_ever_more_seldom_with_its_number(log: list[str]) -> None:
    timeline = Timeline()
    for number in range(1234):
        fails(timeline, f"no number {number}")  # the texts differ, the line does not
    names = [row.name for row in problems(timeline)]
    assert names == ["it failed", *(f"it failed ({n} times by now)" for n in ("10", "100", "1,000"))]
    assert log == names


def test_other_failures_meanwhile_are_told_apart() -> None:
    timeline = Timeline()
    for _ in range(9):
        fails(timeline)
        timeline.failed("another failed", raised(LookupError()))
    assert [row.name for row in problems(timeline)] == ["it failed", "another failed"]


def test_after_a_pause_the_next_is_told_as_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline, now = Timeline(), [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for _ in range(3):
        for _ in range(5):
            fails(timeline)
            now[0] += reporting.PAUSE_SECONDS / 2
        now[0] += reporting.PAUSE_SECONDS
    assert [row.name for row in problems(timeline)] == ["it failed"] * 3


def test_however_many_kinds_there_are_they_take_a_bounded_place() -> None:
    timeline = Timeline()
    for number in range(1000):
        timeline.failed(f"number {number} failed", raised(LookupError()))
    assert 100 <= len(problems(timeline)) < 110


def test_a_failure_in_the_midst_of_a_write_waits_for_nobody_and_its_row_comes_later() -> None:
    # The collector may call anything while this very thread holds the lock of the timeline.
    timeline = Timeline()
    with timeline.write_lock:
        fails(timeline)
    assert [row.name for row in problems(timeline)] == ["it failed"]


def test_a_saved_recording_takes_no_row_and_the_log_says_it(log: list[str]) -> None:
    timeline = Timeline().copy()
    fails(timeline)
    assert problems(timeline) == []
    assert log == ["it failed"]


def test_a_handler_of_the_log_that_raises_keeps_the_row_from_nothing() -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("the disk is full")

    broken = Broken()
    logging.getLogger("wslab").addHandler(broken)
    try:
        timeline = Timeline()
        fails(timeline)
        log_failure("it failed", LookupError())
        assert len(problems(timeline)) == 1
    finally:
        logging.getLogger("wslab").removeHandler(broken)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("KeyboardInterrupt", "of no known kind", "BaseExceptionGroup")]
)
def test_a_watcher_that_raises_is_a_row_and_the_writer_and_the_others_go_on(kind: str) -> None:
    timeline, calls = Timeline(), list[str]()

    def raises() -> None:
        calls.append("raises")
        raise error_of(kind)

    timeline.watch(raises)
    timeline.watch(lambda: calls.append("other"))
    pair = Pair(timeline)
    for _ in range(3):
        timeline.refresh()
        calls.clear()
        pair.write("client", b"\x81\x00")
        assert calls == ["raises", "other"], "it is called again"
    assert pair.client.sent.stop
    (row,) = [row for row in problems(timeline) if row.name == "a watcher of the timeline raised"]
    assert KINDS[kind][1] in row.text
    assert "line " in row.text


def test_a_watcher_that_always_raises_is_told_seldom_and_ends_when_it_is_ended() -> None:
    timeline, calls = Timeline(), list[int]()

    def raises() -> None:
        calls.append(1)
        raise LookupError

    end = timeline.watch(raises)
    for _ in range(500):
        timeline.note("x")
        timeline.refresh()
    assert len(calls) > 500
    assert len(problems(timeline)) <= 3
    end()
    calls.clear()
    timeline.note("x")
    assert calls == []


def test_a_keyboard_interrupt_in_a_watcher_interrupts_whoever_called() -> None:
    watchers, told = Watchers("a watcher", lambda *what: told.append(what)), list[Any]()
    watchers.add(interrupted)
    with pytest.raises(KeyboardInterrupt):
        watchers.tell()
    assert told == []


def interrupted() -> None:
    raise KeyboardInterrupt


def test_a_store_that_cannot_make_room_keeps_no_writer_from_writing(
    monkeypatch: pytest.MonkeyPatch, log: list[str]
) -> None:
    timeline = Timeline(keep=10, keep_bytes=100)
    pair = Pair(timeline)

    def broken(**_: object) -> None:
        raise LookupError("a decoder is broken")

    with monkeypatch.context() as patch:
        patch.setattr(timeline, "_take_in", broken)
        for _ in range(300):
            pair.write("client", b"\x81\x05hello")
    assert pair.client.sent.stop >= 2000
    assert log[0] == "making room in the timeline failed"
    assert len(log) <= 3


def test_failures_are_told_from_many_threads_and_counted(log: list[str]) -> None:
    timeline = Timeline()

    def often() -> None:
        for _ in range(250):
            fails(timeline)

    threads = [threading.Thread(target=often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(log) <= 8
    assert len(problems(timeline)) == len(log)
