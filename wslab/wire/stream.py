"""One direction of one connection, decoded as it streams by: first an HTTP head, then frames, then messages.

    head ──► (client: wait for what the server agreed to) ──► frames      101 Switching Protocols
                                                          └─► raw         anything else: the rest is no WebSocket

The decoder never holds a payload: it keeps a preview and counts the rest, so a length field costs nothing. It knows where
in the stream everything began and ended, and `copy` freezes its state (frame, message and inflate context), so the bytes
before that place can be thrown away and all that follows still decodes to the same. It never raises on any input.
"""

from __future__ import annotations

import copy
from typing import Literal, NamedTuple

from wslab.wire.deflate import Deflate, Inflater, negotiated_deflate
from wslab.wire.frames import BINARY, CLOSE, CONTINUATION, OPCODES, TEXT, FrameHeader, parse_header, unmask
from wslab.wire.handshake import HEAD_LIMIT, Head, parse_head

PREVIEW_BYTES = 804
"""Payload bytes kept for a preview: 200 characters of the longest UTF-8, and one more that shows that there is more."""

_END_OF_HEAD = b"\r\n\r\n"
_BITE = 16 * 1024  # compressed bytes inflated at once: a thousand times as much is held for a moment
_RESERVED_BIT = "a reserved bit is set without an extension (RFC 6455 section 5.2)"


