"""One direction of a connection: where its bytes are, how far they are decoded, and which of them are still needed.

    bytes   gone │ base ... marks ... │ head   not decoded yet
                 └ rows still kept    ┘

Two decoders follow the stream: the head makes rows, and the base stands where the oldest byte is that is kept. When bytes
are let go the base advances over them, so a row that is kept can always be decoded again. Marks are copies of the head made
on the way, because a compressed stream can be entered only where the inflate context is known.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Literal

from wslab.timeline.connection.message_index import MessageIndex
from wslab.wire import Decoded, StreamDecoder

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping

    from wslab.timeline.connection.state import EndState
    from wslab.timeline.records import ByteStream, Row, Source

_MARK_ROWS = 256  # rows, or bytes, between two places where a compressed stream can be entered again
_MARK_BYTES = 1024 * 1024
_LITTLE = 512  # chunks, or bytes, that a writer decodes at once to make room
_NEWEST = 1024  # rows, for who asks for one that was just decoded
_LITTLE_BYTES = 128 * 1024


class Direction:
    """One direction of a connection.

    Args:
        source: Which.

    Attributes:
        end: The end whose bytes are decoded: the sender's, where it is recorded.
        stream: These bytes.
        head: The decoder that makes rows.
        base: The decoder that stands at the oldest byte kept.
        marks: Copies of the head on the way, by offset.
        rows: The rows still kept, each with the offset from which on it needs bytes.
        message_index: Where its messages, handshakes and control frames stand, by number.
        count: How many rows there have been.
        head_stop: Offset behind the head of the handshake, or -1 while none has been decoded.
        finished: Whether it has ended and nothing is left to decode.
        broken: The row of what its end broke off, while it is finished.
        counted: Whether the row that was let go last counts as dropped.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stream: ByteStream | None = None
        self.end: EndState | None = None
        self.head = StreamDecoder(source)
        self.base = StreamDecoder(source)
        self.marks: deque[tuple[int, StreamDecoder]] = deque()
        self.rows: deque[tuple[Row, int]] = deque()
        self.message_index = MessageIndex()
        self.count = 0
        self.head_stop = -1
        self.finished = False
        self.broken: Row | None = None
        self.counted = True
        self._rows_since = self._bytes_since = 0

    def stop(self, until: int) -> int:
        """Offset behind the last byte that can be decoded now, of those that had gone by at a time."""
        return max(self.head.fed, self.stream.stop_at(until)) if self.stream is not None else 0

    @property
    def of_sender(self) -> bool:
        """Whether the bytes that are decoded are the sender's."""
        return self.end is not None and self.source.startswith(self.end.side)

    @property
    def behind(self) -> bool:
        """Whether bytes are there that are not decoded."""
        return self.stream is not None and self.stream.stop > self.head.fed

    def follow(self, sender: EndState | None, receiver: EndState | None) -> bool:
        """Choose whose bytes to decode: the sender's, for they may never arrive; the receiver's while only they are there.

        Both ends hold the same bytes at the same offsets, so the one can take over from the other at any place that both have.

        Returns:
            Whether one takes over from the other.
        """
        arrived = self._of(receiver).stop if receiver is not None else 0  # asked for before what was sent
        end = receiver if sender is None or self._of(sender).stop < arrived else sender
        if end is None or end is self.end:
            return False
        over = self.end is not None
        if over and (self._of(end).stop < self.head.fed or self._of(end).first > self.base.fed):
            return False
        self.follow_end(end)
        return over

    def reopen(self) -> Row | None:
        """Go on, although one end is over, with bytes that only the other has, or may still get.

        Returns:
            The row of what had been broken off, which is not so any more; None where there is no such row.
        """
        if not self.finished or self.end is None or self.stream is None:
            return None
        if self.end.closed is not None and self.stream.stop == self.head.fed:
            return None
        self.finished, broken, self.broken = False, self.broken, None
        if broken is not None:
            self.count -= 1
            self.message_index.take_back(broken)
            if self.rows and self.rows[-1][0].index == broken.index:
                self.rows.pop()
            if broken.kind == "handshake":
                self.head_stop = -1
        return broken

    def follow_end(self, end: EndState) -> None:
        """Decode the bytes of this end."""
        self.end, self.stream = end, self._of(end)

    def _of(self, end: EndState) -> ByteStream:
        """The bytes of this direction that an end holds."""
        return end.sent if self.source.startswith(end.side) else end.received

    def decode(self, stop: int) -> list[Decoded]:
        """Decode what has arrived since the last time, up to an offset."""
        out: list[Decoded] = []
        if self.stream is None or stop <= self.head.fed:
            return out
        head = self.head
        for chunk in self.stream.pieces(head.fed, stop):
            found = head.feed(chunk)
            if found:
                out += found
            if head.deflated:
                self._mark(len(found), len(chunk))
        return out

    def add(self, row: Row, item: Decoded) -> None:
        """Keep the row that was made of something decoded."""
        self.count += 1
        if item.kind == "handshake":
            self.head_stop = item.stop
        self.rows.append((row, item.since))
        self.message_index.add(row)

    def text_at(self, start: int) -> str:
        """The text of the row whose bytes begin at an offset, where it is one of the newest; else nothing."""
        newest = islice(reversed(self.rows), _NEWEST)
        return next((row.text for row, _ in newest if row.start == start), "")

    def ahead(self) -> int | None:
        """Until when a little of what is not decoded yet went by; None when there is no more than that."""
        return self.stream.time_ahead(self.head.fed, _LITTLE, _LITTLE_BYTES) if self.stream is not None else None

    def finish(self) -> list[Decoded]:
        """End the direction once its end is over and all its bytes are decoded."""
        if self.finished or self.stream is None or self.end is None or self.end.closed is None:
            return []
        if self.stream.stop > self.head.fed:
            return []
        self.finished = True
        return self.head.copy().finish()  # the head stays where it is: see `reopen`

    def needed(self) -> int:
        """Offset of the first byte that a row, or something still incomplete, needs."""
        return min(self.rows[0][1], self.head.begun) if self.rows else self.head.begun

    def release(self, offset: int, streams: list[ByteStream], lock: threading.Lock) -> tuple[int, int]:
        """Let the bytes before an offset go; the decoder at the base advances over them, so that the rest still decodes.

        Args:
            offset: Where the first byte stands that is still needed.
            streams: The streams of both ends that hold this direction.
            lock: The write lock: held for letting go, not for decoding.

        Returns:
            How many bytes and chunks are gone.
        """
        size = chunks = 0
        for stream in streams:
            count, stop = stream.droppable(offset)
            if not count:
                continue
            if stream is self.stream:
                for chunk in stream.pieces(self.base.fed, stop):
                    self.base.feed(chunk)
                while self.marks and self.marks[0][0] < self.base.fed:
                    self.marks.popleft()
            with lock:
                size += stream.drop(count)
            chunks += count
        return size, chunks

    def copy(self, ends: Mapping[Literal["client", "server"], EndState]) -> Direction:
        """The direction as it is now, of a copy of the connection.

        Args:
            ends: The copies of its ends, by side.
        """
        twin = Direction(self.source)
        if self.end is not None:
            twin.follow_end(ends[self.end.side])
        twin.head, twin.base = self.head.copy(), self.base.copy()
        twin.marks, twin.rows = deque(self.marks), deque(self.rows)
        twin.count, twin.head_stop = self.count, self.head_stop
        twin.finished, twin.counted = self.finished, self.counted
        return twin

    def entrance(self) -> StreamDecoder:
        """A decoder at the oldest place from which on everything kept can be decoded, between two messages."""
        kept = self.base.fed
        if not kept:
            return self.base.copy()
        # Where to begin, and whether that is in the middle of a message whose beginning is gone.
        starts = [
            (since, False) if since >= kept else (row.start, True) for row, since in self.rows if row.start >= kept
        ]
        if self.head.deflated:  # the context is known between two messages only
            starts = [(since, False) for _, since in self.rows if since >= kept]
        rest = (self.head.begun, False) if self.head.begun >= kept else (self.head.fed, True)
        at, inside = min(starts, default=rest)
        if not self.head.deflated:
            return self.head.jump(at, inside=inside)
        decoder = self.enter(at)
        assert self.stream is not None
        for chunk in self.stream.pieces(decoder.fed, at):
            decoder.feed(chunk)
        return decoder

    def restore(self, base: StreamDecoder, stop: int, closed: int = -1) -> None:
        """Take up a saved recording.

        Args:
            base: A decoder at the oldest place from which on everything kept can be decoded.
            stop: Up to where the bytes were decoded.
            closed: Offset behind the first Close frame until there, or -1.
        """
        self.base, self.head = base, base.copy()
        if not base.fed or base.deflated:
            self.decode(stop)
        elif stop > base.fed:
            self.head.closed = closed
            self.head = self.head.jump(stop)

    def walk(self, keep: int) -> Iterator[Decoded]:
        """Decode all that is kept once more, in one go.

        Args:
            keep: How many payload bytes to keep of each message.
        """
        if self.stream is None:
            return
        decoder, stop = self.entrance(), self.head.fed
        decoder.keep = keep
        for chunk in self.stream.pieces(decoder.fed, stop):
            yield from decoder.feed(chunk)
        if self.finished:
            yield from decoder.finish()

    def _mark(self, rows: int, size: int) -> None:
        """Keep a place to enter a compressed stream again, every so many rows and bytes."""
        self._rows_since += rows
        self._bytes_since += size
        if self._rows_since >= _MARK_ROWS or self._bytes_since >= _MARK_BYTES:
            self._rows_since = self._bytes_since = 0
            self.marks.append((self.head.fed, self.head.copy()))

    def enter(self, offset: int) -> StreamDecoder:
        """A decoder that stands at or before an offset, and knows all it must to decode from there.

        Raises:
            LookupError: The bytes at the offset are no longer kept.
        """
        if self.base.fed > offset:
            raise LookupError("its bytes are no longer kept")
        if offset and not self.head.deflated:
            return self.head.jump(offset)
        best = next((decoder for at, decoder in reversed(self.marks) if at <= offset), self.base)
        return best.copy()
