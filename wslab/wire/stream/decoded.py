"""What one direction of a connection said, thing by thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from wslab.wire.handshake import Head
    from wslab.wire.stream.violation import Violation


class Decoded(NamedTuple):
    """Something whole that the stream said.

    `start` and `stop` are offsets in the stream; a message's range may hold control frames of others. `data` is the
    preview of the payload (inflated), `size` all of it. `since` is where the oldest thing began that was not complete before
    this was: `start`, or for a control frame inside a message the start of that message. `violations` are the rules that it
    breaks, and `problem` says the first of them, or what else is wrong.
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
    violations: tuple[Violation, ...] = ()
