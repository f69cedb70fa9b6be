"""The transcript of one conversation, for lessons whose conversations go on in other runtimes while cells come and go.

    story = Story(lab)
    story.begin()                         what comes now is a new conversation
    await story.until("Hello, client!")   its transcript, once this text stands in it

The number of the connection is left out: the same conversation reads the same, whatever was tried before it.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wslab.net import TimedOut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.lab import Lab

_PAUSE = 0.01  # seconds between two looks
_LINE = re.compile(r"#(\d+) +(.*)")
_HEAD = re.compile(r"(?P<who>\S+(?: → \S+)?)\s+(?P<kind>\S+)")


def _single(text: str) -> str:
    return re.sub(" +", " ", text)


@dataclass(frozen=True, repr=False, slots=True)
class TranscriptPart:
    """A transcript, or a part of it.

    Attributes:
        lines: Its lines.
        missing: What did not come in time, as a sentence; empty where everything came.
    """

    lines: tuple[str, ...]
    missing: str = ""

    def of(self, *words: str) -> TranscriptPart:
        """The lines that a side wrote (``client``, ``server``, ``client → server``), or those of a kind (``print``)."""
        heads = ((line, _HEAD.match(line)) for line in self.lines)
        lines = (line for line, head in heads if head and {head["who"], head["kind"]} & set(words))
        return TranscriptPart(tuple(lines), self.missing)

    def since(self, text: str) -> TranscriptPart:
        """The lines from the first one on in which a text stands; none where it stands in none."""
        at = next((at for at, line in enumerate(self.lines) if _single(text) in _single(line)), len(self.lines))
        return TranscriptPart(self.lines[at:], self.missing)

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def __contains__(self, text: object) -> bool:
        """Whether a text stands in some line. How many spaces there are between its words does not matter."""
        return isinstance(text, str) and any(_single(text) in _single(line) for line in self.lines)

    def __repr__(self) -> str:
        return "\n".join([*([self.missing] if self.missing else []), *self.lines])


class Story:
    """Tells the newest conversation of a lab.

    Args:
        lab: The lab.
        limit: The longest that `until` waits, in seconds.
    """

    def __init__(self, lab: Lab, *, limit: float = 20.0) -> None:
        self._lab = lab
        self._limit = limit
        self._before = 0

    def begin(self) -> None:
        """What comes from now on is a new conversation."""
        self._before = max((number for number, _ in self._lines()), default=0)

    async def until(self, *texts: str) -> TranscriptPart:
        """Wait until the newest conversation has come so far, and tell it.

        Args:
            texts: What must stand in its transcript, each in some line.

        Returns:
            Its transcript. Where something did not come in time, it begins with a sentence that says so.
        """
        deadline = time.monotonic() + self._limit
        while missing := [text for text in texts if text not in self._newest()]:
            if time.monotonic() > deadline:
                said = f"Within {self._limit:g} s this did not come: {', '.join(missing)}. Run the cell before this one, then this one."
                return TranscriptPart(self._newest().lines, said)
            await asyncio.sleep(_PAUSE)
        try:
            await self._lab.settled(self._limit)
        except TimedOut as error:
            return TranscriptPart(self._newest().lines, str(error))
        return self._newest()

    def _newest(self) -> TranscriptPart:
        lines = self._lines()
        newest = max((number for number, _ in lines), default=0)
        return TranscriptPart(tuple(line for number, line in lines if number == newest > self._before))

    def _lines(self) -> list[tuple[int, str]]:
        found = (_LINE.match(line) for line in self._lab.transcript().splitlines())
        return [(int(one[1]), one[2]) for one in found if one]
