"""Late news merge: whenever the second end of a conversation appears, there is one connection, and all views agree."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.timeline.pair import ACCEPTED, REQUEST, SERVER, Pair, fresh, short, taps
from tests.timeline.told import WHOLE, Told
from wslab.timeline import Timeline
from wslab.view import CompressionTable, Ladder, Log
from wslab.wire import frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wslab.timeline import End, Row

MASK = b"\1\2\3\4"
HELLO = frame("hello", mask=MASK)
ALL = [(1, "client to server", "GET /chat"), (1, "server to client", "101 Switching Protocols"),
       (1, "client to server", "text"), (1, "server to client", "text")]  # fmt: skip


def spoken(timeline: Timeline, end: End) -> None:
    """What one end records of a small conversation, from its beginning to its end."""
    mine, theirs = REQUEST + frame("hello", mask=MASK), ACCEPTED + frame("hello back")
    sent, received = taps(end)
    for up, down in ((REQUEST, ACCEPTED), (mine[len(REQUEST) :], theirs[len(ACCEPTED) :])):
        if end.side == "client":
            sent(up)
            received(down)
        else:
            received(up)
            sent(down)


def names(timeline: Timeline) -> list[tuple[int, str, str]]:
    """Number, source and name of all rows of bytes, stream by stream."""
    rows = [row for row in timeline.rows() if row.start >= 0]
    return [(row.connection, row.source, row.name) for row in sorted(rows, key=lambda row: (row.index, row.source))]


@pytest.mark.parametrize("first", ["client", "server"])
@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("read", [False, True])
def test_an_end_that_appears_after_the_other_has_said_all_joins_it(
    timeline: Timeline, first: str, over: bool, read: bool
) -> None:
    address = fresh()

    def client() -> None:
        end = timeline.client_end(port=8000)
        end.connected(address, SERVER)
        spoken(timeline, end)
        if over:
            end.lost()

    def server() -> None:
        end = timeline.server_end("server", SERVER, address)
        spoken(timeline, end)
        if over:
            end.lost()

    for appear in (client, server) if first == "client" else (server, client):
        appear()
        if read:
            assert names(timeline) == ALL
    assert names(timeline) == ALL
    (connection,) = timeline.connections()
    assert [end.side for end in connection.ends] == ["client", "server"]
    assert connection.open is not over
    assert timeline.unsettled() == []


def test_a_server_that_was_shown_first_has_the_number_and_its_client_joins_that(timeline: Timeline) -> None:
    address = fresh()
    server = timeline.server_end("server", SERVER, address)
    taps(server)[1](REQUEST)
    (shown,) = timeline.rows()
    client = timeline.client_end(port=8000)
    client.connected(address, SERVER)
    client.printed("late")
    assert timeline.connection_of(client) == timeline.connection_of(server) == shown.connection == 1
    assert [row.id for row in timeline.rows()] == [shown.id, (1, "client", 0)]
    assert timeline.connection_of(Pair(timeline).client) == 2


def test_where_both_were_shown_the_number_that_was_given_first_stays_and_the_other_is_given_to_nobody(
    timeline: Timeline,
) -> None:
    client, address = timeline.client_end(port=8000), fresh()
    client.note("event", "new WebSocket()")
    server = timeline.server_end("server", SERVER, address)
    taps(server)[1](REQUEST)
    event, request = timeline.rows()
    one, two = timeline.connections()
    assert (event.connection, request.connection) == (1, 2)
    server.printed("long " * 100)
    assert timeline.rows()[-1].id == (2, "server", 0)
    client.connected(address, SERVER)
    assert [row.id for row in timeline.rows()] == [(1, "client", 0), (1, "client to server", 0), (1, "server", 0)]
    assert timeline.detail(timeline.rows()[2]).lines == ("long " * 100,)
    assert [connection.number for connection in timeline.connections()] == [1]
    assert timeline.connection_of(Pair(timeline).client) == 3
    # Who holds what was shown before still finds what it was.
    assert timeline.connection(2) is timeline.connection(1)
    assert (one.number, two.number, two.client_end, one.server_end) == (1, 1, client, server)
    assert timeline.detail(request).lines == timeline.detail(timeline.rows()[1]).lines
    assert timeline.detail(request).lines[0] == "GET /chat HTTP/1.1"
    assert Ladder(timeline, 2).text == Ladder(timeline, 1).text
    assert repr(CompressionTable(timeline, 2)) == repr(CompressionTable(timeline, 1))
    assert Ladder(timeline.copy(), 2).text == Ladder(timeline, 1).text


def test_a_row_that_was_shown_is_said_anew_with_the_time_when_its_sender_wrote_it(timeline: Timeline) -> None:
    address = fresh()
    client = timeline.client_end(port=8000)
    taps(client)[0](REQUEST)
    server = timeline.server_end("server", SERVER, address)
    taps(server)[1](REQUEST)
    timeline.rows()
    client.connected(address, SERVER)
    (row,) = timeline.rows()
    assert row.time + timeline.zero == client.sent.time_of(len(REQUEST))
    alone = timeline.server_end("server", SERVER, other := fresh())
    taps(alone)[1](REQUEST)
    before = timeline.rows()[-1]
    late = timeline.client_end(port=8000)
    late.connected(other, SERVER)
    taps(late)[0](REQUEST)
    after = timeline.rows()[-1]
    assert (after.id, after.time + timeline.zero) == (before.id, late.sent.time_of(len(REQUEST)))
    (closed,) = [connection for connection in timeline.connections() if connection.number == after.connection]
    assert closed.directions["client to server"].end is late


def test_positions_of_rows_that_come_later_stay_although_a_row_that_was_there_twice_is_gone(timeline: Timeline) -> None:
    client, address = timeline.client_end(port=8000), fresh()
    taps(client)[0](REQUEST)
    taps(timeline.server_end("server", SERVER, address))[1](REQUEST)
    seen = len(timeline.rows())
    assert seen == 2
    client.connected(address, SERVER)
    timeline.note("news")
    assert [row.name for row in timeline.rows(seen)] == ["news"], "a reader that goes on where it stood misses nothing"
    assert timeline.end - timeline.first == len(timeline.rows()) == 2
    assert timeline.dropped.rows == 0


def test_what_the_late_client_sent_and_the_server_never_got_has_rows_too(timeline: Timeline) -> None:
    """The server's end was over, and half a frame stood for the rest."""
    address, wire = fresh(), frame("hello", mask=MASK)
    server = timeline.server_end("server", SERVER, address)
    sent, received = taps(server)
    received(REQUEST)
    sent(ACCEPTED)
    received(wire[:-2])
    server.lost("reset")
    half = [row for row in timeline.rows() if row.problem]
    assert [(row.id, row.name) for row in half] == [((1, "client to server", 1), "text")]
    client = timeline.client_end(port=8000)
    client.connected(address, SERVER)
    taps(client)[0](REQUEST + wire + frame("and more", mask=MASK))
    taps(client)[1](ACCEPTED)
    rows = [row for row in timeline.rows() if row.source == "client to server"]
    assert [(row.index, row.name, row.text, row.problem) for row in rows] == [
        (0, "GET /chat", "Upgrade: websocket", ""), (1, "text", "hello", ""), (2, "text", "and more", ""),
    ]  # fmt: skip
    assert [timeline.detail(row).server.state for row in rows] == ["recorded", "lost", "lost"]
    assert timeline.detail(half[0]).client.state == "recorded"
    server.note("event", "message", "and more", about=("client to server", "message", 1))
    assert timeline.rows()[-1].link == ("client to server", rows[2].stop), "what was half is counted once"


