"""The labs that are open, one of each name: who takes over from whom, and the end of the process.

    a second Lab("x")    closes the first in the background, on the first one's own thread, and inherits its ports
    the process exits    1001 to everybody, half a second at most, then silence

A lab is known here by its name only; how it is closed is handed in.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from wslab.net import LabError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

EXIT_LIMIT = 0.5
"""How long the end of the process may take, in seconds."""

L = TypeVar("L")
Inherited: TypeAlias = "tuple[dict[str, int], Future[None] | None]"
"""The ports of a lab by server name, and a future that is done once the lab is closed."""


class NoLab(LabError, LookupError):
    """There is no lab, or none of that name."""


class OpenLabs(Generic[L]):
    """The open labs of this process.

    Args:
        hand_over: Closes a lab in the background, because another takes over.
        end: Closes a lab in the background, because the process exits; returns a future that is done once it is closed.
        failed: Told what `end` raises.
    """

    def __init__(
        self,
        hand_over: Callable[[L], Inherited],
        end: Callable[[L], Future[None] | None],
        failed: Callable[[L, Exception], None],
    ) -> None:
        self._hand_over = hand_over
        self._end = end
        self._failed = failed
        self._labs: dict[str, L] = {}  # the newest last

    def enter(self, name: str, lab: L) -> Inherited:
        """Take in a lab; an open one of the same name is closed.

        Returns:
            What the lab inherits.
        """
        old = self._labs.pop(name, None)
        self._labs[name] = lab
        return self._hand_over(old) if old is not None else ({}, None)

    def leave(self, name: str, lab: L) -> None:
        """Forget a lab that is closing."""
        if self._labs.get(name) is lab:
            del self._labs[name]

    def find(self, name: str | None = None) -> L:
        """The newest open lab, or the open one of a name.

        Raises:
            NoLab: There is none.
        """
        if name is None:
            if not self._labs:
                raise NoLab("there is no lab yet; run: from wslab import Lab; lab = Lab()")
            return next(reversed(self._labs.values()))
        if name not in self._labs:
            there = f"the labs are {', '.join(map(repr, self._labs))}" if self._labs else "there is none yet"
            raise NoLab(f"there is no lab named {name!r}, {there}; run: lab = Lab({name!r})")
        return self._labs[name]

    def close_all(self) -> None:
        """Close every lab, because the process exits."""
        deadline = time.monotonic() + EXIT_LIMIT
        waits = []
        for lab in list(self._labs.values()):
            try:
                waits.append(self._end(lab))
            except Exception as error:  # noqa: BLE001  (the others say goodbye all the same)
                self._failed(lab, error)
        for gone in waits:
            if gone is not None:
                with contextlib.suppress(Exception):
                    gone.result(max(0.0, deadline - time.monotonic()))
