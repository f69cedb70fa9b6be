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

Whatever stands behind what is held is an item of a pipe (`wslab.net.faults.pipe`), and its turn is an event too. An event that a
state has no entry for does nothing in it.
"""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    """A state of a link; the table above says what each means."""

    OUT = auto()
    OPEN = auto()
    HALF_CLOSED = auto()
    CUT = auto()
    CLOSING = auto()
    DROPPED = auto()
    ENDING = auto()
    LOST = auto()
    ORPHANED = auto()
    OVER = auto()


class Event(Enum):
    """Something that may change the state of a link."""

    PUT_IN = auto()  # the first fault is switched on
    TAKE_OUT = auto()  # nothing of a fault is left
    HALF_CLOSE = auto()  # the user, or a fault, ends this end's direction
    USE_UP = auto()  # the last byte before a drop is there
    CLOSE = auto()  # the user closes
    CLOSE_NOW = auto()  # ... and it is its turn
    ABORT = auto()  # the user aborts
    ABORT_UNSEEN = auto()  # ... across a stall
    ORPHAN = auto()  # ... or closes, and that stands behind a stall
    DROP = auto()
    RESET = auto()
    LOSE = auto()  # the real transport is lost
    TELL = auto()  # the user is told that the connection is lost, when all that came before has been let in


_BREAK = {Event.ABORT: State.ENDING, Event.RESET: State.ENDING}
_WHILE_OPEN = {
    Event.CLOSE: State.CLOSING,
    Event.ABORT_UNSEEN: State.CLOSING,
    Event.DROP: State.DROPPED,
    Event.LOSE: State.LOST,
    **_BREAK,
}
_WHILE_ENDING = {Event.ORPHAN: State.ORPHANED, Event.DROP: State.ENDING, Event.LOSE: State.OVER, **_BREAK}

NEXT: dict[State, dict[Event, State]] = {
    State.OUT: {Event.PUT_IN: State.OPEN},
    State.OPEN: {
        Event.TAKE_OUT: State.OUT,
        Event.HALF_CLOSE: State.HALF_CLOSED,
        Event.USE_UP: State.CUT,
        **_WHILE_OPEN,
    },
    State.HALF_CLOSED: {Event.USE_UP: State.CUT, **_WHILE_OPEN},
    State.CUT: _WHILE_OPEN,
    State.CLOSING: {Event.CLOSE_NOW: State.ENDING, **_WHILE_ENDING},
    State.DROPPED: {Event.CLOSE: State.ENDING, Event.DROP: State.DROPPED, Event.LOSE: State.OVER, **_BREAK},
    State.ENDING: _WHILE_ENDING,
    State.LOST: {Event.ABORT: State.LOST, Event.TELL: State.OVER},
    State.ORPHANED: {Event.LOSE: State.OVER},
    State.OVER: {},
}
"""Where each event leads from each state."""

IN_PLACE = frozenset(State) - {State.OUT, State.ORPHANED, State.OVER}
"""States in which the link stands between the user and the real transport."""

LETS_IN = frozenset({State.OPEN, State.HALF_CLOSED})
"""States in which what comes is let in."""

CLOSED = frozenset({State.CLOSING, State.ENDING, State.LOST, State.ORPHANED, State.OVER})
"""States in which the user has closed, or nothing is left to close."""
