"""How many bytes `send` has taken and the network has not: `bufferedAmount` (WHATWG WebSockets section 3.1).

It never changes under the code that runs, only between its tasks: the first look in a task fixes it for the rest of that task.
"""

from __future__ import annotations

import asyncio


class BufferedAmount:
    """What `bufferedAmount` is made of, in bytes of application data.

    Attributes:
        asked: Given to `send`.
        taken: Known to be taken by the network.
        fixed: Whether it stays what it is until the code that runs now has yielded.
    """

    __slots__ = ("asked", "fixed", "taken")

    def __init__(self) -> None:
        self.asked = self.taken = 0
        self.fixed = False

    @property
    def value(self) -> int:
        """Bytes that were given to `send` and not taken by the network."""
        return self.asked - self.taken

    def fix(self, taken: int, home: asyncio.AbstractEventLoop, *, loosened: bool) -> None:
        """Take in how much has left; on the home loop, keep that until the code that runs now has yielded.

        Args:
            taken: Bytes that the network has taken so far.
            home: The home loop.
            loosened: Whether somebody calls `loosen` when that code has yielded.
        """
        self.taken = taken
        try:
            if asyncio.get_running_loop() is not home:
                return
        except RuntimeError:  # another thread looks
            return
        self.fixed = True
        if not loosened:
            home.call_soon(self.loosen)

    def loosen(self) -> None:
        """Let it change again."""
        self.fixed = False
