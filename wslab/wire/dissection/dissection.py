"""What bytes say when they are taken apart: frames, messages, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from wslab.wire.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.wire.dissection.fields import Field
    from wslab.wire.dissection.frame import DissectedFrame
    from wslab.wire.dissection.message import Message
    from wslab.wire.handshake import Head
    from wslab.wire.stream import Violation

_LINES = 200


@dataclass(frozen=True, slots=True)
class PartialFrame:
    """The beginning of a frame that is not whole.

    Attributes:
        offset: Where it begins in the data.
        wire: What has come of it.
        fields: The fields whose bytes have come.
        violations: What its header breaks, once the header is whole.
        missing: How many bytes are missing, at least.
    """

    offset: int
    wire: bytes
    fields: tuple[Field, ...]
    violations: tuple[Violation, ...]
    missing: int

    def __repr__(self) -> str:
        return f"<PartialFrame at {self.offset}: {counted(len(self.wire), 'byte')}, at least {self.missing} missing>"


@dataclass(frozen=True, slots=True, eq=False)
class Dissection:
    """Bytes taken apart. Iterates over its frames.

    Attributes:
        frames: The whole frames, in order.
        messages: The data messages that they form, the last one perhaps not complete.
        head: The HTTP head at the beginning, or None.
        head_size: Bytes of it, its empty line included.
        direction: ``client to server``, ``server to client``, or None when nobody knows.
        size: Bytes in all.
        rest: What is left over behind the last whole frame.
        partial: The frame that begins in `rest`, as far as it came; None when none does.
        missing: How many bytes are missing at least to make `rest` whole.
        unfinished: What is not whole, in a sentence; empty when all is.
    """

    frames: tuple[DissectedFrame, ...]
    messages: tuple[Message, ...]
    head: Head | None
    head_size: int
    direction: str | None
    size: int
    rest: bytes
    partial: PartialFrame | None
    missing: int
    unfinished: str

    def __iter__(self) -> Iterator[DissectedFrame]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    @overload
    def __getitem__(self, place: int) -> DissectedFrame: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[DissectedFrame, ...]: ...
    def __getitem__(self, place: int | slice) -> DissectedFrame | tuple[DissectedFrame, ...]:
        return self.frames[place]

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every rule that is broken, frame by frame; the frame that is not whole comes last."""
        found = [each for frame in self.frames for each in frame.violations]
        return (*found, *(self.partial.violations if self.partial else ()))

    def __repr__(self) -> str:
        parts = [
            f"head {self.head.name}" if self.head else "",
            counted(len(self.frames), "frame"),
            counted(len(self.messages), "message"),
            counted(self.size, "byte"),
            counted(len(self.violations), "violation") if self.violations else "",
            f"{len(self.rest)} left over" if self.rest else "",
        ]
        return f"<Dissection: {', '.join(filter(None, parts))}>"

    def __str__(self) -> str:
        lines = [f"{0:>6}  {self.head.name}"] if self.head else []
        for frame in self.frames[:_LINES]:
            lines += [str(frame), *(f"        ! {found}" for found in frame.violations)]
        if len(self.frames) > _LINES:
            lines.append(f"        ... and {counted(len(self.frames) - _LINES, 'frame')} more")
        if self.partial:
            lines.append(f"{self.partial.offset:>6}  {counted(len(self.rest), 'byte')} left over: {self.unfinished}")
            lines += [f"        ! {found}" for found in self.partial.violations]
        elif self.unfinished:
            lines.append(f"        {self.unfinished}")
        return "\n".join(lines) or "nothing: no bytes"