def test_the_other_end_joins_although_all_rows_and_bytes_of_the_first_were_dropped() -> None:
    timeline, address = Timeline(keep=4), fresh()
    server = timeline.server_end("server", SERVER, address)
    spoken(timeline, server)
    server.lost()
    assert timeline.connection_of(server) == 1
    for number in range(4):
        timeline.note(f"{number}")
    assert timeline.connections() == []
    client = timeline.client_end(port=8000)
    client.connected(address, SERVER)
    spoken(timeline, client)
    client.note("event", "close")
    client.lost()
    assert timeline.connection_of(client) == 1
    own = ["close", "TCP ended without a Close frame"]
    assert [row.name for row in timeline.rows()] == ["2", "3", *own], "no frame comes a second time"
    assert timeline.rows()[-1].id == (1, "client", 1)
    assert timeline.connection_of(Pair(timeline).client) == 2


def test_an_accept_on_which_nothing_has_happened_takes_no_number_from_anybody(timeline: Timeline) -> None:
    """It happens in the first instants of every other connection, with a log on screen: nobody shall see a gap for it."""
    client, address = timeline.client_end(port=8000), fresh()
    client.note("event", "new WebSocket()")
    server = timeline.server_end("server", SERVER, address)
    assert len(timeline.rows()) == 1
    assert timeline.unsettled() == ["connection 1 is still connecting"]
    client.connected(address, SERVER)
    assert timeline.connection_of(server) == 1
    assert timeline.connection_of(Pair(timeline).server) == 2


