"""Random conversations, serialised by websockets itself: what a decoder must agree with."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from wslab.wire import Decoded, StreamDecoder, parse_head

if TYPE_CHECKING:
    from collections.abc import Iterable

UP, DOWN = "client to server", "server to client"
REQUEST = b"GET /chat HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\n\r\n"
PLAIN = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


@dataclass(frozen=True)
class Agreed:
    """What permessage-deflate means for the direction under test; None for `bits` means it was not agreed to."""

    bits: int | None = None
    takeover: bool = True

    def response(self, direction: str) -> bytes:
        """The server's response head that says so."""
        if self.bits is None:
            return PLAIN
        side = direction.split(maxsplit=1)[0]
        says = f"permessage-deflate; {side}_max_window_bits={self.bits}" + f"; {side}_no_context_takeover" * (
            not self.takeover
        )
        return PLAIN[:-2] + f"Sec-WebSocket-Extensions: {says}\r\n\r\n".encode()

    def sender(self) -> list[PerMessageDeflate]:
        """Extensions that serialise this direction."""
        return [] if self.bits is None else [PerMessageDeflate(False, not self.takeover, 15, self.bits)]

    def receiver(self) -> list[PerMessageDeflate]:
        """Extensions that parse this direction."""
        return [] if self.bits is None else [PerMessageDeflate(not self.takeover, False, self.bits, 15)]


@dataclass(frozen=True)
class Say:
    """A message in its fragments, each preceded by the control frames that stand before it; or control frames alone."""

    opcode: int
    parts: tuple[bytes, ...]
    controls: tuple[tuple[tuple[int, bytes], ...], ...]
    compressed: bool


@dataclass(frozen=True)
class Meant:
    """Something whole that the stream says, as its sender meant it."""

    opcode: int
    payload: bytes
    frames: int
    compressed: bool
    start: int
    stop: int


def serialize(says: Iterable[Say], direction: str, agreed: Agreed, at: int = 0) -> tuple[bytes, list[Meant]]:
    """Write a conversation with websockets' own serializer, from offset `at` on."""
    extensions, wire, meant, up = agreed.sender(), bytearray(), [], direction == UP
    for say in says:
        begin = stop = -1
        for place, part in enumerate(say.parts):
            for opcode, payload in say.controls[place]:
                start = at + len(wire)
                wire += Frame(Opcode(opcode), payload).serialize(mask=up, extensions=extensions)
                meant.append(Meant(opcode, payload, 1, False, start, at + len(wire)))
            begin = at + len(wire) if begin < 0 else begin
            frame = Frame(Opcode(0 if place else say.opcode), part, fin=place == len(say.parts) - 1)
            wire += frame.serialize(mask=up, extensions=extensions if say.compressed else [])
            stop = at + len(wire)
        compressed = say.compressed and agreed.bits is not None
        meant.append(Meant(say.opcode, b"".join(say.parts), len(say.parts), compressed, begin, stop))
    return bytes(wire), meant


def opened(direction: str, agreed: Agreed | None = None) -> StreamDecoder:
    """A decoder behind its handshake."""
    decoder, response = StreamDecoder(direction), (agreed or Agreed()).response(direction)
    if direction == UP:
        decoder.feed(REQUEST)
        decoder.negotiate(parse_head(response.removesuffix(b"\r\n\r\n")))
    else:
        decoder.feed(response)
    return decoder


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Cut bytes at places taken modulo their length."""
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(marks)]


def feed(decoder: StreamDecoder, pieces: Iterable[bytes]) -> list[Decoded]:
    """Everything that became complete."""
    return [item for piece in pieces for item in decoder.feed(piece)]


def meant_by(items: Iterable[Decoded]) -> list[Meant]:
    """What decoded items say, in the sender's terms."""
    return [Meant(item.opcode, item.data, item.frames, item.compressed, item.start, item.stop) for item in items]


_chunk = st.one_of(st.binary(max_size=40), st.sampled_from([b"na " * 60, b"x" * 125, b"y" * 126, b"\0" * 300]))
_control = st.tuples(st.sampled_from([8, 9, 10]), st.binary(max_size=125)).map(
    lambda one: (one[0], (b"\x03\xe8" + one[1])[:125]) if one[0] == 8 else one
)


@st.composite
def _say(draw: st.DrawFn) -> Say:
    parts = tuple(draw(st.lists(_chunk, min_size=1, max_size=4)))
    controls = tuple(tuple(draw(st.lists(_control, max_size=2))) for _ in parts)
    return Say(draw(st.sampled_from([1, 2])), parts, controls, draw(st.booleans()))


conversations = st.lists(_say(), max_size=6)
agreements = st.builds(Agreed, st.sampled_from([None, 9, 10, 11, 12, 13, 14, 15]), st.booleans())
directions = st.sampled_from([UP, DOWN])
places = st.lists(st.integers(0, 2**16), max_size=12)
