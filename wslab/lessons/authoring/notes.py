"""Typical answers of an exercise, right and wrong, noted as its module is imported, for `wslab.lessons.catalogue` to take up."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

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
