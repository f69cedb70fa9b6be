"""What data frames carry: inflated where they are compressed, and whether text is UTF-8. Read when somebody asks, in order.

A frame's content may depend on every message before it (RFC 7692 section 7.1.1), so asking for one reads those before it
too, each once; ask from one thread at a time. What inflates is kept, up to a limit for all of them together; what was never compressed is not copied.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from wslab.wire.deflate import INFLATE_LIMIT, Inflater
from wslab.wire.frames import CONTINUATION, TEXT
from wslab.wire.rules import RULES, Violation

if TYPE_CHECKING:
    from wslab.wire.dissected import DissectedFrame

_BITE = 16 * 1024  # inflated at once: a thousand times as much is held for a moment
_NOT_AGREED = "RSV1 says that it is compressed, but no compression was agreed on; pass deflate=True if it was"
_NOT_SEEN = "RSV1 says that it is compressed, and what was agreed on is not known; pass deflate=True to try"
_utf8 = codecs.getincrementaldecoder("utf-8")
_WHOLE = _utf8()  # stands for "text" where a message is one frame: that is judged at once, without a state


class Contents:
    """Reads the data frames of one direction in order.

    Args:
        inflater: The inflate context in which the first frame stands, or None.
        unknown: Whether nobody saw what was agreed on.
        max_size: The receiver's limit for a message, in bytes, or None.
    """

    __slots__ = ("_begun", "_gained", "_inflater", "_left", "_max_size", "_text", "_unknown", "_why", "frames", "read")

    def __init__(self, inflater: Inflater | None, *, unknown: bool, max_size: int | None) -> None:
        self.frames: list[DissectedFrame] = []
        self.read = 0
        self._inflater = inflater
        self._unknown = unknown
        self._max_size = max_size
        self._left = INFLATE_LIMIT
        self._begun = False  # a compressed message, and not finished
        self._gained = 0
        self._text: codecs.IncrementalDecoder | None = None
        self._why = ""

    def up_to(self, index: int) -> None:
        """Read every frame up to one.

        Args:
            index: Which one.
        """
        while self.read <= index:
            frame = self.frames[self.read]
            self.read += 1
            if frame.message is not None:
                self._read(frame)

    def _read(self, frame: DissectedFrame) -> None:
        message = frame.message
        assert message is not None
        if frame is message.first:
            self._why, self._gained = "", 0
            self._text = (_WHOLE if frame.fin else _utf8()) if frame.opcode == TEXT else None
            if self._inflater is not None:
                if self._begun:  # broken off by this message
                    self._inflater.finish()
                self._begun = message.compressed
                if message.compressed:
                    self._inflater.begin()
        content: bytes | None = None
        if message.compressed:
            content = self._inflate(frame)
            frame.known = content, self._why
            if content is None:
                self._text = None
                return
        if self._text is not None:
            self._judge(frame, frame.payload if content is None else content)

    def _judge(self, frame: DissectedFrame, content: bytes) -> None:
        assert self._text is not None
        try:
            if frame.fin and frame.opcode != CONTINUATION:
                if not content.isascii():
                    content.decode()
            else:
                self._text.decode(content, final=frame.fin)
        except UnicodeDecodeError as error:
            at = "at its end" if error.reason == "unexpected end of data" else f"near {error.object[error.start]:#04x}"
            frame.late += (Violation(f"the text is not UTF-8: {error.reason} {at}", RULES["utf-8"], frame.index),)
            self._text = None

    def _inflate(self, frame: DissectedFrame) -> bytes | None:
        inflater = self._inflater
        if inflater is None:
            self._why = _NOT_SEEN if self._unknown else _NOT_AGREED
            return None
        gone, payload, out = bool(inflater.problem), frame.payload, []
        if not gone and self._left > 0:
            for at in range(0, len(payload), _BITE):
                out.append(inflater.feed(payload[at : at + _BITE]))
                self._left -= len(out[-1])
                if self._left <= 0 or inflater.problem:
                    break
        if frame.fin:
            out.append(inflater.finish())
            self._begun = False
        if self._left <= 0 and not inflater.problem:
            inflater.problem = f"all messages together inflate to more than {INFLATE_LIMIT >> 20} MiB"
        if inflater.problem:
            self._why = inflater.problem
            if inflater.broken and not gone:
                what = f"the message cannot be read: {inflater.problem}"
                frame.late += (Violation(what, RULES["inflate"], frame.index),)
            return None
        content = b"".join(out)
        before, self._gained = self._gained, self._gained + len(content)
        if self._max_size is not None and before <= self._max_size < self._gained:
            what = f"the message inflates to {self._gained} bytes so far, more than the limit of {self._max_size}"
            frame.late += (Violation(what, RULES["size"], frame.index),)
        return content