class Decoded(NamedTuple):
    """Something whole that the stream said.

    `start` and `stop` are offsets in the stream; a message's range may hold control frames of others. `data` is the
    preview of the payload (inflated), `size` all of it. `since` is where the oldest thing began that was not complete before
    this was: `start`, or for a control frame inside a message the start of that message.
    """

    kind: Literal["handshake", "message", "control", "close"]
    start: int
    stop: int
    opcode: int = -1
    data: bytes = b""
    size: int = 0
    frames: int = 0
    compressed: bool = False
    problem: str = ""
    head: Head | None = None
    since: int = 0


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
        "_client", "_control", "_deflate", "_frame_start", "_head_from", "_header", "_held", "_inflater", "_left", "_m_compressed",
        "_m_frames", "_m_opcode", "_m_parts", "_m_problem", "_m_room", "_m_size", "_m_start", "_negotiated", "_phase",
        "_upgraded", "bounds", "closed", "direction", "keep", "position",
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
        self._m_opcode = -1
        self._m_start = 0
        self._m_frames = 0
        self._m_parts: list[bytes] = []
        self._m_room = 0
        self._m_size = 0
        self._m_compressed = False
        self._m_problem = ""

    @property
    def fed(self) -> int:
        """Offset behind the last byte that was fed."""
        return self.position + len(self._held)

    @property
    def begun(self) -> int:
        """Offset where the oldest thing that is still incomplete began; `position` when nothing is."""
        if self._m_opcode >= 0:
            return self._m_start
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
        twin._m_parts = list(self._m_parts)  # noqa: SLF001  (a twin of our own)
        twin._inflater = self._inflater.copy() if self._inflater else None  # noqa: SLF001
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
        if self._m_opcode >= 0:
            self._m_problem = self._m_problem or "only the end of it was kept"

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
        if self._m_opcode >= 0:
            return [self._message(stop, self._m_problem or problem)]
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
        broken_off = None
        if opcode >= CLOSE:
            self._control = b""
            return None
        if self._m_opcode < 0 or opcode != CONTINUATION:
            interrupted = self._m_opcode >= 0
            if interrupted:
                problem = "never finished: another message began (RFC 6455 section 5.4)"
                if self._m_compressed:
                    self._gain(self._inflater.finish())  # type: ignore[union-attr]
                broken_off = self._message(start, self._m_problem or problem)
            self._m_opcode, self._m_start, self._m_frames = opcode, start, 0
            self._m_parts, self._m_room, self._m_size = [], self.keep, 0
            self._m_compressed = False
            if header.first & 0x40 and self._inflater is not None:
                self._m_compressed = True
                self._inflater.begin()
            self._m_problem = self._fault(header, opcode, interrupted=interrupted)
        elif not self._m_problem:
            self._m_problem = self._fault_of_mask(header) or (_RESERVED_BIT if header.first & 0x70 else "")
        self._m_frames += 1
        return broken_off

    def _fault_of_mask(self, header: FrameHeader) -> str:
        if header.masked == self._client:
            return ""
        who = "a client must mask" if self._client else "a server must not mask"
        return f"{who} its frames (RFC 6455 section 5.1)"

    def _fault(self, header: FrameHeader, opcode: int, *, interrupted: bool = False) -> str:
        if opcode not in OPCODES:
            return f"reserved opcode {opcode:#x} (RFC 6455 section 5.2)"
        if wrong := self._fault_of_mask(header):
            return wrong
        if opcode == CONTINUATION:
            return "a continuation of no message (RFC 6455 section 5.4)"
        if interrupted:
            return "it began before the message before it was finished (RFC 6455 section 5.4)"
        if header.first & 0x30 or (header.first & 0x40 and (opcode >= CLOSE or self._inflater is None)):
            return _RESERVED_BIT
        if opcode >= CLOSE and header.payload_length > 125:
            return "a control frame of more than 125 bytes (RFC 6455 section 5.5)"
        if opcode >= CLOSE and not header.first & 0x80:
            return "a fragmented control frame (RFC 6455 section 5.5)"
        if opcode == CLOSE and header.payload_length == 1:
            return "the body of a Close frame is empty or begins with a two-byte code (RFC 6455 section 5.5.1)"
        length, extended = header.payload_length, header.size - len(header.masking_key) - 2
        if (extended == 2 and length < 126) or (extended == 8 and length < 65536):
            return f"a length of {length} in {8 * extended} bits, not the shortest form (RFC 6455 section 5.2)"
        return ""

    def _take(self, piece: bytes) -> None:
        header, length = self._header, len(piece)
        phase = header.payload_length - self._left
        self._left -= length
        if header.first & 0x08:
            if phase < PREVIEW_BYTES:
                self._control += unmask(piece[: PREVIEW_BYTES - phase], header.masking_key, phase)
            return
        if self._m_compressed:
            inflate = self._inflater.feed  # type: ignore[union-attr]
            plain = unmask(piece, header.masking_key, phase)
            for at in range(0, length, _BITE):
                self._gain(inflate(plain[at : at + _BITE]))
            return
        self._m_size += length
        if self._m_room > 0:
            part = unmask(piece[: self._m_room], header.masking_key, phase)
            self._m_room -= len(part)
            self._m_parts.append(part)

    def _gain(self, plain: bytes) -> None:
        self._m_size += len(plain)
        if self._m_room > 0 and plain:
            part = plain[: self._m_room]
            self._m_room -= len(part)
            self._m_parts.append(part)

    def _end(self, stop: int) -> Decoded | None:
        header = self._header
        opcode = header.first & 0x0F
        if opcode >= CLOSE:
            kind: Literal["close", "control"] = "close" if opcode == CLOSE else "control"
            if opcode == CLOSE and self.closed < 0:
                self.closed = stop
            problem, size = self._fault(header, opcode), header.payload_length
            start = self._frame_start
            since = start if self._m_opcode < 0 else self._m_start
            return Decoded(kind, start, stop, opcode, self._control, size, 1, problem=problem, since=since)
        if self.bounds is not None:
            self.bounds.append((self._frame_start, stop))
        if not header.first & 0x80:
            return None
        if self._m_compressed:
            self._gain(self._inflater.finish())  # type: ignore[union-attr]
        return self._message(stop, self._m_problem)

    def _message(self, stop: int, problem: str) -> Decoded:
        opcode = self._m_opcode if self._m_opcode in (TEXT, BINARY) or problem else BINARY
        data, start = b"".join(self._m_parts), self._m_start
        if self._m_compressed and self._inflater is not None and self._inflater.problem:
            # How much of it inflates depends on how it was cut into pieces: nothing is the same however that was.
            problem, data, self._m_size = problem or self._inflater.problem, b"", 0
        self._m_opcode, self._m_parts = -1, []
        return Decoded(
            "message", start, stop, opcode, data, self._m_size, self._m_frames, self._m_compressed, problem, None, start
        )
