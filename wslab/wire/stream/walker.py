"""Walking along the bytes of one direction: a head, then frames. Whoever reads a stream of frames reads it with this.

    where        what comes                      what ends it
    start        a head, or a frame              its first seven bytes tell             ─► head, frames
    head         an HTTP head                    its empty line: `HeadSeen`             ─► wait
                                                 no empty line in HEAD_LIMIT: the same  ─► raw
    wait         nobody knows yet                `go_on` says what follows              ─► frames, raw
                                                 more than HEAD_LIMIT bytes             ─► raw
    frames       frames, each in `Part`s
    raw          no WebSocket

The walker judges nothing and holds nothing but what it does not understand yet: a head, the header of a frame, or what came
before the answer. It never raises on any input.
"""

from __future__ import annotations

import copy
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from wslab.wire.frames import read_header
from wslab.wire.handshake import END_OF_HEAD, HEAD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Where: TypeAlias = Literal["start", "head", "wait", "frames", "raw"]

_STARTS = (b"GET ", b"HTTP/1.")


class HeadSeen(NamedTuple):
    """The head is there, or what should be one is longer than any.

    Attributes:
        start: Offset of its first byte in the stream.
        stop: Offset behind its last byte.
        data: Its bytes, without the empty line that ends it.
        whole: False where no empty line came in HEAD_LIMIT bytes.
    """

    start: int
    stop: int
    data: bytes
    whole: bool


class Part(NamedTuple):
    """What came of one frame in one go: all of it, mostly.

    Attributes:
        first: Byte 0 of the frame.
        key: Its masking key: four bytes, or none.
        length: How many bytes of payload its header says.
        size: Bytes of the header, 2 to 14.
        start: Offset of the frame's first byte in the stream.
        phase: How many bytes of its payload came before.
        data: Bytes in which the piece of the payload stands; in front of the first piece stands the header.
        at: Where the piece begins in them.
        to: Where it ends in them.
        begins: True for the first part of the frame. Its piece may be empty.
    """

    first: int
    key: bytes
    length: int
    size: int
    start: int
    phase: int
    data: bytes
    at: int
    to: int
    begins: bool

    @property
    def control(self) -> bool:
        """True for a control frame, opcodes 8 to 15 (RFC 6455 section 5.5)."""
        return self.first & 0x08 != 0

    @property
    def stop(self) -> int:
        """Offset behind the frame's last byte."""
        return self.start + self.size + self.length

    @property
    def whole(self) -> bool:
        """True for the last part of the frame."""
        return self.phase + self.to - self.at == self.length


_part: Callable[[tuple[int, bytes, int, int, int, int, bytes, int, int, bool]], Part] = partial(tuple.__new__, Part)
"""Makes a `Part` in half the time."""


class Walker:
    """Walks along one direction.

    Args:
        where: What comes first.
        position: Offset of the first byte in the stream.

    Attributes:
        where: What comes next.
        position: Offset of the first byte that is not understood yet.
        held: The bytes from there on that have come.
        left: How many payload bytes of a frame that has begun are still to come.
    """

    __slots__ = ("_header", "_searched", "_start", "held", "left", "position", "where")

    def __init__(self, where: Where = "head", position: int = 0) -> None:
        self.where: Where = where
        self.position = position
        self.held = b""
        self.left = 0
        self._header = (0, b"", 0, 0)
        self._start = position
        self._searched = 0  # how far the head has been searched for its end

    @property
    def fed(self) -> int:
        """Offset behind the last byte that was fed."""
        return self.position + len(self.held)

    @property
    def begun(self) -> int:
        """Offset of the first byte of what is not whole; `position` where nothing is."""
        return self._start if self.left else self.position

    @property
    def phase(self) -> int:
        """How many payload bytes have come of a frame that has begun."""
        return self._header[2] - self.left

    @property
    def missing(self) -> int:
        """How many bytes are missing, at least, to make whole what has begun."""
        if self.where in ("start", "head"):
            return _to_end_of_head(self.held) if self.where == "head" else int(bool(self.held))
        return _to_whole_frame(self.held) if self.held else self.left

    def copy(self) -> Walker:
        """Freeze this place: a walker that goes on from here on its own."""
        return copy.copy(self)

    def go_on(self, *, frames: bool = True) -> None:
        """Say what follows the head; `feed` then says what there is of it.

        Args:
            frames: Whether it is frames.
        """
        self.where = "frames" if frames else "raw"

    def feed(self, data: bytes) -> Iterator[HeadSeen | Part]:
        """Take the next bytes.

        Args:
            data: Any number of bytes, cut anywhere.

        Returns:
            What they hold, in order. Take all of it before anything else is fed.
        """
        if self.held:
            data = self.held + data
        at, size, base, left = 0, len(data), self.position, self.left
        (first, key, length, extent), start = self._header, self._start
        try:
            while at < size:
                if self.where == "frames":
                    if left:
                        phase, begins = length - left, False
                    else:
                        header = read_header(data, at)
                        if header is None:
                            break
                        first, key, length, extent = header
                        start, phase, left, begins = base + at, 0, length, True
                        at += extent
                    to = at + left if at + left < size else size  # noqa: FURB136  (a call less for each frame)
                    part = _part((first, key, length, extent, start, phase, data, at, to, begins))
                    left -= to - at
                    at = to
                    yield part
                elif self.where == "head":
                    stop = data.find(END_OF_HEAD, max(0, at + self._searched - 3), at + HEAD_LIMIT)
                    whole = stop >= 0
                    if not whole and size - at < HEAD_LIMIT:
                        self._searched = size - at
                        break
                    begin, stop = at, stop if whole else at + HEAD_LIMIT
                    at = stop + 4 if whole else stop
                    self.where = "wait" if whole else "raw"
                    yield HeadSeen(base + begin, base + at, data[begin:stop], whole)
                elif self.where == "start":
                    if not _may_begin_a_head(data[at : at + 7]):
                        self.where = "frames"
                    elif data.startswith(_STARTS, at):
                        self.where = "head"
                    else:
                        break
                elif self.where == "wait" and size - at <= HEAD_LIMIT:
                    break
                else:
                    self.where, at = "raw", size
        finally:
            self.held, self.position, self.left = data[at:], base + at, left
            self._header, self._start = (first, key, length, extent), start

    def frame_boundaries(self, data: bytes) -> list[int]:
        """Take the next bytes, of a handshake that is accepted, and say only where its head and each frame end."""
        size = len(data)
        if 1 < size < 128 and data[1] == size - 2 and self.where == "frames" and not self.left and not self.held:
            self.position += size  # one whole short frame, and nothing else: the usual case of a server's
            return [self.position]
        found = []
        for each in self.feed(data):
            if isinstance(each, HeadSeen):
                self.go_on(frames=each.whole)
            if each.whole:
                found.append(each.stop)
        return found


def _may_begin_a_head(start: bytes) -> bool:
    return any(start.startswith(word) or word.startswith(start) for word in _STARTS)


def _to_end_of_head(held: bytes) -> int:
    return next(4 - size for size in (3, 2, 1, 0) if held.endswith(END_OF_HEAD[:size]))


def _to_whole_frame(held: bytes) -> int:
    """How many bytes a frame still needs, at least, whose header is not whole."""
    if len(held) < 2:
        return 2 - len(held)
    length = held[1] & 0x7F
    extra = {126: 2, 127: 8}.get(length, 0)
    header = 2 + extra + (4 if held[1] & 0x80 else 0)
    if extra:  # the bytes of the length that have come say how long it is at least
        length = int.from_bytes(held[2 : 2 + extra].ljust(extra, b"\0"), "big")
    return header + length - len(held)
