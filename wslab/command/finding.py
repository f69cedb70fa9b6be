"""What a check found, and how versions are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        name: What was looked at, in a word or two.
        text: What is there; or what was expected and what came.
        type: What to type where something is missing.
        fine: Whether it works.
    """

    name: str
    text: str
    type: tuple[str, ...] = ()
    fine: bool = True


def lacking(name: str, text: str, *typing: str) -> Finding:
    """A finding that something is missing or does not work."""
    return Finding(name, text, typing, fine=False)


def split_requirement(requirement: str) -> tuple[str, str]:
    """Divides ``websockets<18,>=17`` into its name and its bounds."""
    found = re.match(r"\s*([A-Za-z0-9._-]+)\s*(.*)", requirement)
    return (found[1], found[2].strip()) if found else (requirement, "")


def within(version: str, bounds: str) -> bool:
    """Whether a version satisfies bounds made of ``>=`` and ``<``, the only two that pyproject.toml uses."""
    have = numbers(version)
    tests = {">=": lambda bound: have >= bound, "<": lambda bound: have < bound}
    return all(tests[sign](numbers(bound)) for sign, bound in re.findall(r"(>=|<)\s*([\w.]+)", bounds))


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, without what follows them and without zeros at the end: 17 and 17.0 are the same."""
    numbers = [int(part) for part in re.match(r"[\d.]*", version)[0].split(".") if part]  # type: ignore[index]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
