"""What is said about a run of Node: sentences for rows, for the head line of its console, and for errors."""

from __future__ import annotations

import signal

STILL = "after {seconds:g} s Node still runs; it runs on until its cell is run again, or: %node --stop{name}"
"""`--wait` has waited long enough."""

SLOW = "after {seconds:g} s the cell's main part has not ended yet: an endless loop, or an await that waits; it runs on"
"""The magic has waited long enough."""

OUT_OF_MEMORY = "Node ran out of memory"


def how_ended(code: int) -> str:
    """How Node ended, in words.

    Args:
        code: Its exit code, or the negative number of a signal.
    """
    if code == 13:
        return "exit code 13: a top-level await never ended, and nothing else was left to do"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def listening(ports: list[int]) -> str:
    """Where a run listens; empty where it does not."""
    if not ports:
        return ""
    return f"listening on port{'s' if len(ports) > 1 else ''} {', '.join(map(str, ports))}"