def test_a_compressed_stream_goes_on_although_its_beginning_was_shown_without_the_response_and_dropped() -> None:
    timeline, address, squeeze = Timeline(keep=4), fresh(), zlib.compressobj(wbits=-15)
    client = timeline.client_end(port=8000)
    server = timeline.server_end("server", SERVER, address)
    wire = [REQUEST]
    for number in range(8):
        data = squeeze.compress(b"much the same each time %d" % number) + squeeze.flush(zlib.Z_SYNC_FLUSH)
        wire.append(frame(data[:-4], opcode=1, mask=MASK, rsv1=True))
    for data in wire:
        taps(client)[0](data)
    extension = b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    taps(server)[0](ACCEPTED[:-2] + extension)
    assert [row.connection for row in timeline.rows()] == [1, 2]
    client.connected(address, SERVER)
    rows = timeline.rows()
    assert [row.text for row in rows] == [f"much the same each time {number}" for number in range(4, 8)]
    assert [timeline.detail(row).payload for row in rows] == [row.text.encode() for row in rows]


# Markers


@pytest.mark.parametrize("told_of", [False, True])
def test_a_marker_that_comes_after_both_ends_were_shown_makes_one_of_them(timeline: Timeline, told_of: bool) -> None:
    """The page told of its socket, and the server accepted a connection; which it is, its request line says."""
    told = Told(timeline, end=False, witness=told_of)
    pair = told.pair = Pair(timeline, "server", begin=False)
    assert len(timeline.connections()) == 1 + told_of
    if not told_of:
        told.tell_of()
        assert len(timeline.connections()) == 2
    pair.server.marker = told.marker
    pair.open()
    told.whole()
    assert len(timeline.connections()) == 1
    lines = [line.partition(" ")[2] for line in timeline.transcript().splitlines()]
    assert lines == [line.partition(" ")[2] for line in WHOLE.splitlines()]
    assert timeline.connection_of(told.witness) == timeline.connection_of(told.server) == 1
    assert timeline.unsettled() == []


def test_the_end_of_a_relay_is_the_other_end_of_its_client_and_what_node_tells_is_its_own(timeline: Timeline) -> None:
    client, address = timeline.client_end(port=8000), fresh()
    client.note("event", "new WebSocket()")
    relay = timeline.server_end("node", SERVER, address)
    relay.is_remote = True
    relay.note("event", "connection", about=("client to server", "handshake", 0))
    relay.note("event", "message", "hi", about=("client to server", "message", 0))
    assert len(timeline.connections()) == 2
    client.connected(address, SERVER)
    taps(client)[0](REQUEST)
    taps(relay)[1](REQUEST)
    assert [row[:3] for row in short(timeline)] == [
        (1, "client", "new WebSocket()"), (1, "server", "connection"), (1, "server", "message"), (1, "client to server", "GET /chat"),
    ]  # fmt: skip
    for end, way, data in ((relay, 0, ACCEPTED), (client, 1, ACCEPTED), (client, 0, HELLO), (relay, 1, HELLO)):
        taps(end)[way](data)
    assert timeline.unsettled() == [], "it has told of all that it received, before that was here"
    event = timeline.rows()[1]
    assert event.link == ("client to server", len(REQUEST))


# A port that is used again


def keyed(number: int) -> bytes:
    return b"GET /%d HTTP/1.1\r\nSec-WebSocket-Key: %d\r\n\r\n" % (number, number)


def test_the_bytes_say_whose_accept_it_is_where_a_port_was_used_again_before_that_was_noticed(
    timeline: Timeline,
) -> None:
    """The first server was stopped before it came to accept; the second accepts the second client only."""
    address, clients = fresh(), []
    for number in (1, 2):
        clients.append(timeline.client_end(port=8000))
        clients[-1].connected(address, SERVER)
        taps(clients[-1])[0](keyed(number))
        if number == 1:
            clients[-1].lost()
    server = timeline.server_end("server", SERVER, address)
    assert len(timeline.connections()) == 3, "it has not said yet whose it is"
    taps(server)[1](keyed(2))
    assert [timeline.connection_of(end) for end in (*clients, server)] == [1, 2, 2]
    assert [connection.number for connection in timeline.connections()] == [1, 2]


def test_an_accept_that_says_something_else_is_somebody_elses(timeline: Timeline) -> None:
    address = fresh()
    client = timeline.client_end(port=8000)
    client.connected(address, SERVER)
    taps(client)[0](keyed(1))
    client.lost()
    stranger = timeline.server_end("server", SERVER, address)
    taps(stranger)[1](keyed(2))
    assert [timeline.connection_of(end) for end in (client, stranger)] == [1, 2]


