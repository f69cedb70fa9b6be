"""The two directions of a faulty link: a pipe each, and a corruption where the user is.

    user ──write──► alter ─► record ─► [Outgoing] ──► transport
    user ◄──────── record ◄─ alter ◄── [Incoming] ◄── transport

A row's time at the sender is when it was written; the receiver records, and sees, what comes when it comes. What is written and never
leaves is always the end of the stream, because TCP has no holes: `End.left` says where it begins.

Flow control stays true: what is held counts as not written yet, and past a bound nothing more is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.net.faults.corruption import Corruption
from wslab.net.faults.pipe import Pipe
from wslab.net.tcp import send_fin

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wslab.net.faults.settings import Way
    from wslab.net.faults.user import User
    from wslab.timeline import End

    Moved = Callable[[], None]
    Failed = Callable[[BaseException], object]

_HELD_BYTES = 1024 * 1024
"""How many incoming bytes are held before no more are read."""


class Outgoing(Pipe):
    """What the user writes.

    Args:
        real: The real transport.
        user: The user.
        end: Where to record.
        way: The direction.
        moved, failed: See `Pipe`.
    """

    def __init__(self, real: asyncio.Transport, user: User, end: End, way: Way, moved: Moved, failed: Failed) -> None:
        super().__init__(self._leave, moved, failed)
        self._real = real
        self._user = user
        self._end = end
        self.way = way
        self.corruption = Corruption(end, way, written=True)

    @property
    def waiting(self) -> int:
        """Bytes that were written and have not left, those that are held included."""
        return self.size + self._real.get_write_buffer_size()

    def lose(self, size: int, *, behind: bool = True) -> None:
        """Of what was written last, so many bytes never leave; they stand behind all that was lost before, or in front of it."""
        if size:
            end = self._end
            if end.left is None:
                end.left = end.sent.stop - size
            elif not behind:
                end.left -= size

    def lose_held(self, more: int = 0) -> None:
        """Throw away what is held; that, and so many bytes that the real transport holds, never leave."""
        self.lose(self.clear() + more, behind=False)

    def end(self) -> None:
        """Send FIN, where there is anything to end."""
        if not self._real.is_closing() and self._real.can_write_eof():
            send_fin(self._real)

    def flow(self) -> None:
        """Tell the user whether to write."""
        self._user.flow(self.waiting, *self._real.get_write_buffer_limits())

    def _leave(self, data: bytes) -> None:
        if not self._real.is_closing():  # it may know already, and tell of it in the next turn
            self._real.write(data)


class Incoming(Pipe):
    """What comes to the user.

    Args:
        real: The real transport.
        user: The user.
        end: Where to record.
        way: The direction.
        moved, failed: See `Pipe`.
    """

    def __init__(self, real: asyncio.Transport, user: User, end: End, way: Way, moved: Moved, failed: Failed) -> None:
        super().__init__(self._arrive, moved, failed)
        self._real = real
        self._user = user
        self.way = way
        self.corruption = Corruption(end, way, written=False)

    def read_or_not(self, *, may: bool) -> None:
        """Give the user what it wants, and read on or not. `may` says whether reading is for the link to choose."""
        self.gated = not self._user.reads
        if not may:
            return
        if self.gated or self.settings.stalled or self.size > _HELD_BYTES:
            self._real.pause_reading()
        else:
            self._real.resume_reading()

    def end(self) -> None:
        """Tell the user that nothing more comes, and close unless there is still something to say."""
        if rest := self.corruption.rest():
            self._user.receive(rest)
        self._user.end()

    def _arrive(self, data: bytes) -> None:
        if data := self.corruption.alter(data):
            self._user.receive(data)
