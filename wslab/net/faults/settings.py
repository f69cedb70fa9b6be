"""The vocabulary of faults: what can be switched on, in which direction, and whether a value can be that.

Everything here is frozen: settings are made by one thread and obeyed by another.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from wslab.net.errors import BadType, BadValue

Way = Literal["client to server", "server to client"]
"""A direction, by the timeline's name of it."""

WAYS: tuple[Way, Way] = ("client to server", "server to client")

CORRUPTIONS = ("bad opcode", "RSV", "unmasked", "masked", "bad UTF-8", "wrong length")
"""How a frame can be made wrong."""

_MAX_LATENCY_SECONDS = 60.0  # of jitter too
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class DirectionSettings:
    """What one direction suffers.

    Attributes:
        latency: How long each byte is held, in seconds.
        jitter: How much longer at most, by chance. Order never changes.
        bandwidth: Bytes a second, or None for no limit.
        slice: The most bytes of one segment, or None for no limit.
        stalled: Whether nothing passes at all.
    """

    latency: float = 0.0
    jitter: float = 0.0
    bandwidth: float | None = None
    slice: int | None = None
    stalled: bool = False

    @property
    def words(self) -> str:
        """What is on, in words; empty where nothing is."""
        return ", ".join(words(item.name, value) for item in fields(self) if (value := getattr(self, item.name)))


@dataclass(frozen=True, slots=True)
class DropTrigger:
    """When to drop a connection.

    Attributes:
        bytes: After so many of them, counted from when it was switched on.
        seconds: After so long, whatever is sent.
        idle: After so long without any byte, in seconds.
        way: Which direction's bytes count; None for both together.
    """

    bytes: int | None = None
    seconds: float | None = None
    idle: float | None = None
    way: Way | None = None

    @property
    def words(self) -> str:
        """When, in words; empty for never."""
        said = [f"{self.bytes} B{f' {self.way}' if self.way else ''}"] if self.bytes is not None else []
        said += [f"{self.seconds:g} s"] if self.seconds is not None else []
        said += [f"{self.idle:g} s without a byte"] if self.idle is not None else []
        return " or ".join(said)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that stays switched on until it is switched off."""

    up: DirectionSettings = field(default_factory=DirectionSettings)
    down: DirectionSettings = field(default_factory=DirectionSettings)
    drop: DropTrigger = field(default_factory=DropTrigger)

    def of(self, way: Way) -> DirectionSettings:
        """What one direction suffers."""
        return self.up if way == "client to server" else self.down

    def change(self, way: Way | None, **values: Any) -> Settings:
        """The settings with other values in one direction, or in both."""
        up = replace(self.up, **values) if way != "server to client" else self.up
        down = replace(self.down, **values) if way != "client to server" else self.down
        return replace(self, up=up, down=down)

    @property
    def words(self) -> str:
        """What is on, in words; empty where nothing is."""
        if self.up == self.down:
            said = [f"{self.up.words}, both directions"] if self.up.words else []
        else:
            said = [f"{settings.words}, {way}" for way in WAYS if (settings := self.of(way)).words]
        said += [f"drop after {self.drop.words}"] if self.drop.words else []
        return "; ".join(said)


NOTHING = Settings()


def words(name: str, value: Any) -> str:
    """One setting in words."""
    if not value:
        return f"{name} off"
    if name == "stalled":
        return "stalled"
    if name == "slice":
        return f"slices of {value} B"
    return f"{name} {value:g} {'B/s' if name == 'bandwidth' else 's'}"


def check_way(way: object) -> Way | None:
    """A direction as somebody passed it; None stands for both.

    Raises:
        BadType, BadValue: It is none.
    """
    if way is None or way in WAYS:
        return way
    error = BadValue if isinstance(way, str) else BadType
    raise error(f"a direction is {WAYS[0]!r} or {WAYS[1]!r}, or left out for both, not {way!r:.40}")


def check_setting(name: str, value: object) -> float | int | None:
    """A value of latency, jitter, bandwidth or slice as somebody passed it.

    Raises:
        BadType, BadValue: It cannot be that.
    """
    if name in ("latency", "jitter"):
        if value is None:
            return 0.0
        return check_seconds(name, value, _MAX_LATENCY_SECONDS, least=0.0)
    what = "bytes a second, such as 10_000" if name == "bandwidth" else "a whole number of bytes, such as 1"
    kinds = (int, float) if name == "bandwidth" else (int,)
    if value is None or (value == 0 and not isinstance(value, bool)):
        return None
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise BadType(f"{name} is {what}, or None for no limit, not {value!r:.40}")
    number: float | int = value
    if not (math.isfinite(number) and number >= 1):
        raise BadValue(f"{name} is {what}, or None for no limit, not {value!r:.40}")
    return number


def check_seconds(name: str, value: object, most: float = _DAY_SECONDS, *, least: float = 0.001) -> float:
    """A time as somebody passed it, in seconds.

    Raises:
        BadType, BadValue: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadType(f"{name} is a number of seconds, such as 0.2, not {value!r:.40}")
    if not least <= value <= most:
        hint = f"; for milliseconds write {name}={value / 1000:g}" if value > most and math.isfinite(value) else ""
        raise BadValue(f"{name} is {least:g} to {most:g} seconds, not {value!r}{hint}")
    return float(value)


def check_bytes(value: object) -> int:
    """A number of bytes after which to drop.

    Raises:
        BadType, BadValue: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadType(f"bytes is a whole number, such as 1000, not {value!r:.40}")
    if value < 1:
        raise BadValue(f"bytes is at least 1, not {value}; to drop at once write .drop()")
    return value


def check_corruption(what: object, way: object, own: Way) -> tuple[str, Way]:
    """Which frame to make wrong, and how.

    Args:
        what: One of `CORRUPTIONS`, as somebody passed it.
        way: The direction, as somebody passed it.
        own: The direction that is meant when none is said.

    Raises:
        BadType, BadValue: That cannot be.
    """
    known = ", ".join(map(repr, CORRUPTIONS))
    if not isinstance(what, str):
        raise BadType(f"corrupt takes the name of a fault, one of {known}, not {what!r:.40}")
    found = next((name for name in CORRUPTIONS if name.casefold() == what.casefold()), None)
    if found is None:
        close = difflib.get_close_matches(what, CORRUPTIONS, 1, 0.4)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise BadValue(f"a frame is corrupted by one of {known}, not {what!r:.40}{hint}")
    needed: dict[str, Way] = {"unmasked": "client to server", "masked": "server to client"}
    chosen = check_way(way) or needed.get(found, own)
    if chosen != needed.get(found, chosen):
        is_so = "unmasked" if found == "unmasked" else "masked"
        other = "masked" if found == "unmasked" else "unmasked"
        raise BadValue(f"frames {chosen} are {is_so} as it is; write corrupt({other!r}, direction={chosen!r})")
    return found, chosen
