"""A connection that its user has ended across a stalled link: the peer must not see that end, as long as nothing passes.

The user is told that the connection is over, as a real one would be; the socket stays open behind its back, with what is
held, until the stall ends, the peer ends it, a minute has passed, or the loop ends. A kernel does the same for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from wslab.net.tasks import spawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.faults.pipe import Pipe

_LIMIT_SECONDS = 60.0


class Orphan(asyncio.Protocol):
    """Holds a transport that nobody uses any more. Made on the loop of the connection.

    Args:
        transport: The real one.
        pipe: What is held, with the end of it behind.
        ended: Called once, when the transport is closed.
        failed: Told what raised meanwhile.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        pipe: Pipe,
        ended: Callable[[], None],
        failed: Callable[[BaseException], object],
    ) -> None:
        self._transport = transport
        self._pipe = pipe
        self._ended = ended
        loop = asyncio.get_running_loop()
        self._gone: asyncio.Future[None] = loop.create_future()
        transport.set_protocol(self)
        transport.resume_reading()
        # A task, because whoever ends a loop cancels its tasks: then the transport goes too.
        spawn(self._wait(), failed)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            try:
                await asyncio.wait_for(self._gone, _LIMIT_SECONDS)
            finally:
                self._transport.abort()
                self._ended()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self._gone.done():
            self._gone.set_result(None)

    def pause_writing(self) -> None:
        self._pipe.gated = True

    def resume_writing(self) -> None:
        self._pipe.gated = False
        self._pipe.pump()
