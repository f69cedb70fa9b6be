"""wslab and websockets over one stream, frame by frame, until one of them is through; and the grammar of RFC 3629 over its texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.wire.differences import DIFFERENCES, Disagreement
from tests.wire.judges import check_log, dissected, logged, theirs
from tests.wire.streams import CLOSE, CONTINUATION, TEXT, Stream, header_size

if TYPE_CHECKING:
    from types import ModuleType

    from tests.wire.judges import Theirs

_TAIL = rb"[\x80-\xbf]"
_CHARACTER = (
    rb"[\x00-\x7f]|[\xc2-\xdf]T|\xe0[\xa0-\xbf]T|[\xe1-\xec\xee\xef]TT|\xed[\x80-\x9f]T|\xf0[\x90-\xbf]TT|[\xf1-\xf3]TTT"
    rb"|\xf4[\x80-\x8f]TT"
).replace(b"T", _TAIL)
_BEGINNING = (
    rb"[\xc2-\xf4]|\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef]T|\xed[\x80-\x9f]|\xf0[\x90-\xbf]T?|[\xf1-\xf3]TT?|\xf4[\x80-\x8f]T?"
).replace(b"T", _TAIL)
_WHOLE_TEXT = re.compile(b"(?:%b)*" % _CHARACTER)
"""UTF8-octets of RFC 3629 section 4."""
_TEXT_SO_FAR = re.compile(b"(?:%b)*(?:%b)?" % (_CHARACTER, _BEGINNING))
"""What UTF8-octets may begin with."""

_AT_TWO_BYTES = ("opcode", "client-mask", "server-mask")
_NOT_THEIRS = ("length-shortest", "length-top-bit", "utf-8", "after-close")
"""Rules of which websockets' Sans-I/O protocol knows nothing."""


def judge(stream: Stream, wire: ModuleType) -> tuple[set[str], set[str]]:
    """Compare all judges.

    Args:
        stream: The bytes.
        wire: `wslab.wire`, or a copy of it with a mistake.

    Returns:
        The differences that were seen, and the rules that were broken.

    Raises:
        Disagreement: They differ in something that no row of `DIFFERENCES` excuses.
    """
    found = dissected(stream, wire)
    check_log(logged(stream, wire), found)
    return Comparison(stream, found, theirs(stream)).run(), {each.rule for each in found.violations}


