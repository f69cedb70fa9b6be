"""The lines of a console: a bounded number of bounded lines, each with an ordinal that is counted from 0.

What a page is told of them is a stretch: ``{"first": oldest ordinal that is kept, "at": ordinal of the first line, "lines": [...]}``.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any, NamedTuple

LINE_CHARACTERS = 10_000
"""The longest line, in characters."""

MOST_CHARACTERS = 500_000
"""The most characters that are kept of all lines together."""

MESSAGE_LINES, MESSAGE_CHARACTERS = 200, 100_000
"""The most that one message carries."""

OPENING_LINES, OPENING_CHARACTERS = 100, 20_000
"""The most that is told before anybody has asked."""

LEVELS = {"log": "", "info": "info", "warn": "warning", "error": "error", "debug": "debug"}
"""The levels of a line, and what each is called in plain text."""


class Line(NamedTuple):
    """One line, which may hold line breaks: how bad it is, its place in the cell, and its text."""

    level: str
    where: str
    text: str


class Lines:
    """The newest lines. Its owner holds a lock.

    Args:
        keep: The most lines that are kept.

    Attributes:
        first: The ordinal of the oldest line that is kept: how many are not.
    """

    def __init__(self, keep: int) -> None:
        self.first = 0
        self._keep = max(1, keep)
        self._lines: deque[Line] = deque()
        self._characters = 0

    @property
    def end(self) -> int:
        """The ordinal behind the last line."""
        return self.first + len(self._lines)

    def add(self, line: Line) -> None:
        """Add a line, and drop the oldest where there are too many."""
        self._lines.append(line)
        self._characters += len(line.text)
        while len(self._lines) > self._keep or (self._characters > MOST_CHARACTERS and len(self._lines) > 1):
            self._characters -= len(self._lines.popleft().text)
            self.first += 1

    @property
    def text(self) -> str:
        """Every line that is kept as plain text, behind a sentence about those that are not; empty where there is none."""
        out = [f"{self.first:,} earlier {'line is' if self.first == 1 else 'lines are'} not kept"] if self.first else []
        for level, where, text in self._lines:
            prefix = ", ".join(filter(None, (LEVELS[level], where)))
            out.append(f"{prefix}: {text}" if prefix else text)
        return "\n".join(out)

    def everything(self) -> dict[str, Any]:
        """The stretch of all that is kept."""
        return self._stretch(self.first, self._lines)

    def after(self, sent: int) -> dict[str, Any]:
        """The stretch that begins at an ordinal, or at the oldest line where that one is gone; at most one message's worth."""
        at, left = max(sent, self.first), MESSAGE_CHARACTERS
        lines: list[Line] = []
        for line in islice(self._lines, at - self.first, at - self.first + MESSAGE_LINES):
            left -= len(line.text)
            if lines and left < 0:
                break
            lines.append(line)
        return self._stretch(at, lines)

    def newest(self) -> dict[str, Any]:
        """The stretch of the last few lines."""
        left, lines = OPENING_CHARACTERS, deque[Line]()
        for line in islice(reversed(self._lines), OPENING_LINES):
            left -= len(line.text)
            if lines and left < 0:
                break
            lines.appendleft(line)
        return self._stretch(self.end - len(lines), lines)

    def _stretch(self, at: int, lines: deque[Line] | list[Line]) -> dict[str, Any]:
        return {"first": self.first, "at": at, "lines": [list(line) for line in lines]}
