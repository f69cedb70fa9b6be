"""The vocabulary of a sequence diagram: a trace has two lifelines, and steps between and beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from wslab.timeline import Seen
from wslab.view.ladder.labels import cut

Side = Literal["client", "server"]

_NOBODY = Seen("unrecorded")


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a sequence diagram.

    Attributes:
        shape: ``arrow`` from one end to the other, ``box`` at one end, or ``gap`` where steps are left out.
        side: Who sends an arrow; whose lifeline a box stands at.
        kind: The kind of its row.
        name: What it is, in a word or two: steps are folded and counted by it.
        label: What is written at it.
        size: Payload bytes.
        problem: What is wrong, in words.
        client: How the client's end saw it.
        server: How the server's end saw it.
        last: Where it stands for several steps: how both ends saw the last of them.
        count: For how many steps it stands.
    """

    shape: Literal["arrow", "box", "gap"]
    side: Side
    kind: str
    name: str
    label: str
    size: int = 0
    problem: str = ""
    client: Seen = _NOBODY
    server: Seen = _NOBODY
    last: tuple[Seen, Seen] | None = None
    count: int = 1

    @property
    def start(self) -> Seen:
        """How the sender saw it."""
        return self.client if self.side == "client" else self.server

    @property
    def stop(self) -> Seen:
        """How the receiver saw it."""
        return self.server if self.side == "client" else self.client


class Lifeline(NamedTuple):
    """One end of a connection: what it is called, whether its bytes were recorded, and what became of its TCP connection.

    `is_remote` says that its code's rows are there all the same.
    """

    name: str
    recorded: bool
    state: Literal["connecting", "open", "TCP ended", "no TCP", ""]
    is_remote: bool = False

    @property
    def caption(self) -> str:
        """What stands above it."""
        unseen = "" if self.recorded else " (bytes not recorded)" if self.is_remote else " (not recorded)"
        return cut(self.name, 20) + unseen


@dataclass(frozen=True, slots=True)
class Trace:
    """One connection, ready to be drawn. `zero` is when its first step was seen."""

    number: int
    client: Lifeline
    server: Lifeline
    steps: tuple[Step, ...]
    zero: int

    def times(self, step: Step) -> tuple[str, str]:
        """When client and server saw a step, in milliseconds since `zero`; empty where that is not known."""
        if step.shape == "gap":
            return "", ""
        last = step.last or (step.client, step.server)
        return self._time(step.client, last[0]), self._time(step.server, last[1])

    def _time(self, first: Seen, last: Seen) -> str:
        times = [f"{(seen.time - self.zero) / 1e6:.3f}" for seen in (first, last) if seen.time is not None]
        return f"{' to '.join(dict.fromkeys(times))} ms" if times else ""

    def words(self) -> list[str]:
        """The steps as sentences, for those who cannot see the picture."""
        lines = [f"Connection {self.number}, from {self.client.name} to {self.server.name}:"]
        for step in self.steps:
            way = f"{step.side} to {'server' if step.side == 'client' else 'client'}: "
            where = {"arrow": way, "box": f"{step.side}: ", "gap": ""}[step.shape]
            state = (
                f", {step.stop.state}" if step.shape == "arrow" and step.stop.state in ("lost", "on the way") else ""
            )
            lines.append(f"{where}{step.label}{state}{f' ({step.problem})' if step.problem else ''}")
        return lines
