"""The notes of an end: what it did itself, or its code did, beside the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wslab.timeline.records import PREVIEW, Source

if TYPE_CHECKING:
    from wslab.timeline.records import Kind

NOTE_LIMIT = 10_000
"""The most characters that a note carries."""

TCP_ENDED = "TCP ended"
"""The note that every end leaves last. It becomes a row only where the closing handshake was not complete."""

Countable = Literal["handshake", "message", "close", "ping", "pong"]
"""What can be counted: whole messages, each handshake, each kind of control frame."""

Nth = tuple[Source, Countable, int]
"""The nth of these, from 0, in one direction."""


@dataclass(slots=True)
class Note:
    """A row of an end's own: an API event or call, a printed line, a remark.

    A call is noted before the network has taken it: while it is `pending` its `link` is not known, and its row has none yet.
    Who cannot see bytes says what the note is `about` instead, and readers find the `link` (`wslab.timeline.rows.remote`).
    """

    time: int
    kind: Kind
    name: str
    text: str = ""
    size: int | None = None
    link: tuple[Source, int] | None = None
    problem: str = ""
    pending: bool = False
    binary: bool = False
    about: Nth | None = None


def weight(text: str) -> int:
    """What a note's text counts as raw bytes: nothing while its row carries it whole anyway."""
    return len(text) if len(text) > PREVIEW else 0
