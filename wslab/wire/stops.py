"""Where frames end in a stream, and nothing else: cheap enough for the path of every byte."""

from __future__ import annotations

from wslab.wire.frames import parse_header
from wslab.wire.handshake import HEAD_LIMIT


class FrameStops:
    """Counts along one direction of a connection that completed its handshake.

    A Sans-I/O protocol hands out frames without saying where they stood; this says it, in the same order.
    """

    __slots__ = ("_head", "_held", "_left", "position")

    def __init__(self) -> None:
        self.position = 0
        self._head = True
        self._held = b""
        self._left = 0

    def feed(self, data: bytes) -> list[int]:
        """Take the next bytes.

        Returns:
            The offset behind the head, the first time, and behind each frame that became complete.
        """
        size = len(data)
        if not self._head and not self._left and not self._held and size > 1 and data[1] == size - 2 and size < 128:
            self.position += size  # one whole short frame, and nothing else: the usual case
            return [self.position]
        stops: list[int] = []
        if self._held:
            data = self._held + data
        at, size = 0, len(data)
        if self._head:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                cut = max(0, size - HEAD_LIMIT)  # longer than any head: nothing will be found in it
                self._held = data[cut:]
                self.position += cut
                return stops
            self._head, at = False, end + 4
            stops.append(self.position + at)
        while at < size:
            if not self._left:
                header = parse_header(data, at)
                if header is None:
                    break
                at += header.size
                self._left = header.payload_length
            step = min(self._left, size - at)
            at += step
            self._left -= step
            if not self._left:
                stops.append(self.position + at)
        self._held = data[at:]
        self.position += at
        return stops
