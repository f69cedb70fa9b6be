"""The states of a faulty link, and which event leads from one to another.

                 writes    what comes   close()   what it is
    OUT          (not asked: the user and the real transport speak to each other)
    OPEN         leave     is let in    counts    in place: bytes pass as the faults let them
    HALF_CLOSED  are lost  is let in    counts    FIN has left, or stands behind what is held
    CUT          are lost  is ignored   counts    the bytes after which to drop are used up: the drop stands behind them
    CLOSING      are lost  is ignored   -         the user has closed, and that stands behind what is held
    DROPPED      are lost  is ignored   counts    dropped, by FIN; the user is told when the peer has answered
    ENDING       are lost  is ignored   -         the real transport is closed or aborted, and says soon that it is lost
    LOST         are lost  -            -         the real transport is lost; what came before that is still held
    ORPHANED     -         -            -         the user was told; the peer sees nothing of it until the stall ends
    OVER         -         -            -         the user was told, and nothing is left

Events, by who causes them:

    faults       PUT_IN the first is switched on, TAKE_OUT nothing of them is left; HALF_CLOSE, DROP, RESET;
                 USE_UP the last byte before a drop is there
    the user     HALF_CLOSE, CLOSE, ABORT; ABORT_UNSEEN across a stall, where its peer must not see it
    a pipe       CLOSE_NOW the user's closing has its turn, or ORPHAN it waits behind a stall;
                 TELL all that came before the loss has been let in, and the user is told
    transport    LOSE it is lost

An event that a state has no entry for does nothing in it. The items of a pipe that are no bytes wait for their turn behind the bytes
(`wslab.net.faults.pipe`).
"""

from __future__ import annotations

from enum import Enum

State = Enum("State", "OUT OPEN HALF_CLOSED CUT CLOSING DROPPED ENDING LOST ORPHANED OVER")
Event = Enum(
    "Event", "PUT_IN TAKE_OUT HALF_CLOSE USE_UP CLOSE CLOSE_NOW ABORT ABORT_UNSEEN ORPHAN DROP RESET LOSE TELL"
)

_BREAK = {Event.ABORT: State.ENDING, Event.RESET: State.ENDING}
_CLOSE = {Event.CLOSE: State.CLOSING, Event.ABORT_UNSEEN: State.CLOSING}
_WHILE_OPEN = {**_CLOSE, **_BREAK, Event.DROP: State.DROPPED, Event.LOSE: State.LOST}
_WHILE_ENDING = {**_BREAK, Event.ORPHAN: State.ORPHANED, Event.DROP: State.ENDING, Event.LOSE: State.OVER}

NEXT: dict[State, dict[Event, State]] = {
    State.OUT: {Event.PUT_IN: State.OPEN},
    State.OPEN: {
        Event.TAKE_OUT: State.OUT, Event.HALF_CLOSE: State.HALF_CLOSED, Event.USE_UP: State.CUT, **_WHILE_OPEN
    },
    State.HALF_CLOSED: {Event.USE_UP: State.CUT, **_WHILE_OPEN},
    State.CUT: _WHILE_OPEN,
    State.CLOSING: {Event.CLOSE_NOW: State.ENDING, **_WHILE_ENDING},
    State.DROPPED: {Event.CLOSE: State.ENDING, Event.DROP: State.DROPPED, Event.LOSE: State.OVER, **_BREAK},
    State.ENDING: _WHILE_ENDING,
    State.LOST: {Event.ABORT: State.LOST, Event.TELL: State.OVER},
    State.ORPHANED: {Event.LOSE: State.OVER},
    State.OVER: {},
}  # fmt: skip
"""Where each event leads from each state."""

IN_PLACE = frozenset(State) - {State.OUT, State.ORPHANED, State.OVER}
"""States in which the link stands between the user and the real transport."""

LETS_IN = frozenset({State.OPEN, State.HALF_CLOSED})
"""States in which what comes is let in."""

CLOSED = frozenset({State.CLOSING, State.ENDING, State.LOST, State.ORPHANED, State.OVER})
"""States in which the user has closed, or nothing is left to close."""
