"""A feed of what somebody else's code did becomes the rows that a WebSocket of the lab would have; a hostile one does no harm."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from wslab import Lab
from wslab.peers.remote_feed import MAX_ROWS, RemoteFeed
from wslab.timeline import End, Row, Timeline

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

URL = "ws://localhost:8080/"
MADE = {"k": "socket", "id": 1, "n": 1, "marked": False, "url": URL, "port": 8080}


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


@pytest.fixture
def feed(timeline: Timeline) -> RemoteFeed:
    return RemoteFeed(timeline, "browser", "key")


def rows(timeline: Timeline) -> list[Row]:
    return timeline.rows()


def said(timeline: Timeline) -> list[tuple[Any, ...]]:
    return [(row.source, row.kind, row.name, row.text, row.size) for row in rows(timeline)]


# The same conversation, by a WebSocket of the lab and by a page's


async def handler(connection: ServerConnection) -> None:
    """Greets, echoes, and closes when it is told to."""
    await connection.send("Hello, client! 你好")
    async for message in connection:
        if message == "close":
            await connection.close(4001, "as you wish")
        print(f"server got {message!r:.20}")
        await connection.send(message)


def number(n: int, data: str | bytes) -> dict[str, Any]:
    """What a wrapper tells of data."""
    if isinstance(data, bytes):
        return {"id": n, "text": data[:60].hex(" "), "size": len(data), "binary": True}
    return {"id": n, "text": data[:10_000], "size": len(data.encode()), "binary": False}


async def by_the_lab(sends: list[str | bytes], *, closes: bool) -> tuple[str, str]:
    async with Lab("by the lab") as lab:
        server = await lab.serve(handler)
        socket = lab.WebSocket(server.url)
        socket.onmessage = lambda event: print(f"got {str(event.data)[:5]}")
        await socket.next("message")
        for data in sends:
            socket.send(data)
            await socket.next("message")
        if closes:
            socket.close(1000, "bye")
        else:
            socket.send("close")
        await socket.closed()
        await lab.settled()
        return lab.transcript(), lab.transcript(by="direction")


async def by_a_page(sends: list[str | bytes], *, closes: bool) -> tuple[str, str]:
    """The wrapper's part is played here: it tells of a call before, and of an event after its bytes went by."""
    async with Lab("by a page") as lab:
        server = await lab.serve(handler)
        key = lab.hosting.markers.issue()
        lab.timeline.expect_markers()
        page = RemoteFeed(lab.timeline, "browser", key)
        page.take({"k": "socket", "id": 7, "n": 1, "marked": True, "url": f"{server.url}/", "port": server.port})
        async with connect(f"{server.url}/?wslab-marker={key}.1") as connection:
            page.take({"k": "event", "id": 7, "name": "open"})
            await told_message(page, connection)
            for data in sends:
                page.take({"k": "call", "name": "send()", **number(7, data)})
                await connection.send(data)
                await told_message(page, connection)
            if closes:
                page.take({"k": "call", "id": 7, "name": "close()", "text": "1000 bye"})
                await connection.close(1000, "bye")
                page.take({"k": "event", "id": 7, "name": "close", "text": "1000 bye, clean"})
            else:
                page.take({"k": "call", "name": "send()", **number(7, "close")})
                await connection.send("close")
                with pytest.raises(ConnectionClosed):
                    await connection.recv()
                page.take({"k": "event", "id": 7, "name": "close", "text": "4001 as you wish, clean"})
        await lab.settled()
        assert page.dropped == 0
        (made,) = lab.timeline.connections()
        assert (made.client, made.client_end) == ("browser", None)
        return lab.transcript(), lab.transcript(by="direction")


async def told_message(page: RemoteFeed, connection: ClientConnection) -> None:
    data = await connection.recv()
    page.take({"k": "event", "name": "message", **number(7, data)})
    shown = f"<Blob {len(data)} bytes>" if isinstance(data, bytes) else data
    page.take({"k": "print", "id": 7, "level": "log", "text": f"got {shown[:5]}"})


