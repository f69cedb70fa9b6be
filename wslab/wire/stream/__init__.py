"""One direction of a connection, as it comes: cut into frames, judged by every rule, put together to messages.

    bytes ──► Walker ──► HeadSeen, Part ──► Receiver ──► what is wrong (`rules`), what a message says
                │                              │
                └──────── StreamDecoder ───────┴──► Decoded     a handshake, a message, a control frame: the rows of a log

However the bytes are cut, it says the same. It never raises on any input.
"""

from __future__ import annotations

from wslab.wire.stream.decoded import Decoded as Decoded
from wslab.wire.stream.decoder import StreamDecoder as StreamDecoder
from wslab.wire.stream.receiver import Receiver as Receiver
from wslab.wire.stream.rules import RULES as RULES
from wslab.wire.stream.rules import broken_by_close as broken_by_close
from wslab.wire.stream.violation import Rule as Rule
from wslab.wire.stream.violation import Violation as Violation
from wslab.wire.stream.walker import HeadSeen as HeadSeen
from wslab.wire.stream.walker import Part as Part
from wslab.wire.stream.walker import Walker as Walker

__all__ = [
    "RULES",
    "Decoded",
    "HeadSeen",
    "Part",
    "Receiver",
    "Rule",
    "StreamDecoder",
    "Violation",
    "Walker",
    "broken_by_close",
]
