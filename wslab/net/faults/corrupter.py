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

from wslab.wire import HeadSeen, Walker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wslab.wire import Part

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
        gone = list(before)
        self._walker = Walker("head" if in_head else "frames", position - sum(map(len, gone)))
        for data in gone:
            self._walker.frame_boundaries(data)
        self._gone = position  # offset behind the last byte that has left: it cannot be changed any more
        self._held = bytearray()  # what has come behind that
        self._waits: Part | None = None  # the frame to be made wrong, until all that takes is there

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give them back, changed or not. The beginning of a header waits for the rest of it."""
        self._held += data
        for seen in self._walker.feed(data):
            if isinstance(seen, HeadSeen):
                self._walker.go_on(frames=seen.whole)
                continue
            if seen.begins and seen.start >= self._gone and self._fits(seen):
                self._waits = seen
            if self._waits is not None and (seen.to > seen.at or self.wanted[0] != "bad UTF-8"):
                self._change(self._waits)
                self._waits = None
        return self._leave(self._waits.start if self._waits is not None else self._walker.position)

    def rest(self) -> bytes:
        """The bytes that are held."""
        self._waits = None
        return self._leave(self._walker.fed)

    def _leave(self, stop: int) -> bytes:
        """Let everything up to an offset go."""
        size = max(0, stop - self._gone)
        out = bytes(self._held[:size])
        del self._held[:size]
        self._gone += size
        return out

    def _fits(self, frame: Part) -> bool:
        if not self.wanted:
            return False
        what = self.wanted[0]
        if what == "bad UTF-8":
            return frame.first & 0x0F == _TEXT and frame.length > 0
        return bool(frame.key) == (what == "unmasked") if what in ("unmasked", "masked") else True

    def _change(self, frame: Part) -> None:
        what, at = self.wanted[0], frame.start - self._gone
        before = bytes(self._held[at : at + frame.size + 1])
        after = bytearray(before)
        if what == "bad opcode":
            after[0] = 0x8B
        elif what == "RSV":
            after[0] |= _RSV2
        elif what in ("unmasked", "masked"):
            after[1] ^= _MASK
        elif what == "bad UTF-8":
            after[0] &= ~_RSV1 & 0xFF
            after[frame.size] = 0xFF ^ (frame.key or b"\0")[0]
        else:
            _lengthen(after)
        if after == before:  # it is wrong in this way already: the next one is made so
            return
        self.wanted.popleft()
        size = max(i + 1 for i in range(len(after)) if after[i] != before[i])
        self._changed(what, Change(frame.start, before[:size], bytes(after[:size])))
        self._held[at : at + len(after)] = after


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