@pytest.mark.parametrize("closes", [True, False])
async def test_the_same_conversation_has_the_same_rows_by_a_page_as_by_the_lab(closes: bool) -> None:
    sends: list[str | bytes] = ["Hello, server!", "你好\n<b>" + "x" * 500, bytes(range(100)), "", b"", "last"]
    for lab_text, page_text in zip(
        await by_the_lab(sends, closes=closes), await by_a_page(sends, closes=closes), strict=True
    ):
        assert page_text.splitlines() == lab_text.splitlines()
        assert "got Hello" in page_text


BETWEEN_PEERS = """\
#1  client           event      new WebSocket()  ws://localhost:PORT/
#1  client → server  handshake  GET /  Upgrade: websocket, permessage-deflate
#1  server → client  handshake  101 Switching Protocols  Upgrade: websocket, permessage-deflate
#1  client           event      open
#1  client           event      send()  "Hello, server!"  14 B
#1  server           event      connection
#1  client → server  message    text  "Hello, server!"  14 B
#1  server           event      message  "Hello, server!"  14 B
#1  server           print      接收到消息
#1  server           event      send()  "Hello, client!"  14 B
#1  server → client  message    text  "Hello, client!"  14 B
#1  client           event      message  "Hello, client!"  14 B
#1  client           event      close()  1000
#1  client → server  close      close 1000  normal closure
#1  server → client  close      close 1000  normal closure
#1  client           event      close  1000, clean
#1  server           event      close  1000, clean"""


async def test_a_page_and_a_server_that_is_not_ours_are_one_connection_by_the_relay_between_them() -> None:
    """Both programs tell of what they did; only the relay sees bytes."""
    async with Lab("between peers") as lab:
        relay = await lab.hosting.relay("node", 0)
        key = lab.hosting.markers.issue()
        lab.timeline.expect_markers()
        node = RemoteFeed(lab.timeline, "node", "other", end_of=relay.end_of)
        page = RemoteFeed(lab.timeline, "browser", key)
        paths = []

        async def server(connection: ServerConnection) -> None:
            assert connection.request is not None
            paths.append(connection.request.path)
            node.take({"k": "accepted", "id": 1, "port": connection.remote_address[1]})
            node.take({"k": "event", "name": "message", **number(1, await connection.recv())})
            node.take({"k": "print", "id": 1, "level": "log", "text": "接收到消息"})
            node.take({"k": "call", "name": "send()", **number(1, "Hello, client!")})
            await connection.send("Hello, client!")
            await connection.wait_closed()
            node.take({"k": "event", "id": 1, "name": "close", "text": "1000, clean"})

        async with serve(server, "127.0.0.1", 0) as real:
            relay.forward(real.sockets[0].getsockname()[1])
            url = f"ws://localhost:{relay.port}/"
            page.take({"k": "socket", "id": 7, "n": 1, "marked": True, "url": url, "port": relay.port})
            async with connect(f"{url}?wslab-marker={key}.1") as connection:
                page.take({"k": "event", "id": 7, "name": "open"})
                page.take({"k": "call", "name": "send()", **number(7, "Hello, server!")})
                await connection.send("Hello, server!")
                page.take({"k": "event", "name": "message", **number(7, await connection.recv())})
                page.take({"k": "call", "id": 7, "name": "close()", "text": "1000"})
            page.take({"k": "event", "id": 7, "name": "close", "text": "1000, clean"})
        await lab.settled()
        assert lab.transcript().splitlines()[-17:] == BETWEEN_PEERS.splitlines()
        assert (paths, page.dropped, node.dropped) == (["/"], 0, 0)
        (found,) = lab.timeline.connections()
        assert (found.client, found.server) == ("browser", "node")
        assert found.diagnosis is not None
        assert found.diagnosis.cause == "normal"


# Rows


