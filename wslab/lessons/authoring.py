"""What a file of wslab/lessons/exercises imports to say its exercise. `wslab/lessons/exercises/README.md` shows how.

Trial, Handler        types of `check`
wrong, right          typical wrong answers, and right ones of odd styles
same, facts           compare, and show, what an answer returned, whatever it is
words_in              names and texts in an answer's code, for hints; verdicts look at what it does
LONGEST, ended        wait for what comes for certain
stays_open, turned    wait for what does not come
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from wslab.lessons.blame import words_in
from wslab.lessons.patience import LONGEST, stays_open, turned
from wslab.lessons.stage import Handler, ended
from wslab.lessons.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "LONGEST",
    "Handler",
    "Trial",
    "ended",
    "facts",
    "right",
    "same",
    "stays_open",
    "turned",
    "words_in",
    "wrong",
]

Code = str | dict[str, str]
"""Code of an answer: edits of the solution, of which each old piece occurs there exactly once; or a text. A text in which the answer's
name does not occur is what stands inside the function."""

noted: dict[str, list[tuple[str, str, Any]]] = {}
"""By module: why, the condition that catches it (none for a right answer), and a text, edits or a function."""


def wrong(why: str, caught_by: str, code: Code | None = None) -> Callable[[Any], Any]:
    """Note a typical wrong answer: as code, or as a decorator of a function.

    Args:
        why: The mistake, in a few words.
        caught_by: Name of the condition that catches it.
        code: The code, where it is not the function below.
    """
    return _note(sys._getframe(1).f_globals["__name__"], why, caught_by, code)  # noqa: SLF001


def right(why: str, code: Code | None = None) -> Callable[[Any], Any]:
    """Note a right answer of an odd style: as code, or as a decorator of a function.

    Args:
        why: What is odd about it, in a few words.
        code: The code, where it is not the function below.
    """
    return _note(sys._getframe(1).f_globals["__name__"], why, "", code)  # noqa: SLF001


def _note(module: str, why: str, caught_by: str, code: Code | None) -> Callable[[Any], Any]:
    notes = noted.setdefault(module, [])
    if code is not None:
        notes.append((why, caught_by, code))

    def of_function(function: Any) -> Any:
        notes.append((why, caught_by, function))
        return function

    return of_function


def same(value: object, wanted: object) -> bool:
    """Whether an answer's value is the one that is wanted, whatever it says of itself: an `IntEnum` is an int, a named tuple a tuple."""
    if isinstance(wanted, (list, tuple)):
        kind = list if isinstance(wanted, list) else tuple
        return isinstance(value, kind) and len(value) == len(wanted) and all(map(same, value, wanted))
    if isinstance(wanted, dict):
        return (
            isinstance(value, dict)
            and value.keys() == wanted.keys()
            and all(same(value[key], wanted[key]) for key in wanted)
        )
    if isinstance(wanted, bytes):
        return isinstance(value, (bytes, bytearray, memoryview)) and bytes(value) == wanted
    return isinstance(value, type(wanted)) and type(wanted).__eq__(wanted, value) is True


def facts(**values: object) -> str:
    """Show values with their names, one a line: ``facts(expected=..., returned=...)``. An underscore in a name is a space."""
    width = max(map(len, values), default=0) + 1
    return "\n".join(f"{name.replace('_', ' ') + ':':{width}} {_shown(value)}" for name, value in values.items())


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  an answer may return anything, even what cannot be shown
        text = f"(a {type(value).__name__} that cannot be shown)"
    return text if len(text) <= 300 else text[:299] + "…"
