"""The life of a server: the port that it owns, and how far it is. One state, told by whoever serves and asked by everybody.

    NEW ──listen()──► SERVES ────► STOPS ───────► CLOSES ─────────► OVER
     no port yet       on its       somebody       its connections   its thread has ended, or was given up:
                       thread       has asked      are closed        the port is free

Stages may be left out, and none comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import socket
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from wslab.net.sockets.ports import LOOPBACK, listen

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from wslab.net.threads import LoopThread

START = 5.0
"""How long a thread may take to begin to serve, in seconds."""


class Stage(enum.IntEnum):
    """How far a server is."""

    NEW = 0
    SERVES = 1
    STOPS = 2
    CLOSES = 3
    OVER = 4


class Life:
    """The life of one server. Any thread may ask and tell.

    Args:
        thread: The thread on which it serves.

    Attributes:
        port: The port that it owns, or has owned; 0 before it listens.
    """

    def __init__(self, thread: LoopThread) -> None:
        self.port = 0
        self._thread = thread
        self._sockets: list[socket.socket] = []
        self._stage = Stage.NEW
        self._lock = threading.RLock()
        self._over: Future[None] = Future()

    @property
    def serves(self) -> bool:
        """True if connections are accepted. On a thread that has died, for whatever reason, they are not."""
        return self._stage is Stage.SERVES and self._thread.alive

    @property
    def closes(self) -> bool:
        """True if its connections are being closed, or are closed: what comes out of a handler from now on is not news."""
        return self._stage >= Stage.CLOSES

    def reach(self, stage: Stage) -> bool:
        """Go on to a stage.

        Returns:
            False where it has been there before.
        """
        with self._lock:
            if stage <= self._stage:
                return False
            self._stage = stage
        if stage is Stage.OVER:
            self._over.set_result(None)
        return True

    async def listen(
        self,
        port: int,
        serve: Callable[[list[socket.socket]], Coroutine[Any, Any, None]],
        sentence: str,
        hosts: tuple[str, ...] = LOOPBACK,
    ) -> None:
        """Own a port, or a free one for 0, and serve on it.

        Args:
            port: The port.
            serve: Serves on listening sockets; runs on the thread.
            sentence: Says what did not happen, when that takes too long.
            hosts: Its addresses.

        Raises:
            PortTaken: Somebody else listens there.
            RuntimeError: The thread has ended.
        """
        self._sockets = sockets = listen(port, hosts)
        try:
            await self._thread.run(serve(sockets), START, lambda: sentence)
        except BaseException:
            self._close_sockets()
            raise
        self.port = sockets[0].getsockname()[1]
        self.reach(Stage.SERVES)

    def end(self) -> None:
        """Be over, because nobody serves any more."""
        self._close_sockets()
        self.reach(Stage.OVER)

    def give_up(self) -> None:
        """Be over, although the thread is stuck. The system stops listening; the sockets are its loop's to close, one day."""
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self.reach(Stage.OVER)

    async def wait_over(self, limit: float) -> bool:
        """Wait until it is over.

        Returns:
            False where that takes longer than `limit`, in seconds.
        """
        done, _ = await asyncio.wait({asyncio.wrap_future(self._over)}, timeout=limit)
        return bool(done)

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()
