"""Making the next frame of a stream wrong, as its bytes go by.

No byte is added or taken away, so every offset of the stream stays what it was; only the kept bytes tell what was changed.

    bad opcode     opcode 0xB, whole and not compressed: a control frame that RFC 6455 section 5.2 reserves
    RSV            RSV2 set, which no extension was negotiated for (section 5.2)
    unmasked       MASK bit cleared in a client's frame (section 5.1); the masking key becomes payload
    masked         MASK bit set in a server's frame (section 5.1); the payload begins with what is taken for the key
    bad UTF-8      first byte of the payload of a text frame 0xFF, not compressed (section 8.1)
    wrong length   the frame announces a byte more than it has, at the top of its range a byte less
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from wslab.wire import FrameHeader, parse_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_END = b"\r\n\r\n"
_MASK, _RSV1, _RSV2, _TEXT = 0x80, 0x40, 0x20, 1


class Change(NamedTuple):
    """Bytes that a fault has changed: at which offset of the stream, from what, to what."""

    offset: int
    before: bytes
    after: bytes


class Corrupter:
    """Walks along one direction and changes what it is told to.

    Args:
        before: The bytes that have gone by already; the next ones follow them.
        position: Offset behind those bytes.
        changed: Told of each change, and what was wanted.
        in_head: Whether the stream begins with the head of a handshake that is among the bytes, or still to come.

    Attributes:
        wanted: What is to be made wrong, one frame each.
    """

    def __init__(
        self, before: Iterable[bytes], position: int, changed: Callable[[str, Change], None], *, in_head: bool
    ) -> None:
        self.wanted: deque[str] = deque()
        self._changed = changed
        self._head = in_head
        self._tail = b""  # the last bytes of an unfinished head
        self._left = 0  # bytes of the present frame that are still to come
        self._held = b""  # the beginning of a frame that is too short to be understood
        self._gone = self._position = 0
        for data in before:
            self._walk(data)
        self._position = position - len(self._held)
        self._gone = len(self._held)  # of what is held, so much has left already and cannot be changed

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give them back, changed or not. The beginning of a header waits for the rest of it."""
        out = self._walk(data)
        self._position += len(out)
        if self._gone:
            self._gone, out = max(0, self._gone - len(out)), out[self._gone :]
        return out

    def rest(self) -> bytes:
        """The bytes that are held."""
        rest, self._held = self._held[self._gone :], b""
        self._gone = 0
        return rest

    def _walk(self, data: bytes) -> bytes:
        data, self._held = self._held + data, b""
        at, size = 0, len(data)
        if self._head:
            end = (self._tail + data).find(_END)
            if end < 0:
                self._tail = (self._tail + data)[-3:]
                return data
            at = end + 4 - len(self._tail)
            self._head, self._tail = False, b""
        while at < size:
            if not self._left:
                header = parse_header(data, at)
                if header is None or self._needs_more(header, size - at):
                    self._held = data[at:]
                    return data[:at]
                data = self._change(data, at, header)
                self._left = header.size + header.payload_length
            step = min(self._left, size - at)
            self._left -= step
            at += step
        return data

    def _needs_more(self, header: FrameHeader, there: int) -> bool:
        """Whether the first byte of the payload must be there too."""
        return self._fits(header) and self.wanted[0] == "bad UTF-8" and there <= header.size

    def _fits(self, header: FrameHeader) -> bool:
        if not self.wanted:
            return False
        what = self.wanted[0]
        if what == "bad UTF-8":
            return header.opcode == _TEXT and header.payload_length > 0
        return header.masked == (what == "unmasked") if what in ("unmasked", "masked") else True

    def _change(self, data: bytes, at: int, header: FrameHeader) -> bytes:
        if self._gone > at or not self._fits(header):
            return data
        what = self.wanted.popleft()
        frame = bytearray(data[at : at + header.size + 1])
        if what == "bad opcode":
            frame[0] = 0x8B
        elif what == "RSV":
            frame[0] |= _RSV2
        elif what in ("unmasked", "masked"):
            frame[1] ^= _MASK
        elif what == "bad UTF-8":
            frame[0] &= ~_RSV1 & 0xFF
            frame[header.size] = 0xFF ^ (header.masking_key or b"\0")[0]
        else:
            _lengthen(frame)
        after = bytes(frame)
        size = max(i + 1 for i in range(len(after)) if after[i] != data[at + i])
        self._changed(what, Change(self._position + at, data[at : at + size], after[:size]))
        return data[:at] + after + data[at + len(after) :]


def _lengthen(frame: bytearray) -> None:
    """Make the announced length one larger; one smaller where its field is full."""
    short = frame[1] & 0x7F
    start, stop = {126: (2, 4), 127: (2, 10)}.get(short, (1, 2))
    most = {126: 0xFFFF, 127: (1 << 63) - 1}.get(short, 125)
    length = int.from_bytes(frame[start:stop], "big") if short > 125 else short
    length += 1 if length < most else -1
    if short > 125:
        frame[start:stop] = length.to_bytes(stop - start, "big")
    else:
        frame[1] = frame[1] & _MASK | length
