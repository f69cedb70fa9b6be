"""The vocabulary of judging: a rule of the framing, a violation of it, and the frame that is judged."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple


class Arrival(NamedTuple):
    """A frame whose header has come, and what its receiver knows by then.

    Attributes:
        first: Byte 0.
        length: The payload length that the header says.
        bits: 7, 16 or 64: how the length is encoded.
        masked: Whether MASK is set.
        client: Whether a client sent it; None when nobody knows.
        deflated: Whether RSV1 may mean permessage-deflate.
        inside: Whether a fragmented message has begun and is not finished.
        closed: Whether a Close frame came before.
        before: Bytes of that message that came before.
        max_size: The receiver's limit for a message, in bytes, or None.
    """

    first: int
    length: int = 0
    bits: int = 7
    masked: bool = False
    client: bool | None = None
    deflated: bool = False
    inside: bool = False
    closed: bool = False
    before: int = 0
    max_size: int | None = None

    @property
    def opcode(self) -> int:
        """The four low bits of byte 0."""
        return self.first & 0x0F

    @property
    def control(self) -> bool:
        """True for a control frame, opcodes 8 to 15 (RFC 6455 section 5.5)."""
        return self.first & 0x08 != 0

    @property
    def begins(self) -> bool:
        """True for a frame that begins a message, opcodes 1 to 7."""
        return 0 < self.first & 0x0F < 8


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: A short name that stays.
        section: Where it stands.
        level: ``MUST``, ``MUST NOT`` and so on, the RFC's own capital word. Empty where it uses none: RFC 6455 mostly tells
            the receiver to *fail the connection*, and leaves the close code open.
        words: The RFC's words.
        close_code: What receivers customarily send when it is broken; None where they send nothing special.
        note: What else is worth knowing.
        field: The field of the frame that shows it.
    """

    name: str
    section: str
    level: str
    words: str
    close_code: int | None
    note: str = ""
    _: KW_ONLY
    field: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that was broken.

    Attributes:
        what: What is wrong, a sentence in lower case.
        broken: The rule.
        frame_index: Which frame breaks it, from 0: of all that were dissected, the one that is not whole included; in a row
            of the log, of those that carried it.
    """

    what: str
    broken: Rule
    frame_index: int

    @property
    def rule(self) -> str:
        """The short name of the rule."""
        return self.broken.name

    @property
    def section(self) -> str:
        """Where the rule stands."""
        return self.broken.section

    @property
    def level(self) -> str:
        """``MUST``, ``MUST NOT`` and so on; empty where the RFC uses no such word."""
        return self.broken.level

    @property
    def words(self) -> str:
        """The rule in the RFC's words."""
        return self.broken.words

    @property
    def close_code(self) -> int | None:
        """What receivers customarily send."""
        return self.broken.close_code

    @property
    def note(self) -> str:
        """What else is worth knowing."""
        return self.broken.note

    @property
    def brief(self) -> str:
        """What is wrong and in which section, as a row of the log says it."""
        return f"{self.what} ({self.section})"

    def __str__(self) -> str:
        answer = f"; receivers customarily answer {self.close_code}" if self.close_code else ""
        return f"{self.what} ({self.section}{', ' + self.level if self.level else ''}){answer}"
