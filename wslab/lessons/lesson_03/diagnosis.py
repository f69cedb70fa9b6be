"""How the exercises of this lesson judge: one diagnosis of an answer, and a condition for each.

The answers of this lesson are functions of bytes, so one wrong value has one cause that fits best. `unless` makes the
condition that holds unless its own name is the diagnosis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from wslab.lessons.exercise import Attempt, Condition, shows_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

C = TypeVar("C")
E = TypeVar("E")

LONGEST = 16
"""Bytes that are shown of a frame."""


def unless(
    diagnosis: str,
    hint: str,
    diagnose: Callable[[E], str],
    shows: Callable[[Attempt[E]], str] = shows_nothing,
) -> Condition[E]:
    """Make the condition that holds unless its name is the diagnosis.

    Args:
        diagnosis: Its name.
        hint: What to say to somebody whose answer has this diagnosis.
        diagnose: Names what is wrong with the evidence; empty where nothing is.
        shows: The facts that go with the hint.
    """
    return Condition(diagnosis, hint, lambda attempt: diagnose(attempt.evidence) != diagnosis, shows)


def first_wrong(cases: Iterable[C], judge: Callable[[C], str]) -> tuple[str, C | None]:
    """Find the first case that something is wrong with.

    Args:
        cases: What was tried.
        judge: Names what is wrong with a case; empty where nothing is.

    Returns:
        The name and the case, or nothing and None.
    """
    for case in cases:
        if name := judge(case):
            return name, case
    return "", None


def as_hex(data: bytes) -> str:
    """The first bytes in hex, as the lesson writes them."""
    return data[:LONGEST].hex(" ") + (" ..." if len(data) > LONGEST else "")


def came(value: Any) -> str:
    """A returned value, as it is told."""
    return as_hex(bytes(value)) or "no bytes" if type(value) in {bytes, bytearray} else repr(value)
