"""The faults of one end, done on the loop of its connection; while one is on, a link stands between the real transport and its user.

settle      latency, jitter, bandwidth, slices, stalls, and when to drop        clear     none of them
half_close, reset, drop, corrupt                                                once

It is put in when the first fault is switched on and taken out when nothing of a fault is left. What may happen when is a table
(`wslab.net.faults.states`), and every method here that changes something begins with a look at it; what becomes of the bytes stands
in `wslab.net.faults.directions`.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from wslab.net.faults.countdown import Countdown
from wslab.net.faults.directions import Incoming, Outgoing
from wslab.net.faults.orphan import Orphan
from wslab.net.faults.settings import NOTHING, WAYS, Settings, Way
from wslab.net.faults.states import CLOSED, IN_PLACE, LETS_IN, NEXT, Event, State
from wslab.net.faults.user import User
from wslab.net.tasks import guarded
from wslab.net.tcp import abort_later, send_rst

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.net.recording import TapTransport
    from wslab.timeline import End


class FaultyLink(asyncio.Transport, asyncio.Protocol):
    """What one end suffers: a transport to the user, and a protocol to the real transport.

    Args:
        tap: What the user of the transport holds.
        protocol: The user, whom asyncio calls.
        end: Where to record.
        paused: Whether the user has been told to pause writing.

    Attributes:
        state: What may happen to it.
    """

    def __init__(self, tap: TapTransport, protocol: asyncio.Protocol, end: End, paused: Callable[[], bool]) -> None:
        super().__init__()
        self._real, self._end = tap.real, end
        self._user = User(tap, protocol, paused)
        self._failed = partial(end.failed, "a fault failed")
        out, back = WAYS if end.side == "client" else WAYS[::-1]
        self._out = Outgoing(self._real, self._user, end, out, self._moved, self._failed)
        self._in = Incoming(self._real, self._user, end, back, self._moved, self._failed)
        self._countdown = Countdown(self.drop, self._failed)
        self._giving_up: asyncio.TimerHandle | None = None
        self._settings = NOTHING
        self._error: Exception | None = None
        self._own_words = ""  # how TCP ended, where a fault did it
        self.state = State.OUT

    @property
    def alive(self) -> bool:
        """Whether anything can still be done to it."""
        return self.state is not State.OVER

    # Faults

    def settle(self, settings: Settings) -> None:
        """Suffer this from now on."""
        self._put_in()
        before, self._settings = self._settings, settings
        self._out.settings, self._in.settings = settings.of(self._out.way), settings.of(self._in.way)
        if settings.drop != before.drop and self.state in IN_PLACE:
            self._countdown.start(settings.drop)
        self._out.pump()
        self._in.pump()
        if self.state is State.CLOSING:
            self._orphan()

    def clear(self) -> None:
        """Be as if there were no faults: what is held goes on, at once and in order."""
        if rest := self._out.corruption.rest():
            self._pass_out(rest)
        if rest := self._in.corruption.rest():
            self._user.receive(rest)
        self.settle(NOTHING)
        self._out.hurry()
        self._in.hurry()

    def half_close(self) -> None:
        """End this end's direction with FIN, behind what is held."""
        self._put_in()
        self.write_eof()

    def reset(self) -> None:
        """End the connection at once with RST."""
        self._put_in()
        if self._go(Event.RESET):
            self._own_words = f"reset by the {self._end.side} (RST)"
            self._out.lose_held(self._real.get_write_buffer_size())
            self._in.clear()
            send_rst(self._real)

    def drop(self, why: str = "") -> None:
        """End TCP in good order and without any Close frame, with a row where there is a `why`. What is held never arrives."""
        self._put_in()
        if not self._go(Event.DROP):
            return
        if why:
            self._end.note("fault", "drop", f"{why}: TCP closed without a Close frame")
        self._out.lose_held()
        self._in.clear()
        self._countdown.stop()
        if self._real.can_write_eof():
            self._out.end()
            self._real.resume_reading()
            self._giving_up = self._giving_up or abort_later(self._real)
        else:  # TLS
            self._real.close()

    def corrupt(self, what: str, way: Way) -> None:
        """Make the next frame of a direction wrong."""
        self._put_in()
        if self.state in IN_PLACE:
            (self._out if way == self._out.way else self._in).corruption.want(what)

    # What the user calls on its transport

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Record, and let the bytes go as they may."""
        if self.state in IN_PLACE:
            self._pass_out(self._out.corruption.alter(data if isinstance(data, bytes) else bytes(data)))

    def write_eof(self) -> None:
        """End this direction, behind what is held."""
        if self._go(Event.HALF_CLOSE):
            self._out.put(self._out.end)

    def close(self) -> None:
        """Close once what is held has left."""
        read = self.state in LETS_IN
        if self._go(Event.CLOSE):
            self._in.clear()
            self._out.put(self._close_now)
            if read:
                self._real.pause_reading()
            self._orphan()

    def abort(self) -> None:
        """End at once; across a stalled link the peer sees nothing of it."""
        if self._out.settings.stalled and self._go(Event.ABORT_UNSEEN):
            self._out.lose_held()
            self._out.put(self._real.abort)
            self._orphan()
        elif self._go(Event.ABORT):
            self._out.lose_held()
            self._in.clear()
            if self.state is State.LOST:
                asyncio.get_running_loop().call_soon(guarded(self._tell, self._failed))
            else:
                self._real.abort()

    def is_closing(self) -> bool:
        """Whether it is closed, or will be."""
        return self.state in CLOSED or self._real.is_closing()

    def get_write_buffer_size(self) -> int:
        """Bytes that were written and have not left, those that are held included."""
        return self._out.waiting

    def pause_reading(self) -> None:
        """The user takes nothing for now."""
        self._read_or_not()

    def resume_reading(self) -> None:
        """The user takes what comes again."""
        self._read_or_not()
        self._in.pump()

    # What the real transport calls on its protocol

    def data_received(self, data: bytes) -> None:
        if self.state in LETS_IN:
            self._hold(self._in, bytes(data))
            self._read_or_not()

    def eof_received(self) -> bool:
        if self.state not in LETS_IN:
            return False
        self._in.put(self._in.end)
        return bool(self._real.can_write_eof())  # it stays open for what is held; with TLS it closes at once

    def connection_lost(self, exc: Exception | None) -> None:
        self._error = exc
        self._go(Event.LOSE)
        self._out.lose_held()
        if self.state is State.OVER:
            self._take_leave()
        elif self._in.gated or self._in.settings.stalled:
            self._tell()
        else:  # what came before it is still held
            self._in.put(self._tell)

    def pause_writing(self) -> None:
        self._out.gated = True
        self._out.flow()

    def resume_writing(self) -> None:
        self._out.gated = False
        self._out.pump()

    # From state to state

    def _go(self, event: Event) -> bool:
        """Go where an event leads. Returns whether it leads anywhere from here."""
        to = NEXT[self.state].get(event)
        if to is not None:
            self.state = to
        return to is not None

    def _put_in(self) -> None:
        if not self._real.is_closing() and self._go(Event.PUT_IN):
            self._user.turn_to(self, self)
            self._out.gated, self._in.gated = self._user.paused, not self._user.reads

    def _moved(self) -> None:
        """Bytes have left, or what they suffer has changed."""
        if self.state not in IN_PLACE:
            return
        self._out.flow()
        self._read_or_not()
        on = self._settings != NOTHING or self._out.corruption or self._in.corruption
        if not (on or self._out or self._in) and self._go(Event.TAKE_OUT):
            self._user.turn_back()
            if not self._out.gated:  # else the real transport will say it
                self._user.go_on()

    def _close_now(self) -> None:
        self._go(Event.CLOSE_NOW)
        self._real.close()

    def _orphan(self) -> None:
        """Tell the user that it is over where the end of it cannot pass."""
        if self._out and self._out.settings.stalled and self._go(Event.ORPHAN):
            self._end.note("fault", "ended across a stall", "the other end sees nothing of it until the stall ends")
            self._user.let_go()
            self._stop()
            Orphan(self._real, self._out, self._orphan_ended, self._failed)
            asyncio.get_running_loop().call_soon(guarded(self._user.lost, self._failed), None)

    def _orphan_ended(self) -> None:
        self._go(Event.LOSE)
        self._out.lose_held()

    def _tell(self) -> None:
        if self._go(Event.TELL):
            self._take_leave()

    def _take_leave(self) -> None:
        """Tell the user that it is over."""
        self._user.turn_back()
        self._stop()
        if self._own_words:
            self._end.lost(self._own_words)
        self._user.lost(self._error)

    def _stop(self) -> None:
        self._in.clear()
        self._countdown.stop()
        self._out.corruption.rest()
        self._in.corruption.rest()
        if self._giving_up is not None:
            self._giving_up.cancel()

    # Bytes

    def _pass_out(self, data: bytes) -> None:
        self._user.record(data)
        if self.state is State.OPEN:
            self._hold(self._out, data)
            self._out.flow()
        else:
            self._out.lose(len(data))

    def _hold(self, direction: Outgoing | Incoming, data: bytes) -> None:
        """Hold bytes until they are due. Behind the last that may pass, the connection is dropped."""
        passing = self._countdown.count(len(data), direction.way)
        if passing is None:
            direction.put(data)
            return
        self._go(Event.USE_UP)
        if direction is self._out:
            self._out.lose(len(data) - passing)
        direction.put(data[:passing])
        direction.put(partial(self.drop, f"after {self._countdown.words}"))

    def _read_or_not(self) -> None:
        self._in.read_or_not(may=self.state in LETS_IN)
