"""Taking something out of what has come on a raw socket, across two threads.

    calling loop ──work──► lab's thread: wait until it is there, take it at once ──bytes──► calling loop

What is waited for is found by a measure: a function that says how many bytes of the buffer to take, 0 while more must come.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from wslab.net.errors import BadType, BadValue, TimedOut
from wslab.net.raw.errors import RawEnded, at_end, shown
from wslab.net.raw.wire import LIMIT
from wslab.wire import Walker
from wslab.wire.handshake import END_OF_HEAD, HEAD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from wslab.net.raw.wire import RawWire
    from wslab.net.threads import LoopThread

T = TypeVar("T")

_CLOSED = "the lab of this socket is closed; make a new one: lab = Lab()"


class Taking:
    """The half of a raw socket that waits."""

    def __init__(self, wire: RawWire, thread: LoopThread) -> None:
        self._wire = wire
        self._thread = thread

    async def _whole(self, measure: Callable[[bytearray], int], limit: float, wanted: str) -> bytes:
        """Take something that is there whole or not at all."""
        data = await self._receive(measure, limit, wanted)
        if not data:
            raise at_end(wanted, self._wire.buffer, self._wire.ending)
        return data

    async def _receive(self, measure: Callable[[bytearray], int], limit: float, wanted: str) -> bytes:
        taken = bytearray()

        async def take() -> bytes:
            taken.extend(data := await self._wire.receive(measure))
            return data

        try:
            return await self._run(
                take,
                limit,
                lambda: (
                    f"expected {wanted} within {limit:g} s, {shown(self._wire.buffer)}, and TCP is open; "
                    "await raw.receive() takes what has come, timeout= waits longer"
                ),
            )
        except asyncio.CancelledError:
            # The lab's thread may have taken it already, and nobody has got it. Posted behind the cancelling, so that is over.
            self._thread.post(self._wire.put_back, taken)
            raise

    async def _run(self, work: Callable[[], Coroutine[Any, Any, T]], limit: float, sentence: Callable[[], str]) -> T:
        """Run something on the lab's thread; it is cancelled when nobody waits for it any more."""
        check_timeout(limit)

        async def limited() -> T:
            async with asyncio.timeout(limit):
                return await work()

        running = limited()
        try:
            future = asyncio.run_coroutine_threadsafe(running, self._thread.loop)
        except RuntimeError:  # the lab is closed, and its thread gone
            running.close()
            raise RawEnded(_CLOSED, self._wire.ending) from None
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError:
            raise TimedOut(sentence(), limit) from None
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            raise RawEnded(_CLOSED, self._wire.ending) from None  # not we were cancelled: the lab's thread has ended


def check_timeout(limit: object) -> None:
    """See that somebody can wait so long.

    Raises:
        BadType, BadValue: It is no number of seconds above 0.
    """
    if isinstance(limit, bool) or not isinstance(limit, (int, float)):
        raise BadType(f"timeout takes seconds, not {limit!r:.40}; write timeout=5")
    if not limit > 0:
        raise BadValue(f"timeout takes seconds above 0, not {limit}; write timeout=5")


def head_size(buffer: bytearray) -> int:
    """Bytes of the head that stands in front; 0 while it is not whole."""
    size = buffer.find(END_OF_HEAD, 0, HEAD_LIMIT)
    if size < 0 and len(buffer) >= HEAD_LIMIT:
        raise BadValue(f"no head: {HEAD_LIMIT} bytes came without a blank line; write await raw.receive() to see them")
    return size + len(END_OF_HEAD) if size >= 0 else 0


def frame_size(buffer: bytearray) -> int:
    """Bytes of the frame that stands in front; 0 while it is not whole."""
    if buffer.startswith(b"HTTP/"):
        raise BadValue("expected a frame, got the head of a response; write await raw.head() first")
    frame = next(Walker("frames").feed(bytes(buffer[:14])), None)
    size = frame.stop if frame is not None else 0
    if size > LIMIT:
        raise BadValue(
            f"a frame announces {size} bytes, more than {LIMIT}; write await raw.receive() to take it in parts"
        )
    return size if size <= len(buffer) else 0
