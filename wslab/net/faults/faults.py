"""Faults on purpose: what a learner switches on at one end of a connection, or at a server, while traffic flows.

    faults.latency = 0.2          faults.jitter, faults.bandwidth, faults.slice      held, limited, cut
    faults.stall("client to server")     faults.resume()                            a black hole, and its end
    faults.half_close()   faults.reset()   faults.drop()                             FIN one way, RST, TCP closed without a Close frame
    faults.corrupt("bad opcode")                                                     the next frame is wrong
    faults.drop_after(bytes=1000), (seconds=5), (idle=2)                             later
    faults.clear()                                                                   the line is as it was

Everything here checks what it was given and leaves a row; it is done on the connection's own loop (`wslab.net.faults.link`).
"""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wslab.net.errors import BadType, BadValue
from wslab.net.faults.settings import (
    NOTHING,
    WAYS,
    DropTrigger,
    Settings,
    Way,
    check_bytes,
    check_corruption,
    check_seconds,
    check_setting,
    check_way,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.faults.link import FaultyLink

_KEEP: Any = object()
_NAMES = ("latency", "jitter", "bandwidth", "slice")
_BOTH = "both directions"


def _one_setting(name: str, what: str) -> Any:
    def read(self: Faults) -> Any:
        values = {way: getattr(self.settings.of(way), name) for way in WAYS}
        return values if len(set(values.values())) > 1 else values[WAYS[0]]

    def write(self: Faults, value: Any) -> None:
        self.set(**{name: value})

    return property(
        read, write, doc=f"{what} Assigning sets both directions; `set` sets one. A dict where they differ."
    )


class Faults(ABC):
    """What goes wrong on purpose. See `wslab.net.faults.faults` for all of it.

    Directions are named as on the timeline: ``client to server``, ``server to client``; left out, both are meant.
    """

    __slots__ = ("__weakref__", "_of", "_own", "_secure", "_settings")

    latency = _one_setting("latency", "How long each byte is held, in seconds.")
    jitter = _one_setting("jitter", "How much longer each piece is held at most, by chance, in seconds; order stays.")
    bandwidth = _one_setting("bandwidth", "Bytes a second; None for no limit.")
    slice = _one_setting("slice", "The most bytes of one segment; None for no limit.")

    def __init__(self, own: Way, of: str, *, secure: bool) -> None:
        self._own = own
        self._of = of
        self._secure = secure
        self._settings = NOTHING

    @property
    def settings(self) -> Settings:
        """What is switched on."""
        return self._settings

    @property
    def stalled(self) -> tuple[Way, ...]:
        """The directions in which nothing passes."""
        return tuple(way for way in WAYS if self.settings.of(way).stalled)

    def set(
        self,
        *,
        latency: float = _KEEP,
        jitter: float = _KEEP,
        bandwidth: float | None = _KEEP,
        slice: int | None = _KEEP,  # noqa: A002  (the word of the field)
        direction: Way | None = None,
    ) -> None:
        """Set what one direction suffers, or both.

        Args:
            latency: How long each byte is held, in seconds.
            jitter: How much longer at most, by chance, in seconds.
            bandwidth: Bytes a second; None for no limit.
            slice: The most bytes of one segment; None for no limit.
            direction: Which direction; both when left out.

        Raises:
            BadType, BadValue: A value cannot be that.
        """
        given = dict(zip(_NAMES, (latency, jitter, bandwidth, slice), strict=True))
        values = {name: check_setting(name, value) for name, value in given.items() if value is not _KEEP}
        way = check_way(direction)
        if not values:
            raise BadValue("nothing to set; write for example faults.set(latency=0.2, direction='server to client')")
        name = ", ".join(words(*item) for item in values.items())
        self._change(lambda settings: settings.change(way, **values), name, way or _BOTH)

    def stall(self, direction: Way | None = None) -> None:
        """Let nothing pass, and tell nobody: a black hole, until `resume`."""
        way = check_way(direction)
        self._change(lambda settings: settings.change(way, stalled=True), "stall", f"{way or _BOTH}: nothing passes")

    def resume(self, direction: Way | None = None) -> None:
        """End a stall. What was held passes, in order."""
        way = check_way(direction)
        self._change(lambda settings: settings.change(way, stalled=False), "resume", way or _BOTH)

    def half_close(self) -> None:
        """End this end's direction with FIN, without a Close frame; the other direction stays as it is.

        Raises:
            BadValue: TLS has no half-closed connections; or there is no connection.
        """
        if self._secure:
            raise BadValue("TLS cannot end one direction only; write faults.drop(), or use a ws: server")
        self._act(lambda link: link.half_close(), "half-close", f"FIN {self._own}; nothing more leaves")

    def reset(self) -> None:
        """End TCP at once with RST, as a crash or a firewall does."""
        self._act(lambda link: link.reset(), "reset", "RST; what had not left is lost")

    def drop(self) -> None:
        """End TCP in good order, with FIN and without a Close frame, as a proxy does that has had enough."""
        self._act(lambda link: link.drop(), "drop", "TCP closed without a Close frame")

    def corrupt(self, what: str, direction: Way | None = None) -> None:
        """Make the next frame wrong.

        Args:
            what: ``bad opcode``, ``RSV``, ``unmasked`` (a client's), ``masked`` (a server's), ``bad UTF-8`` (the next text)
                or ``wrong length``.
            direction: Whose next frame; what this end sends when left out.

        Raises:
            BadType, BadValue: There is no such fault in that direction.
        """
        what, way = check_corruption(what, direction, self._own)
        self._act(lambda link: link.corrupt(what, way), f"corrupt: {what}", f"the next frame that fits, {way}")

    def drop_after(
        self,
        *,
        bytes: int | None = None,  # noqa: A002  (the word of the field)
        seconds: float | None = None,
        idle: float | None = None,
        direction: Way | None = None,
    ) -> None:
        """Drop the connection later, each connection counted from now or from its own beginning.

        Args:
            bytes: After exactly so many; from a connection's beginning its opening handshake counts too.
            seconds: After so long, under steady traffic too.
            idle: After so many seconds without any byte.
            direction: Which direction's bytes count; both together when left out.

        Raises:
            BadType, BadValue: It is not exactly one of the three, or cannot be that.
        """
        way = check_way(direction)
        if sum(value is not None for value in (bytes, seconds, idle)) != 1:
            raise BadType(
                "drop_after takes one of bytes, seconds and idle; write for example faults.drop_after(seconds=2)"
            )
        if way is not None and bytes is None:
            raise BadType("a direction goes with bytes only; write faults.drop_after(bytes=1000, direction=...)")
        trigger = DropTrigger(
            None if bytes is None else check_bytes(bytes),
            None if seconds is None else check_seconds("seconds", seconds),
            None if idle is None else check_seconds("idle", idle),
            way,
        )
        self._change(
            lambda settings: replace(settings, drop=trigger), f"drop after {trigger.words}", "counted from here"
        )

    def clear(self) -> None:
        """Switch all faults off. What is held passes at once, in order; what is broken stays broken."""
        self._change(lambda _: NOTHING, "no faults", "the line is as it was")

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and name not in _NAMES:
            close = difflib.get_close_matches(name, _NAMES, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            calls = "stall(), resume(), half_close(), reset(), drop(), corrupt(), drop_after(), clear()"
            raise AttributeError(f"faults has no {name} to set: it has {', '.join(_NAMES)}, and {calls}{hint}")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<faults of {self._of}: {self.settings.words or 'none'}>"

    # Where it goes

    @abstractmethod
    def _change(self, make: Callable[[Settings], Settings], name: str, text: str) -> None:
        """Have other settings from now on, with a row."""

    @abstractmethod
    def _act(self, act: Callable[[FaultyLink], None], name: str, text: str) -> None:
        """Do something once, to what is open, with a row."""
