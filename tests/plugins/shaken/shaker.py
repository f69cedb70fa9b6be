"""Shakes this process: its loops pause between two callbacks, and its threads switch at odd moments.

Whatever two threads or two processes do at the same time may happen in any order; on an idle machine it nearly always happens in
one. Here, by chance,

- a process sleeps for some milliseconds where loops and threads meet (``POINTS``), and its threads take turns at another pace;
- a thread of its own takes the interpreter from whichever thread is running, wherever that is in its code, keeps it for a while,
  and leaves it to whoever is quickest.

What must hold in any order holds here too. The draws come from the seed alone; what else happens meanwhile is the system's affair.
"""

from __future__ import annotations

import _thread
import asyncio
import functools
import random
import sys
import threading
import time
from typing import Any

POINTS: tuple[tuple[type, str], ...] = (
    (asyncio.Handle, "_run"),  # every callback of every loop, timers' and tasks' steps included
    (asyncio.BaseEventLoop, "call_soon_threadsafe"),
    (threading.Thread, "run"),
    (threading.Event, "set"),
    (threading.Event, "wait"),
    (threading.Condition, "notify"),
    (threading.Condition, "wait"),
)
ODDS = 1 / 25
LONGEST = 0.02
"""Seconds of a pause. Most are much shorter: a test takes half as long again, and not ten times as long."""

PACE = (1e-6, 5e-3)
"""Seconds after which a thread that waits is given its turn; Python's own figure is the longest."""

TAKEN, APART = 0.003, 0.03
"""Seconds for which the interpreter is taken, and between two times, at most."""

_draw = random.Random()
_sleep, _now = time.sleep, time.perf_counter  # tests replace what stands in `time`


def seed(text: str) -> None:
    """Begin the draws anew."""
    _draw.seed(text)


def shake(text: str) -> None:
    """Shake this process from now on, for good. One that is shaken already only begins the draws anew."""
    seed(text)
    if hasattr(asyncio.Handle._run, "__wrapped__"):
        return
    for owner, name in POINTS:
        setattr(owner, name, _after_a_pause(getattr(owner, name)))
    _thread.start_new_thread(
        _take_turns, ()
    )  # one that no test counts: it is there before the first and after the last


def _after_a_pause(function: Any) -> Any:
    @functools.wraps(function)
    def shaken(*args: Any, **options: Any) -> Any:
        if _draw.random() < ODDS:
            low, high = PACE
            sys.setswitchinterval(low * (high / low) ** _draw.random())
            _sleep(LONGEST * _draw.random() ** 4)
        try:
            return function(*args, **options)
        finally:
            del args, options  # as `Handle._run` lets go of itself: the traceback of a task's error holds this frame

    # A frame of it is one of the library: whoever looks for a learner's line in the stack passes it by.
    code: Any = shaken
    code.__code__ = code.__code__.replace(co_filename=function.__code__.co_filename)
    return shaken


def _take_turns() -> None:
    while True:
        _sleep(APART * _draw.random())
        pace = sys.getswitchinterval()
        sys.setswitchinterval(TAKEN)
        end = _now() + TAKEN * _draw.random()
        while _now() < end:
            pass
        sys.setswitchinterval(pace)
