"""The errors that begin lowest in the house. Each says what was expected, what came, and what to type next.

Exception
└── LabError
    ├── BadValue (ValueError)         an argument of the right type that cannot work
    └── BadType (TypeError)           an argument of the wrong type
"""

from __future__ import annotations


class LabError(Exception):
    """The root of all errors of wslab."""


class BadValue(LabError, ValueError):
    """An argument has the right type and a value that cannot work."""


class BadType(LabError, TypeError):
    """An argument has the wrong type."""


def came(thing: object) -> str:
    """Say what came instead of what was expected, in a few words.

    Args:
        thing: Any object.

    Returns:
        Its type, and a number itself.
    """
    kind = type(thing).__name__
    if isinstance(thing, (int, float)) and not isinstance(thing, bool):
        return f"the number {thing}" if abs(thing) < 10**18 else "a very large number"
    if thing is None or isinstance(thing, bool):
        return str(thing)
    return f"{'an' if kind[:1] in 'aeio' else 'a'} {kind}"


def octets(data: object, advice: str) -> bytes:
    """Take bytes from whoever passes something like them.

    Args:
        data: bytes, bytearray or memoryview.
        advice: What to type instead, when it is something else.

    Returns:
        The bytes, the same object where they are bytes already.

    Raises:
        BadType: It is something else.
    """
    if isinstance(data, bytes):
        return data
    if isinstance(data, (bytearray, memoryview)):
        return bytes(data)
    raise BadType(f"expected bytes, got {came(data)}; {advice}")