def test_a_feed_becomes_rows(timeline: Timeline, feed: RemoteFeed) -> None:
    feed.take({**MADE, "url": "wss://name:secret@example.org/chat?a=b@c"})
    for item in (
        {"k": "event", "id": 1, "name": "open", "text": ""},
        {"k": "call", "id": 1, "name": "send()", "text": "hi", "size": 2, "binary": False},
        {"k": "event", "id": 1, "name": "message", "text": "00 ff", "size": 2, "binary": True},
        {"k": "print", "id": 1, "level": "warn", "text": "接收到消息"},
        {"k": "raised", "id": 1, "text": "TypeError: x is not a function", "where": "line 3"},
        {"k": "call", "id": 1, "name": "ping()", "text": "ab", "size": 1, "binary": True},
        {"k": "call", "id": 1, "name": "close()", "text": "1000 bye"},
        {"k": "event", "id": 1, "name": "close", "text": "1000 bye, clean"},
    ):
        feed.take(item)
    assert feed.dropped == 0
    assert said(timeline) == [
        ("client", "event", "new WebSocket()", "wss://example.org/chat?a=b@c", None),
        ("client", "event", "open", "", None),
        ("client", "event", "send()", "hi", 2),
        ("client", "event", "message", "00 ff", 2),
        ("client", "print", "print", "接收到消息", None),
        ("client", "note", "callback raised", "TypeError: x is not a function at line 3", None),
        ("client", "event", "ping()", "", 1),
        ("client", "event", "close()", "1000 bye", None),
        ("client", "event", "close", "1000 bye, clean", None),
    ]
    assert [row.binary for row in rows(timeline)][2:4] == [False, True]
    (connection,) = timeline.connections()
    assert (connection.client, connection.open) == ("browser", False)


def test_what_belongs_to_no_socket_is_a_row_of_the_lab(timeline: Timeline, feed: RemoteFeed) -> None:
    feed.take({"k": "print", "id": None, "level": "log", "text": "two\nlines"})
    feed.take({"k": "print", "id": 99, "level": "log", "text": "of a socket that nobody knows"})
    feed.take({"k": "raised", "id": None, "text": "ReferenceError: foo is not defined", "where": "line 2"})
    assert said(timeline) == [
        ("lab", "print", "browser", "two lines", None),
        ("lab", "print", "browser", "of a socket that nobody knows", None),
        ("lab", "note", "browser raised", "ReferenceError: foo is not defined at line 2", None),
    ]
    assert rows(timeline)[2].problem == "nobody caught it"


def test_a_node_server_has_its_rows_at_the_relays_end(timeline: Timeline) -> None:
    ends: dict[int, End] = {50123: timeline.server_end("node", ("127.0.0.1", 8080), ("127.0.0.1", 50000))}
    feed = RemoteFeed(timeline, "node", "key", end_of=ends.get)
    feed.take({"k": "accepted", "id": 2, "port": 50123})
    feed.take({"k": "event", "id": 2, "name": "message", "text": "hi", "size": 2, "binary": False})
    feed.take({"k": "call", "id": 2, "name": "send()", "text": "ho", "size": 2, "binary": False})
    feed.take({"k": "event", "id": 2, "name": "close", "text": "1000, clean"})
    feed.take({"k": "accepted", "id": 3, "port": 1})
    assert feed.dropped == 1
    notes = list(ends[50123].notes)
    assert [(note.name, note.about) for note in notes] == [
        ("connection", ("client to server", "handshake", 0)),
        ("message", ("client to server", "message", 0)),
        ("send()", ("server to client", "message", 0)),
        ("close", ("client to server", "close", 0)),
    ]
    feed.leave("the process ended")
    assert ends[50123].closed is None  # the relay says when its TCP ends


