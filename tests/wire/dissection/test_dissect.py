"""Bytes taken apart: the samples of the RFCs, every field, messages, and what is left over."""

from __future__ import annotations

import pytest

from wslab.wire import (
    BadType,
    BadValue,
    Deflate,
    Dissector,
    Inflater,
    close_body,
    dissect,
    frame,
    request,
    response,
)

UP, DOWN = "client to server", "server to client"
KEY = bytes.fromhex("37fa213d")
HELLO = bytes.fromhex("c107f248cdc9c90700")


def rules(data: bytes, **options: object) -> list[str]:
    """The names of the rules that are broken, in order."""
    return [found.rule for found in dissect(data, **options).violations]  # type: ignore[arg-type]


def test_an_unmasked_text_of_the_rfc_is_read_as_it_says() -> None:
    """RFC 6455 section 5.7."""
    (only,) = dissect(bytes.fromhex("810548656c6c6f"), direction=DOWN)
    assert (only.fin, only.rsv1, only.rsv2, only.rsv3, only.opcode) == (True, False, False, False, 1)
    assert (only.masked, only.masking_key, only.payload_length, only.payload) == (False, b"", 5, b"Hello")
    assert (only.wire, only.content, only.name, only.violations) == (
        bytes.fromhex("810548656c6c6f"),
        b"Hello",
        "text",
        (),
    )


def test_a_masked_text_of_the_rfc_is_unmasked_step_by_step() -> None:
    """RFC 6455 section 5.7."""
    (only,) = dissect(bytes.fromhex("818537fa213d7f9f4d5158"), direction=UP)
    assert (only.masked, only.masking_key, only.payload, only.violations) == (True, KEY, b"Hello", ())
    assert bytes(step.payload for step in only.xor()) == b"Hello"
    assert only.xor(4) == [(4, 0x58, 0, 0x37, ord("o"))]
    assert [step.place for step in only.xor(1, 3)] == [1, 2]


def test_a_fragmented_text_of_the_rfc_is_one_message() -> None:
    """RFC 6455 section 5.7."""
    found = dissect(bytes.fromhex("010348656c80026c6f"))
    assert [(each.fin, each.opcode) for each in found] == [(False, 1), (True, 0)]
    (message,) = found.messages
    assert (message.text, message.frames, message.complete, message.name) == ("Hello", found.frames, True, "text")
    assert found[1].message is found[0].message is message


def test_ping_and_pong_of_the_rfc_belong_to_no_message() -> None:
    """RFC 6455 section 5.7."""
    found = dissect(bytes.fromhex("890548656c6c6f8a8537fa213d7f9f4d5158"))
    assert [(each.name, each.payload, each.message) for each in found] == [
        ("ping", b"Hello", None),
        ("pong", b"Hello", None),
    ]
    assert (found.messages, found.violations) == ((), ())


@pytest.mark.parametrize(("size", "bits", "head"), [(256, 16, "827e0100"), (65536, 64, "827f0000000000010000")])
def test_the_longer_lengths_of_the_rfc_are_read(size: int, bits: int, head: str) -> None:
    """RFC 6455 section 5.7."""
    (only,) = dissect(bytes.fromhex(head) + bytes(size))
    assert (only.payload_length, only.length_bits, only.shortest, only.violations) == (size, bits, True, ())


@pytest.mark.parametrize(
    "wire",
    [
        "c107f248cdc9c90700",  # 7.2.3.1
        "4103f248cd8004c9c90700",  # 7.2.3.1, in two fragments
        "c10b000500faff48656c6c6f00",  # 7.2.3.3, no compression
        "c108f348cdc9c9070000",  # 7.2.3.4, BFINAL
        "c10cf248050000 00ffffcac9c90700",  # 7.2.3.5, two blocks
    ],
)
def test_the_compressed_samples_of_the_rfc_say_hello(wire: str) -> None:
    """RFC 7692 section 7.2.3."""
    data = bytes.fromhex(wire)
    data = data[:1] + bytes([len(data) - 2]) + data[2:] if data[0] & 0x80 else data
    found = dissect(data, deflate=True)
    assert [message.text for message in found.messages] == ["Hello"]
    assert (found.violations, found.messages[0].compressed) == ((), True)


def test_a_second_message_inflates_in_the_context_of_the_first() -> None:
    """RFC 7692 section 7.2.3.2."""
    again = bytes.fromhex("c105f200110000")
    assert [message.text for message in dissect(HELLO + again, deflate=Deflate()).messages] == ["Hello", "Hello"]
    context = Inflater(Deflate())
    assert context.feed(HELLO[2:]) + context.finish() == b"Hello"
    for _ in range(2):
        assert dissect(again, deflate=context)[0].content == b"Hello"
    assert dissect(frame(b"\xff" * 9, rsv1=True), deflate=context)[0].content is None
    assert context.problem == "", "a dissection uses a copy"


