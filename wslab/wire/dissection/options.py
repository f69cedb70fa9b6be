"""What a dissection may be told: the direction, what was agreed on about compression, and a receiver's limit."""

from __future__ import annotations

from typing import Literal, TypeAlias

from wslab.wire.deflate import Deflate, Inflater
from wslab.wire.errors import BadType, BadValue, came

UP, DOWN = "client to server", "server to client"

DeflateOption: TypeAlias = Deflate | Inflater | bool | Literal["unknown"] | None


def check_options(direction: object, deflate: object, max_size: object) -> None:
    """Refuse what makes no sense.

    Args:
        direction: As passed by a caller.
        deflate: Likewise.
        max_size: Likewise.

    Raises:
        BadType: An argument has the wrong type.
        BadValue: `direction` is no direction, or `max_size` is negative.
    """
    expected = f'expected direction="{UP}", "{DOWN}" or None'
    if direction is not None and not isinstance(direction, str):
        raise BadType(f"{expected}, got {came(direction)}; leave it out when nobody knows")
    if direction not in (UP, DOWN, None):
        raise BadValue(f"{expected}, got {direction[:40]!r}; leave it out when nobody knows")
    known = isinstance(deflate, (Deflate, Inflater, bool)) or deflate is None
    if not known and not (isinstance(deflate, str) and deflate == "unknown"):
        raise BadType(
            f'expected deflate=True, a Deflate, an Inflater, "unknown" or None, got {came(deflate)}; '
            f"leave it out when no compression was agreed on"
        )
    if max_size is None:
        return
    if isinstance(max_size, bool) or not isinstance(max_size, int):
        raise BadType(f"expected max_size as a number of bytes or None, got {came(max_size)}; write max_size=2**20")
    if max_size < 0:
        raise BadValue(f"expected max_size of 0 or more, got {came(max_size)}; write max_size=2**20, or leave it out")


def inflater_of(deflate: DeflateOption) -> Inflater | None:
    """The context in which the first message stands.

    Args:
        deflate: What was agreed on.

    Returns:
        An inflater of its own, or None when there is nothing to inflate with.
    """
    if isinstance(deflate, Inflater):
        return deflate.copy()
    if isinstance(deflate, Deflate):
        return Inflater(deflate)
    return Inflater(Deflate()) if deflate is True else None
