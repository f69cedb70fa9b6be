"""What was found right and wrong in a head, header by header, and the tools to look for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.wire.handshake.head import Head

START = ""
"""Stands for the first line among the names of headers."""

_SPELLED = {
    "host": "Host",
    "upgrade": "Upgrade",
    "connection": "Connection",
    "sec-websocket-key": "Sec-WebSocket-Key",
    "sec-websocket-version": "Sec-WebSocket-Version",
    "sec-websocket-accept": "Sec-WebSocket-Accept",
    "sec-websocket-protocol": "Sec-WebSocket-Protocol",
    "sec-websocket-extensions": "Sec-WebSocket-Extensions",
}
ONCE = "it must not appear more than once"
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


@dataclass(slots=True)
class HeaderChecks:
    """What was found, by header name in lower case.

    Attributes:
        right: Headers that are as they must be.
        problems: What is wrong with the others; a header that is absent and required stands here too.
    """

    right: set[str] = field(default_factory=set)
    problems: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, problem: str) -> None:
        """Note what was found; an empty problem says that the header is right."""
        if problem:
            self.problems[name] = problem
        else:
            self.right.add(name)

    @staticmethod
    def spelled(name: str) -> str:
        """A header's name as the RFC spells it."""
        return _SPELLED.get(name, name)


def elements(head: Head, name: str) -> list[str]:
    """The elements of a comma-separated header, over all its lines.

    Args:
        head: The head.
        name: In lower case.

    Returns:
        Each element without white space around it; empty ones left out.
    """
    return [part.strip(" \t") for value in head.values(name) for part in value.split(",") if part.strip(" \t")]


def only_value(head: Head, name: str, meaning: str) -> tuple[str, str]:
    """Look for a header that must be there, once.

    Args:
        head: The head.
        name: In lower case.
        meaning: What it must hold, in words.

    Returns:
        Its value, and what is wrong, if anything; then the value is empty.
    """
    values = head.values(name)
    if not values:
        return "", f"required, and not there: {meaning}"
    return ("", ONCE) if len(values) > 1 else (values[0], "")


def missing_word(head: Head, name: str, word: str) -> str:
    """Judge a header that must hold a word, whatever its case.

    Args:
        head: The head.
        name: In lower case.
        word: As the RFC spells it.

    Returns:
        What is wrong, or nothing.
    """
    values = elements(head, name)
    if any(value.lower() == word.lower() for value in values):
        return ""
    return f"expected {word!r} in it, got {', '.join(values)[:80]!r}" if values else f"required, and not there: {word}"


def is_token(text: str) -> bool:
    """Whether text may be a subprotocol or the name of an extension (RFC 9110 section 5.6.2)."""
    return bool(_TOKEN.fullmatch(text))
