"""permessage-deflate (RFC 7692): inflating a stream of messages.

A message inflates in the context that all messages before it left behind (unless "no context takeover" was agreed), so a
stream can be entered only where that context is known. `Inflater.copy` keeps such a place.
"""

from __future__ import annotations

import copy
import zlib
from dataclasses import dataclass

INFLATE_LIMIT = 64 * 1024 * 1024
"""The most bytes one message is inflated to. A bomb past it is left alone, and its context with it."""

_STEP = 256 * 1024
_TAIL = b"\x00\x00\xff\xff"  # RFC 7692 section 7.2.2: what the sender cut off


@dataclass(frozen=True, slots=True)
class Deflate:
    """What permessage-deflate means for one direction.

    Attributes:
        window_bits: Size of the sender's window as a power of two, 8 to 15.
        context_takeover: Whether a message may refer to the messages before it.
    """

    window_bits: int = 15
    context_takeover: bool = True


class Inflater:
    """Inflates the compressed messages of one direction, piece by piece.

    `problem` is empty while the context is known; after a bomb or broken data it says why it is gone, and pieces then
    inflate to nothing. `broken` says that the data are at fault and not a limit of ours. Without context takeover the
    next message starts afresh. `budget` is what all messages together may still inflate to, in bytes; None for no such limit.
    """

    __slots__ = ("_between", "_deflate", "_produced", "_z", "broken", "budget", "problem")

    def __init__(self, deflate: Deflate) -> None:
        self._deflate = deflate
        self._z = zlib.decompressobj(-deflate.window_bits)
        self._produced = 0
        self._between = True
        self.problem = ""
        self.broken = False
        self.budget: int | None = None

    def copy(self) -> Inflater:
        """Keep this place: an inflater that goes on from here on its own."""
        twin = copy.copy(self)
        twin._z = self._z.copy()  # noqa: SLF001  (a twin of our own)
        return twin

    def begin(self) -> None:
        """Begin a message, unless one has begun: in the context of those before it, or in a new one."""
        if not self._between:
            return
        self._between, self._produced = False, 0
        if not self._deflate.context_takeover:
            self._z = zlib.decompressobj(-self._deflate.window_bits)
            self.problem, self.broken = "", False
        elif self._z.eof:  # a block with BFINAL ends zlib's stream, and its context cannot be carried over
            self._z = zlib.decompressobj(-self._deflate.window_bits)
        self._spend(0)

    def feed(self, piece: bytes) -> bytes:
        """Inflate a piece of a message.

        Args:
            piece: Unmasked payload bytes.

        Returns:
            What they inflate to; nothing once the context is gone.
        """
        self.begin()
        if self.problem:
            return b""
        if self._z.eof:
            self._go_on(piece)
            return b""
        out = []
        try:
            while True:
                part = self._z.decompress(piece, _STEP)
                self._produced += len(part)
                if self._produced > INFLATE_LIMIT:
                    self._forget(f"it inflates to more than {INFLATE_LIMIT >> 20} MiB")
                    break
                self._spend(len(part))
                if self.problem:
                    break
                out.append(part)
                piece = self._z.unconsumed_tail
                # A full step may have left more inside zlib although it took all input.
                if not piece and len(part) < _STEP:
                    break
        except zlib.error as error:
            self._forget(f"it does not inflate ({error})")
            self.broken = True
        self._go_on(self._z.unused_data)
        return b"".join(out)

    def finish(self) -> bytes:
        """End a message: inflate what its cut-off tail still held back.

        Returns:
            The last bytes of the message.
        """
        out = b"" if self._z.eof and not self._between else self.feed(_TAIL)
        self._between = True
        return out

    def _go_on(self, rest: bytes) -> None:
        """Behind a final block only padding may stand, an octet of zeros (RFC 7692 section 7.2.3.4)."""
        if rest.strip(b"\0"):
            self._forget("it goes on behind its final block (BFINAL), and that is not read")

    def _spend(self, size: int) -> None:
        if self.budget is not None:
            self.budget -= size
            if self.budget <= 0 and not self.problem:
                self._forget(f"all messages together inflate to more than {INFLATE_LIMIT >> 20} MiB")

    def _forget(self, why: str) -> None:
        self.problem = why