class Comparison:
    """One comparison.

    Args:
        stream: The bytes.
        found: wslab's dissection.
        theirs: What websockets made of it.
    """

    def __init__(self, stream: Stream, found: Any, theirs: Theirs) -> None:
        self._stream, self._found, self._theirs = stream, found, theirs
        self._seen: set[str] = set()
        self._size: int | None = None  # bytes of the open message, as websockets counts them; None between two
        self._text: bytes | None = None  # the open text so far
        self._blamed = False  # whether wslab has found it not to be UTF-8

    def run(self) -> set[str]:
        """Compare; returns the differences that were seen."""
        code, at, frames = self._theirs
        for index, frame in enumerate(self._found):
            start = frame.offset - self._found.head_size
            stop = start + len(frame.wire)
            if at is not None and at <= start:
                self._see("behind a Close", ("after-close" in rules(frame)) == (frame.opcode < CLOSE))
            elif at is not None and at <= stop and code is not None:
                self._failed(frame, start, stop)
                return self._seen
            elif index >= len(frames):
                raise Disagreement(f"websockets did not receive frame {index}, {frame}")
            elif self._lost_track(frame, frames[index][2]):
                return self._seen
            else:
                self._received(frame, frames[index])
        if self._found.partial is not None:
            self._cut_off(self._found.partial, self._found.partial.offset - self._found.head_size)
        elif code is not None:
            raise Disagreement(f"websockets fails with {code} at byte {at}, where no frame is")
        return self._seen

    def _received(self, frame: Any, their: tuple[int, bool, bytes]) -> None:
        """Both took the frame: the same one, with nothing wrong in it that is not excused."""
        opcode, fin, data = their
        if (frame.opcode, frame.fin, frame.content) != their:
            raise Disagreement(f"websockets received {their}, and wslab {frame}")
        wrong = rules(frame)
        if longer(frame.wire):
            self._see("shortest", "length-shortest" in wrong)
            wrong.discard("length-shortest")
        if opcode < CLOSE:
            self._read(opcode, data, fin=fin, blamed="utf-8" in wrong)
            self._size = None if fin else (self._size or 0) + len(data)
        if wrong - {"utf-8"}:
            raise Disagreement(f"wslab says {frame.violations}, and websockets received {their}")

    def _read(self, opcode: int, data: bytes, *, fin: bool, blamed: bool) -> None:
        """Ask the grammar about a text."""
        if opcode != CONTINUATION:
            self._text, self._blamed = (b"" if opcode == TEXT else None), False
        if self._text is None:
            if blamed:
                raise Disagreement("wslab reads as text what is none")
            return
        self._text += data
        wrong = (_WHOLE_TEXT if fin else _TEXT_SO_FAR).fullmatch(self._text) is None
        if blamed:
            self._see("text", wrong and not self._blamed)
            self._blamed = True
        elif wrong and not self._blamed:
            self._see("surrogate", not fin and re.search(rb"\xed[\xa0-\xbf]\Z", self._text) is not None)

    def _lost_track(self, frame: Any, data: bytes) -> bool:
        """Whether websockets took the frame and inflated it to something else, or to more than its limit: no more is compared."""
        limit = self._stream.max_size
        if frame.compressed and frame.content != data and self._stream.final:
            self._seen.add("final block")
        elif limit is not None and any(each.rule == "size" and "inflates" in each.what for each in frame.violations):
            self._see("inflating", frame.content[: limit - (self._size or 0) or None] == data)
        else:
            return False
        return True

    def _failed(self, frame: Any, start: int, stop: int) -> None:
        """websockets failed the connection within the frame, which wslab has found or has seen begin."""
        code, at, _ = self._theirs
        length = length_size(frame.wire)
        judged = [each for each in frame.violations if each.rule not in _NOT_THEIRS]
        moments = [start + 2 if each.rule in _AT_TWO_BYTES else stop for each in judged]
        moments = [
            start + length if each.rule == "size" and "inflates" not in each.what else moment
            for each, moment in zip(judged, moments, strict=True)
        ]
        early = min(moments, default=0)
        if at == early and code in {
            each.close_code for each, moment in zip(judged, moments, strict=True) if moment == early
        }:
            if at != start + (header_size(frame.wire) or 0):
                self._seen.add("moment")
            if code != frame.violations[0].close_code:
                self._see("several", len(frame.violations) > 1)
            return
        opcode, inside = frame.wire[0] & 15, self._size is not None
        if code == 1002 and opcode == CLOSE and at == stop and not judged:
            self._see("Close inside", inside)
        elif code == 1009 and at == start + length:
            self._see("size", (opcode >= CLOSE or inside) and self._too_much(frame.wire))
        elif code == 1009 and at == stop and "interleaved" in rules(frame):
            self._see("several", bool(frame.wire[0] & 0x40) and self._stream.deflated is not None)
        else:
            raise Disagreement(
                f"websockets fails with {code} at {at} of {start} to {stop}, wslab says {frame.violations}"
            )

    def _cut_off(self, part: Any, start: int) -> None:
        """The frame that is not whole."""
        code, at, frames = self._theirs
        whole, wrong = header_size(part.wire) is not None, rules(part)
        if at is not None and at <= start:
            self._see("behind a Close", not whole or ("after-close" in wrong) == (part.wire[0] & 15 < CLOSE))
        elif len(frames) != len(self._found):
            raise Disagreement(f"websockets received {len(frames)} frames, and wslab {len(self._found)}")
        elif code is not None and whole:
            self._failed(part, start, start + len(part.wire))
        elif code == 1002:
            opcodes = part.wire[0] & 15 not in (0, 1, 2, 8, 9, 10)
            self._see("header", at == start + 2 and (opcodes or part.wire[1] >> 7 != self._stream.up))
        elif code is not None:
            self._see("header", code == 1009 and at == start + length_size(part.wire) and self._too_much(part.wire))
        elif whole and part.wire[1] & 0x7F == 127 and part.wire[2] >> 7:
            self._see("top bit", "length-top-bit" in wrong and not wrong & {*_AT_TWO_BYTES, "size"})
        elif wrong:
            self._see("never whole", not wrong & {*_AT_TWO_BYTES, "size", "length-top-bit"})

    def _too_much(self, wire: bytes) -> bool:
        """Whether a header announces more than websockets takes."""
        return self._stream.max_size is not None and announced(wire) > self._stream.max_size - (self._size or 0)

    def _see(self, name: str, holds: bool) -> None:
        """A row of the table is seen, and excuses only what it says."""
        if not holds:
            raise Disagreement(f"this is no case of {name!r}: {DIFFERENCES[name].why}")
        self._seen.add(name)


def rules(frame: Any) -> set[str]:
    """The rules that a frame breaks."""
    return {each.rule for each in frame.violations}


def length_size(wire: bytes) -> int:
    """Bytes of a frame up to the end of its length."""
    return {126: 4, 127: 10}.get(wire[1] & 0x7F, 2)


def announced(wire: bytes) -> int:
    """The payload length that a header says."""
    size = length_size(wire)
    return int.from_bytes(wire[2:size], "big") if size > 2 else wire[1] & 0x7F


def longer(wire: bytes) -> bool:
    """Whether a frame's length is not encoded in the fewest bytes."""
    return announced(wire) < {2: 0, 4: 126, 10: 65536}[length_size(wire)]