def test_only_what_becomes_a_message_is_counted(timeline: Timeline, feed: RemoteFeed) -> None:
    feed.take({**MADE, "marked": True})
    send = {"k": "call", "id": 1, "name": "send()", "text": "", "size": 0}
    feed.take(send)  # still connecting: it raises there
    feed.take({"k": "event", "id": 1, "name": "open"})
    feed.take(send)
    feed.take(send)
    feed.take({"k": "call", "id": 1, "name": "close()", "text": ""})
    feed.take(send)
    feed.take({"k": "event", "id": 1, "name": "error", "text": ""})
    feed.take({"k": "event", "id": 1, "name": "close", "text": "1006, not clean"})
    (connection,) = timeline.connections()
    (end,) = connection.members
    assert end.marker == "key.1"
    calls = [row for row in timeline.rows() if row.name in ("send()", "error", "close")]
    told = [connection.unlinked.get((row.source, row.index)) for row in calls]
    up = "client to server"
    assert [found and found[1].about for found in told] == [
        None,
        (up, "message", 0),
        (up, "message", 1),
        None,
        None,
        None,
    ]


def test_a_socket_that_never_opened_ends_with_what_the_server_answered(timeline: Timeline, feed: RemoteFeed) -> None:
    feed.take({**MADE, "marked": True})
    feed.take({"k": "event", "id": 1, "name": "error", "text": ""})
    feed.take({"k": "event", "id": 1, "name": "close", "text": "1006, not clean"})
    (connection,) = timeline.connections()
    assert [note.about for _, note in connection.unlinked.values()] == [("server to client", "handshake", 0)] * 2


def test_when_the_page_is_gone_its_open_sockets_are_over(timeline: Timeline, feed: RemoteFeed) -> None:
    for n in (1, 2):
        feed.take({**MADE, "id": n, "n": n})
    feed.take({"k": "event", "id": 1, "name": "close", "text": "1000, clean"})
    feed.leave("the page was closed")
    feed.leave("twice")
    feed.take(MADE)
    assert [row[2:4] for row in said(timeline)] == [
        ("new WebSocket()", URL), ("new WebSocket()", URL), ("close", "1000, clean"), ("its code is gone", "the page was closed"),
    ]  # fmt: skip
    assert not any(connection.open for connection in timeline.connections())
    assert timeline.unsettled() == []


# Hostile


@pytest.mark.parametrize(
    "item",
    [
        None, 5, "socket", [], {}, {"k": 1}, {"k": ["socket"]}, {"k": "eval"}, {"k": "take"}, {"k": "_socket"},
        {**MADE, "id": None}, {**MADE, "id": True}, {**MADE, "id": -1}, {**MADE, "id": 1.5}, {**MADE, "id": "1"},
        {**MADE, "id": 1 << 60}, {**MADE, "url": None}, {**MADE, "url": ["ws:"]}, {**MADE, "marked": "yes"},
        {**MADE, "marked": True, "n": None}, {**MADE, "marked": True, "n": "1"}, {"k": "accepted", "id": 2, "port": "x"},
        {"k": "event", "id": 9, "name": "open"}, {"k": "event", "id": 1, "name": "opened"},
        {"k": "event", "id": 1, "name": ["open"]}, {"k": "event", "id": 1, "name": "message", "text": 5, "size": 1},
        {"k": "event", "id": 1, "name": "message", "text": "", "size": None},
        {"k": "event", "id": 1, "name": "message", "text": "", "size": -1}, {"k": "call", "id": 1, "name": "send()", "text": ""},
        {"k": "call", "id": 1, "name": "eval()", "text": ""}, {"k": "print", "id": 1, "level": "table", "text": ""},
        {"k": "print", "id": 1, "level": "log", "text": None}, {"k": "raised", "text": {}, "where": ""},
        {"k": "raised", "text": "", "where": 3},
    ],
)  # fmt: skip
def test_an_item_that_is_not_as_it_must_be_is_counted_and_dropped(
    timeline: Timeline, feed: RemoteFeed, item: Any
) -> None:
    feed.take({**MADE, "id": 1})
    before = said(timeline)
    feed.take(item)
    assert (feed.dropped, said(timeline)) == (1, before)


