"""The bytes that one end sent, or received, exactly as they went by: chunks, their offsets and their times.

Written by one thread, read by any. Appending is the hot path of all recording and does nothing but append to three lists;
only `drop` shortens them, and it must hold the store's write lock against a writer in the middle of an append. Chunks that
are let go leave an empty place behind at first: the lists are made shorter only now and then, else each drop would move them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

_COMPACT = 1024


class ByteStream:
    """Raw bytes of one direction at one end.

    Attributes:
        chunks: The bytes as they were written to or read from the transport.
        starts: Offset of each chunk's first byte.
        times: When each chunk went by, in `time.perf_counter_ns`.
        stop: Offset behind the last byte.
    """

    __slots__ = ("_gone", "chunks", "starts", "stop", "times")

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        # Arrays, not lists: a number takes 8 bytes instead of 40, and a recording is made of small chunks.
        self.starts = array("q")
        self.times = array("q")
        self.stop = 0
        self._gone = 0  # how many of the oldest places are empty

    @property
    def first(self) -> int:
        """Offset of the oldest byte still kept."""
        return self.starts[self._gone] if self._gone < len(self.starts) else self.stop

    @property
    def count(self) -> int:
        """How many chunks are still kept."""
        return len(self.chunks) - self._gone

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to `stop`, as far as they are kept: chunk by chunk, the outer ones cut."""
        chunks, starts = self.chunks, self.starts
        index = max(self._gone, bisect_right(starts, start, self._gone) - 1)
        while index < len(chunks) and (at := starts[index]) < stop:
            chunk = chunks[index]
            if at < start or at + len(chunk) > stop:
                chunk = chunk[max(0, start - at) : stop - at]
            if chunk:
                yield chunk
            index += 1

    def timed(self) -> Iterator[tuple[int, int, bytes]]:
        """The chunks that are kept: offset, time and bytes of each."""
        return zip(self.starts[self._gone :], self.times[self._gone :], self.chunks[self._gone :], strict=True)

    def copy(self, lock: threading.Lock) -> ByteStream:
        """The stream as it is now; the chunks are shared. Nothing may be dropped meanwhile.

        Args:
            lock: The write lock: held for reading two lengths.
        """
        with lock:
            count, stop = len(self.chunks), self.stop
        twin = ByteStream()
        twin.chunks = self.chunks[self._gone : count]
        twin.starts, twin.times = self.starts[self._gone : count], self.times[self._gone : count]
        twin.stop = stop
        return twin

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`, as far as they are kept."""
        return b"".join(self.pieces(start, stop))

    def time_of(self, stop: int) -> int | None:
        """When the last byte before offset `stop` went by; None when it has not, or is no longer kept."""
        if stop > self.stop:
            return None
        index = bisect_left(self.starts, stop, self._gone) - 1
        return self.times[index] if index >= self._gone else None

    def stop_at(self, time: int) -> int:
        """Offset behind the last byte that had gone by at a time."""
        index = bisect_right(self.times, time, self._gone, len(self.chunks))
        if index < len(self.chunks):
            return self.starts[index]
        return self.starts[index - 1] + len(self.chunks[index - 1]) if index > self._gone else self.stop

    def time_ahead(self, offset: int, count: int, size: int) -> int | None:
        """When the last of so many chunks, or bytes, from an offset on went by; None when there are fewer."""
        index = bisect_right(self.starts, offset, self._gone) - 1
        last = min(index + count, max(index + 1, bisect_left(self.starts, offset + size, self._gone)))
        return self.times[last - 1] if self._gone < last < len(self.chunks) else None

    def droppable(self, offset: int) -> tuple[int, int]:
        """How many of the oldest chunks end at or before an offset, and where the last of them ends."""
        index = bisect_right(self.starts, offset, self._gone) - 1
        if self._gone <= index < len(self.chunks) and self.starts[index] + len(self.chunks[index]) <= offset:
            index += 1
        if index <= self._gone:
            return 0, self.first
        return index - self._gone, self.starts[index - 1] + len(self.chunks[index - 1])

    def drop(self, count: int) -> int:
        """Let the oldest chunks go. The caller holds the write lock.

        Returns:
            How many bytes they held.
        """
        stop = self._gone + count
        size = sum(map(len, self.chunks[self._gone : stop]))
        self.chunks[self._gone : stop] = [b""] * count
        self._gone = stop
        if stop > _COMPACT and stop * 2 > len(self.chunks):
            del self.chunks[:stop], self.starts[:stop], self.times[:stop]
            self._gone = 0
        return size
