"""What stands between the real transport of one end and whoever uses it while a fault is on.

    user ──write──► alter ─► record ─► [pipe out] ──► transport
    user ◄──────── record ◄─ alter ◄── [pipe in] ◄── transport

It is put in when the first fault is switched on and taken out when nothing of a fault is left; which faults there are is no
matter of this file (`wslab.net.faults.link`). A row's time at the sender is when it was written; the receiver records, and
sees, what comes when it comes. What is written and never leaves is always the end of the stream, because TCP has no holes:
`End.left` says where it begins.

Flow control stays true: what is held counts as not written yet, and past a bound nothing more is read.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from wslab.net.faults.orphan import Orphan
from wslab.net.faults.pipe import Pipe
from wslab.net.faults.swap import Swap
from wslab.net.tasks import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.faults.settings import Way
    from wslab.net.recording import TapTransport
    from wslab.timeline import End

_HELD = 1024 * 1024
"""How many incoming bytes are held before no more are read."""


class InterposedTransport(asyncio.Transport):
    """Two pipes between a transport and its user, to whom they are the transport. Lives on the loop of the connection.

    Args:
        tap: What the user of the transport holds.
        protocol: The user, whom asyncio calls.
        end: Where to record.
        paused: Whether the user has been told to pause writing.
    """

    def __init__(self, tap: TapTransport, protocol: asyncio.Protocol, end: End, paused: Callable[[], bool]) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._tap, self._real, self._protocol, self._end = tap, tap.real, protocol, end
        self._ask_paused = paused
        self._way_out: Way = "client to server" if end.side == "client" else "server to client"
        self._way_in: Way = "server to client" if end.side == "client" else "client to server"
        self._failed = partial(end.failed, "a fault failed")
        self._out = Pipe(self._leave, self._moved, self._failed)
        self._in = Pipe(self._arrive, self._moved, self._failed)
        self._orphan: Orphan | None = None
        self._swaps: list[Swap] = []
        self._over = False  # the user has been told
        self._paused = False  # the user writes nothing for now
        self._closing = False  # the user has closed, and it waits for its turn
        self._muted = False  # FIN is on its way: nothing more leaves
        self._deaf = False  # nothing that comes is let in
        self._gone = False  # the real transport is lost
        self._ours = False  # because of this end
        self._error: Exception | None = None
        self._own_words = ""  # how TCP ended, where this end did it on purpose

    @property
    def alive(self) -> bool:
        """Whether anything can still be done to it."""
        return self._orphan is not None or not self._over

    # What faults do with the bytes

    def _alter(self, data: bytes, way: Way) -> bytes:
        """Change bytes, or keep some back for a moment."""
        raise NotImplementedError

    def _rest(self, way: Way) -> bytes:
        """What was kept back for a moment; nothing is changed any more."""
        raise NotImplementedError

    def _allow(self, size: int, way: Way) -> int | None:
        """How many of so many bytes may still pass before the connection drops; None while it does not."""
        raise NotImplementedError

    def _drop_soon(self, pipe: Pipe) -> None:
        """Drop the connection behind what a pipe holds."""
        raise NotImplementedError

    def _needed(self) -> bool:
        """Whether a fault is on."""
        raise NotImplementedError

    def _stop(self) -> None:
        """The user has been told that it is over: nothing goes on."""
        raise NotImplementedError

    # What the user calls on its transport

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Record, and let the bytes go as they may."""
        if not self._over:
            self._pass_out(self._alter(data if isinstance(data, bytes) else bytes(data), self._way_out))

    def write_eof(self) -> None:
        """End this direction, behind what is held."""
        if not self._muted:
            self._muted = True
            self._out.put(self._end_out)

    def close(self) -> None:
        """Close once what is held has left."""
        if self._closing or self._gone or self._over:
            return
        self._closing = True
        self._in.clear()
        self._out.put(self._close_now)
        self._read_or_not()
        self._let_go()

    def abort(self) -> None:
        """End at once; across a stalled link the peer sees nothing of it."""
        if self._over:
            return
        if self._out.settings.stalled and not self._gone and not self._ours:
            self._closing = True
            self._lost(self._out.clear(), behind=False)
            self._out.put(self._real.abort)
            self._let_go()
        else:
            self._abort_now()

    def is_closing(self) -> bool:
        """Whether it is closed, or will be."""
        return self._closing or self._gone or self._over or self._real.is_closing()

    def get_write_buffer_size(self) -> int:
        """Bytes that were written and have not left, those that are held included."""
        return self._out.size + self._real.get_write_buffer_size()

    def pause_reading(self) -> None:
        """The user takes nothing for now."""
        self._read_or_not()

    def resume_reading(self) -> None:
        """The user takes what comes again."""
        self._read_or_not()
        self._in.pump()

    # What asyncio calls on the user

    def _data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        passing = self._allow(len(data), self._way_in)
        if passing is None:
            self._in.put(bytes(data))
            self._read_or_not()
            return
        self._muted = self._deaf = True  # what its user answers is too late
        self._in.put(bytes(data[:passing]))
        self._drop_soon(self._in)

    def _eof_received(self) -> bool:
        if self._deaf:
            return False
        self._in.put(self._end_in)
        return bool(self._real.can_write_eof())  # it stays open for what is held; with TLS it closes at once

    def _connection_lost(self, error: Exception | None) -> None:
        self._gone, self._error = True, error
        self._lost(self._out.clear(), behind=False)
        if self._ours or self._closing or self._in.gated or self._in.settings.stalled:
            self._finish()
        else:  # what came before it is still held
            self._in.put(self._finish)

    def _pause_writing(self) -> None:
        self._out.gated = True
        self._flow()

    def _resume_writing(self) -> None:
        self._out.gated = False
        self._out.pump()

    # Out

    def _pass_out(self, data: bytes) -> None:
        self._tap.record(data)
        size = len(data)
        if self._muted or self._gone:
            self._lost(size)
            return
        passing = self._allow(size, self._way_out)
        if passing is None:
            self._out.put(data)
            self._flow()
            return
        self._muted = self._deaf = True
        self._lost(size - passing)
        self._out.put(data[:passing])
        self._drop_soon(self._out)

    def _leave(self, data: bytes) -> None:
        if not self._gone and not self._real.is_closing():  # it may know already, and tell of it in the next turn
            self._real.write(data)

    def _end_out(self) -> None:
        if not self._real.is_closing() and self._real.can_write_eof():
            with contextlib.suppress(OSError):  # the peer has just reset the connection: that is about to be told
                self._real.write_eof()

    def _close_now(self) -> None:
        self._ours = True
        self._real.close()

    def _lost(self, size: int, *, behind: bool = True) -> None:
        """Of what was written last, so many bytes never leave; they stand behind all that was lost before, or in front of it."""
        if size:
            end = self._end
            if end.left is None:
                end.left = end.sent.stop - size
            elif not behind:
                end.left -= size

    # In

    def _arrive(self, data: bytes) -> None:
        data = self._alter(data, self._way_in)
        if data:
            self._receive(data)

    def _end_in(self) -> None:
        rest = self._rest(self._way_in)
        if rest:
            self._receive(rest)
        if not self._eof():
            self.close()

    # Ending

    def _abort_now(self) -> None:
        self._ours = self._closing = True
        self._lost(self._out.clear(), behind=False)
        self._in.clear()
        if self._gone:
            self._loop.call_soon(guarded(self._finish, self._failed))
        else:
            self._real.abort()

    def _let_go(self) -> None:
        """Tell the user that it is over where the end of it cannot pass."""
        if self._out and self._out.settings.stalled and not self._over and not self._gone:
            self._end.note("fault", "ended across a stall", "the other end sees nothing of it until the stall ends")
            self._swaps[0].undo()
            self._over = True
            self._in.clear()
            self._stop()
            self._orphan = Orphan(self._real, self._out, self._orphan_ended, self._failed)
            self._loop.call_soon(guarded(self._protocol.connection_lost, self._failed), None)

    def _orphan_ended(self) -> None:
        self._orphan = None
        self._lost(self._out.clear(), behind=False)

    def _finish(self) -> None:
        if self._over:
            return
        self._take_out()
        self._over = True
        self._in.clear()
        self._stop()
        if self._own_words:
            self._end.lost(self._own_words)
        self._protocol.connection_lost(self._error)

    # Flow control

    def _flow(self) -> None:
        """Tell the user whether to write, as the real transport would if it held what is held here."""
        if self._over:
            return
        size, (low, high) = self.get_write_buffer_size(), self._real.get_write_buffer_limits()
        if not self._paused and size > high:
            self._paused = True
            self._pause()
        elif self._paused and size <= low:
            self._paused = False
            self._resume()

    def _read_or_not(self) -> None:
        self._in.gated = not self._tap.reads
        if self._gone or self._deaf or self._over:
            return
        if self._closing or self._in.gated or self._in.settings.stalled or self._in.size > _HELD:
            self._real.pause_reading()
        else:
            self._real.resume_reading()

    # Being there at all

    def _moved(self) -> None:
        """Bytes have left, or what they suffer has changed."""
        if self._over or not self._swaps:
            return
        self._flow()
        self._read_or_not()
        busy = self._out or self._in or self._closing or self._muted or self._deaf or self._gone
        if not busy and not self._needed():
            self._take_out()

    def _in_place(self) -> bool:
        """Put it in, where it is not. Returns whether it is in."""
        if self._swaps or self._orphan is not None:
            return True
        if self._over or self._real.is_closing():
            return False
        protocol, tap = self._protocol, self._tap
        self._receive, self._eof = protocol.data_received, protocol.eof_received
        self._pause, self._resume = protocol.pause_writing, protocol.resume_writing
        above = ("data_received", "eof_received", "connection_lost", "pause_writing", "resume_writing")
        below = ("write", "close", "abort", "is_closing", "get_write_buffer_size")
        self._swaps = [
            Swap(protocol, {name: getattr(self, f"_{name}") for name in above}),
            Swap(tap, {name: getattr(self, name) for name in below}),
        ]
        tap.carrier = self
        self._paused = self._out.gated = self._ask_paused()
        self._in.gated = not tap.reads
        return True

    def _take_out(self) -> None:
        for swap in self._swaps:
            swap.undo()
        self._swaps.clear()
        self._tap.carrier = self._real
        if self._paused and not self._out.gated and not self._over and not self._gone:
            self._paused = False  # the real transport will not say it
            self._resume()
