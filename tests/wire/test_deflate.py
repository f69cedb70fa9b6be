"""permessage-deflate: what was agreed, and inflating (RFC 7692)."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire import INFLATE_LIMIT, Deflate, Inflater, negotiated_deflate, parse_head


def agreed(*values: str, direction: str = "server to client") -> Deflate | None:
    lines = ["HTTP/1.1 101 Switching Protocols", *(f"Sec-WebSocket-Extensions: {value}" for value in values)]
    return negotiated_deflate(parse_head("\r\n".join(lines).encode("latin-1")), direction)


def deflate(data: bytes, bits: int = 15) -> bytes:
    z = zlib.compressobj(wbits=-bits)
    return (z.compress(data) + z.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")


def test_nothing_is_agreed_without_the_header() -> None:
    assert agreed() is None
    assert agreed("x-webkit-deflate-frame, bbf-usp-protocol") is None


def test_each_direction_has_parameters_of_its_own() -> None:
    value = "permessage-deflate; server_no_context_takeover; client_max_window_bits=10"
    assert agreed(value, direction="server to client") == Deflate(15, context_takeover=False)
    assert agreed(value, direction="client to server") == Deflate(10, context_takeover=True)


@pytest.mark.parametrize("bits", range(8, 16))
def test_every_window_size_is_read(bits: int) -> None:
    assert agreed(f"foo, PerMessage-Deflate ;Server_Max_Window_Bits = {bits}") == Deflate(bits)
    assert agreed(f'permessage-deflate; server_max_window_bits="{bits}"') == Deflate(bits)


def test_the_agreement_may_stand_in_a_second_header_line() -> None:
    assert agreed("foo", "permessage-deflate") == Deflate()


@pytest.mark.parametrize("value", ["", "x", "-3", "\xb2", "\xb9\xb5", "9" * 5000, "1e1", "0", "7", "16", "99"])
def test_a_window_size_that_makes_no_sense_is_no_error(value: str) -> None:
    found = agreed(f"permessage-deflate; server_max_window_bits={value}")
    assert found is not None
    assert 8 <= found.window_bits <= 15


@given(st.binary(max_size=200))
def test_any_header_value_is_read_without_an_error(data: bytes) -> None:
    agreed(f"permessage-deflate; server_max_window_bits={data.decode('latin-1')}")


def test_the_sample_of_the_rfc_inflates_once_and_again_in_its_context() -> None:
    """RFC 7692 section 7.2.3.1 and 7.2.3.2."""
    inflater = Inflater(Deflate())
    assert inflater.feed(bytes.fromhex("f248cdc9c90700")) + inflater.finish() == b"Hello"
    assert inflater.feed(bytes.fromhex("f200110000")) + inflater.finish() == b"Hello"


def test_the_sample_of_the_rfc_with_a_final_block_inflates_and_so_does_what_follows() -> None:
    """RFC 7692 section 7.2.3.4: the octet of zeros behind a block with BFINAL is padding."""
    inflater = Inflater(Deflate())
    for _ in range(2):
        assert inflater.feed(bytes.fromhex("f348cdc9c9070000")) + inflater.finish() == b"Hello"
        assert inflater.problem == ""
    assert inflater.feed(bytes.fromhex("f248cdc9c90700")) + inflater.finish() == b"Hello"


def test_the_sample_of_the_rfc_with_two_blocks_inflates() -> None:
    """RFC 7692 section 7.2.3.5."""
    inflater = Inflater(Deflate())
    assert inflater.feed(bytes.fromhex("f248050000 00ffffcac9c90700".replace(" ", ""))) + inflater.finish() == b"Hello"


def test_bytes_behind_a_final_block_are_not_hoarded_and_the_message_says_so() -> None:
    inflater = Inflater(Deflate())
    assert inflater.feed(bytes.fromhex("f348cdc9c9070000")) == b"Hello"
    for _ in range(8):
        assert inflater.feed(b"more" * 1000) == b""
    inflater.finish()
    assert "final block" in inflater.problem
    assert len(inflater._z.unused_data) < 4000


def test_without_context_takeover_each_message_stands_alone_and_a_broken_one_harms_no_other() -> None:
    inflater = Inflater(Deflate(15, context_takeover=False))
    inflater.feed(b"\xff\xff\xff\xff")
    inflater.finish()
    for text in (b"one", b"two" * 99):
        assert inflater.feed(deflate(text)) + inflater.finish() == text


def test_the_problem_of_a_broken_message_can_be_read_after_its_end_and_with_takeover_for_ever() -> None:
    for takeover in (True, False):
        inflater = Inflater(Deflate(15, takeover))
        assert inflater.feed(b"\xff\xff\xff\xff") == b""
        inflater.finish()
        assert "does not inflate" in inflater.problem
        assert inflater.feed(deflate(b"next")) + inflater.finish() == (b"" if takeover else b"next")
        assert bool(inflater.problem) is takeover


def test_a_bomb_is_left_alone_at_the_limit_and_says_so() -> None:
    inflater, out = Inflater(Deflate()), 0
    z = zlib.compressobj(9, wbits=-15)
    block = bytes(1 << 20)
    for _ in range(80):
        out += len(inflater.feed(z.compress(block)))
    out += len(inflater.feed(z.flush(zlib.Z_SYNC_FLUSH)[:-4])) + len(inflater.finish())
    assert out <= INFLATE_LIMIT
    assert inflater.problem == "it inflates to more than 64 MiB"


def test_a_copy_goes_on_by_itself() -> None:
    z = zlib.compressobj(wbits=-15)
    first, second = (z.compress(b"hello hello") + z.flush(zlib.Z_SYNC_FLUSH)[:-4] for _ in range(2))
    one = Inflater(Deflate())
    one.feed(first[:3])
    twin = one.copy()
    for inflater in (one, twin):
        rest = inflater.feed(first[3:]) + inflater.finish() + inflater.feed(second) + inflater.finish()
        assert b"hello hello".endswith(rest[-11:])
        assert rest.endswith(b"hello hello")


def test_beginning_a_message_twice_changes_nothing() -> None:
    inflater = Inflater(Deflate(15, context_takeover=False))
    wire = deflate(b"hello" * 99)
    inflater.begin()
    out = inflater.feed(wire[:9])
    inflater.begin()
    assert out + inflater.feed(wire[9:]) + inflater.finish() == b"hello" * 99
