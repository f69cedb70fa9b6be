"""How far a page's run has come, as its page tells: which sockets are open, and whether the code has ended.

The page is not trusted: what is not as it must be is passed over, and what is kept is bounded.
"""

from __future__ import annotations

from typing import Any

from wslab.peers.feed_items import number_of, text_of, without_password
from wslab.wire import one_line

_SOCKETS = 10_000  # the most that are kept an eye on at once


class Progress:
    """The state of one run.

    Attributes:
        done: Whether the code has run to its end; what it has set going may go on.
        well: Whether it ended without raising.
        seen: How many sockets there were.
    """

    def __init__(self) -> None:
        self.done = False
        self.well = True
        self.seen = 0
        self._open: dict[int, tuple[str, str]] = {}

    def take(self, item: dict[str, Any]) -> bool:
        """Look at an item of the feed.

        Returns:
            Whether it opens or closes a socket.
        """
        number, kind = number_of(item, "id"), item.get("k")
        if number is None or kind not in ("socket", "event"):
            return False
        if kind == "socket":
            if len(self._open) < _SOCKETS:
                self._open[number] = (without_password(text_of(item, "url") or ""), "CONNECTING")
                self.seen += 1
            return True
        if item.get("name") == "open" and number in self._open:
            self._open[number] = (self._open[number][0], "OPEN")
        return item.get("name") == "close" and self._open.pop(number, None) is not None

    def leave(self) -> None:
        """The page is gone, and every socket with it."""
        self._open.clear()

    @property
    def idle(self) -> bool:
        """Whether the code has ended and all its sockets are closed."""
        return self.done and not self._open

    @property
    def open(self) -> int:
        """How many sockets are not closed yet."""
        return len(self._open)

    def still(self) -> str:
        """What is not over yet, in words."""
        sockets = list(self._open.values())
        said = [f"{one_line(url, 100)} is {state}" for url, state in sockets[:5]]
        said += [f"and {len(sockets) - 5} more sockets"] if len(sockets) > 5 else []
        if not self.done:
            said.insert(0, "the cell's code has not ended")
        return ", ".join(said)