def test_a_socket_cannot_be_told_of_twice_nor_live_after_its_close(timeline: Timeline, feed: RemoteFeed) -> None:
    feed.take(MADE)
    feed.take(MADE)
    feed.take({"k": "event", "id": 1, "name": "close", "text": "1000, clean"})
    feed.take({"k": "event", "id": 1, "name": "message", "text": "hi", "size": 2})
    assert feed.dropped == 2
    assert [row[2] for row in said(timeline)] == ["new WebSocket()", "close"]


def test_huge_and_strange_texts_stay_within_their_rows(timeline: Timeline, feed: RemoteFeed) -> None:
    strange = "<script>\x1b[31m\u202e\ud800\n" + "x" * 1_000_000
    feed.take({**MADE, "url": strange})
    for name in ("message", "error", "close"):
        feed.take({"k": "event", "id": 1, "name": name, "text": strange, "size": 5})
    feed.take({"k": "print", "id": 1, "level": "log", "text": strange})
    feed.take({"k": "print", "id": None, "level": "log", "text": strange})
    feed.take({"k": "raised", "id": None, "text": strange, "where": strange})
    found = rows(timeline)
    assert len(found) == 7
    for row in found:
        assert len(row.text) <= 200
        assert row.text.isprintable()
        names = len("⟨ESC⟩⟨RLO⟩⟨U+D800⟩") - 3  # written out, they are longer
        assert sum(map(len, timeline.detail(row).lines)) <= 10_000 + names
    assert timeline.raw < 50_000


def test_a_flood_is_bounded_and_says_so_once(timeline: Timeline, feed: RemoteFeed) -> None:
    feed.take(MADE)
    for n in range(MAX_ROWS + 50):
        feed.take({"k": "print", "id": 1, "level": "log", "text": str(n)})
    for n in range(2, 50):
        feed.take({**MADE, "id": n})
    feed.take({"k": "event", "id": 1, "name": "close", "text": "1000, clean"})
    found = rows(timeline)
    assert len(found) == MAX_ROWS + 1
    (said_so,) = [row for row in found if row.source == "lab"]
    assert (said_so.problem, "10000 rows" in said_so.text) == ("not recorded", True)
    assert len(timeline.connections()) == 1
    assert not timeline.connections()[0].open  # its state is still followed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
VALUE = JSON | st.sampled_from(["open", "message", "close", "send()", "close()", "log", "1000, clean", 1, 2])
ITEM = st.fixed_dictionaries(
    {"k": st.sampled_from(["socket", "accepted", "event", "call", "print", "raised"])},
    optional={
        "id": st.sampled_from([1, 2, None]) | JSON, "n": VALUE, "marked": st.booleans() | JSON, "url": st.text() | JSON,
        "port": st.integers(0, 3) | JSON, "name": VALUE, "text": VALUE, "size": st.integers(0, 9) | JSON, "level": VALUE,
    },
)  # fmt: skip


@settings(max_examples=100)
@given(st.lists(ITEM | JSON, max_size=30))
def test_no_feed_raises_and_every_row_can_be_read(items: list[Any]) -> None:
    timeline = Timeline()
    ends = [timeline.server_end("node", ("127.0.0.1", 8080), ("127.0.0.1", n)) for n in range(3)]
    feed = RemoteFeed(timeline, "node", "key", end_of=lambda port: ends[port] if port < 3 else None)
    for item in items:
        feed.take(item)
    feed.leave("the end of it")
    for end in ends:
        end.lost()
    assert timeline.transcript().count("\n") <= len(items) * 2 + 3
    for row in rows(timeline):
        json.dumps(timeline.detail(row).lines)
    assert feed.dropped <= len(items)


def test_threads_may_feed_and_leave_at_any_time(timeline: Timeline, feed: RemoteFeed) -> None:
    async def main() -> None:
        items = [{**MADE, "id": n} for n in range(200)]
        tasks = [asyncio.to_thread(list, map(feed.take, items[n::4])) for n in range(4)]
        await asyncio.gather(*tasks, asyncio.to_thread(feed.leave, "gone"))

    asyncio.run(main())
    assert not any(connection.open for connection in timeline.connections())
