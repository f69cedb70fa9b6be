"""What a check found, and how versions are compared."""

from __future__ import annotations

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


def within(version: str, bounds: str) -> bool:
    """True if a version is one, and satisfies bounds such as ``>=17,<18``. A pre-release counts like any other."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - may be missing
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    try:
        return SpecifierSet(bounds).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False
