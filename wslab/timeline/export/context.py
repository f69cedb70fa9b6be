"""Saving the place of a decoder, and making a decoder that stands at such a place.

What came before the oldest row kept is gone, yet a compressed message may refer to it: to the last 32 KiB that were inflated
before (RFC 7692 section 7.1.1, RFC 1951 section 2). A decoder tells neither, so it is asked, and told, in its own language:

    save      a frame whose only content is "repeat what stood 32768 bytes ago": its message is the window
    restore   a frame that carries the window as it is, in a stored block
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from wslab.wire import Decoded, Head, StreamDecoder, frame

if TYPE_CHECKING:
    from wslab.timeline.records import Source

WINDOW = 1 << 15
_MATCH = 258  # the longest
_SOUND = b"wslab"
_REQUEST = b"GET / HTTP/1.1\r\n\r\n"
_BROKEN = b"\x06"  # a block of the reserved type


def save_context(decoder: StreamDecoder) -> str:
    """Say what messages to come may refer to.

    Args:
        decoder: It stands between two messages. It is left as it is.

    Returns:
        The window in base64; ``broken`` where nothing inflates any more, or the decoder stands elsewhere.
    """
    sound = _ask(decoder, _stored(_SOUND))
    if sound is None or sound.problem or sound.data != _SOUND:
        return "broken"
    low, high = 0, WINDOW
    while low < high:
        middle = (low + high + 1) // 2
        told = _ask(decoder, _repeat(middle))
        if told is None or told.problem:
            high = middle - 1
        else:
            low = middle
    told = _ask(decoder, _repeat(low)) if low else None
    return base64.b64encode(told.data[:low] if told else b"").decode()


def standing_at(
    source: Source, offset: int, response: Head | None, context: str = "", closed: int = -1
) -> StreamDecoder:
    """A decoder that stands between two messages at an offset, as if all before it had gone by.

    Args:
        source: Which direction.
        offset: Where.
        response: What the server answered.
        context: What `save_context` said.
        closed: Offset behind the first Close frame of the stream, or -1.

    Raises:
        ValueError: The context is not what `save_context` says.
    """
    decoder = StreamDecoder(source)
    if response is not None and source == "client to server":
        decoder.negotiate(response)
    if not offset:
        return decoder
    if source == "client to server":
        decoder.feed(_REQUEST)
    elif response is not None:
        decoder.feed("\r\n".join([response.start_line, *map(": ".join, response.headers), "", ""]).encode("latin-1"))
    if decoder.deflated and context:
        window = b"" if context == "broken" else base64.b64decode(context, validate=True)
        if len(window) > WINDOW:
            raise ValueError(f"a window of at most {WINDOW} bytes was expected, not of {len(window)}")
        decoder.feed(_frame(decoder, _BROKEN if context == "broken" else _stored(window)))
    decoder.closed = closed
    return decoder.jump(offset)


def _ask(decoder: StreamDecoder, block: bytes) -> Decoded | None:
    """What a copy of the decoder makes of a compressed message; None in the middle of something."""
    if decoder.begun < decoder.fed:
        return None
    twin = decoder.copy()
    twin.keep, twin.closed = WINDOW, -1
    twin = twin.jump(twin.fed)
    found = twin.feed(_frame(twin, block))
    return found[-1] if found else None


def _frame(decoder: StreamDecoder, payload: bytes) -> bytes:
    """A whole compressed message in one frame, masked with zeros where it must be masked."""
    return frame(payload, rsv1=True, mask=bytes(4) if decoder.direction == "client to server" else False)


def _stored(data: bytes) -> bytes:
    """A stored block, and the header of the empty one whose rest the receiver adds (RFC 7692 section 7.2.2)."""
    size = len(data)
    return b"\0" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data + b"\0"


def _repeat(distance: int) -> bytes:
    """A block with fixed codes that repeats the last so many bytes (RFC 1951 section 3.2.6)."""
    code, base, extra = _distance(distance)
    match = _Bits()
    match.huffman(0b11000101, 8)  # length 258
    match.huffman(code, 5)
    match.number(distance - base, extra)
    bits = _Bits()
    bits.number(0b010, 3)  # not the last block, fixed codes
    for _ in range(-(-distance // _MATCH)):
        bits.number(match.value, match.size)
    bits.number(0, 7 + 3)  # end of the block; then an empty stored block, whose rest the receiver adds
    return bits.value.to_bytes(-(-bits.size // 8), "little")


def _distance(distance: int) -> tuple[int, int, int]:
    """Code, base and number of extra bits of a distance (RFC 1951 section 3.2.5)."""
    base = 1
    for code in range(30):
        extra = max(0, code // 2 - 1)
        if distance < base + (1 << extra):
            return code, base, extra
        base += 1 << extra
    raise ValueError(f"a distance of at most {WINDOW} was expected, not {distance}")


class _Bits:
    """Bits, the first one lowest."""

    def __init__(self) -> None:
        self.value = self.size = 0

    def number(self, value: int, size: int) -> None:
        self.value |= value << self.size
        self.size += size

    def huffman(self, code: int, size: int) -> None:
        """Huffman codes alone stand with their highest bit first."""
        self.number(int(f"{code:0{size}b}"[::-1], 2), size)


def describe_response(head: Head | None) -> dict[str, Any] | None:
    """What decides how the bytes after a response are read."""
    if head is None:
        return None
    wanted = "sec-websocket-extensions"
    return {"line": head.start_line, "extensions": [value for name, value in head.headers if name.lower() == wanted]}
