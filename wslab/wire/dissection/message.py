"""A data message: one frame, or the fragments that it travelled in, put together again (RFC 6455 section 5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.wire.frames import TEXT
from wslab.wire.text import counted, one_line

if TYPE_CHECKING:
    from wslab.wire.dissection.frame import DissectedFrame
    from wslab.wire.stream import Violation

_SHOWN = 60


class Message:
    """A message: one frame, or several that a fragmented message is cut into (RFC 6455 section 5.4).

    Attributes:
        index: Which message of the dissection, from 0.
        first: Its first frame, which says the opcode.
        compressed: Whether RSV1 says that permessage-deflate compressed it.
        size: Bytes of its frames' payloads, as they travelled.
        complete: Whether its last frame came.
        interrupted: Whether another message began before it was complete.
    """

    __slots__ = ("_frames", "complete", "compressed", "first", "index", "interrupted", "size")

    def __init__(self, index: int, first: DissectedFrame, *, compressed: bool) -> None:
        self.index, self.first, self.compressed = index, first, compressed
        self._frames = [first]
        self.size = first.payload_length
        self.complete = self.interrupted = False

    def take(self, frame: DissectedFrame) -> None:
        """Take one more of its frames."""
        self._frames.append(frame)
        self.size += frame.payload_length

    @property
    def frames(self) -> tuple[DissectedFrame, ...]:
        """Its frames, in order. Control frames between them are not among them."""
        return tuple(self._frames)

    @property
    def opcode(self) -> int:
        """The opcode of its first frame."""
        return self.first.opcode

    @property
    def name(self) -> str:
        """``text``, ``binary``, ``reserved 0x3``."""
        return self.first.name

    @property
    def ended(self) -> str:
        """Why it is not complete; empty when it is."""
        if self.complete:
            return ""
        return "another message began" if self.interrupted else "the data ends"

    @property
    def content(self) -> bytes | None:
        """The payloads of its frames in a row, inflated; None where one of them cannot be known."""
        parts = [frame.content for frame in self._frames]
        known = [part for part in parts if part is not None]
        return b"".join(known) if len(known) == len(parts) else None

    @property
    def content_reason(self) -> str:
        """Why `content` is None; empty where it is known."""
        return next((frame.content_reason for frame in self._frames if frame.content_reason), "")

    @property
    def text(self) -> str | None:
        """The text of a text message, when it is UTF-8."""
        content = self.content if self.opcode == TEXT else None
        try:
            return None if content is None else content.decode()
        except UnicodeDecodeError:
            return None

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What its frames break."""
        return tuple(found for frame in self._frames for found in frame.violations)

    def __repr__(self) -> str:
        says = preview(self.content, text=self.opcode == TEXT) if not self.content_reason else "compressed"
        parts = [counted(len(self._frames), "frame"), says, f"not complete: {self.ended}" if self.ended else ""]
        return f"<Message {self.index}: {self.name}, {', '.join(part for part in parts if part)}>"


def preview(content: bytes | None, *, text: bool) -> str:
    """A payload in one short line: text in quotes, other bytes in hex."""
    if not content:
        return ""
    if text:
        return repr(one_line(content[: 4 * _SHOWN + 4].decode("utf-8", "replace"), _SHOWN))
    return content[:20].hex(" ") + (" \u2026" if len(content) > 20 else "")
