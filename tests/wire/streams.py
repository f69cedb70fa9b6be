"""Streams of frames, legal and illegal, made of parts that each do one thing: for judges to agree on.

Nothing here comes from wslab: the bytes are put together by hand, so a mistake of ours is not made twice.
"""

from __future__ import annotations

import random
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN, RSV1, RSV2, RSV3 = 0x80, 0x40, 0x20, 0x10

WORDS = [
    b"",
    b"a",
    b"hello",
    b"na na na na",
    "gr\u00fc\u00dfe".encode(),
    "\u20ac uro".encode(),
    "\U0001f600!".encode(),
    b"x" * 125,
    b"y" * 126,
]
NOT_TEXT = [
    b"\xff", b"\x80", b"\xc0\x80", b"\xc3(", b"\xe0\x80\x80", b"\xe2\x82", b"\xe2\x82(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x98",
    b"\xf8\x88\x80\x80\x80",
]  # fmt: skip
CODES = [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999]
NOT_CODES = [0, 999, 1004, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535]


class Deflated(NamedTuple):
    """What was agreed on about permessage-deflate: the sender's window, and whether it keeps its context."""

    bits: int
    takeover: bool


class Stream(NamedTuple):
    """One direction behind its handshake.

    Attributes:
        up: Whether it goes from client to server.
        deflated: What was agreed on; None for no compression.
        max_size: The receiver's limit for a message, or None.
        wire: The bytes.
        long: Where payloads stand that need not be fed byte by byte.
        final: Whether a compressed message in it ends with BFINAL.
        parts: The names of what it is made of.
    """

    up: bool
    deflated: Deflated | None
    max_size: int | None
    wire: bytes
    long: tuple[tuple[int, int], ...]
    final: bool
    parts: tuple[str, ...]


