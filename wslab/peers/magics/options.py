"""What stands behind ``%%browser`` or ``%%node``, read option by option; what it should have been is said in the error."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING

from IPython.core.error import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WAIT = 30.0
"""How long ``--wait`` waits where no time is given, in seconds."""

_MAX_WAIT = 3600.0


class Options:
    """The options of one line. Iterating gives their names; the value of the last one given is asked for.

    The end of it is that all of them were seen to go together.

    Args:
        line: The line.
        usage: What may stand there, beginning with the magic's own name.
        apart: What does not go together: an option, those that it cannot stand beside, and what is said of that.

    Raises:
        UsageError: The line cannot be split into words.
    """

    def __init__(self, line: str, usage: str, apart: Sequence[tuple[str, set[str], str]] = ()) -> None:
        self._usage = usage
        self._apart = apart
        self._option = self._value = ""
        try:
            self._left = shlex.split(line)
        except ValueError as error:
            raise UsageError(f"{error} in {line!r}; write {usage}") from None

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        while self._left:
            self._option, _, self._value = self._left.pop(0).partition("=")
            seen.add(self._option)
            yield self._option
        for option, others, said in self._apart:
            if option in seen and seen & others:
                raise UsageError(said)

    @property
    def bare(self) -> bool:
        """Whether no value was written to the option with ``=``."""
        return not self._value

    def name(self) -> str:
        """The name that follows.

        Raises:
            UsageError: There is none.
        """
        name = self._following()
        if not name:
            raise UsageError(f"{self._option} is followed by a name, such as {self._option} chat")
        return name

    def seconds(self) -> float:
        """The time that follows, or `WAIT`.

        Raises:
            UsageError: It is no time, or too long a one.
        """
        text = self._following()
        if not text:
            return WAIT
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds <= _MAX_WAIT:
            raise UsageError(
                f"{self._option} takes seconds, more than 0 and at most {_MAX_WAIT:g}, not {text!r}; left out, it is {WAIT:g}"
            )
        return seconds

    def unknown(self) -> UsageError:
        """The error for an option that there is not."""
        return UsageError(f"{self._usage.split()[0]} does not know {self._option!r}; write {self._usage}")

    def _following(self) -> str:
        if not self._value and self._left and not self._left[0].startswith("--"):
            self._value = self._left.pop(0)
        return self._value