def test_content_is_none_and_says_why_where_compression_is_not_known() -> None:
    refused, unseen = dissect(HELLO), dissect(HELLO, deflate="unknown")
    assert [refused[0].content, unseen[0].content, refused.messages[0].content] == [None, None, None]
    assert "no compression was agreed on" in refused[0].content_reason
    assert "not known" in unseen.messages[0].content_reason
    assert (rules(HELLO), unseen.violations) == (["reserved-bit"], ())
    assert refused[0].payload == HELLO[2:]


def test_a_lost_context_says_why_and_breaks_no_rule() -> None:
    gone = Inflater(Deflate())
    gone.problem = "what came before was dropped"
    found = dissect(HELLO, deflate=gone)
    assert (found[0].content, found[0].content_reason, found.violations) == (None, "what came before was dropped", ())


def test_frames_behind_a_broken_message_have_no_content_with_context_takeover_and_theirs_without() -> None:
    data = frame(b"\xff\xff\xff\xff", "text", rsv1=True) + HELLO
    assert rules(data, deflate=True) == ["inflate"]
    assert [each.content for each in dissect(data, deflate=True)] == [None, None]
    assert [each.content for each in dissect(data, deflate=Deflate(15, context_takeover=False))] == [None, b"Hello"]


def test_a_compressed_message_that_is_broken_off_leaves_the_context_of_the_next() -> None:
    data = frame(HELLO[2:], "text", rsv1=True, fin=False) + bytes.fromhex("c105f200110000")
    found = dissect(data, deflate=True)
    assert [message.content for message in found.messages] == [b"Hello", b"Hello"]
    assert [message.ended for message in found.messages] == ["another message began", ""]


def test_every_field_of_a_frame_has_its_bits_value_and_section() -> None:
    (only,) = dissect(frame(b"x" * 300, "text", mask=KEY))
    said = [(field.name, field.bits, field.bytes, field.value) for field in only.fields]
    assert said == [
        ("FIN", (0, 1), (0, 1), 1),
        ("RSV1", (1, 2), (0, 1), 0),
        ("RSV2", (2, 3), (0, 1), 0),
        ("RSV3", (3, 4), (0, 1), 0),
        ("opcode", (4, 8), (0, 1), 1),
        ("MASK", (8, 9), (1, 2), 1),
        ("Payload len", (9, 16), (1, 2), 126),
        ("Extended payload length", (16, 32), (2, 4), 300),
        ("Masking-key", (32, 64), (4, 8), KEY),
        ("Payload data", (64, 64 + 2400), (8, 308), only.wire[8:]),
    ]
    assert all(field.meaning and field.section.startswith("RFC ") for field in only.fields)


def test_the_fields_of_a_byte_and_of_a_bit_are_found() -> None:
    (only,) = dissect(frame(close_body(1000, "bye"), "close", mask=KEY))
    assert [field.name for field in only.fields_at(0)] == ["FIN", "RSV1", "RSV2", "RSV3", "opcode"]
    assert [field.name for field in only.fields_at(1, 0)] == ["MASK"]
    assert [field.name for field in only.fields_at(6)] == ["Payload data", "Status code"]
    assert [(field.inside, field.meaning) for field in only.fields_at(8)][1:] == [("Payload data", '"bye"')]
    assert only.fields_at(len(only.wire)) == ()


def test_the_body_of_a_close_frame_is_decoded() -> None:
    found = dissect(frame(close_body(1001, "bye"), "close") + frame(b"", "close") + frame("x"))
    assert found[0].close == (1001, "going away", "bye")
    assert found[1].close == (None, "no code", "")
    assert found[2].close is None


def test_a_head_is_read_first_and_tells_direction_and_compression() -> None:
    asked = request(key="dGhlIHNhbXBsZSBub25jZQ==")
    agreed = response(asked, {"Sec-WebSocket-Extensions": "permessage-deflate"})
    found = dissect(agreed + HELLO)
    assert found.head is not None
    assert (found.head.status, found.head_size, found.direction, found[0].offset) == (
        101,
        len(agreed),
        DOWN,
        len(agreed),
    )
    assert (found[0].content, found.violations, found.rest) == (b"Hello", (), b"")
    assert rules(asked + frame("hi")) == ["client-mask"]
    assert rules(agreed + frame("hi", mask=True)) == ["server-mask"]


def test_a_request_that_offers_compression_leaves_open_whether_it_was_agreed_on() -> None:
    offer = request(headers={"Sec-WebSocket-Extensions": "permessage-deflate"})
    found = dissect(offer + frame(HELLO[2:], "text", rsv1=True, mask=KEY))
    assert (found[0].content, found.violations) == (None, ())
    assert rules(request() + frame(HELLO[2:], "text", rsv1=True, mask=KEY)) == ["reserved-bit"]


