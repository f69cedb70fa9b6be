"""Compare, and show, what an answer returned, whatever it is."""

from __future__ import annotations


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
