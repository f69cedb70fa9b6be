"""However the bytes of a stream are cut, exactly one frame is made wrong, in place, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.net.faults.corrupter import Change, Corrupter
from wslab.wire import Frame, dissect, parse_header
from wslab.wire import frame as build

HEAD = b"GET /chat HTTP/1.1\r\nHost: a\r\n\r\n"
SIZES = st.one_of(st.integers(0, 20), st.sampled_from([125, 126, 127, 65535, 65536]))


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[bytes], list[bytes]]:
    """Frames of a client, and the same bytes cut anywhere."""
    frames = [
        build(b"x" * draw(SIZES), opcode=draw(st.sampled_from([1, 2, 9])), mask=draw(st.binary(min_size=4, max_size=4)))
        for _ in range(draw(st.integers(1, 5)))
    ]
    whole = b"".join(frames)
    cuts = sorted(draw(st.lists(st.integers(0, min(len(whole), 400)), max_size=8)))
    return frames, [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


@settings(max_examples=200, deadline=None)
@given(streams(), st.sampled_from(["bad opcode", "RSV", "unmasked", "bad UTF-8", "wrong length"]), st.data())
def test_one_frame_is_changed_in_place(stream: tuple[list[bytes], list[bytes]], what: str, data: st.DataObject) -> None:
    frames, pieces = stream
    already = data.draw(st.integers(0, len(pieces)))
    changes: list[tuple[str, Change]] = []
    before = [HEAD, *pieces[:already]]
    corrupter = Corrupter(before, sum(map(len, before)), lambda *each: changes.append(each), in_head=True)
    corrupter.wanted.append(what)
    out = b"".join([*pieces[:already], *map(corrupter.feed, pieces[already:]), corrupter.rest()])
    whole = b"".join(frames)
    assert len(out) == len(whole)
    gone, at = sum(map(len, pieces[:already])), 0
    fitting = []
    for frame in frames:
        header = parse_header(frame)
        assert header is not None
        if at >= gone and (what != "bad UTF-8" or (header.opcode == 1 and header.payload_length)):
            fitting.append(at)
        at += len(frame)
    if not fitting:
        assert (out, changes) == (whole, [])
        return
    ((name, change),) = changes
    start = fitting[0]
    assert (name, change.offset) == (what, len(HEAD) + start)
    assert change.before != change.after
    assert whole[start:].startswith(change.before)
    assert out == whole[:start] + change.after + whole[start + len(change.before) :]


@pytest.mark.parametrize("size", [0, 5, 124, 125, 126, 65535, 65536])
def test_a_wrong_length_is_wrong_by_one_and_its_header_keeps_its_size(size: int) -> None:
    corrupter = Corrupter((), 0, lambda *_: None, in_head=False)
    corrupter.wanted.append("wrong length")
    frame = build(b"x" * size, opcode=2)
    before, after = parse_header(frame), parse_header(corrupter.feed(frame))
    assert before is not None
    assert after is not None
    assert after.size == before.size
    assert abs(after.payload_length - before.payload_length) == 1


@pytest.mark.parametrize("compressed", [False, True])
def test_bad_utf8_is_bad_at_its_first_byte_and_not_compressed(compressed: bool) -> None:
    corrupter = Corrupter((), 0, lambda *_: None, in_head=False)
    corrupter.wanted.append("bad UTF-8")
    frame: Any = Frame.take(corrupter.feed(build(b"hello", opcode=1, mask=b"\x11\x22\x33\x44", rsv1=compressed)))
    assert not frame.rsv1
    assert frame.payload == b"\xffello"


@pytest.mark.parametrize(
    ("what", "masked", "rule"),
    [
        ("bad opcode", True, "opcode"),
        ("RSV", True, "reserved-bit"),
        ("unmasked", True, "client-mask"),
        ("masked", False, "server-mask"),
        ("bad UTF-8", True, "utf-8"),
    ],
)
def test_what_is_made_wrong_breaks_the_rule_that_its_name_says(what: str, masked: bool, rule: str) -> None:
    corrupter = Corrupter((), 0, lambda *_: None, in_head=False)
    corrupter.wanted.append(what)
    out = corrupter.feed(build("h\u00e9llo there", mask=b"\x91\x22\x33\x44" if masked else False))
    found = dissect(out, direction="client to server" if masked else "server to client")
    assert found.violations[0].rule == rule


def test_each_thing_that_is_wanted_takes_a_frame_of_its_own() -> None:
    names: list[str] = []
    corrupter = Corrupter((), 0, lambda name, _: names.append(name), in_head=False)
    corrupter.wanted.extend(["RSV", "bad opcode"])
    out = corrupter.feed(build(b"one", opcode=2) + build(b"two", opcode=2) + build(b"six", opcode=2))
    assert [out[0], out[5], out[10]] == [0xA2, 0x8B, 0x82]
    assert names == ["RSV", "bad opcode"]


@pytest.mark.parametrize(
    ("what", "already"),
    [
        ("RSV", b"\xa2\x03one"),
        ("bad opcode", b"\x8b\x03one"),
        ("bad UTF-8", b"\x81\x03\xffne"),
    ],
)
def test_a_frame_that_is_wrong_already_is_passed_over(what: str, already: bytes) -> None:
    changes: list[Change] = []
    corrupter = Corrupter((), 0, lambda _, change: changes.append(change), in_head=False)
    corrupter.wanted.append(what)
    out = corrupter.feed(already + build(b"two", opcode=1) + build(b"six", opcode=1))
    assert out[:5] == already
    assert out[10:] == build(b"six", opcode=1)
    assert [change.offset for change in changes] == [5]