def test_a_client_that_was_served_by_somebody_else_is_not_the_one_whose_accept_is_seen(timeline: Timeline) -> None:
    """Their requests are the same, byte for byte; but the first has had an answer, and this server has given none."""
    address = fresh()
    clients = [timeline.client_end(port=8000) for _ in range(2)]
    for end in clients:
        end.connected(address, SERVER)
        taps(end)[0](REQUEST)
        if end is clients[0]:
            taps(end)[1](ACCEPTED)
            end.lost()
    server = timeline.server_end("server", SERVER, address)
    taps(server)[1](REQUEST)
    assert [timeline.connection_of(end) for end in (*clients, server)] == [1, 2, 2]


def test_bytes_that_a_fault_has_changed_at_one_end_make_nobody_a_stranger(timeline: Timeline) -> None:
    address = fresh()
    server = timeline.server_end("server", SERVER, address)
    taps(server)[1](REQUEST.replace(b"chat", b"chap"))
    server.otherwise.append(("client to server", REQUEST.index(b"t HTTP"), b"t"))
    assert len(timeline.rows()) == 1
    client = timeline.client_end(port=8000)
    client.connected(address, SERVER)
    taps(client)[0](REQUEST)
    assert timeline.connection_of(client) == timeline.connection_of(server) == 1


# All views


def late(timeline: Timeline, read: Callable[[], object]) -> None:
    """A conversation whose ends are both shown, with bytes, before they have found each other."""
    client, address = timeline.client_end(port=8000), fresh()
    client.note("event", "new WebSocket()", "ws://127.0.0.1:8000/chat", link=("client to server", 0))
    read()
    server = timeline.server_end("server", SERVER, address)
    sent, received = taps(client)
    answered, asked = taps(server)
    sent(REQUEST)
    asked(REQUEST)
    read()
    answered(ACCEPTED)
    received(ACCEPTED)
    client.note("event", "send()", "hello", size=5, link=("client to server", len(REQUEST)))
    sent(frame("hello", mask=MASK))
    asked(frame("hello", mask=MASK))
    server.note("note", "handler raised", "ValueError", problem="nobody caught it")
    read()
    client.connected(address, SERVER)
    for record, other in ((sent, asked), (answered, received)):
        body = frame(b"\x0f\xa0", opcode=8, mask=MASK if record is sent else False)
        record(body)
        other(body)
    server.lost()
    client.lost()


def views(timeline: Timeline, folder: Path) -> dict[str, Any]:
    """What each view and file says, without times."""
    rows = [row for row in timeline.rows() if row.connection]
    har = json.loads(timeline.export(folder / "a.har").read_text(encoding="utf-8"))
    packets = timeline.export(folder / "a.pcapng").stat().st_size
    loaded = Timeline.load(timeline.export(folder / "a.jsonl"))
    (connection,) = timeline.connections()
    found = connection.diagnosis
    assert found is not None
    log = Log(timeline)
    log._window.scan()
    first, last = log._window.tail()[0], max(timeline.end - 1, 0)
    opened = [log._open(position, 0)[0] for position in range(timeline.first, timeline.end)]
    log.close()

    def linked(row: Row) -> object:
        place = timeline.linked(row)
        return None if place is None else timeline.rows(place, place + 1)[0].id

    return {
        "cause": timeline.transcript(),
        "direction": timeline.transcript("direction"),
        "loaded": loaded.transcript(),
        "ladder": Ladder(timeline).text,
        "messages": [(each["type"], each["data"]) for each in har["log"]["entries"][0]["_webSocketMessages"]],
        "entries": len(har["log"]["entries"]),
        "packets": packets,
        "diagnosis": (found.cause, found.first, found.code, found.certainty, [each.row for each in found.evidence]),
        "linked": sorted((row.id, linked(row)) for row in rows if row.link),
        "details": sorted(
            (row.id, timeline.detail(row).client.state, timeline.detail(row).server.state) for row in rows
        ),
        "log": (first["n"], first["counts"], last - timeline.first),
        "opened": sorted(
            (each["row"]["connection"], each["row"]["name"], each["label"], len(each.get("links", [])))
            for each in opened
        ),
    }


def test_all_views_say_the_same_whether_somebody_has_looked_before_or_not(tmp_path: Path) -> None:
    calm, wild = Timeline(), Timeline()
    late(calm, lambda: None)
    late(wild, wild.connections)
    assert wild.connection(2) is wild.connection(1) is not None, "it was two connections for a while"
    expected = views(calm, tmp_path)
    for name, said in views(wild, tmp_path).items():
        assert said == expected[name], name
