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


def divided(requirement: str) -> tuple[str, str]:
    """The name and the bounds of a requirement without extras, such as ``websockets<18,>=17``."""
    name = re.match(r"[\w.-]*", requirement)[0]  # type: ignore[index]
    return name, requirement.removeprefix(name).strip()


def within(version: str, bounds: str) -> bool:
    """True if a version is one, and satisfies bounds such as ``>=17,<18``. A pre-release counts like any other.

    True, too, where `packaging` is missing, and nothing can be compared.
    """
    try:
        from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - may be missing
        from packaging.version import InvalidVersion, Version  # noqa: PLC0415
    except ImportError:
        return True
    try:
        return SpecifierSet(bounds).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False
