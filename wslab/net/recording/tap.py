"""The transport that a connection writes to instead of its own: it records, and passes everything on.

    user ──► TapTransport ──► carrier           the real transport; while a fault is on, what stands in front of that
                  └──► record

This is the hot path: a closure, no attribute chains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.net.tcp import send_fin

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable


class TapTransport:
    """A transport that records what is written to it and is the real one in everything else.

    Attributes:
        real: The real one.
        record: Records what is written.
        reads: Whether its user wants what comes.
        carrier: What its user's calls go on to: the real one, or what a fault has put in front of it.
    """

    def __init__(self, transport: asyncio.Transport, record: Callable[[bytes], None]) -> None:
        write_on = transport.write

        def write(data: bytes | bytearray | memoryview) -> None:
            whole = data if data.__class__ is bytes else bytes(data)
            record(whole)
            write_on(whole)

        self.real = transport
        self.record = record
        self.reads = True
        self.carrier = transport
        self._to_the_end = False
        self.write = write
        self.is_closing = transport.is_closing  # asked for at every send
        self.get_write_buffer_size = transport.get_write_buffer_size

    def writelines(self, lines: Iterable[bytes | bytearray | memoryview]) -> None:
        """Record and write several pieces as one."""
        self.write(b"".join(lines))

    def write_eof(self) -> None:
        """End this direction: both Close frames went by, and of the other only its end is of interest."""
        self.end_writing()
        self.read_on()

    def end_writing(self) -> None:
        """End this direction only."""
        send_fin(self.carrier)

    def read_on(self) -> None:
        """Read to the end, whatever is queued.

        Left alone, a full queue that nobody empties any more keeps the library from reading the peer's Close, or the end of
        TCP, for the ten seconds of its close_timeout.
        """
        self._to_the_end = True
        self.resume_reading()

    def pause_reading(self) -> None:
        """Pause, unless what comes is only read to the end."""
        if not self._to_the_end:
            self.reads = False
            self.carrier.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        self.reads = True
        self.carrier.resume_reading()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)