def test_what_follows_a_refusal_is_no_websocket() -> None:
    found = dissect(response(status=403, body=b"\x81\x02hi"))
    assert (len(found), found.rest, found.missing) == (0, b"\x81\x02hi", 0)
    assert "no WebSocket" in found.unfinished


def test_what_begins_like_a_head_and_is_none_says_so() -> None:
    up, down = dissect(b"GET nonsense\r\n\r\n"), dissect(b"HTTP/1.x\r\n\r\n\x81\x00")
    assert [up.direction, down.direction] == [UP, DOWN]
    assert "is none" in up.unfinished
    assert (len(down), down.rest) == (0, b"\x81\x00")


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        (b"", 0),
        (b"\x81", 1),
        (b"\x81\x05", 5),
        (b"\x81\x85", 9),
        (b"\x81\x85abcdHe", 3),
        (b"\x81\x7e", 2),
        (b"\x81\x7e\x01", 257),
        (b"\x81\xfe\x01\x00", 260),
        (b"\x81\x7f\x00\x00", 6),
        (b"\x82\x7f" + b"\xff" * 8, 2**64 - 1),
        (b"GE", 1),
        (b"GET / HTTP/1.1\r\n\r", 1),
        (b"HTTP/1.1 101 x", 4),
    ],
)
def test_what_is_missing_is_counted(data: bytes, missing: int) -> None:
    found = dissect(data)
    assert (found.missing, found.rest, len(found)) == (missing, data, 0)
    assert bool(found.unfinished) is bool(data)


def test_the_beginning_of_a_frame_shows_the_fields_that_have_come() -> None:
    found = dissect(frame("hi") + b"\x83\xfe\x01")
    assert found.partial is not None
    assert (found.partial.offset, found.partial.wire) == (4, b"\x83\xfe\x01")
    names = [field.name for field in found.partial.fields]
    assert names == ["FIN", "RSV1", "RSV2", "RSV3", "opcode", "MASK", "Payload len"]
    assert [found.rule for found in dissect(b"\x83\x05").violations] == ["opcode"]


def test_a_message_that_is_not_complete_says_what_is_still_to_come() -> None:
    found = dissect(frame("a", fin=False))
    assert (found.rest, found.missing, found.messages[0].ended) == (b"", 0, "the data ends")
    assert "a continuation with FIN is still to come" in found.unfinished


def test_a_dissector_gives_the_frames_that_became_complete() -> None:
    dissector = Dissector(direction=DOWN)
    assert dissector.feed(b"\x81\x02h") == []
    assert [each.payload for each in dissector.feed(b"i\x81\x00")] == [b"hi", b""]
    assert len(dissector.frames) == len(dissector.dissection()) == 2


def test_a_dissection_reads_well() -> None:
    found = dissect(frame("hi", mask=KEY) + frame(close_body(1005), "close") + b"\x81")
    assert repr(found) == "<Dissection: 2 frames, 1 message, 13 bytes, 1 violation, 1 left over>"
    assert repr(found[0]) == "<Frame 0 at 0: FIN TEXT masked, length 2>"
    assert repr(found.messages[0]) == "<Message 0: text, 1 frame, 'hi'>"
    text = str(found)
    assert "FIN text, masked, length 2  'hi'" in text
    assert "close code 1005 (no status received) never travels (RFC 6455 section 7.4.1, MUST NOT)" in text
    assert "1 byte is missing" in text
    assert str(dissect(b"")) == "nothing: no bytes"


def test_hostile_text_is_shown_harmless() -> None:
    text = str(dissect(frame("\x1b[31m\u202e\n") + frame(close_body(1000, "\x1b\n"), "close")))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == 2


@pytest.mark.parametrize("data", ["text", 5, None, [1, 2], 2.5])
def test_what_is_no_bytes_is_refused_with_advice(data: object) -> None:
    with pytest.raises(BadType, match=r"expected bytes, got .*; write dissect\(bytes\.fromhex"):
        dissect(data)  # type: ignore[arg-type]


def test_bytearrays_and_memoryviews_are_bytes_too() -> None:
    wire = frame("hi")
    assert dissect(bytearray(wire))[0].wire == dissect(memoryview(wire))[0].wire == wire


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"direction": "up"}, BadValue),
        ({"direction": 1}, BadType),
        ({"deflate": "yes"}, BadType),
        ({"deflate": 1}, BadType),
        ({"max_size": "1"}, BadType),
        ({"max_size": True}, BadType),
        ({"max_size": -1}, BadValue),
        ({"max_size": -(10**5000)}, BadValue),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error, match=r"expected .*, got .*; "):
        dissect(b"", **options)  # type: ignore[arg-type]
