"""The ends of open connections, as a panel acts on them: `wslab.lab` has them, and so have tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class Ends(Protocol):
    """The ends that a panel acts on. Every method may be called from any thread and returns at once."""

    def choices(self) -> list[tuple[str, Hashable]]:
        """Label (such as "1 client") and key of every end that can act."""

    def send(self, key: Hashable, data: str | bytes) -> None:
        """Hand over a message, or raise an exception whose text is a sentence to show."""

    def ping(self, key: Hashable) -> None:
        """Hand over a Ping, or raise."""

    def close(self, key: Hashable, code: int | None, reason: str) -> None:
        """Hand over a Close, or raise."""

    def fault(self, key: Hashable, name: str, value: float | None, direction: str | None) -> None:
        """Switch a fault on (`wslab.view.controls.fault_row.FAULT_CHOICES`), or raise."""

    def clear_faults(self, key: Hashable) -> None:
        """Switch all faults of an end off, or raise."""

    def can_ping(self, key: Hashable) -> bool:
        """Whether this end can send a Ping: a browser's WebSocket cannot."""

    def can_act(self, key: Hashable) -> bool:
        """Whether this end can send and close here: another program's code does that for itself."""

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back, from any thread, when the choices may have changed. Returns how to end that."""
