"""Conversations whose ends record in any order: what each end does, in its own order, and who goes next."""

from __future__ import annotations

import itertools
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.timeline.pair import ACCEPTED, SERVER, fresh, taps
from wslab.wire import frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.timeline import End, Timeline

SIDES = ("client", "server")
Steps = deque["tuple[str, Callable[[], object]]"]


@dataclass(frozen=True)
class Plan:
    """One conversation.

    Attributes:
        said: What each side says, by side: texts.
        lost: How many of the last bytes of each side never arrive, by side.
        cuts: How the bytes are cut: at the sender, at the receiver.
        bytes_go_by: Whether there are any bytes at all.
        deflate: Whether messages are compressed.
        again: Whether it uses the port of the conversation before, which is over by then.
        closed: Which ends see that TCP is over, beside those that must.
        noted: Whether the ends' own code has rows too.
    """

    said: dict[str, list[str]]
    lost: dict[str, int]
    cuts: tuple[int, int]
    bytes_go_by: bool = True
    deflate: bool = False
    again: bool = False
    closed: frozenset[str] = frozenset()
    noted: bool = True


plans = st.lists(
    st.builds(
        Plan,
        said=st.fixed_dictionaries({side: st.lists(st.sampled_from(["a", "bc", "def"]), max_size=2) for side in SIDES}),
        lost=st.fixed_dictionaries({side: st.sampled_from([0, 0, 0, 3, 11]) for side in SIDES}),
        cuts=st.tuples(st.sampled_from([5, 1000]), st.sampled_from([7, 1000])),
        bytes_go_by=st.sampled_from([True, True, True, False]),
        deflate=st.booleans(),
        again=st.booleans(),
        closed=st.frozensets(st.sampled_from(SIDES)),
        noted=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)
"""Up to four conversations."""

turns = st.lists(st.integers(0, 8), max_size=80)
"""Which end goes on, or that somebody reads: see `Play`."""


def wire(number: int, side: str, plan: Plan) -> bytes:
    """All that a side sends. Each request has a key of its own, as in life."""
    if not plan.bytes_go_by:
        return b""
    extension = b"Sec-WebSocket-Extensions: permessage-deflate\r\n" if plan.deflate else b""
    head = b"GET /%d HTTP/1.1\r\nSec-WebSocket-Key: key %d\r\n\r\n" % (number, number)
    mask = b"\1\2\3\4" if side == "client" else False
    data, squeeze = head if side == "client" else ACCEPTED[:-2] + extension + b"\r\n", zlib.compressobj(wbits=-15)
    for text in plan.said[side]:
        payload = f"{number} {side} {text}".encode()
        if plan.deflate:
            payload = (squeeze.compress(payload) + squeeze.flush(zlib.Z_SYNC_FLUSH))[:-4]
        data += frame(payload, opcode=1, mask=mask, rsv1=plan.deflate)
    return data


@dataclass
class Play:
    """Conversations as they are carried out. Each end does its own steps in its own order, and that is all that is certain."""

    timeline: Timeline
    plans: list[Plan]
    ends: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.queues: list[Steps] = []
        self.over: set[tuple[int, str]] = set()
        address = fresh()
        for number, plan in enumerate(self.plans):
            again = plan.again and number > 0
            address = address if again else fresh()
            followed = number + 1 < len(self.plans) and self.plans[number + 1].again
            self.ends.append({})
            self.queues += [
                self._steps(number, side, address, after=number - 1 if again else None, followed=followed)
                for side in SIDES
            ]

    def go(self, turns: list[int], read: Callable[[], object]) -> None:
        """Carry out everything; each turn says which end goes on, or that somebody reads. Then all go on in turn."""
        for turn in turns:
            if turn < len(self.queues):
                self._next(turn)
            elif turn == 8:
                read()
        for count in itertools.count():
            if not any(self.queues):
                break
            self._next(count % len(self.queues))
            if count % 7 == len(turns) % 7:
                read()

    def _next(self, queue: int) -> None:
        steps = self.queues[queue]
        if steps and self._may(queue, steps[0][0]):
            steps.popleft()[1]()

    def _may(self, queue: int, what: str) -> bool:
        """A port is used again once its client's end is over; and a system hands connections out in order."""
        number = queue // 2
        if not self.plans[number].again or number == 0 or what not in ("connected", "accept"):
            return True
        return "lost" not in [name for name, _ in self.queues[2 * number - 2]] and (
            what == "connected" or "server" in self.ends[number - 1]
        )

    def _steps(self, number: int, side: str, address: Any, *, after: int | None, followed: bool) -> Steps:
        plan, timeline, mine = self.plans[number], self.timeline, self.ends[number]
        steps: Steps = deque()
        if side == "client":
            steps.append(("make", lambda: mine.update(client=timeline.client_end(port=SERVER[1]))))
            if plan.noted:
                steps.append(("note", lambda: mine["client"].note("event", "new WebSocket()", f"/{number}")))
            steps.append(("connected", lambda: mine["client"].connected(address, SERVER)))
        else:
            steps.append(("accept", lambda: mine.update(server=timeline.server_end("server", SERVER, address))))
        other = "server" if side == "client" else "client"
        sent, received = wire(number, side, plan), wire(number, other, plan)
        if plan.lost[other]:
            received = received[: -plan.lost[other]]
        ways = [self._chunks(mine, side, 0, sent, plan.cuts[0]), self._chunks(mine, side, 1, received, plan.cuts[1])]
        for step in ways[side == "server"] + ways[side != "server"]:
            steps.append(("bytes", step))
        if plan.noted:
            steps.append(("note", lambda: mine[side].printed(f"{number} {side}")))
        if side in plan.closed or (side == "client" and followed):
            steps.append(("lost", lambda: mine[side].lost("")))
        return steps

    @staticmethod
    def _chunks(mine: dict[str, End], side: str, way: int, data: bytes, size: int) -> list[Callable[[], object]]:
        return [
            lambda piece=data[at : at + size]: taps(mine[side])[way](piece)  # type: ignore[misc]
            for at in range(0, len(data), size)
        ]
