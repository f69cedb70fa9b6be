"""A row's identity is (connection, source, index): never a matter of which thread was faster."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.pair import Pair, taps
from tests.wire.talk import UP, Agreed, Say, conversations, serialize
from wslab.timeline import Timeline


def identities(timeline: Timeline) -> list[tuple[tuple[int, str, int], str, str, int, int, str]]:
    return sorted((row.id, row.name, row.text, row.start, row.stop, row.problem) for row in timeline.rows())


@given(says=conversations, order=st.lists(st.integers(0, 5), max_size=60), deflate=st.booleans())
def test_rows_are_the_same_however_ends_and_readers_interleave(
    says: list[Say], order: list[int], deflate: bool
) -> None:
    """Steps of both ends, arrivals and reads, in any order that a network could produce."""
    texts = [say.parts[0].hex() for say in says] + ["one more"]

    def steps(pair: Pair) -> dict[int, list[tuple[str, str]]]:
        return {0: [("client", text) for text in texts], 1: [("server", text) for text in texts]}

    calm = Timeline()
    pair = Pair(calm, deflate=deflate)
    for side, text in [step for steps_of in steps(pair).values() for step in steps_of]:
        pair.text(side, text)
        getattr(pair, side).printed(text)
    pair.close()

    wild = Timeline()
    pair = Pair(wild, deflate=deflate)
    pair.instant = False
    left = steps(pair)
    for what in order:
        if what < 2 and left[what]:
            side, text = left[what].pop(0)
            pair.text(side, text)
            getattr(pair, side).printed(text)
        elif what == 2:
            wild.refresh()
        elif what > 2:
            pair.arrive("client" if what == 3 else "server", 1)
    for side, text in left[0] + left[1]:
        pair.text(side, text)
        getattr(pair, side).printed(text)
    for side in ("client", "server"):
        pair.arrive(side)
    pair.instant = True
    pair.close()
    assert identities(wild) == identities(calm)


def test_each_source_counts_its_own_rows_from_nought() -> None:
    timeline = Timeline()
    for _ in range(2):
        pair = Pair(timeline)
        pair.text("client", "a")
        pair.text("server", "b")
        pair.client.printed("c")
        pair.server.printed("d")
    timeline.note("lab")
    ids = {row.id for row in timeline.rows()}
    streams = {(n, source, i) for n in (1, 2) for source in ("client to server", "server to client") for i in (0, 1)}
    assert ids == streams | {(n, side, 0) for n in (1, 2) for side in ("client", "server")} | {(0, "lab", 0)}


@given(
    says=conversations,
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=20),
    reads=st.lists(st.booleans(), min_size=1, max_size=7),
)
def test_a_frame_is_one_row_at_the_same_offset_however_each_end_saw_it_cut(
    says: list[Say], cuts: list[int], reads: list[bool]
) -> None:
    timeline = Timeline()
    pair = Pair(timeline)
    wire, meant = serialize(says, UP, Agreed(), pair.client.sent.stop)
    sent, received = taps(pair.client)[0], taps(pair.server)[1]
    sent(wire)
    at = turn = 0
    while at < len(wire):
        size = cuts[turn % len(cuts)]
        received(wire[at : at + size])
        at, turn = at + size, turn + 1
        if reads[turn % len(reads)]:
            timeline.refresh()
    rows = sorted((row for row in timeline.rows() if row.source == UP), key=lambda row: row.index)[1:]
    assert [(row.start, row.stop, row.size, row.frames) for row in rows if row.kind != "close"] == [
        (m.start, m.stop, len(m.payload), m.frames) for m in meant if m.opcode != 8
    ]
    for row in rows:
        detail = timeline.detail(row)
        assert (detail.client.state, detail.server.state) == ("recorded", "recorded")
        assert (detail.client.time or 0) <= (detail.server.time or 0)


def test_what_the_server_sent_and_the_client_never_got_has_a_row_whenever_somebody_read() -> None:
    """The sender is followed as soon as it is known, even where the receiver was read first."""
    found = []
    for reads in (False, True):
        timeline = Timeline()
        pair = Pair(timeline, "client", instant=False, begin=False)
        pair.client.note("event", "new WebSocket()")
        if reads:
            timeline.refresh()
        pair.accept()
        pair.open()
        for side in ("client", "server"):
            pair.arrive(side)
        if reads:
            timeline.refresh()
        pair.text("server", "never arrives")
        pair.lost()
        found.append(identities(timeline))
    assert found[0] == found[1]
    assert any(name == "text" for _, name, *_ in found[0])


def test_a_burst_after_the_response_is_decoded_although_the_reader_had_looked_just_before_it() -> None:
    """The reader decodes one direction, then the other: what the client sends in between comes after a response not read yet."""
    timeline = Timeline()
    pair = Pair(timeline, begin=False)
    pair.write("client", b"GET / HTTP/1.1\r\n\r\n")
    connection_of = timeline.connection_of
    timeline.refresh()
    assert connection_of(pair.client) == 1
    (connection,) = timeline.connections()
    down = connection.directions["server to client"]
    decode = down.decode

    def slow(stop: int) -> list[object]:
        found = decode(stop)
        if not pair.server.sent.stop:
            pair.write("server", b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
            pair.frame("client", 2, bytes(100_000))
        return list(found)

    down.decode = slow  # type: ignore[method-assign,assignment]
    pair.client.printed("wakes the reader")
    timeline.refresh()
    assert [row.size for row in timeline.rows() if row.kind == "message"] == [100_000]
