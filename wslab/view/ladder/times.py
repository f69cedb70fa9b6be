"""When both ends of a connection saw a step, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.timeline import Seen
    from wslab.view.ladder.steps import Step


def both_times(step: Step, zero: int) -> tuple[str, str]:
    """The times of a step at the client and at the server, in milliseconds since `zero`; empty where none is known."""
    if step.shape == "gap":
        return "", ""
    last = step.last or (step.client, step.server)
    return _time(step.client, last[0], zero), _time(step.server, last[1], zero)


def _time(first: Seen, last: Seen, zero: int) -> str:
    times = [f"{(seen.time - zero) / 1e6:.3f}" for seen in (first, last) if seen.time is not None]
    return f"{' to '.join(dict.fromkeys(times))} ms" if times else ""
