"""What each fault of the panel's row does to the faults of an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.net import BadValue

if TYPE_CHECKING:
    from wslab.net import Faults


def apply_fault(faults: Faults, name: str, value: float | None, way: Any) -> None:
    """Switch a fault on.

    Args:
        faults: Those of the end.
        name: One of `wslab.view.FAULT_CHOICES`.
        value: Its value, where it takes one.
        way: Its direction, or None.

    Raises:
        BadType, BadValue: That cannot be.
    """
    settings: dict[str, Any] = {name: value}
    if name in ("latency", "jitter", "bandwidth", "slice"):
        faults.set(**settings, direction=way)
    elif name == "stall":
        faults.stall(way)
    elif name == "resume":
        faults.resume(way)
    elif name == "half-close":
        faults.half_close()
    elif name == "reset":
        faults.reset()
    elif name == "drop":
        faults.drop()
    elif name.startswith("corrupt: "):
        faults.corrupt(name.removeprefix("corrupt: "), way)
    elif name.startswith("drop after "):
        after: dict[str, Any] = {name.removeprefix("drop after "): value}
        faults.drop_after(**after, direction=way)
    else:
        raise BadValue(f"there is no fault called {name!r}; choose one from the list")
