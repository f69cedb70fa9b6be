"""One of the two TCP connections of a relay: what comes in here goes out at the other, and nothing is changed or kept.

    bytes                 in order; while the other takes no more, no more are read here, so TCP tells the sender to wait
    FIN                   ends that direction of the other, behind the bytes; both directions ended, both connections are closed
    RST, or any error     resets the other
    closed here (fault)   ends the other in good order

A half whose connection is still being made ends the same way, as soon as it is up. Both halves are this class, and each knows the other only by it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from wslab.net.tcp import abort_later, send_fin, send_rst

if TYPE_CHECKING:
    from collections.abc import Callable

_EARLY_BYTES = 64 * 1024  # that may wait for a connection that is not up yet


class TCPHalf(asyncio.Protocol):
    """One of the two.

    Attributes:
        other: The other one.
        transport: What carries the bytes; None before the connection is up.
        paused: Whether the transport takes no more for now.
        gone: Whether the connection is over.
    """

    other: TCPHalf

    def __init__(self) -> None:
        self.transport: Any = None
        self.paused = False
        self.gone = False
        self._early = bytearray()
        self._ended = False  # FIN has come
        self._ending = False  # FIN is on its way
        self._deaf = False  # what comes is thrown away
        self._once_up: Callable[[], None] | None = None  # how it ends, said before the connection was up
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """Bytes that were taken from the other and that the system has not taken yet."""
        return len(self._early) + (self.transport.get_write_buffer_size() if self.transport is not None else 0)

    # What the other half calls

    def take(self, data: bytes) -> None:
        """Send bytes."""
        if self.transport is None:
            self._early += data
            if len(self._early) >= _EARLY_BYTES:
                self.other.hold()
        elif not self._ending and not self.gone:
            self.transport.write(data)

    def take_end(self) -> None:
        """Send FIN, behind the bytes."""
        if self.transport is None or self._ending:
            self._ending = self._ending or self.transport is None
            return
        self._ending = True
        self.end_writing()
        self._close_if_over()

    def hold(self) -> None:
        """Read no more for now."""
        if self.transport is not None and not self._ended:
            self.transport.pause_reading()

    def read_on(self) -> None:
        """Read on."""
        if self.transport is not None:
            self.transport.resume_reading()

    def finish(self) -> None:
        """End in good order: FIN behind the bytes, and whatever still comes is thrown away."""
        if self.transport is None:
            self._once_up = self.finish
            return
        if self.gone or self._deaf:
            return
        self._deaf = True
        self.take_end()
        self.read_on()
        if not self.transport.is_closing():
            self._timer = abort_later(self.transport)

    def reset(self) -> None:
        """End at once with RST."""
        if self.transport is None:
            self._once_up = self.reset
            return
        if not self.gone:
            send_rst(self.transport)

    # What differs

    def end_writing(self) -> None:
        """End this direction of the transport."""
        send_fin(self.transport)

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        early, self._early = bytes(self._early), bytearray()
        if early:
            self.transport.write(early)
        if self._ending:
            self._ending = False
            self.take_end()
        if self._once_up is not None:
            self._once_up()
        elif not self.paused:
            self.other.read_on()

    def data_received(self, data: bytes) -> None:
        if not self._deaf:
            self.other.take(data)

    def eof_received(self) -> bool:
        if not self._ended:
            self._ended = True
            if not self._deaf:
                self.other.take_end()
            self._close_if_over()
        return True

    def pause_writing(self) -> None:
        self.paused = True
        self.other.hold()

    def resume_writing(self) -> None:
        self.paused = False
        self.other.read_on()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.gone:
            return
        self.gone = True
        if self._timer is not None:
            self._timer.cancel()
        if exc is not None or self.was_reset():
            self.other.reset()
        else:
            self.other.finish()

    def was_reset(self) -> bool:
        """Whether this end has sent RST itself."""
        return False

    def _close_if_over(self) -> None:
        """Close once both directions have ended."""
        if self._ended and self._ending and self.transport is not None:
            self.transport.close()
