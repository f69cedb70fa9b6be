"""A message while its frames go by: a preview of its payload, and a count of the rest (RFC 6455 section 5.4)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from wslab.wire.frames import unmask

if TYPE_CHECKING:
    from wslab.wire.deflate import Inflater

_BITE = 16 * 1024  # compressed bytes inflated at once: a thousand times as much is held for a moment


class Assembly:
    """One message that has begun.

    Args:
        opcode: That of its first frame.
        start: Offset in the stream of its first byte.
        room: How many payload bytes to keep.
        inflater: What inflates it; None for a message that is not compressed.

    Attributes:
        opcode: The same.
        start: The same.
        frames: How many of its frames have begun.
        size: How many payload bytes have gone by, inflated.
        compressed: Whether it is inflated.
        problem: What is wrong with it, or nothing.
    """

    __slots__ = ("_inflater", "_parts", "_room", "compressed", "frames", "opcode", "problem", "size", "start")

    def __init__(self, opcode: int, start: int, room: int, inflater: Inflater | None) -> None:
        self.opcode = opcode
        self.start = start
        self.frames = 0
        self.size = 0
        self.problem = ""
        self._room = room
        self._parts: list[bytes] = []
        self._inflater = inflater
        self.compressed = inflater is not None
        if inflater is not None:
            inflater.begin()

    def copy(self, inflater: Inflater | None) -> Assembly:
        """Freeze it: one that goes on from here on its own.

        Args:
            inflater: The copy of the inflater of its stream.
        """
        twin = copy.copy(self)
        twin._parts = list(self._parts)  # noqa: SLF001  (a twin of our own)
        twin._inflater = inflater if self._inflater is not None else None  # noqa: SLF001
        return twin

    def take(self, piece: bytes, masking_key: bytes, phase: int) -> None:
        """Take a piece of a frame's payload.

        Args:
            piece: As on the wire.
            masking_key: Of its frame; empty for a frame that is not masked.
            phase: How many bytes of the frame's payload went before.
        """
        if self._inflater is not None:
            plain = unmask(piece, masking_key, phase)
            for at in range(0, len(piece), _BITE):
                self._gain(self._inflater.feed(plain[at : at + _BITE]))
            return
        self.size += len(piece)
        if self._room > 0:
            part = unmask(piece[: self._room], masking_key, phase)
            self._room -= len(part)
            self._parts.append(part)

    def end(self) -> None:
        """Take what the inflater still holds."""
        if self._inflater is not None:
            self._gain(self._inflater.finish())

    def preview(self) -> bytes:
        """What was kept of its payload.

        How much of a message that is compressed wrongly inflates depends on how it was cut into pieces: nothing is kept then,
        and `size` is 0, the same however that was.
        """
        if self._inflater is not None and self._inflater.problem:
            self.problem, self.size = self.problem or self._inflater.problem, 0
            return b""
        return b"".join(self._parts)

    def _gain(self, plain: bytes) -> None:
        self.size += len(plain)
        if self._room > 0 and plain:
            part = plain[: self._room]
            self._room -= len(part)
            self._parts.append(part)
