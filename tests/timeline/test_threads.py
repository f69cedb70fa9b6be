"""Several threads write at full rate while others read: nothing is lost, doubled or waited for."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.timeline.pair import Pair, held, taps
from wslab.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

WRITERS, MESSAGES = 4, 3000


def together(*works: Callable[[], object]) -> None:
    """Run functions in threads of their own; raise what any of them raised."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait(30)
            work()
        except BaseException as error:  # noqa: BLE001  (raised below)
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    if errors:
        raise errors[0]


@pytest.mark.parametrize("deflate", [False, True])
def test_everything_that_threads_write_while_another_reads_is_there_once_and_in_order(deflate: bool) -> None:
    timeline, writing = Timeline(), threading.Event()
    pairs = [Pair(timeline, deflate=deflate) for _ in range(WRITERS)]
    arrived: list[Any] = []

    def write(pair: Pair) -> None:
        for i in range(MESSAGES):
            pair.text("client" if i % 2 else "server", f"{i}")
            if i % 10 == 0:
                pair.server.printed(f"{i}")

    def read() -> None:
        position = 0
        while not writing.is_set():
            end = timeline.end
            rows = timeline.rows(position, end)
            assert len(rows) == end - position
            arrived.extend(rows)
            position = end

    reader = threading.Thread(target=read)
    reader.start()
    try:
        together(*(lambda pair=pair: write(pair) for pair in pairs))
    finally:
        writing.set()
        reader.join(60)
    arrived += timeline.rows(len(arrived))
    assert arrived == timeline.rows()
    assert timeline.end == WRITERS * (2 + MESSAGES + MESSAGES // 10)
    assert max(Counter(row.id for row in arrived).values()) == 1
    for number in range(1, WRITERS + 1):
        mine = [row for row in arrived if row.connection == number]
        for source, first in (("client to server", 1), ("server to client", 0)):
            texts = [row.text for row in mine if row.source == source and row.name == "text"]
            assert texts == [str(i) for i in range(first, MESSAGES, 2)]
        for source in ("client to server", "server to client", "server"):
            indexes = [row.index for row in mine if row.source == source]
            assert indexes == list(range(len(indexes)))
    ends = [end for pair in pairs for end in (pair.client, pair.server)]
    assert (timeline.raw, timeline.chunks) == held(timeline, *ends)
    assert timeline.dropped.bytes == 0


def test_every_byte_is_kept_or_counted_as_dropped_while_threads_write_and_read_over_the_bounds() -> None:
    timeline, writing = Timeline(keep=200, keep_bytes=30_000), threading.Event()
    pairs = [Pair(timeline, deflate=True) for _ in range(WRITERS)]

    def write(pair: Pair) -> None:
        for i in range(MESSAGES):
            pair.text("client" if i % 2 else "server", f"{i} of many")

    def read() -> None:
        last = 0
        while not writing.is_set():
            assert timeline.end >= last
            last = timeline.end
            for row in timeline.rows()[-3:]:
                timeline.detail(row)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        together(*(lambda pair=pair: write(pair) for pair in pairs))
    finally:
        writing.set()
        reader.join(60)
    timeline.refresh()
    ends = [end for pair in pairs for end in (pair.client, pair.server)]
    assert timeline.raw + timeline.dropped.bytes == sum(end.sent.stop + end.received.stop for end in ends)
    assert (timeline.raw, timeline.chunks) == held(timeline, *ends)
    assert timeline.first == timeline.dropped.rows
    assert timeline.end == WRITERS * (2 + MESSAGES)
    for row in timeline.rows():
        if row.name == "text":
            assert timeline.detail(row).payload == row.text.encode()


def test_writers_make_room_themselves_when_nobody_reads() -> None:
    timeline = Timeline(keep=50, keep_bytes=20_000)
    pair = Pair(timeline)
    for i in range(3000):
        pair.text("client", f"{i}".ljust(60))
        assert timeline.raw <= timeline._intake.full_bytes + 200
        assert timeline.chunks <= timeline._intake.full_chunks + 2
    assert timeline.dropped.rows > 2000
    assert timeline.rows()[-1].text.strip() == "2999"


def test_a_writer_that_makes_room_decodes_a_little_only_however_much_nobody_has_read() -> None:
    timeline = Timeline(keep=5000)
    pair = Pair(timeline)
    decoded = most = 0
    while not timeline._dropped_rows:  # a member that reads would decode the rest
        pair.text("client", "hello")
        most, decoded = max(most, timeline._end - decoded), timeline._end
    assert 0 < most <= 600
    assert timeline.end < 20_000


def test_a_writer_does_not_wait_for_a_reader_even_when_the_store_is_full() -> None:
    timeline = Timeline(keep=1, keep_bytes=100)
    pair = Pair(timeline)
    write = taps(pair.client)[0]
    with timeline._read_lock:
        together(
            lambda: [write(b"\x81\x80abcd") for _ in range(20_000)],
            lambda: pair.server.printed("x"),
            lambda: timeline.note("y"),
        )
    timeline.refresh()
    assert timeline.raw <= 100
    assert timeline.dropped.rows == timeline.end - len(timeline.rows()) >= 20_000


def test_a_bomb_is_inflated_for_dropping_without_holding_up_a_writer() -> None:
    """The decoder at the base advances before the write lock is taken."""
    timeline = Timeline(keep=1)
    pair = Pair(timeline, deflate=True)
    pair.frame("server", 2, bytes(1000))
    (connection,) = timeline.connections()
    direction = connection.directions["server to client"]
    free = []
    feed = direction.base.feed

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(base, name)

        def feed(self, data: bytes) -> Any:
            free.append(not timeline.write_lock.locked())
            return feed(data)

    base = direction.base
    direction.base = Watched()  # type: ignore[assignment]
    pair.frame("server", 2, b"next")
    timeline.refresh()
    assert free
    assert all(free)


def test_rows_arrive_in_the_order_of_their_times_although_writers_made_room_bit_by_bit() -> None:
    timeline = Timeline(keep=1000)
    pairs = [Pair(timeline, deflate=True) for _ in range(2)]
    times: list[int] = []
    position = 0
    for i in range(6000):
        pairs[i % 2].text("client", f"{i}")
        pairs[i % 2].server.printed(f"{i}")
        pairs[i % 2].text("server", f"{i}")
        if i % 100 == 0:
            timeline.note(f"{i}")
        times += [row.time for row in timeline._rows[position - timeline._end :]] if timeline._end > position else []
        position = timeline._end  # what writers have decoded so far: a member that reads would decode the rest
    assert len(times) > 1000, "room was made on the way"
    times += [row.time for row in timeline.rows(position)]
    assert times == sorted(times)
    assert timeline.end == 6000 * 3 + 60 + 4
