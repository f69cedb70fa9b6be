"""The faults of one end: what is switched on, done on the loop of its connection.

settle      latency, jitter, bandwidth, slices, stalls, and when to drop        clear     none of them
half_close, reset, drop, corrupt                                                 once
"""

from __future__ import annotations

import socket
import struct
from functools import partial
from typing import TYPE_CHECKING

from wslab.net.faults.corrupter import Change, Corrupter
from wslab.net.faults.countdown import Countdown
from wslab.net.faults.interposed import InterposedTransport
from wslab.net.faults.settings import NOTHING, Settings, Way

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wslab.net.faults.pipe import Pipe
    from wslab.net.recording import TapTransport
    from wslab.timeline import End

_LINGER = struct.pack("ii", 1, 0)  # l_onoff, l_linger: close() sends RST
_GRACE = 1.0  # how long a peer may take to answer FIN with its own, in seconds


class FaultyLink(InterposedTransport):
    """The link of one end, with its faults.

    Args:
        tap: What the user of the transport holds.
        protocol: The user, whom asyncio calls.
        end: Where to record.
        paused: Whether the user has been told to pause writing.
    """

    def __init__(self, tap: TapTransport, protocol: asyncio.Protocol, end: End, paused: Callable[[], bool]) -> None:
        super().__init__(tap, protocol, end, paused)
        self._settings = NOTHING
        self._corrupters: dict[Way, Corrupter] = {}
        self._countdown = Countdown(self._drop_now, self._failed)
        self._giving_up: asyncio.TimerHandle | None = None

    def settle(self, settings: Settings) -> None:
        """Suffer this from now on."""
        if not self._in_place():
            return
        before, self._settings = self._settings, settings
        self._out.settings, self._in.settings = settings.of(self._way_out), settings.of(self._way_in)
        if settings.drop != before.drop and not self._over:
            self._countdown.start(settings.drop)
        self._out.pump()
        self._in.pump()
        if self._closing and not self._ours:
            self._let_go()

    def clear(self) -> None:
        """Be as if there were no faults: what is held goes on, at once and in order."""
        for way in list(self._corrupters):
            rest = self._rest(way)
            if rest:
                (self._pass_out if way == self._way_out else self._receive)(rest)
        self.settle(NOTHING)
        self._out.hurry()
        self._in.hurry()

    def half_close(self) -> None:
        """End this end's direction with FIN, behind what is held."""
        if self._in_place():
            self.write_eof()

    def reset(self) -> None:
        """End the connection at once with RST."""
        if not self._in_place() or self._over or self._gone:
            return
        self._own_words = f"reset by the {self._end.side} (RST)"
        self._real.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self._lost(self._real.get_write_buffer_size(), behind=False)
        self._abort_now()

    def drop(self) -> None:
        """End TCP in good order and without any Close frame. What is held never arrives."""
        if not self._in_place() or self._over or self._gone:
            return
        self._lost(self._out.clear(), behind=False)
        self._in.clear()
        self._countdown.stop()
        self._muted = self._deaf = self._ours = True
        if not self._real.can_write_eof():  # TLS
            self._real.close()
            return
        # Not closed yet: bytes that nobody has read turn the FIN of a closing socket into RST.
        self._end_out()
        self._real.resume_reading()
        self._giving_up = self._loop.call_later(_GRACE, self._real.abort)

    def corrupt(self, what: str, way: Way) -> None:
        """Make the next frame of a direction wrong."""
        if not self._in_place() or self._over:
            return
        if way not in self._corrupters:
            self._corrupters[way] = self._corrupter(way)
        self._corrupters[way].wanted.append(what)

    # What faults do with the bytes

    def _alter(self, data: bytes, way: Way) -> bytes:
        corrupter = self._corrupters.get(way)
        if corrupter is None:
            return data
        data = corrupter.feed(data)
        return data if corrupter.wanted else data + self._rest(way)

    def _rest(self, way: Way) -> bytes:
        corrupter = self._corrupters.pop(way, None)
        return b"" if corrupter is None else corrupter.rest()

    def _allow(self, size: int, way: Way) -> int | None:
        return self._countdown.count(size, way)

    def _drop_soon(self, pipe: Pipe) -> None:
        pipe.put(partial(self._drop_now, f"after {self._countdown.words}"))

    def _needed(self) -> bool:
        return self._settings != NOTHING or bool(self._corrupters)

    def _stop(self) -> None:
        self._countdown.stop()
        self._corrupters.clear()
        if self._giving_up is not None:
            self._giving_up.cancel()

    # Inside

    def _drop_now(self, why: str) -> None:
        if not self._over and not self._gone:
            self._end.note("fault", "drop", f"{why}: TCP closed without a Close frame")
            self.drop()

    def _corrupter(self, way: Way) -> Corrupter:
        changed = partial(self._changed, way)
        if way == self._way_out:  # whoever writes, writes whole frames
            return Corrupter((), self._end.sent.stop, changed, in_head=not self._end.sent.stop)
        before, stop = self._end.history()  # what comes may stand in the middle of a frame
        whole = sum(map(len, before)) == stop
        return Corrupter(before if whole else (), stop, changed, in_head=whole)

    def _changed(self, way: Way, what: str, change: Change) -> None:
        out = way == self._way_out
        self._end.otherwise.append((way, change.offset, change.before))
        texts = ("as written", "on the wire") if out else ("on the wire", "as received")
        said = f"{way}: {texts[0]} {change.before.hex(' ')}, {texts[1]} {change.after.hex(' ')}"
        self._end.note("fault", f"corrupted: {what}", said, link=(way, change.offset))
