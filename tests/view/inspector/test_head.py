"""The byte inspector of handshakes, and of rows that are linked to bytes: whose line each byte is, and what is never shown."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.view.traffic import REQUEST, RESPONSE, Conversation
from wslab.timeline import Row, Timeline
from wslab.view import Log
from wslab.view.inspector.head import MOST_BYTES, MOST_LINES, describe_head, line_spans, overwritten
from wslab.view.inspector.rows import inspect_for_page, inspect_row
from wslab.view.related_rows import bytes_of, related_rows
from wslab.wire import explain, parse_head
from wslab.wire.handshake import REDACTED

GOOD = REQUEST.encode()
ANSWER = RESPONSE.format("").encode()
SECRET = (
    b"GET / HTTP/1.1\r\nCookie: session=12345678\r\n folded secret\r\nHost: a\r\nauthorization:Bearer hidden\r\n\r\n"
)
# Pieces of which heads are made, and of which broken ones are.
PIECE = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"Cookie", b"Host", b"x", b"GET / HTTP/1.1", b"\x00", b"\xff"]
)
BYTES = st.lists(PIECE, max_size=25).map(b"".join)


def names(told: dict[str, object], data: bytes) -> list[bytes]:
    """Of each listed line its bytes, as far as they have a place."""
    spans = [told["places"][line["at"]] for line in told["lines"] if line["at"] is not None]  # type: ignore[index,attr-defined]
    return [data[start:stop] for start, _, stop in spans]


def rows_of(timeline: Timeline) -> list[Row]:
    return timeline.rows(0, timeline.end)


def test_each_line_of_a_head_has_its_meaning_and_its_bytes() -> None:
    told = describe_head(GOOD)
    assert told["summary"] == f"request, {len(GOOD)} bytes in 8 lines, client to server"
    assert names(told, GOOD) == GOOD.splitlines(keepends=True)
    made = explain(GOOD).request
    assert made is not None
    assert [line["meaning"] for line in told["lines"][:-1]] == [line.meaning for line in made.lines]
    assert [line["right"] for line in told["lines"][:-1]] == [line.right for line in made.lines]
    assert told["lines"][2]["text"] == "Upgrade: websocket"
    assert (told["lines"][-1]["text"], told["lines"][-1]["meaning"]) == ("(empty line)", "ends the head")
    start, value, stop = told["places"][2]
    assert (GOOD[start:value], GOOD[value:stop]) == (b"Upgrade:", b" websocket\r\n")


def test_what_is_wrong_and_what_is_absent_is_said_with_the_reason() -> None:
    data = GOOD.replace(b"Version: 13", b"Version: 8").replace(b"Upgrade: websocket\r\n", b"")
    told = describe_head(data)
    assert told["summary"].endswith(", 2 violations")
    wrong = {line["name"]: line for line in told["lines"] if line["right"] is False}
    assert set(wrong) == {"Sec-WebSocket-Version", "Upgrade"}
    assert wrong["Upgrade"]["at"] is None
    assert wrong["Sec-WebSocket-Version"]["at"] == 4
    made = explain(data).request
    assert made is not None
    assert {line["meaning"] for line in wrong.values()} == set(made.problems)


def test_a_response_is_judged_against_its_request() -> None:
    bad = ANSWER.replace(b"s3pPLMBi", b"AAAAAAAA")
    accept = {line["name"]: line["right"] for line in describe_head(bad, GOOD, answer=True)["lines"]}
    assert accept["Sec-WebSocket-Accept"] is False
    assert all(line["right"] is not False for line in describe_head(ANSWER, GOOD, answer=True)["lines"])


def test_credentials_are_in_no_byte_and_no_word_and_every_offset_stays() -> None:
    told = describe_head(SECRET)
    shown = bytes.fromhex(told["wire"])
    assert shown == (
        b"GET / HTTP/1.1\r\nCookie: xxxxxxxxxxxxxxxx\r\n xxxxxx xxxxxx\r\nHost: a\r\nauthorization:xxxxxx xxxxxx\r\n\r\n"
    )
    said = json.dumps(told)
    assert not any(word in said for word in ("12345678", "folded", "Bearer", "hidden"))
    assert [line["secret"] for line in told["lines"] if line["at"] is not None] == [False, True, False, True, False]


@given(BYTES)
@example(b"Cookie: a\n\n b")
@settings(deadline=None, max_examples=300)
def test_the_places_of_any_bytes_are_the_lines_that_the_head_is_read_as(data: bytes) -> None:
    data = data.partition(b"\r\n\r\n")[0] or b"x"
    found = line_spans(data)
    assert [place.start for place in found] == [0, *(place.stop for place in found)][: len(found)]
    assert found[-1].stop == len(data)
    head = parse_head(data)
    assert sum(not place.empty for place in found) == 1 + len(head.headers)
    json.dumps(describe_head(data))


@example(b"Cookie", b" Set-Cookie:")
@given(BYTES, st.sampled_from([b"Cookie: ", b"authorization :\t", b" Set-Cookie:"]))
@settings(deadline=None, max_examples=200)
def test_what_is_read_as_a_credential_is_overwritten_whatever_stands_around_it(around: bytes, name: bytes) -> None:
    around = around.replace(b"\r\n\r\n", b"\n")
    data = b"GET / HTTP/1.1\r\n" + around.strip(b"\r") + b"\r\n" + name + b"S3CRET\n\n S3CRET\r\n\r\n"
    shown = overwritten(data, line_spans(data))
    assert len(shown) == len(data)
    credentials = [value for key, value in parse_head(data).headers if key.strip(" \t").lower() in REDACTED]
    assert b"S3CRET" not in shown or not any("S3CRET" in value for value in credentials)


def test_long_heads_are_bounded_and_the_rest_is_counted() -> None:
    data = b"GET / HTTP/1.1\r\n" + b"A: " + b"b" * 5000 + b"\r\n" + b"C: d\r\n" * 500 + b"\r\n"
    told = describe_head(data)
    assert len(told["wire"]) == 2 * MOST_BYTES
    assert told["size"] == len(data)
    assert sum(line["at"] is not None for line in told["lines"]) == MOST_LINES
    assert told["more"] == 503 - MOST_LINES
    assert len(json.dumps(told)) < 60_000


def test_hostile_header_lines_are_made_visible() -> None:
    told = describe_head(b"GET /\x1b[31m HTTP/1.1\r\nX\x00: \xe2\x80\xae<img>\r\n\r\n")
    assert [line["text"] for line in told["lines"][:2]] == [
        "GET /⟨ESC⟩[31m HTTP/1.1",
        "X⟨NUL⟩: \u00e2⟨U+0080⟩\u00ae<img>",
    ]
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for line in told["lines"] for char in line["text"])


def test_both_heads_of_a_connection_open_from_their_rows() -> None:
    timeline = Timeline()
    Conversation(timeline)
    request, response = (inspect_row(timeline, row) for row in rows_of(timeline))
    assert request is not None
    assert response is not None
    assert (request["shows"], request["whose"]) == ("head", "")
    assert bytes.fromhex(request["wire"]) == GOOD
    assert bytes.fromhex(response["wire"]) == ANSWER
    accept = next(line for line in response["lines"] if line["name"] == "Sec-WebSocket-Accept")
    assert accept["right"] is True  # it was judged with the key of the request


def test_a_head_whose_bytes_are_gone_has_nothing_to_inspect() -> None:
    timeline = Timeline()
    Conversation(timeline)
    row = rows_of(timeline)[0]
    timeline.clear()
    assert inspect_row(timeline, row) is None


def test_calls_and_events_open_the_bytes_they_are_linked_to_and_say_whose_these_are() -> None:
    timeline = Timeline()
    talk = Conversation(timeline)
    talk.client.note("event", "new WebSocket()", link=("client to server", 0))
    talk.client.note("event", "open", link=("server to client", talk.client.received.stop))
    talk.echo("hi")
    talk.client.note("event", "close()", link=("client to server", talk.client.sent.stop))
    talk.close(1000)
    talk.client.note("event", "close", link=("server to client", talk.client.received.stop))
    told = {row.name: inspect_row(timeline, row) for row in rows_of(timeline) if row.kind == "event"}
    assert {name: (each["whose"], each["shows"]) for name, each in told.items() if each} == {
        "new WebSocket()": ("the request that this call sent", "head"),
        "open": ("the response that caused this event", "head"),
        "send()": ("the message that this call sent", "frames"),
        "message": ("the message that caused this event", "frames"),
        "close()": ("the Close frame that this call sent", "frames"),
        "close": ("the Close frame that caused this event", "frames"),
    }
    assert told["send()"] is not None
    assert told["send()"]["frames"][0]["message"]["preview"] == '"hi"'


@pytest.mark.parametrize("name", ["close", "error"])
def test_an_end_that_came_by_itself_is_not_said_to_be_caused_by_the_last_bytes(name: str) -> None:
    timeline = Timeline()
    talk = Conversation(timeline)
    talk.text("hi", up=False)
    talk.client.note("event", name, link=("server to client", talk.client.received.stop))
    told = inspect_row(timeline, rows_of(timeline)[-1])
    assert told is not None
    assert told["whose"] == "the message that came last before this event"
    found = rows_of(timeline)
    assert [link.relation for link in related_rows(timeline, len(found) - 1, found[-1])] == ["came after"]
    assert [link.relation for link in related_rows(timeline, len(found) - 2, found[-2])] == ["came before"]


def test_rows_without_bytes_have_nothing_to_inspect() -> None:
    timeline = Timeline()
    talk = Conversation(timeline)
    timeline.note("server started", "ws://127.0.0.1:40123")
    talk.server.note("print", "print", "a line")
    talk.client.note("event", "error")
    found = [row for row in rows_of(timeline) if row.kind != "handshake"]
    assert [bytes_of(timeline, row) for row in found] == [None] * 3
    assert [inspect_row(timeline, row) for row in found] == [None] * 3


def test_a_page_gets_the_module_that_shows_a_row_only_when_it_lacks_it() -> None:
    timeline = Timeline()
    Conversation(timeline).text("hi")
    timeline.refresh()
    assert "class HeadInspector" in inspect_for_page(timeline, 0, [])["module"]
    assert "class Inspector" in inspect_for_page(timeline, 2, ["head"])["module"]
    assert "module" not in inspect_for_page(timeline, 2, ["head", "frames"])
    assert "module" in inspect_for_page(timeline, 2, {"frames": 1})
    assert inspect_for_page(timeline, 99, []) == {"pos": 99, "told": None}


def test_a_row_of_the_log_says_whether_its_bytes_can_be_opened_and_whose_they_are() -> None:
    timeline = Timeline()
    talk = Conversation(timeline)
    talk.echo("hi")
    talk.server.note("print", "print", "a line")
    log = Log(timeline)
    found = [log._open(place, 0)[0]["inspects"] for place in range(timeline.end)]
    told = {row.name: found[place] for place, row in enumerate(rows_of(timeline))}
    log.close()
    assert told == {
        "GET /chat": "",
        "101 Switching Protocols": "",
        "send()": "the message that this call sent",
        "text": "",
        "message": "the message that caused this event",
        "print": None,
    }
