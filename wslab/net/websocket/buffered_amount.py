"""How many bytes `send` has taken and the network has not: `bufferedAmount` (WHATWG WebSockets section 3.1).

It never changes under the code that runs, only between its tasks: the first look in a task fixes it for the rest of that task.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.net.websocket.delivery import Inbox
    from wslab.net.websocket.sending import Sending


class BufferedAmount:
    """What `bufferedAmount` is made of, in bytes of application data.

    Args:
        home: The home loop.
        inbox: Knows whether a step of the home loop runs; `loosen` is called after each.
        sending: Knows how much the network has taken.
    """

    __slots__ = ("_asked", "_fixed", "_home", "_inbox", "_sending", "_taken")

    def __init__(self, home: asyncio.AbstractEventLoop, inbox: Inbox, sending: Sending) -> None:
        self._home = home
        self._inbox = inbox
        self._sending = sending
        self._asked = self._taken = 0
        self._fixed = False  # it stays what it is until the code that runs now has yielded

    @property
    def value(self) -> int:
        """Bytes that were given to `send` and not taken by the network. Any thread may read it."""
        if not self._fixed:
            self._fix()
        return self._asked - self._taken

    def add(self, size: int) -> None:
        """Count what `send` was given, in bytes."""
        if not self._fixed:
            self._fix()
        self._asked += size

    def loosen(self) -> None:
        """Let it change again: the code that ran has yielded."""
        self._fixed = False

    def _fix(self) -> None:
        self._taken = self._sending.taken
        try:
            if asyncio.get_running_loop() is not self._home:
                return
        except RuntimeError:  # another thread looks
            return
        self._fixed = True
        if not self._inbox.running:
            self._home.call_soon(self.loosen)
