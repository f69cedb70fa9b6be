"""What stands behind ``%%browser`` or ``%%node``, read option by option; what it should have been is said in the error."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING, Any, Literal

from IPython.core.error import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Kind = Literal["flag", "name", "seconds"]
"""What an option is: a word by itself, or one that is followed by a name, or by a time if one is given."""

WAIT = 30.0
"""How long ``--wait`` waits where no time is given, in seconds."""

_MAX_WAIT = 3600.0


def read(
    line: str, usage: str, kinds: Mapping[str, Kind], exclusive: Sequence[tuple[str, set[str], str]] = ()
) -> dict[str, Any]:
    """Read the options of one line.

    Args:
        line: The line.
        usage: What may stand there, beginning with the magic's own name.
        kinds: The options that there are, without their dashes.
        exclusive: What does not go together: an option, those that it cannot stand beside, and what is said of that.

    Returns:
        What stands there, by name without dashes: True for a flag, else the value that was given last.

    Raises:
        UsageError: It is something else; says what was expected.
    """
    try:
        left = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{error} in {line!r}; write {usage}") from None
    found: dict[str, Any] = {}
    while left:
        option, _, value = left.pop(0).partition("=")
        name = option.removeprefix("--")
        kind = kinds.get(name) if name != option else None
        if kind is None or (kind == "flag" and value):
            raise UsageError(f"{usage.split(maxsplit=1)[0]} does not know {option!r}; write {usage}")
        if kind != "flag" and not value and left and not left[0].startswith("--"):
            value = left.pop(0)
        found[name] = True if kind == "flag" else _name(option, value) if kind == "name" else _seconds(option, value)
    for name, others, said in exclusive:
        if name in found and others & found.keys():
            raise UsageError(said)
    return found


def _name(option: str, text: str) -> str:
    if not text:
        raise UsageError(f"{option} is followed by a name, such as {option} chat")
    return text


def _seconds(option: str, text: str) -> float:
    if not text:
        return WAIT
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _MAX_WAIT:
        raise UsageError(
            f"{option} takes seconds, more than 0 and at most {_MAX_WAIT:g}, not {text!r}; left out, it is {WAIT:g}"
        )
    return seconds


def none_running(what: str, name: str | None, others: Iterable[str]) -> str:
    """The sentence for whoever stops what does not run.

    Args:
        what: What it would be: ``Node cell``.
        name: The name that was given, if any.
        others: The names of those that run.
    """
    there = ", ".join(map(repr, others))
    return f"no {what}{f' named {name!r}' if name else ''} is running{f'; there is {there}' if there else ''}"