class Writer:
    """Writes one stream, and knows no rule of the protocol but those of its own sender."""

    def __init__(self, dice: random.Random, *, deflated: bool, limited: bool) -> None:
        self.dice = dice
        self.up = dice.random() < 0.5
        deflated = dice.random() < 0.4 or deflated
        self.deflated = Deflated(dice.choice([9, 12, 15]), dice.random() < 0.7) if deflated else None
        self.max_size = dice.choice([20, 125] if limited else [None, None, None, None, 0, 20, 125, 125])
        self.wire = bytearray()
        self.long: list[tuple[int, int]] = []
        self.final = self.lies = False
        self._z = self._compressor()

    def frame(
        self, first: int, payload: bytes = b"", *, masked: bool | None = None, bits: int = 0, length: int | None = None
    ) -> None:
        """Write a frame; its length in so many bits where that is said, and another one where that is said."""
        masked = self.up if masked is None else masked
        length = len(payload) if length is None else length
        bits = bits or (7 if length < 126 else 16 if length < 65536 else 64)
        second = {7: length, 16: 126, 64: 127}[bits] | masked << 7
        self.wire += (
            bytes([first, second])
            + {7: b"", 16: struct.pack("!H", length % 65536), 64: struct.pack("!Q", length)}[bits]
        )
        if masked:
            key = self.dice.randbytes(4)
            self.wire += key
            payload = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
        if len(payload) > 300:
            self.long.append((len(self.wire) + 1, len(self.wire) + len(payload) - 1))
        self.wire += payload

    def message(
        self, opcode: int, payload: bytes, *, compressed: bool, pieces: int, between: Callable[[], None]
    ) -> None:
        """Write a message in so many frames, cut anywhere, and something between each two."""
        if compressed:
            payload = self.deflate(payload)
        cuts = sorted(self.dice.randrange(len(payload) + 1) for _ in range(pieces - 1))
        for place, (start, stop) in enumerate(zip([0, *cuts], [*cuts, len(payload)], strict=True)):
            if place:
                between()
            first = CONTINUATION if place else opcode | RSV1 * compressed
            self.frame(first | FIN * (place == pieces - 1), payload[start:stop])

    def deflate(self, data: bytes, *, final: bool = False) -> bytes:
        """Compress a message, as its receiver will expect it."""
        if self.deflated is not None and not self.deflated.takeover:
            self._z = self._compressor()
        if final:  # RFC 7692 section 7.2.3.4
            self.final = True
            done = self._z.compress(data) + self._z.flush(zlib.Z_FINISH) + b"\0"
            self._z = self._compressor()
            return done
        return (self._z.compress(data) + self._z.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def compresses(self) -> bool:
        """Whether the next message shall be compressed."""
        return self.deflated is not None and self.dice.random() < 0.7

    def text(self) -> bytes:
        """A text in UTF-8."""
        return b"".join(self.dice.choices(WORDS, k=self.dice.choice([1, 1, 2, 3])))

    def _compressor(self) -> zlib._Compress:
        return zlib.compressobj(wbits=-(self.deflated.bits if self.deflated else 15))


def header_size(data: bytes) -> int | None:
    """Bytes of the header of a frame; None where not all of it is there."""
    if len(data) < 2:
        return None
    size = 2 + {126: 2, 127: 8}.get(data[1] & 0x7F, 0) + 4 * (data[1] >> 7)
    return size if len(data) >= size else None


# Legal parts


def whole(w: Writer) -> None:
    w.message(TEXT, w.text(), compressed=w.compresses(), pieces=1, between=lambda: None)


def binary(w: Writer) -> None:
    size = w.dice.choice([0, 1, 5, 125, 126, 127, 300])
    w.message(BINARY, w.dice.randbytes(size), compressed=w.compresses(), pieces=1, between=lambda: None)


def large(w: Writer) -> None:
    if w.dice.random() < 0.05:
        w.frame(FIN | BINARY, bytes(w.dice.choice([65535, 65536])))
    else:
        w.frame(FIN | TEXT, "\u20ac".encode() * w.dice.choice([200, 900]))


def fragmented(w: Writer) -> None:
    heartbeat = w.dice.choice([lambda: None, lambda: ping(w)])
    w.message(
        w.dice.choice([TEXT, TEXT, BINARY]),
        w.text(),
        compressed=w.compresses(),
        pieces=w.dice.choice([2, 3, 5]),
        between=heartbeat,
    )


def ping(w: Writer) -> None:
    w.frame(FIN | w.dice.choice([PING, PONG]), w.dice.randbytes(w.dice.choice([0, 2, 125])))


def close(w: Writer) -> None:
    body = struct.pack("!H", w.dice.choice(CODES)) + w.dice.choice([b"", b"bye", "\u00fcber".encode()])
    w.frame(FIN | CLOSE, w.dice.choice([b"", body, body]))


def close_inside(w: Writer) -> None:
    w.message(TEXT, w.text(), compressed=w.compresses(), pieces=2, between=lambda: close(w))


def final_block(w: Writer) -> None:
    w.frame(FIN | RSV1 | TEXT, w.deflate(w.text(), final=True))
    w.frame(FIN | RSV1 | TEXT, w.deflate(b"behind it"))


def limited(w: Writer) -> None:
    if w.max_size is not None:
        size = max(0, w.max_size + w.dice.choice([-1, 0, 1]))
        w.message(BINARY, b"z" * size, compressed=w.compresses(), pieces=w.dice.choice([1, 2]), between=lambda: None)


# Illegal parts


def reserved_opcode(w: Writer) -> None:
    w.frame(
        FIN * w.dice.choice([0, 1]) | w.dice.choice([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), w.dice.choice([b"", b"abc"])
    )


def wrong_mask(w: Writer) -> None:
    w.frame(FIN | w.dice.choice([TEXT, BINARY, PING, CLOSE]), b"", masked=not w.up)


def longer_length(w: Writer) -> None:
    bits = w.dice.choice([16, 64])
    size = w.dice.choice([0, 5, 125] if bits == 16 else [0, 5, 125, 126, 300])
    w.frame(FIN | w.dice.choice([TEXT, BINARY, PING]), b"s" * size, bits=bits)


def top_bit(w: Writer) -> None:
    w.lies = True
    w.frame(
        FIN | w.dice.choice([TEXT, BINARY, PING]),
        b"t" * w.dice.choice([0, 9]),
        bits=64,
        length=1 << 63 | w.dice.choice([0, 9]),
    )


def reserved_bits(w: Writer) -> None:
    bits = w.dice.choice([RSV1, RSV2, RSV3, RSV1 | RSV3, RSV2 | RSV3])
    if w.deflated is not None and w.dice.random() < 0.5:
        bits = RSV1
    opcode = w.dice.choice([PING, CLOSE, PONG] if bits == RSV1 and w.deflated else [TEXT, BINARY, PING])
    w.frame(FIN | bits | opcode, b"" if opcode == CLOSE else b"r")


def compressed_continuation(w: Writer) -> None:
    compressed = w.compresses()
    w.frame((RSV1 if compressed else 0) | TEXT, w.deflate(b"hello") if compressed else b"hello")
    w.frame(FIN | RSV1, b"")


def long_control(w: Writer) -> None:
    w.frame(FIN | w.dice.choice([PING, PONG, CLOSE]), struct.pack("!H", 1000) + b"l" * w.dice.choice([124, 200, 900]))


def fragmented_control(w: Writer) -> None:
    w.frame(w.dice.choice([PING, PONG, CLOSE]), b"")


def stray(w: Writer) -> None:
    w.frame(FIN * w.dice.choice([0, 1]), w.dice.choice([b"", b"stray"]))


def interleaved(w: Writer) -> None:
    w.message(TEXT, w.text(), compressed=w.compresses(), pieces=2, between=lambda: whole(w))


def not_finished(w: Writer) -> None:
    w.frame(TEXT, w.text())


def short_close(w: Writer) -> None:
    w.frame(FIN | CLOSE, b"\x03")


def close_reason(w: Writer) -> None:
    w.frame(
        FIN | CLOSE, struct.pack("!H", w.dice.choice(CODES)) + w.dice.choice([b"", b"ok "]) + w.dice.choice(NOT_TEXT)
    )


def close_code(w: Writer) -> None:
    w.frame(FIN | CLOSE, struct.pack("!H", w.dice.choice(NOT_CODES)) + w.dice.choice([b"", b"why", b"\xff"]))


def not_utf8(w: Writer) -> None:
    text = w.text() + w.dice.choice(NOT_TEXT) + w.dice.choice([b"", w.text()])
    w.message(TEXT, text, compressed=w.compresses(), pieces=w.dice.choice([1, 1, 2, 3]), between=lambda: None)


def cut_surrogate(w: Writer) -> None:
    w.frame(TEXT, b"\xed\xa0")
    w.frame(FIN, b"\x80")


def bomb(w: Writer) -> None:
    data = w.deflate(b"b" * w.dice.choice([130, 300]))
    cut = w.dice.randrange(2, len(data))
    w.frame(RSV1 | BINARY, data[:cut])
    w.frame(FIN, data[cut:])


def not_deflate(w: Writer) -> None:
    if w.deflated is not None:
        data = w.dice.choice([b"\xff" * 9, b"\x06", w.dice.randbytes(12), w.deflate(b"hello hello")[:-2] + b"\xff"])
        half = w.dice.randrange(len(data) + 1)
        w.final |= ends(data, w.deflated.bits)
        if w.dice.random() < 0.5:
            w.frame(FIN | RSV1 | w.dice.choice([TEXT, BINARY]), data)
        else:
            w.frame(RSV1 | w.dice.choice([TEXT, BINARY]), data[:half])
            w.frame(FIN, data[half:])


def ends(data: bytes, bits: int) -> bool:
    """Whether bytes happen to hold a final block."""
    z = zlib.decompressobj(-bits)
    try:
        z.decompress(data + b"\x00\x00\xff\xff")
    except zlib.error:
        return False
    return z.eof


def behind_close(w: Writer) -> None:
    close(w)
    w.dice.choice([whole, ping, stray, reserved_opcode, not_utf8, fragmented])(w)


def anything(w: Writer) -> None:
    w.lies = True
    w.frame(
        w.dice.randrange(256),
        w.dice.randbytes(w.dice.randrange(6)),
        masked=w.dice.random() < 0.5,
        bits=w.dice.choice([7, 7, 7, 16, 64]),
    )


def noise(w: Writer) -> None:
    w.lies = True
    w.wire += w.dice.randbytes(w.dice.randrange(1, 20))


def cut(w: Writer) -> None:
    whole(w)
    del w.wire[-w.dice.randrange(1, 6) :]


LEGAL = [whole, whole, binary, fragmented, fragmented, ping, close, large, limited, final_block]
ILLEGAL = [
    reserved_opcode, wrong_mask, longer_length, longer_length, top_bit, reserved_bits, compressed_continuation, long_control,
    fragmented_control, stray, interleaved, not_finished, short_close, close_reason, close_code, close_code, not_utf8, not_utf8,
    cut_surrogate, not_deflate, bomb, bomb, behind_close, close_inside, anything, noise,
]  # fmt: skip


def stream(seed: int) -> Stream:
    """The stream with this number: a few parts, mostly one of them illegal, and often cut short."""
    dice = random.Random(seed)
    count = dice.choice([1, 2, 3, 4])
    odd = dice.randrange(count) if dice.random() < 0.8 else -1
    parts = [dice.choice(ILLEGAL if place == odd or dice.random() < 0.05 else LEGAL) for place in range(count)]
    writer = Writer(dice, deflated=bomb in parts or final_block in parts, limited=bomb in parts)
    names = [part.__name__ for part in parts]
    for part in parts:
        part(writer)
    wire = bytes(writer.wire)
    if dice.random() < 0.2 and wire:
        names.append("cut")
        wire = wire[: dice.randrange(len(wire))]
    long = () if writer.lies else tuple(writer.long)
    return Stream(writer.up, writer.deflated, writer.max_size, wire, long, writer.final, tuple(names))
