"""One direction of one connection, decoded as it streams by: first an HTTP head, then frames, then messages.

    head ──► (client: wait for what the server agreed to) ──► frames      101 Switching Protocols
                                                          └─► raw         anything else: the rest is no WebSocket

The decoder never holds a payload: it keeps a preview and counts the rest, so a length field costs nothing. It knows where
in the stream everything began and ended, and `copy` freezes its state (frame, message and inflate context), so the bytes
before that place can be thrown away and all that follows still decodes to the same. It never raises on any input.
"""

from __future__ import annotations

import copy
from typing import Literal

from wslab.wire.assembly import Assembly
from wslab.wire.decoded import Decoded
from wslab.wire.deflate import Deflate, Inflater, negotiated_deflate
from wslab.wire.frame_problems import RESERVED_BIT, problem_of_frame, problem_of_mask
from wslab.wire.frames import BINARY, CLOSE, CONTINUATION, TEXT, FrameHeader, parse_header, unmask
from wslab.wire.handshake import HEAD_LIMIT, Head, parse_head

PREVIEW_BYTES = 804
"""Payload bytes kept for a preview: 200 characters of the longest UTF-8, and one more that shows that there is more."""

_END_OF_HEAD = b"\r\n\r\n"


class StreamDecoder:
    """Decodes one direction.

    Args:
        direction: ``client to server`` or ``server to client``.

    Attributes:
        position: Offset of the first byte not understood yet.
        keep: How many payload bytes of a message to keep in `Decoded.data`.
        bounds: Set it to a list to be told ``(start, stop)`` of every data frame of a message.
        closed: Offset behind the first Close frame, or -1 while none has gone by.
    """

    __slots__ = (
        "_client", "_control", "_deflate", "_frame_start", "_head_from", "_header", "_held", "_inflater", "_left", "_message",
        "_negotiated", "_phase", "_upgraded", "bounds", "closed", "direction", "keep", "position",
    )  # fmt: skip

    def __init__(self, direction: str) -> None:
        self.direction = direction
        self.position = 0
        self.keep = PREVIEW_BYTES
        self.bounds: list[tuple[int, int]] | None = None
        self.closed = -1
        self._client = direction == "client to server"
        self._phase: Literal["head", "wait", "frames", "raw"] = "head"
        self._head_from = 0  # how far the head has been searched for its end
        self._negotiated = False
        self._upgraded = False
        self._deflate: Deflate | None = None
        self._inflater: Inflater | None = None
        self._held = b""
        self._header = FrameHeader(0, b"", 0, 0)
        self._frame_start = 0
        self._left = 0
        self._control = b""
        self._message: Assembly | None = None

    @property
    def fed(self) -> int:
        """Offset behind the last byte that was fed."""
        return self.position + len(self._held)

    @property
    def begun(self) -> int:
        """Offset where the oldest thing that is still incomplete began; `position` when nothing is."""
        if self._message is not None:
            return self._message.start
        return self._frame_start if self._left else self.position

    @property
    def deflated(self) -> bool:
        """Whether messages of this direction may depend on the ones before them."""
        return self._inflater is not None

    @property
    def waiting(self) -> bool:
        """Whether the request is read and the response is needed to go on."""
        return self._phase == "wait"

    def copy(self) -> StreamDecoder:
        """Freeze this place: a decoder that goes on from here on its own."""
        twin = copy.copy(self)
        twin._inflater = self._inflater.copy() if self._inflater else None  # noqa: SLF001  (a twin of our own)
        twin._message = self._message.copy(twin._inflater) if self._message else None  # noqa: SLF001
        twin.bounds = None
        return twin

    def jump(self, offset: int) -> StreamDecoder:
        """A decoder that stands at a frame's first byte further on, in a stream that is not compressed.

        Args:
            offset: Where a frame that begins a message, or a control frame, begins.
        """
        twin = StreamDecoder(self.direction)
        twin.position, twin._phase = offset, self._phase
        return twin

    def negotiate(self, response: Head) -> list[Decoded]:
        """Tell the client's direction what the server agreed to; what was held back is decoded now.

        Args:
            response: The head of the server's response.
        """
        if self._negotiated:
            return []
        self._agree(response)
        if self._phase != "wait":
            return []
        self._phase = "frames" if self._upgraded else "raw"
        return self.feed(b"")

    def cut(self) -> None:
        """Say that the bytes of the incomplete message so far are gone."""
        if self._message is not None:
            self._message.problem = self._message.problem or "only the end of it was kept"

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes of the stream.

        Args:
            data: Any number of bytes, cut anywhere.

        Returns:
            What became complete with them, in order.
        """
        out: list[Decoded] = []
        if self._held:
            data = self._held + data
        at, size, base = 0, len(data), self.position
        while at < size:
            if self._phase == "frames":
                if not self._left:
                    header = parse_header(data, at)
                    if header is None:
                        break
                    broken_off = self._begin(header, base + at)
                    if broken_off is not None:
                        out.append(broken_off)
                    at += header.size
                if self._left:
                    piece = data[at : at + self._left] if at or size > self._left else data
                    at += len(piece)
                    self._take(piece)
                    if self._left:
                        break
                done = self._end(base + at)
                if done is not None:
                    out.append(done)
            elif self._phase == "head":
                stop = data.find(_END_OF_HEAD, max(0, at + self._head_from - 3), at + HEAD_LIMIT)
                whole = stop >= 0
                if not whole and size - at < HEAD_LIMIT:
                    self._head_from = size - at
                    break
                stop = stop + 4 if whole else at + HEAD_LIMIT
                out.append(self._end_head(data[at:stop], base + at, base + stop, whole=whole))
                at = stop
            elif self._phase == "wait":
                if size - at > HEAD_LIMIT:
                    self._phase = "raw"
                    continue
                break
            else:
                at = size
        self._held = data[at:]
        self.position = base + at
        return out

    def finish(self) -> list[Decoded]:
        """End the stream: what was begun and never completed.

        Returns:
            At most one thing, its `problem` saying that it is incomplete.
        """
        stop = self.fed
        problem = "incomplete: the connection ended in the middle of it"
        if self._phase == "head" and self._held:
            head = parse_head(self._held)
            return [Decoded("handshake", self.position, stop, problem=problem, head=head, since=self.position)]
        if self._message is not None:
            return [self._whole(self._message, stop, problem)]
        if self._left or (self._phase == "frames" and self._held):
            opcode = self._header.opcode if self._left else -1
            start = self._frame_start if self._left else self.position
            size = self._header.payload_length - self._left if self._left else 0
            data = self._control if self._left else b""  # what is held of the control frame before is none of it
            return [Decoded("control", start, stop, opcode, data, size, 1, problem=problem, since=start)]
        return []

    def _end_head(self, data: bytes, start: int, stop: int, *, whole: bool) -> Decoded:
        head = parse_head(data.removesuffix(_END_OF_HEAD))
        if not whole:
            self._phase = "raw"
        elif not self._client:
            self._agree(head)
            self._phase = "frames" if self._upgraded else "raw"
        elif not head.is_http:
            self._phase = "raw"
        elif self._negotiated:
            self._phase = "frames" if self._upgraded else "raw"
        else:
            self._phase = "wait"
        problem = "" if whole else f"a head of more than {HEAD_LIMIT >> 10} KiB"
        if not head.is_http:
            problem = "this is not an HTTP/1.1 head (RFC 6455 section 4)"
        return Decoded("handshake", start, stop, problem=problem, head=head, since=start)

    def _agree(self, response: Head) -> None:
        self._negotiated = True
        self._upgraded = response.status == 101
        self._deflate = negotiated_deflate(response, self.direction)
        self._inflater = Inflater(self._deflate) if self._deflate else None

    def _begin(self, header: FrameHeader, start: int) -> Decoded | None:
        """Begin a frame; returns the message that it breaks off, if it does."""
        self._header, self._frame_start, self._left = header, start, header.payload_length
        opcode = header.first & 0x0F
        if opcode >= CLOSE:
            self._control = b""
            return None
        message, broken_off = self._message, None
        if message is None or opcode != CONTINUATION:
            interrupts = message is not None
            if message is not None:
                message.end()
                broken_off = self._whole(message, start, "never finished: another message began (RFC 6455 section 5.4)")
            inflater = self._inflater if header.first & 0x40 else None
            self._message = message = Assembly(opcode, start, self.keep, inflater)
            message.problem = self._problem(header, interrupts=interrupts)
        elif not message.problem:
            message.problem = problem_of_mask(header, client=self._client)
            if not message.problem and header.first & 0x70:
                message.problem = RESERVED_BIT
        message.frames += 1
        return broken_off

    def _problem(self, header: FrameHeader, *, interrupts: bool = False) -> str:
        deflated = self._inflater is not None
        return problem_of_frame(header, client=self._client, deflated=deflated, interrupts=interrupts)

    def _take(self, piece: bytes) -> None:
        header = self._header
        phase = header.payload_length - self._left
        self._left -= len(piece)
        if self._message is not None and not header.first & 0x08:
            self._message.take(piece, header.masking_key, phase)
        elif phase < PREVIEW_BYTES:
            self._control += unmask(piece[: PREVIEW_BYTES - phase], header.masking_key, phase)

    def _end(self, stop: int) -> Decoded | None:
        header, message = self._header, self._message
        opcode = header.first & 0x0F
        if opcode >= CLOSE or message is None:
            kind: Literal["close", "control"] = "close" if opcode == CLOSE else "control"
            if opcode == CLOSE and self.closed < 0:
                self.closed = stop
            problem, size = self._problem(header), header.payload_length
            start = self._frame_start
            since = start if message is None else message.start
            return Decoded(kind, start, stop, opcode, self._control, size, 1, problem=problem, since=since)
        if self.bounds is not None:
            self.bounds.append((self._frame_start, stop))
        if not header.first & 0x80:
            return None
        message.end()
        return self._whole(message, stop)

    def _whole(self, message: Assembly, stop: int, problem: str = "") -> Decoded:
        """End the message."""
        self._message = None
        message.problem = message.problem or problem
        kind, start = message.opcode if message.opcode in (TEXT, BINARY) or message.problem else BINARY, message.start
        data = message.preview()
        return Decoded(
            "message",
            start,
            stop,
            kind,
            data,
            message.size,
            message.frames,
            message.compressed,
            message.problem,
            None,
            start,
        )
