"""How the exercises of this lesson judge: one diagnosis of an answer, and a condition for each.

The answers of this lesson are functions of bytes, so one wrong value has one cause that fits best. `unless` makes the
condition that holds unless its own name is the diagnosis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from wslab.lessons.exercise import Attempt, Condition, shows_nothing

if TYPE_CHECKING:
    from collections.abc import Callable

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


def as_hex(data: bytes) -> str:
    """The first bytes in hex, as the lesson writes them."""
    return data[:LONGEST].hex(" ") + (" ..." if len(data) > LONGEST else "")


def came(value: Any) -> str:
    """A returned value, as it is told."""
    return as_hex(bytes(value)) or "no bytes" if type(value) in {bytes, bytearray} else repr(value)
