"""Whatever comes, a dissection raises nothing, hoards nothing, and comes to an end."""

from __future__ import annotations

import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.dissection.test_dissect_properties import any_stream, facts
from tests.wire.talk import DOWN, UP
from wslab.wire import INFLATE_LIMIT, Dissector, accept_steps, dissect, explain, frame, request, response
from wslab.wire.handshake import HEAD_LIMIT

options = st.fixed_dictionaries(
    {
        "direction": st.sampled_from([None, UP, DOWN]),
        "deflate": st.sampled_from([None, True, "unknown"]),
        "max_size": st.sampled_from([None, 0, 9]),
    }
)


@given(data=st.one_of(st.binary(max_size=300), any_stream), keywords=options)
def test_any_bytes_are_taken_apart_without_an_error(data: bytes, keywords: dict[str, Any]) -> None:
    found = dissect(data, **keywords)
    facts(found)
    repr([found, *found, *found.messages, found.partial])


@given(
    data=any_stream, flips=st.lists(st.tuples(st.integers(0, 2**16), st.integers(1, 255)), max_size=5), keywords=options
)
def test_flipped_bits_are_taken_apart_without_an_error(
    data: bytes, flips: list[tuple[int, int]], keywords: dict[str, Any]
) -> None:
    wire = bytearray(data or b"\0")
    for place, flip in flips:
        wire[place % len(wire)] ^= flip
    facts(dissect(wire, **keywords))


@given(first=st.binary(max_size=300), second=st.binary(max_size=300))
def test_any_bytes_are_explained_as_a_handshake_without_an_error(first: bytes, second: bytes) -> None:
    heads = request(), response(status=403)
    for asked, answered in (
        (first, second),
        heads,
        heads[::-1],
        (b"GET / HTTP/1.1\r\n" + first, b"HTTP/1.1 101 x\r\n" + second),
    ):
        text = str(explain(asked, answered))
        assert "\x1b" not in text


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_key_that_a_header_carries_has_its_steps(key: str) -> None:
    assert len(accept_steps(key).accept) == 28


@pytest.mark.parametrize("masked", [False, True])
def test_a_length_field_that_promises_everything_costs_nothing(masked: bool) -> None:
    dissector = Dissector()
    tracemalloc.start()
    try:
        dissector.feed(frame(b"", "binary", length=2**63 - 1, mask=masked))
        for _ in range(50):
            assert dissector.feed(bytes(1000)) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 400_000
    assert dissector.dissection().missing == 2**63 - 1 - 50_000


def test_a_frame_that_comes_byte_by_byte_is_not_joined_again_and_again() -> None:
    dissector, wire = Dissector(), frame(bytes(200_000))
    fed = [each for at in range(len(wire)) for each in dissector.feed(wire[at : at + 1])]
    assert [each.wire for each in fed] == [wire]


def test_a_head_that_never_ends_is_given_up() -> None:
    found = dissect(b"GET /" + b"x" * HEAD_LIMIT)
    assert (len(found), found.head, found.missing, len(found.rest)) == (0, None, 0, HEAD_LIMIT + 5)
    assert "64 KiB" in found.unfinished


def test_a_head_that_comes_byte_by_byte_is_found() -> None:
    data = b"GET / HTTP/1.1\r\nX: " + b"y" * 30_000 + b"\r\n\r\n" + frame("hi")
    dissector = Dissector()
    fed = [each for at in range(len(data)) for each in dissector.feed(data[at : at + 1])]
    assert [each.payload for each in fed] == [b"hi"]


def test_bombs_inflate_to_the_limit_all_together_and_no_further() -> None:
    z = zlib.compressobj(9, wbits=-15)
    bomb = z.compress(bytes(40 << 20)) + z.flush(zlib.Z_SYNC_FLUSH)[:-4]
    data = frame(bomb, "binary", rsv1=True) * 4
    tracemalloc.start()
    try:
        found = dissect(data, deflate=True)
        contents = [each.content for each in found]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [None if each is None else len(each) for each in contents] == [40 << 20, None, None, None]
    assert "64 MiB" in found[1].content_reason
    assert found.violations == ()
    assert peak < 3 * INFLATE_LIMIT


def test_many_small_frames_and_violations_stay_readable() -> None:
    found = dissect(b"\x00\x00" * 5000)
    assert len(found.violations) == 5000
    assert len(str(found).splitlines()) == 401


def test_many_headers_are_explained() -> None:
    explained = explain(
        b"GET / HTTP/1.1\r\n" + b"Host: a\r\n" * 5000, b"HTTP/1.1 101 x\r\n" + b"Upgrade: a,b\r\n" * 4000
    )
    assert explained.request is not None
    assert len(explained.request.lines) > 5000
