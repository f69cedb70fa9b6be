"""Frame headers, masking and whole frames (RFC 6455 section 5.2, 5.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as TheirFrame
from websockets.frames import Opcode

from wslab.wire import OPCODES, Frame, parse_close, parse_header, unmask
from wslab.wire.frames import xor

LENGTHS = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]
keys = st.one_of(st.just(b""), st.binary(min_size=4, max_size=4))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("length", LENGTHS)
def test_a_header_is_read_at_every_length_encoding(length: int, masked: bool) -> None:
    wire = TheirFrame(Opcode.BINARY, bytes(length)).serialize(mask=masked)
    header = parse_header(b"..." + wire, 3)
    assert header is not None
    assert (header.opcode, header.masked, header.payload_length) == (2, masked, length)
    assert header.size == len(wire) - length
    assert header.masking_key == (wire[header.size - 4 : header.size] if masked else b"")


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("length", LENGTHS)
def test_a_header_that_is_cut_anywhere_asks_for_more(length: int, masked: bool) -> None:
    wire = TheirFrame(Opcode.TEXT, bytes(length)).serialize(mask=masked)
    size = len(wire) - length
    assert [parse_header(wire[:stop]) for stop in range(size)] == [None] * size


def test_the_longest_length_field_is_read_as_it_stands() -> None:
    header = parse_header(b"\x82\x7f" + b"\xff" * 8)
    assert header is not None
    assert header.payload_length == 2**64 - 1


def test_the_sample_frames_of_the_rfc_are_read_as_it_says() -> None:
    """RFC 6455 section 5.7."""
    hello, masked = Frame.take(bytes.fromhex("810548656c6c6f")), Frame.take(bytes.fromhex("818537fa213d7f9f4d5158"))
    assert hello is not None
    assert masked is not None
    assert hello.payload == masked.payload == b"Hello"
    assert (masked.masked, masked.masking_key.hex(), hello.masked) == (True, "37fa213d", False)
    assert (repr(hello), repr(masked)) == ("<Frame FIN TEXT, length 5>", "<Frame FIN TEXT masked, length 5>")


@given(payload=st.binary(max_size=300), key=keys, phase=st.integers(0, 2**40))
def test_masking_twice_gives_the_payload_back(payload: bytes, key: bytes, phase: int) -> None:
    assert unmask(unmask(payload, key, phase), key, phase) == payload


@given(payload=st.binary(max_size=300), key=st.binary(min_size=4, max_size=4), phase=st.integers(0, 99))
def test_masking_is_the_xor_of_each_byte_with_its_place_in_the_key(payload: bytes, key: bytes, phase: int) -> None:
    assert unmask(payload, key, phase) == bytes(b ^ key[(i + phase) % 4] for i, b in enumerate(payload))


@given(payload=st.binary(max_size=300), key=keys, place=st.integers(0, 300))
def test_a_payload_unmasked_in_two_pieces_is_the_same_as_in_one(payload: bytes, key: bytes, place: int) -> None:
    assert unmask(payload[:place], key) + unmask(payload[place:], key, place) == unmask(payload, key)


@given(
    opcode=st.sampled_from(list(Opcode)),
    payload=st.binary(max_size=200),
    bits=st.tuples(*[st.booleans()] * 4),
    masked=st.booleans(),
    before=st.binary(max_size=5),
    after=st.binary(max_size=5),
)
def test_a_frame_taken_out_of_bytes_is_the_one_that_websockets_wrote(
    opcode: Opcode, payload: bytes, bits: tuple[bool, bool, bool, bool], masked: bool, before: bytes, after: bytes
) -> None:
    fin, rsv1, rsv2, rsv3 = bits
    plain = TheirFrame(opcode, payload[:125]).serialize(mask=masked)
    payload = payload[:125]
    wire = bytes([fin << 7 | rsv1 << 6 | rsv2 << 5 | rsv3 << 4 | opcode]) + plain[1:]
    frame = Frame.take(before + wire + after, len(before))
    assert frame is not None
    assert (frame.fin, frame.rsv1, frame.rsv2, frame.rsv3) == (fin, rsv1, rsv2, rsv3)
    assert (frame.opcode, frame.masked, frame.payload_length) == (opcode, masked, len(payload))
    assert (frame.payload, frame.wire) == (payload, wire)
    assert OPCODES[frame.opcode].upper() in repr(frame)


@given(payload=st.binary(max_size=200), masked=st.booleans(), missing=st.integers(1, 200))
def test_a_frame_that_is_not_complete_is_none(payload: bytes, masked: bool, missing: int) -> None:
    wire = TheirFrame(Opcode.BINARY, payload).serialize(mask=masked)
    assert Frame.take(wire[: max(0, len(wire) - missing)]) is None


def test_an_unknown_opcode_shows_as_its_number() -> None:
    assert repr(Frame.take(b"\x03\x00")) == "<Frame OPCODE 0X3, length 0>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", (None, "")),
        (b"\x03", (None, "")),
        (b"\x03\xe8", (1000, "")),
        (b"\x0f\xa1bye", (4001, "bye")),
        ("\u00fcber".encode().join([b"\x03\xe8", b""]), (1000, "\u00fcber")),
        (b"\x03\xe8\xff", (1000, "\ufffd")),
    ],
)
def test_the_body_of_a_close_frame_is_its_code_and_its_reason(body: bytes, said: tuple[int | None, str]) -> None:
    assert parse_close(body) == said


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4), st.integers(0, 7))
def test_with_and_without_websockets_compiled_part_a_payload_is_the_same(data: bytes, key: bytes, phase: int) -> None:
    turn = phase & 3
    assert unmask(data, key, phase) == (xor(data, key[turn:] + key[:turn]) if data else data)
    assert xor(data, key) == bytes(byte ^ key[place % 4] for place, byte in enumerate(data))
