"""Whatever is built is read back, cut anywhere, and websockets reads and refuses the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as TheirFrame
from websockets.protocol import CLIENT, SERVER, Protocol, State

from tests.wire.dissection.test_dissect_rules import verdict
from tests.wire.talk import DOWN, UP, Agreed, Say, agreements, conversations, cut, directions, places, serialize
from wslab.wire import (
    Deflate,
    DissectedFrame,
    Dissection,
    Dissector,
    Violation,
    close_body,
    dissect,
    frame,
    request,
    response,
)

keys = st.one_of(st.booleans(), st.binary(min_size=4, max_size=4))
payloads = st.one_of(st.binary(max_size=40), st.sampled_from([b"x" * size for size in (125, 126, 65_535, 65_536)]))

# What no sender should send, and what it should, in any order.
_any_frame = st.builds(
    frame,
    st.one_of(st.binary(max_size=6), st.just(b"x" * 130), st.sampled_from([close_body(c) for c in (1000, 1005, 1014, 2000, 4000)])),
    st.one_of(st.sampled_from([0, 1, 2, 8, 9, 10]), st.integers(0, 15)),
    fin=st.booleans(), rsv1=st.sampled_from([False] * 4 + [True]), rsv2=st.sampled_from([False] * 9 + [True]),
    mask=st.sampled_from([False, b"abcd"]), length_bits=st.none(),
)  # fmt: skip
any_stream = st.lists(_any_frame, max_size=6).map(b"".join)
heads = st.sampled_from(
    [
        b"",
        request(key="dGhlIHNhbXBsZSBub25jZQ=="),
        response(status=403),
        b"GET /",
        b"HTTP/1.1 101 x\r\n\r\n",
        b"GE",
        b"\r\n\r\n",
    ]
)


def facts(found: Dissection) -> list[Any]:
    """All that a dissection says."""
    return [
        [(f.offset, f.wire, f.fields, f.payload, f.content, f.content_reason, f.violations, f.index) for f in found],
        [(m.index, m.opcode, m.content, m.size, m.ended, [f.index for f in m.frames]) for m in found.messages],
        [found.violations, found.rest, found.missing, found.unfinished, found.partial, found.direction, found.head],
        str(found),
    ]


@given(
    data=payloads, opcode=st.integers(0, 15), fin=st.booleans(), rsv=st.tuples(*[st.booleans()] * 3), mask=keys,
    before=st.lists(payloads, max_size=2),
)  # fmt: skip
def test_a_frame_that_was_built_is_read_back(
    data: bytes, opcode: int, fin: bool, rsv: tuple[bool, bool, bool], mask: bool | bytes, before: list[bytes]
) -> None:
    lead = b"".join(frame(each) for each in before)
    wire = frame(data, opcode, fin=fin, rsv1=rsv[0], rsv2=rsv[1], rsv3=rsv[2], mask=mask)
    last = dissect(lead + wire)[len(before)]
    assert (last.fin, last.rsv1, last.rsv2, last.rsv3, last.opcode) == (fin, *rsv, opcode)
    assert (last.payload, last.payload_length, last.wire, last.offset) == (data, len(data), wire, len(lead))
    assert (last.masked, last.masking_key or mask) == (bool(mask), last.masking_key if mask is True else mask)
    assert last.shortest


@given(data=st.binary(max_size=60), bits=st.sampled_from([7, 16, 64]), mask=keys)
def test_every_length_encoding_is_read_back(data: bytes, bits: int, mask: bool | bytes) -> None:
    (only,) = dissect(frame(data, length_bits=bits, mask=mask))
    assert (only.payload, only.length_bits, only.shortest) == (data, bits, bits == 7)


@given(data=st.builds(bytes.__add__, heads, st.one_of(any_stream, st.binary(max_size=80))), cuts=places,
       direction=st.sampled_from([None, UP, DOWN]), deflate=st.sampled_from([None, True, "unknown"]),
       limit=st.sampled_from([None, 5]))  # fmt: skip
def test_however_the_bytes_are_cut_the_facts_are_the_same(
    data: bytes, cuts: list[int], direction: str | None, deflate: Any, limit: int | None
) -> None:
    dissector = Dissector(direction=direction, deflate=deflate, max_size=limit)
    fed = [each for piece in cut(data, cuts) for each in dissector.feed(piece)]
    assert tuple(fed) == dissector.frames
    assert facts(dissector.dissection()) == facts(dissect(data, direction=direction, deflate=deflate, max_size=limit))


@given(data=st.one_of(any_stream, heads).map(lambda data: data[:70]))
def test_at_every_byte_a_dissector_knows_what_a_dissection_of_as_much_says(data: bytes) -> None:
    dissector = Dissector()
    for end in range(len(data) + 1):
        fed, whole = dissector.dissection(), dissect(data[:end])
        assert [each.wire for each in fed] == [each.wire for each in whole]
        assert (fed.rest, fed.missing, fed.unfinished) == (whole.rest, whole.missing, whole.unfinished)
        assert repr(fed.partial) == repr(whole.partial)
        dissector.feed(data[end : end + 1])


@given(data=st.builds(bytes.__add__, heads, any_stream), direction=st.sampled_from([None, UP, DOWN]))
def test_every_byte_belongs_to_the_head_to_one_frame_or_to_the_rest(data: bytes, direction: str | None) -> None:
    found = dissect(data, direction=direction)
    assert data[: found.head_size] + b"".join(each.wire for each in found) + found.rest == data
    for each in found:
        covered = [bit for field in each.fields if not field.inside for bit in range(*field.bits)]
        assert covered == list(range(8 * len(each.wire)))


@given(direction=directions, agreed=agreements, says=conversations)
def test_what_websockets_writes_breaks_no_rule_and_says_what_was_meant(
    direction: str, agreed: Agreed, says: list[Say]
) -> None:
    wire, meant = serialize(says, direction, agreed)
    deflate = None if agreed.bits is None else Deflate(agreed.bits, agreed.takeover)
    found = dissect(wire, direction=direction, deflate=deflate)
    allowed = {"utf-8", "close-reason", "after-close"}  # the payloads are random bytes, and Close does not come last
    assert {each.rule for each in found.violations} <= allowed
    assert [(m.opcode, m.content, len(m.frames), m.complete) for m in found.messages] == [
        (want.opcode, want.payload, want.frames, True) for want in meant if want.opcode < 8
    ]
    controls = [(each.opcode, each.payload) for each in found if each.opcode >= 8]
    assert controls == [(want.opcode, want.payload) for want in meant if want.opcode >= 8]
    for message in found.messages:
        content = message.content
        assert content is not None
        bad = message.opcode == 1 and content.decode("utf-8", "ignore").encode() != content
        assert [each.rule for each in message.violations if each.rule == "utf-8"] == ["utf-8"] * bad


@given(
    stream=any_stream,
    direction=directions,
    judged_by=st.sampled_from(
        [(None, False), (4, False), (None, True)]
    ),  # of what inflates, websockets counts otherwise
)
def test_the_first_broken_rule_is_what_websockets_fails_the_connection_for(
    stream: bytes, direction: str, judged_by: tuple[int | None, bool]
) -> None:
    limit, deflate = judged_by
    found = dissect(stream, direction=direction, max_size=limit, deflate=deflate)
    frames: list[DissectedFrame] = []
    end = False
    expected = None
    for each in found:
        if end:
            break
        # websockets refuses a Close inside of a message, and large control frames by its limit; text it judges later.
        broken = [v for v in each.violations if v.rule not in ("utf-8", "length-shortest", "after-close")]
        if each.opcode == 8 and not broken and open_message(frames):
            expected, end = 1002, True
        elif limit is not None and not early(broken) and over(frames, each, limit):
            expected, end = 1009, True
        elif broken:
            expected, end = broken[0].close_code, True
        elif each.opcode == 8:
            end = True
        frames.append(each)
    assert verdict(stream, direction, max_size=limit, deflate=deflate) == expected


def early(broken: list[Violation]) -> bool:
    """Whether websockets looks at one of these before it looks at the size."""
    return any(each.rule in ("opcode", "client-mask", "server-mask") for each in broken)


def over(frames: list[DissectedFrame], each: DissectedFrame, limit: int) -> bool:
    """Whether websockets finds a frame too large: it adds up whatever comes inside of a message, before it looks at it."""
    data = [one for one in frames if one.opcode < 8] if open_message(frames) else []
    before = sum(one.payload_length for one in data if one.message is data[-1].message)
    return before + each.payload_length > limit


def open_message(frames: list[DissectedFrame]) -> bool:
    """Whether a fragmented message has begun and is not finished."""
    data = [each for each in frames if each.opcode < 8]
    return bool(data) and not data[-1].fin


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_the_verdict_of_websockets_is_not_always_the_same(direction: str) -> None:
    mask = direction == UP
    assert verdict(frame("x", mask=mask), direction) is None
    assert verdict(frame("x", 0, mask=mask), direction) == 1002


@given(stream=any_stream, direction=directions)
def test_frames_that_websockets_takes_are_the_ones_that_were_dissected(stream: bytes, direction: str) -> None:
    protocol = Protocol(SERVER if direction == UP else CLIENT, state=State.OPEN, max_size=None)
    protocol.receive_data(stream)
    taken = [each for each in protocol.events_received() if isinstance(each, TheirFrame)]
    ours = dissect(stream, direction=direction)[: len(taken)]
    assert [(int(t.opcode), bytes(t.data), t.fin) for t in taken] == [(f.opcode, f.payload, f.fin) for f in ours]
