"""Credentials out of raw bytes: each byte of their values becomes an ``x``, so all offsets, lengths and chunks stay true.

    Cookie: id=42; theme=dark        Cookie: xxxxxx xxxxxxxxxx

Which header lines hold credentials says `wslab.wire.REDACTED`, as for every view of a handshake. A head may come in any number
of chunks, so lines are followed as they stream by. Behind an accepted handshake nothing is touched: these are frames. Where
none was accepted all that comes is read as header lines, for a second request may follow the first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wslab.wire.handshake import END_OF_HEAD, REDACTED, filled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline.connection import Connection
    from wslab.timeline.records import ByteStream, Source

REDACTION = (
    "the values of Cookie, Set-Cookie, Authorization and Proxy-Authorization are overwritten with x, byte by byte"
)

_BLANKS = re.compile(rb"[ \t]+")
_NAME_LIMIT = max(map(len, REDACTED)) + 2


def redacted(connection: Connection, source: Source, stream: ByteStream) -> Iterator[tuple[int, int, bytes]]:
    """The chunks of a stream without credentials: offset, time and bytes of each.

    Args:
        connection: Whose stream it is.
        source: Which direction it holds.
        stream: As one end recorded it.
    """
    accepted = connection.response is not None and connection.response.status == 101
    redactor = Redactor(accepted=accepted, first=stream.first, head_stop=connection.directions[source].head_stop)
    for at, time, data in stream.timed():
        yield at, time, redactor.feed(data)


class Redactor:
    """Overwrites the credentials in one direction.

    Args:
        accepted: Whether the handshake was accepted: then the first head is all there is to look at.
        first: Offset of the first byte that will come. What stood before it is gone.
        head_stop: Offset behind the first head, or -1 where that is not known.
    """

    def __init__(self, *, accepted: bool, first: int = 0, head_stop: int = -1) -> None:
        self._one_head = accepted and (not first or head_stop >= 0)
        self._over = self._one_head and 0 <= head_stop <= first
        self._left = max(0, head_stop - first) if first else 0  # of a head whose beginning is gone
        self._fresh = first in (0, head_stop) or self._left > 0  # whether a line begins here, or behind that head
        self._secret = not self._fresh
        self._name: bytes | None = b""  # of this line, up to its colon; None: it does not matter any more
        self._tail = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; returns as many."""
        if self._over or not data:
            return data
        if self._left > 0:
            size = min(self._left, len(data))
            self._left -= size
            self._over = self._one_head and not self._left
            return filled(data[:size]) + self.feed(data[size:])
        size = len(data)
        if self._one_head:
            seen = self._tail + data
            stop = seen.find(END_OF_HEAD)
            if stop >= 0:
                size, self._over = stop + len(END_OF_HEAD) - len(self._tail), True
            self._tail = seen[-3:]
        return b"".join(map(self._line, data[:size].splitlines(keepends=True) if size else ())) + data[size:]

    def _line(self, part: bytes) -> bytes:
        """A line, or a part of one."""
        value = part
        if self._fresh:
            self._name = b""
            # A folded line goes on with the one before (RFC 9112 section 5.2), also behind an empty one (`parse_head`).
            self._secret = self._secret and part[:1] in (b" ", b"\t", b"\r", b"\n")
        if self._name is not None and not self._secret:
            name, colon, value = part.partition(b":")
            self._name = _BLANKS.sub(b" ", self._name + name)
            if colon:
                self._secret = self._name.decode("latin-1").strip(" ").lower() in REDACTED
            if colon or len(self._name) > _NAME_LIMIT:
                self._name = None
            elif part.endswith(b"\n") and self._name.decode("latin-1").strip().lower() in REDACTED:
                self._fresh = self._secret = True  # a name without a colon: what is folded behind it is its value
                return part
        self._fresh = part.endswith(b"\n")
        return part[: len(part) - len(value)] + filled(value) if self._secret else part
