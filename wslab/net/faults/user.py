"""Whoever uses a transport: asyncio calls its protocol, and it calls its tap. While a link is in place, both speak to the link.

user's protocol ◄── data_received, eof_received, connection_lost, pause_writing, resume_writing ── link ◄── transport
user's tap ──────── write, close, abort, is_closing, get_write_buffer_size ─────────────────────► link ──► transport
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.net.faults.swap import Swap

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wslab.net.recording import TapTransport

_CALLED = ("data_received", "eof_received", "connection_lost", "pause_writing", "resume_writing")
_CALLS = ("write", "close", "abort", "is_closing", "get_write_buffer_size")


class User:
    """The user of one connection.

    Args:
        tap: What it holds.
        protocol: What asyncio calls.
        paused: Whether it has been told to pause writing.

    Attributes:
        paused: Whether it writes nothing for now; known while a link is in place.
        receive: Takes what comes, past the link.
    """

    def __init__(self, tap: TapTransport, protocol: asyncio.Protocol, paused: Callable[[], bool]) -> None:
        self._tap = tap
        self._protocol = protocol
        self._ask_paused = paused
        self.record = tap.record
        self.paused = False

    @property
    def reads(self) -> bool:
        """True if it wants what comes."""
        return self._tap.reads

    def turn_to(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        """Have the user call this transport, and asyncio this protocol."""
        own = self._protocol
        self.receive, self._eof = own.data_received, own.eof_received
        self._pause, self._resume = own.pause_writing, own.resume_writing
        self._called, self._calls = Swap(own, protocol, _CALLED), Swap(self._tap, transport, _CALLS)
        self._tap.carrier = transport
        self.paused = self._ask_paused()

    def let_go(self) -> None:
        """Have the user hear nothing of the transport any more."""
        self._called.undo()

    def turn_back(self) -> None:
        """Have the user and the real transport speak to each other."""
        self._called.undo()
        self._calls.undo()
        self._tap.carrier = self._tap.real

    def end(self) -> None:
        """Tell the user that nothing more comes, and close unless it wants the connection to stay open."""
        if not self._eof():
            self._tap.close()  # by the link, or, if that was taken out just now, by the real transport

    def flow(self, size: int, low: int, high: int) -> None:
        """Tell the user whether to write, as a transport would that holds so many bytes and has these limits."""
        if not self.paused and size > high:
            self.paused = True
            self._pause()
        elif size <= low:
            self.go_on()

    def go_on(self) -> None:
        """Tell the user to write again, if it was told to pause."""
        if self.paused:
            self.paused = False
            self._resume()

    def lost(self, error: Exception | None) -> None:
        """Tell the user that the connection is over. The link is out of the way."""
        self._protocol.connection_lost(error)
