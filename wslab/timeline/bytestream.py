"""The bytes that one end sent, or received, exactly as they went by: chunks, their offsets and their times.

Written by one thread, read by any. Appending is the hot path of all recording and does nothing but append to three lists;
only `drop` shortens them, and it must hold the store's write lock against a writer in the middle of an append.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right


class ByteStream:
    """Raw bytes of one direction at one end.

    Attributes:
        chunks: The bytes as they were written to or read from the transport.
        starts: Offset of each chunk's first byte.
        times: When each chunk went by, in `time.perf_counter_ns`.
        stop: Offset behind the last byte.
    """

    __slots__ = ("chunks", "starts", "stop", "times")

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.starts: list[int] = []
        self.times: list[int] = []
        self.stop = 0

    @property
    def first(self) -> int:
        """Offset of the oldest byte still kept."""
        return self.starts[0] if self.starts else self.stop

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`, as far as they are kept."""
        index = max(0, bisect_right(self.starts, start) - 1)
        parts = []
        for at, chunk in zip(self.starts[index:], self.chunks[index:], strict=False):
            if at >= stop:
                break
            parts.append(chunk[max(0, start - at) : stop - at])
        return b"".join(parts)

    def after(self, offset: int) -> list[bytes]:
        """The whole chunks that begin at or behind an offset; a chunk that straddles it is cut."""
        index = bisect_left(self.starts, offset)
        rest = self.chunks[index:]
        if index and (cut := offset - self.starts[index - 1]) < len(self.chunks[index - 1]):
            rest.insert(0, self.chunks[index - 1][cut:])
        return rest

    def time_of(self, stop: int) -> int | None:
        """When the last byte before offset `stop` went by; None when it has not, or is no longer kept."""
        if stop > self.stop or not self.starts:
            return None
        index = bisect_left(self.starts, stop) - 1
        return self.times[index] if index >= 0 else None

    def droppable(self, offset: int) -> int:
        """How many of the oldest chunks end at or before an offset."""
        index = bisect_right(self.starts, offset) - 1
        if index >= 0 and offset >= self.starts[index] + len(self.chunks[index]):
            index += 1
        return max(0, index)

    def drop(self, count: int) -> int:
        """Let the oldest chunks go. The caller holds the write lock.

        Returns:
            How many bytes they held.
        """
        size = sum(map(len, self.chunks[:count]))
        del self.chunks[:count], self.starts[:count], self.times[:count]
        return size
