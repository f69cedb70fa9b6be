"""What a row opens into: header lines or payload, frames with their exact bytes, and what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.timeline.pair import REQUEST, Pair
from tests.wire.talk import UP, Agreed, Say, agreements, conversations, directions, serialize
from wslab.timeline import Detail, Row, Timeline


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def last(timeline: Timeline) -> Detail:
    return timeline.detail(timeline.rows()[-1])


def test_a_handshake_opens_into_its_lines_with_credentials_redacted(timeline: Timeline) -> None:
    pair = Pair(timeline, begin=False)
    pair.write("client", b"GET /a HTTP/1.1\r\nHost: h\r\nCookie: s=1\r\nauthorization: Basic eA==\r\n\r\n")
    pair.write("server", b"HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: t=2\r\n\r\n")
    request, response = map(timeline.detail, timeline.rows())
    assert request.lines == ("GET /a HTTP/1.1", "Host: h", "Cookie: (redacted)", "authorization: (redacted)")
    assert response.lines == ("HTTP/1.1 101 Switching Protocols", "Set-Cookie: (redacted)")
    assert (request.payload, request.frames, response.payload, response.frames) == (None, (), None, ())
    assert request.row.text == response.row.text == ""


def test_a_refused_handshake_opens_into_its_lines_and_its_body(timeline: Timeline) -> None:
    pair = Pair(timeline, begin=False)
    pair.write("client", REQUEST)
    pair.write("server", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nnot ")
    pair.write("server", b"you")
    detail = last(timeline)
    assert (detail.row.name, detail.payload) == ("403 Forbidden", b"not you")
    assert detail.lines == ("HTTP/1.1 403 Forbidden", "Content-Length: 7")


def test_a_refused_handshake_without_a_body_has_none(timeline: Timeline) -> None:
    pair = Pair(timeline, begin=False)
    pair.write("server", b"HTTP/1.1 404 Not Found\r\n\r\n")
    assert last(timeline).payload is None


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("side", ["client", "server"])
def test_a_message_opens_into_its_whole_payload_and_its_frame_as_on_the_wire(
    timeline: Timeline, side: str, deflate: bool
) -> None:
    pair = Pair(timeline, deflate=deflate)
    text = "\u4f60\u597d, " * 1000
    wire = pair.text(side, text)
    detail = last(timeline)
    assert detail.payload == text.encode()
    (frame,) = detail.frames
    assert frame.wire == wire
    assert (frame.fin, frame.rsv1, frame.masked, frame.opcode) == (True, deflate, side == "client", 1)
    assert (detail.row.size, detail.row.compressed, detail.problem) == (len(text.encode()), deflate, "")
    assert len(detail.row.text) == 200
    assert detail.row.text.endswith("\u2026")


def test_a_binary_message_shows_its_first_bytes_in_hex(timeline: Timeline) -> None:
    pair = Pair(timeline)
    for size in (3, 50, 51):
        pair.frame("server", 2, bytes(range(size)))
        detail = last(timeline)
        assert detail.payload == bytes(range(size))
        assert detail.row.text == bytes(range(min(50, size))).hex(" ") + " \u2026" * (size > 50)


@pytest.mark.parametrize("deflate", [False, True])
def test_a_fragmented_message_with_a_ping_inside_opens_into_its_own_frames(timeline: Timeline, deflate: bool) -> None:
    pair = Pair(timeline, deflate=deflate)
    wires = [
        pair.frame("client", 1, b"one, ", fin=False),
        pair.frame("client", 9, b"beat"),
        pair.frame("client", 0, b"two, ", fin=False),
        pair.frame("client", 0, b"three"),
    ]
    ping, message = (timeline.detail(row) for row in timeline.rows()[-2:])
    assert (ping.row.name, ping.payload, [frame.wire for frame in ping.frames]) == ("ping", b"beat", [wires[1]])
    assert (message.payload, message.row.frames) == (b"one, two, three", 3)
    assert [frame.wire for frame in message.frames] == [wires[0], *wires[2:]]
    assert [frame.fin for frame in message.frames] == [False, False, True]
    assert ping.row.heartbeat
    assert not message.row.heartbeat


@given(direction=directions, agreed=agreements, says=conversations)
def test_every_row_of_any_conversation_opens_into_what_was_said(
    direction: str, agreed: Agreed, says: list[Say]
) -> None:
    timeline = Timeline()
    pair = Pair(timeline, begin=False)
    head = agreed.response(direction)
    pair.write("client", REQUEST)
    pair.write("server", head)
    wire, meant = serialize(says, direction, agreed, len(REQUEST) if direction == UP else len(head))
    pair.write("client" if direction == UP else "server", wire)
    rows = sorted((row for row in timeline.rows() if row.source == direction), key=lambda row: row.index)[1:]
    begin = len(REQUEST if direction == UP else head)
    # The payloads are random bytes, and Close does not come last.
    assert {each.rule for row in rows for each in row.violations} <= {"utf-8", "close-reason", "after-close"}
    assert all(row.problem == (row.violations[0].brief if row.violations else "") for row in rows)
    for row, want in zip(rows, meant, strict=True):
        detail = timeline.detail(row)
        assert (detail.payload, len(detail.frames), detail.problem) == (want.payload, want.frames, row.problem)
        if want.frames == 1:
            assert detail.frames[0].wire == wire[want.start - begin : want.stop - begin]


def test_a_close_frame_opens_into_its_body_and_its_row_says_code_name_and_reason(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.frame("server", 8, b"\x0f\xa1wrong password")
    detail = last(timeline)
    assert (detail.row.name, detail.row.text) == ("close 4001", "private use: wrong password")
    assert detail.payload == b"\x0f\xa1wrong password"
    assert [frame.opcode for frame in detail.frames] == [8]
    pair.frame("client", 8)
    assert (last(timeline).row.name, last(timeline).row.text) == ("close", "no status (an empty body)")


def test_a_close_frame_of_one_byte_does_not_pass_for_an_empty_one(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.write("server", b"\x88\x01\x03")
    row = last(timeline).row
    assert (row.name, row.text) == ("close", "no status")
    assert "begins with a code of two bytes" in row.problem


@pytest.mark.parametrize("deflate", [False, True])
def test_a_message_that_the_end_cut_short_opens_into_what_there_is(timeline: Timeline, deflate: bool) -> None:
    pair = Pair(timeline, deflate=deflate)
    first = pair.frame("server", 1, b"all of this, ", fin=False)
    if not deflate:
        pair.write("server", b"\x80\x09and some")
    for end in (pair.server, pair.client):
        end.lost()
    row = next(row for row in timeline.rows() if row.name == "text")
    detail = timeline.detail(row)
    assert detail.payload == (b"all of this, " if deflate else b"all of this, and some")
    assert [frame.wire for frame in detail.frames] == [first]
    assert detail.problem == "incomplete: the connection ended in the middle of it"


def test_half_a_header_at_the_end_is_a_row_too(timeline: Timeline) -> None:
    pair = Pair(timeline)
    pair.write("client", b"\x81")
    pair.lost()
    row = next(row for row in timeline.rows() if row.name == "incomplete frame")
    detail = timeline.detail(row)
    assert (row.stop - row.start, detail.payload, detail.frames) == (1, b"", ())


def test_half_a_handshake_opens_into_the_lines_so_far_redacted(timeline: Timeline) -> None:
    pair = Pair(timeline, begin=False)
    pair.write("client", b"GET / HTTP/1.1\r\nCookie: s=1\r\nUpgr")
    pair.lost()
    row = next(row for row in timeline.rows() if row.kind == "handshake")
    assert timeline.detail(row).lines == ("GET / HTTP/1.1", "Cookie: (redacted)", "Upgr: ")
    assert row.problem.startswith("incomplete")


def test_a_long_printed_line_opens_into_all_its_lines(timeline: Timeline) -> None:
    pair = Pair(timeline)
    printed = "x" * 500 + "\nsecond\x1b[0m\nthird"
    pair.server.printed(printed)
    detail = last(timeline)
    assert detail.lines == ("x" * 500, "second⟨ESC⟩[0m", "third")
    assert (len(detail.row.text), detail.payload, detail.frames) == (200, None, ())


def test_a_payload_is_cut_at_its_limit_and_says_so(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wslab.timeline.rows.detail.PAYLOAD_LIMIT", 1000)
    pair = Pair(timeline, deflate=True)
    pair.frame("server", 2, bytes(5000))
    detail = last(timeline)
    assert detail.payload == bytes(1000)
    assert detail.problem == "only the first 1000 of 5000 bytes are shown"


def test_a_message_that_does_not_inflate_says_so_and_so_does_what_follows_it(timeline: Timeline) -> None:
    pair = Pair(timeline, deflate=True)
    pair.write("server", b"\xc1\x04\xff\xff\xff\xff")
    pair.text("server", "hello hello hello")
    for row, says in zip(
        timeline.rows()[-2:], ("the message cannot be read: it does not inflate", "it does not inflate"), strict=True
    ):
        assert row.problem.startswith(says)
        detail = timeline.detail(row)
        assert (detail.payload, detail.problem, len(detail.frames)) == (b"", row.problem, 1)


def test_rows_of_the_lab_open_into_their_text(timeline: Timeline) -> None:
    timeline.note("server listens", "ws://127.0.0.1:1")
    assert last(timeline).lines == ("ws://127.0.0.1:1",)


def test_an_identity_names_a_row_without_its_time() -> None:
    row = Row(3, "server to client", 7, "message", 1, "text", "hi")
    assert (row.id, repr(row)) == ((3, "server to client", 7), "<Row 3 server to client[7] text 'hi'>")
