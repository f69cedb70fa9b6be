"""What a receiver knows while the frames of one direction go by: which message is open, what it says, and what is wrong.

    comes                 between two messages    inside of a message         behind a Close frame
    opcode 1 to 7         a message begins        it breaks off the open one  is wrong besides
    continuation          is wrong, stands alone  the message goes on         is wrong besides
    control frame         passes                  passes                      passes

    begin ──► take, take ... ──► end          for each frame

Log, dissection and browser's WebSocket all put messages together with it. However the bytes are cut, it says the same: a
payload is inflated and read as UTF-8 piece by piece. Of a message no more is kept than was asked for. It never raises on any
input.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING

from wslab.wire.frames import BINARY, CLOSE, CONTINUATION, TEXT, unmask_piece
from wslab.wire.stream.rules import MAX_CONTROL_PAYLOAD, RULES, broken_by_close, broken_by_frame
from wslab.wire.stream.utf8 import read_utf8
from wslab.wire.stream.violation import Arrival, Violation

if TYPE_CHECKING:
    from wslab.wire.deflate import Inflater

PREVIEW_BYTES = 804
"""Payload bytes kept for a preview: 200 characters of the longest UTF-8, and one more that shows that there is more."""

_NOTHING: tuple[Violation, ...] = ()
_BITE = 16 * 1024  # taken at once: of compressed bytes a thousand times as much is held for a moment
_NOT_AGREED = "RSV1 says that it is compressed, but no compression was agreed on; pass deflate=True if it was"
_NOT_SEEN = "RSV1 says that it is compressed, and what was agreed on is not known; pass deflate=True to try"


@cache
def _ordinary(*, deflated: bool, inside: bool) -> frozenset[int]:
    """The first bytes of frames that break no rule while they are short: most frames are out of the way at once."""
    every = (Arrival(first, deflated=deflated, inside=inside) for first in range(256))
    return frozenset(frame.first for frame in every if not broken_by_frame(frame))


class Receiver:
    """Receives the frames of one direction.

    Args:
        client: Whether a client sends them: then masking is judged. None when nobody knows.
        inflater: The context in which the first message stands; None where compression was not agreed on.
        unknown: Whether nobody saw what was agreed on about compression.
        max_size: The most bytes of a message that are taken; None for no limit.
        keep: How many bytes of a message to keep.

    Attributes:
        inside: Whether a message is open: it has begun and not ended.
        closed: Whether a Close frame has gone by.
        opcode: The opcode of the message: that of its first frame.
        frames: How many frames of the message have begun.
        size: How many bytes of the message have come, inflated; 0 where it does not inflate.
        compressed: Whether the message is inflated.
        unread: Why nobody knows what the message says; empty where it is known.
        control: The first bytes of the payload of the control frame that goes by.
        found: What is wrong with the frame that goes by, so far.
    """

    __slots__ = (
        "_before", "_client", "_deflated", "_first", "_index", "_inflater", "_judged", "_limit", "_ordinary", "_out",
        "_parts", "_room", "_tail", "_text", "_unknown", "closed", "compressed", "control", "found", "frames", "inside", "keep",
        "opcode", "size", "unread",
    )  # fmt: skip

    def __init__(
        self,
        *,
        client: bool | None = None,
        inflater: Inflater | None = None,
        unknown: bool = False,
        max_size: int | None = None,
        keep: int = 0,
    ) -> None:
        self._client, self._inflater, self._unknown, self._limit = client, inflater, unknown, max_size
        self._deflated = deflated = inflater is not None or unknown
        self._ordinary = tuple(_ordinary(deflated=deflated, inside=inside) for inside in (False, True))
        self.keep = keep
        self.inside = self.closed = self.compressed = False
        self.opcode, self.frames, self.size = CONTINUATION, 0, 0
        self.unread, self.control = "", b""
        self.found = self._judged = _NOTHING  # the latter by its header
        self._first = self._index = self._before = self._room = 0
        self._text = False  # whether what comes must be UTF-8
        self._tail = b""  # the beginning of a character whose rest has not come
        self._parts: list[bytes] = []
        self._out: list[bytes] = []

    def copy(self) -> Receiver:
        """Freeze this place: a receiver that goes on from here on its own."""
        twin = copy.copy(self)
        twin._inflater = self._inflater.copy() if self._inflater else None  # noqa: SLF001  (a twin of our own)
        twin._parts, twin._out = list(self._parts), list(self._out)  # noqa: SLF001
        return twin

    def leave(self, *, inside: bool, closed: bool) -> None:
        """Stand elsewhere: at a frame of which something is known, and nothing of the message that was open.

        Args:
            inside: Whether a message is open there, whose beginning is not known.
            closed: Whether a Close frame went by before.
        """
        self.inside, self.closed, self.opcode = inside, closed, BINARY
        self.frames = self.size = self._room = 0
        self.compressed = self._text = False
        self.unread, self._tail = "", b""
        self._parts.clear()

    @property
    def inflates(self) -> bool:
        """Whether messages may depend on the ones before them."""
        return self._inflater is not None

    @property
    def kept(self) -> bytes:
        """What was kept of the message."""
        return b"".join(self._parts)

    @property
    def inflated(self) -> bytes:
        """What the payload of the frame inflates to, so far, where all messages together have a budget."""
        return b"".join(self._out)

    def begin(self, first: int, key: bytes, length: int, size: int, index: int = 0) -> None:
        """Begin a frame, and judge it by its header.

        Args:
            first: Its byte 0.
            key: Its masking key; empty where it is not masked.
            length: The payload length that its header says.
            size: Bytes of its header.
            index: Which frame it is, for the violations.
        """
        self._first, self._index = first, index
        inside, limit = self.inside, self._limit
        extent = size - len(key)
        if (
            first in self._ordinary[inside]
            and (
                extent == 2
                or (first & 0x08 == 0 and (125 < length < 65536 if extent == 4 else 65535 < length < 1 << 63))
            )
            and (self._client is None or self._client is (size > extent))
            and not self.closed
            and (limit is None or (self.size if inside else 0) + length <= limit)
        ):
            self.found = self._judged = _NOTHING
        else:
            bits, before = {2: 7, 4: 16}.get(extent, 64), self.size if inside else 0
            frame = Arrival(
                first, length, bits, bool(key), self._client, self._deflated, inside, self.closed, before, limit
            )
            self.found = self._judged = broken_by_frame(frame, index)
        if first & 0x08:
            self.control = b""
            return
        if first & 0x0F or not inside:
            self._open(first)
        self.frames += 1
        if self.compressed:
            self._before = self.size
            self._out.clear()

    def take(self, data: bytes, at: int, to: int, key: bytes = b"", phase: int = 0) -> bytes:
        """Take a piece of the frame's payload.

        Args:
            data: Bytes as on the wire in which it stands.
            at: Where it begins in them.
            to: Where it ends in them.
            key: The masking key of the frame; empty for a frame that is not masked.
            phase: How many bytes of the frame's payload went before.

        Returns:
            The piece of a text, unmasked; nothing of other payloads.
        """
        if self._first & 0x08:
            if phase < PREVIEW_BYTES:
                self.control += unmask_piece(data, at, min(to, at + PREVIEW_BYTES - phase), key, phase)
        elif self.compressed:
            assert self._inflater is not None
            for place in range(at, to, _BITE):
                if not self.unread:
                    bite = unmask_piece(data, place, min(to, place + _BITE), key, phase + place - at)
                    self._unpack(self._inflater, self._inflater.feed(bite))
        elif self._text:
            plain = unmask_piece(data, at, to, key, phase)
            self.size += to - at
            if self._tail or not plain.isascii():
                self._read(plain)
            if self._room > 0:
                self._hold(plain)
            return plain
        else:
            self.size += to - at
            if self._room > 0:
                self._hold(unmask_piece(data, at, min(to, at + self._room), key, phase))
        return b""

    def end(self) -> bool:
        """End the frame.

        Returns:
            Whether something whole ends with it: its message, or itself where it is a control frame.
        """
        first = self._first
        if first & 0x08:
            if first & 0x0F == CLOSE:
                self.closed = True
                if len(self.control) <= MAX_CONTROL_PAYLOAD:  # nobody reads a longer one
                    self.found += broken_by_close(self.control, self._index)
            return True
        last = first & 0x80 != 0 or not self.inside
        if self.compressed:
            assert self._inflater is not None
            rest = self._inflater.finish() if last else b""
            if last and not self.unread:
                self._unpack(self._inflater, rest)
            if self._limit is not None and self._before <= self._limit < self.size:
                self._say(
                    "size", f"the message inflates to {self.size} bytes so far, more than the limit of {self._limit}"
                )
        if last:
            if self._tail:
                self._read(b"", final=True)
            self.inside = False
        return last

    # Inside

    def _open(self, first: int) -> None:
        """Begin a message; a continuation of no message stands alone."""
        inflater, opcode = self._inflater, first & 0x0F
        if inflater is not None and self.inside and self.compressed:  # broken off: the next one inflates in its context
            inflater.finish()
        self.opcode, self.inside = opcode, opcode != CONTINUATION
        self.frames = self.size = 0
        self.unread, self._tail = "", b""
        self._parts, self._room = [], self.keep
        self.compressed, self._text = False, opcode == TEXT
        if not first & 0x40 or opcode == CONTINUATION:
            return
        if inflater is None:
            self.unread, self._text = _NOT_SEEN if self._unknown else _NOT_AGREED, False
            return
        self.compressed = True
        inflater.begin()
        self._look(inflater)

    def _unpack(self, inflater: Inflater, plain: bytes) -> None:
        """Take what a bite of the message inflates to."""
        self._look(inflater)
        if not self.unread:
            self._gain(plain)
            if inflater.budget is not None:
                self._out.append(plain)
        elif inflater.broken:
            self._say("inflate", f"the message cannot be read: {inflater.problem}")

    def _look(self, inflater: Inflater) -> None:
        """See whether the message inflates; how far it did depends on how it was cut, so nothing of the frame counts else."""
        if inflater.problem:
            self.unread, self.found, self._text, self._tail = inflater.problem, self._judged, False, b""
            self.size = self._room = 0
            self._parts.clear()
            self._out.clear()

    def _gain(self, plain: bytes) -> None:
        """Take what a piece says."""
        self.size += len(plain)
        if self._text and (self._tail or not plain.isascii()):
            self._read(plain)
        if self._room > 0:
            self._hold(plain)

    def _hold(self, part: bytes) -> None:
        self._parts.append(part[: self._room] if len(part) > self._room else part)
        self._room -= len(part)

    def _read(self, plain: bytes, *, final: bool = False) -> None:
        self._tail, wrong = read_utf8(self._tail, plain, final=final)
        if wrong:
            self._say("utf-8", f"the text is not UTF-8: {wrong}")
            self._text = False

    def _say(self, rule: str, what: str) -> None:
        self.found += (Violation(what, RULES[rule], self._index),)
