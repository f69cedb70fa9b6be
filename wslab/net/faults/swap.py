"""Putting something between an asyncio transport, its user and its protocol, and taking it out again.

Attributes of the two instances hide those of their classes while it is in. While it is out nobody asks whether it is there:
that is why a link without faults costs nothing.
"""

from __future__ import annotations


class Swap:
    """The attributes of one object, hidden by those of another.

    Args:
        holder: The object.
        other: The other one.
        names: Which attributes.
    """

    def __init__(self, holder: object, other: object, names: tuple[str, ...]) -> None:
        self._attributes = vars(holder)
        self._names = names
        self._kept = {name: self._attributes[name] for name in names if name in self._attributes}
        self._attributes.update((name, getattr(other, name)) for name in names)

    def undo(self) -> None:
        """Let the object be what it was. Doing it twice does nothing."""
        for name in self._names:
            self._attributes.pop(name, None)
        self._attributes.update(self._kept)
        self._names, self._kept = (), {}
