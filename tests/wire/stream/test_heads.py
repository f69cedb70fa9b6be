"""Heads as a stream brings them: cut short, too long, or no HTTP at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.talk import DOWN, PLAIN, REQUEST, UP, cut, directions, feed, places
from wslab.wire import StreamDecoder, parse_head
from wslab.wire.handshake import HEAD_LIMIT


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_a_head_that_the_end_of_the_connection_cut_short_says_so(direction: str) -> None:
    decoder = StreamDecoder(direction)
    assert decoder.feed(b"GET / HTTP/1.1\r\nHost") == []
    (item,) = decoder.finish()
    assert (item.kind, item.start, item.stop) == ("handshake", 0, 20)
    assert item.problem.startswith("incomplete")
    assert item.head is not None


def test_an_end_without_a_byte_says_nothing() -> None:
    assert StreamDecoder(UP).finish() == []


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_what_is_no_http_says_so_and_is_not_read_on(direction: str) -> None:
    decoder = StreamDecoder(direction)
    (item,) = decoder.feed(b"SSH-2.0-OpenSSH\r\n\r\n\x81\x01a")
    assert item.problem == "this is not an HTTP/1.1 head (RFC 6455 section 4)"
    decoder.negotiate(parse_head(b"HTTP/1.1 101 Switching Protocols"))
    assert decoder.feed(b"\x81\x01a") == []
    assert not decoder.waiting


@given(direction=directions, cuts=places, extra=st.integers(0, 3000))
def test_a_head_that_is_too_long_is_cut_at_the_same_byte_however_it_arrives(
    direction: str, cuts: list[int], extra: int
) -> None:
    first = REQUEST if direction == UP else PLAIN
    head = first[:-2] + b"X: " + b"y" * (HEAD_LIMIT - len(first) + extra)
    wire = head + b"\r\n\r\n" + b"\x81\x01a"
    one, many = StreamDecoder(direction), StreamDecoder(direction)
    items = feed(one, [wire])
    assert items == feed(many, cut(wire, cuts))
    assert items[0].stop == HEAD_LIMIT
    assert items[0].problem == "a head of more than 64 KiB"
    assert len(items) == 1
    assert one.fed - one.position == 0


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_a_head_just_within_the_limit_is_read(direction: str) -> None:
    first = REQUEST if direction == UP else PLAIN
    head = first[:-2] + b"X: " + b"y" * (HEAD_LIMIT - len(first) - 5) + b"\r\n\r\n"
    assert len(head) == HEAD_LIMIT
    (item,) = feed(StreamDecoder(direction), cut(head, range(0, len(head), 999)))
    assert (item.problem, item.stop) == ("", HEAD_LIMIT)


def test_a_client_that_does_not_wait_for_the_response_is_held_back_only_so_far() -> None:
    decoder = StreamDecoder(UP)
    decoder.feed(REQUEST)
    for _ in range(200):
        decoder.feed(bytes(1000))
    assert decoder.fed == len(REQUEST) + 200_000
    assert decoder.fed == decoder.position
    assert not decoder.waiting
