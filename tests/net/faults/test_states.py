"""A faulty link in each of its states, and everything that can happen to it there.

`WALK` has what then happens; whatever it does not mention does nothing at all. A cell reads: the state after it, and what the real
transport and the user were told, in order.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pytest

from wslab.net.faults import FaultyLink
from wslab.net.faults.settings import NOTHING, DropTrigger
from wslab.net.faults.states import NEXT, Event, State
from wslab.net.recording import TapTransport
from wslab.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

UP: Literal["client to server"] = "client to server"
DOWN: Literal["server to client"] = "server to client"
ON = NOTHING.change(UP, slice=1000)  # a fault that holds nothing
HELD, STALLED = ON.change(UP, latency=60), ON.change(UP, stalled=True)


class Real(asyncio.Transport):
    """A transport that tells what is done to it, and is lost when the test wants it to be."""

    protocol: asyncio.Protocol

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self.said = said
        self.closing = self.lost = False
        self.reads = True

    def tell(self, what: str) -> None:
        if not self.lost:
            self.said.append(what)

    def write(self, data: Any) -> None:
        self.tell(f"write {len(data)}")

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.tell("FIN")

    def close(self) -> None:
        self.closing = True
        self.tell("close")

    def abort(self) -> None:
        self.closing = True
        self.tell("abort")

    def is_closing(self) -> bool:
        return self.closing

    def get_extra_info(self, _name: str, _default: Any = None) -> Any:
        return self

    def setsockopt(self, *_: Any) -> None:
        self.tell("RST")

    def get_write_buffer_size(self) -> int:
        return 0

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return 1000, 4000

    def pause_reading(self) -> None:
        self.read(on=False)

    def resume_reading(self) -> None:
        self.read(on=True)

    def read(self, *, on: bool) -> None:
        if self.reads is not on and not self.closing:
            self.reads = on
            self.tell("reads on" if on else "reads no more")

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol


class User(asyncio.Protocol):
    """A protocol that tells what it hears; it ends with its peer."""

    def __init__(self, said: list[str]) -> None:
        self.said = said

    def data_received(self, data: bytes) -> None:
        self.said.append(f"user: {len(data)} B")

    def eof_received(self) -> None:
        self.said.append("user: end")

    def connection_lost(self, exc: Exception | None) -> None:
        self.said.append("user: lost")


class Faulty:
    """A link between these two, at a client's end."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.real, self.user = Real(self.said), User(self.said)
        self.real.protocol = self.user
        self.end = Timeline().client_end(port=1)
        self.tap = TapTransport(self.real, self.end.tap(self.end.sent))
        self.link = FaultyLink(self.tap, self.user, self.end, lambda: False)

    def write(self) -> None:
        self.tap.write(b"x" * 10)

    def come(self) -> None:
        if self.real.reads and not self.real.closing:
            self.real.protocol.data_received(b"y" * 10)

    def come_to_an_end(self) -> None:
        if self.real.reads and not self.real.closing and not self.real.protocol.eof_received():
            self.real.close()

    def lose(self) -> None:
        if not self.real.lost:
            self.real.closing = self.real.lost = True
            self.real.protocol.connection_lost(None)


def do(*steps: Callable[[Faulty], object]) -> Callable[[Faulty], None]:
    """Several steps as one."""

    def run(faulty: Faulty) -> None:
        for step in steps:
            step(faulty)

    return run


def drop_after(bytes: int, way: Any = None) -> Callable[[Faulty], object]:  # noqa: A002
    return lambda it: it.link.settle(replace(it.link._settings, drop=DropTrigger(bytes=bytes, way=way)))


IN: dict[State, Callable[[Faulty], object]] = {
    State.OUT: lambda it: None,
    State.OPEN: lambda it: it.link.settle(ON),
    State.HALF_CLOSED: do(lambda it: it.link.settle(ON), lambda it: it.tap.end_writing()),
    State.CUT: do(lambda it: it.link.settle(HELD), Faulty.write, drop_after(10), Faulty.write),
    State.CLOSING: do(lambda it: it.link.settle(HELD), Faulty.write, lambda it: it.tap.close()),
    State.DROPPED: do(lambda it: it.link.settle(ON), lambda it: it.link.drop()),
    State.ENDING: do(lambda it: it.link.settle(ON), lambda it: it.tap.abort()),
    State.LOST: do(lambda it: it.link.settle(ON.change(DOWN, latency=60)), Faulty.come, Faulty.lose),
    State.ORPHANED: do(lambda it: it.link.settle(STALLED), Faulty.write, lambda it: it.tap.close()),
    State.OVER: do(lambda it: it.link.settle(ON), Faulty.lose),
}
"""How a link comes into each state. Where bytes are held, they are ten."""

HAPPENINGS: dict[str, Callable[[Faulty], object]] = {
    "write": Faulty.write,
    "end writing": lambda it: it.tap.end_writing(),
    "close": lambda it: it.tap.close(),
    "close across a stall": do(lambda it: it.link.settle(STALLED), lambda it: it.tap.close()),
    "abort": lambda it: it.tap.abort(),
    "abort across a stall": do(lambda it: it.link.settle(STALLED), lambda it: it.tap.abort()),
    "bytes come": Faulty.come,
    "the end comes": Faulty.come_to_an_end,
    "TCP is lost": Faulty.lose,
    "a fault": lambda it: it.link.settle(ON),
    "no faults": lambda it: it.link.clear(),
    "half-close": lambda it: it.link.half_close(),
    "reset": lambda it: it.link.reset(),
    "drop": lambda it: it.link.drop(),
    "the last byte leaves": do(drop_after(4, UP), Faulty.write),
    "the last byte comes": do(drop_after(4, DOWN), Faulty.come),
}
WALK: dict[State, dict[str, str]] = {
    State.OUT: {
        "write": "OUT: write 10", "end writing": "OUT: FIN", "close": "OUT: close",
        "close across a stall": "ORPHANED: reads no more, reads on, user: lost", "abort": "OUT: abort",
        "abort across a stall": "ORPHANED: user: lost", "bytes come": "OUT: user: 10 B",
        "the end comes": "OUT: user: end, close", "TCP is lost": "OUT: user: lost", "a fault": "OPEN",
        "half-close": "HALF_CLOSED: FIN", "reset": "ENDING: RST, abort", "drop": "DROPPED: FIN",
        "the last byte leaves": "DROPPED: write 4, FIN, bytes are lost",
        "the last byte comes": "DROPPED: user: 4 B, FIN",
    },
    State.OPEN: {
        "write": "OPEN: write 10", "end writing": "HALF_CLOSED: FIN", "close": "ENDING: close",
        "close across a stall": "ORPHANED: reads no more, reads on, user: lost", "abort": "ENDING: abort",
        "abort across a stall": "ORPHANED: user: lost", "bytes come": "OPEN: user: 10 B",
        "the end comes": "ENDING: user: end, close", "TCP is lost": "OVER: user: lost", "no faults": "OUT",
        "half-close": "HALF_CLOSED: FIN", "reset": "ENDING: RST, abort", "drop": "DROPPED: FIN",
        "the last byte leaves": "DROPPED: write 4, FIN, bytes are lost",
        "the last byte comes": "DROPPED: user: 4 B, FIN",
    },
    State.HALF_CLOSED: {
        "write": "HALF_CLOSED: bytes are lost", "close": "ENDING: close",
        "close across a stall": "ORPHANED: reads no more, reads on, user: lost", "abort": "ENDING: abort",
        "abort across a stall": "ORPHANED: user: lost", "bytes come": "HALF_CLOSED: user: 10 B",
        "the end comes": "ENDING: user: end, close", "TCP is lost": "OVER: user: lost", "reset": "ENDING: RST, abort",
        "drop": "DROPPED: FIN", "the last byte leaves": "HALF_CLOSED: bytes are lost",
        "the last byte comes": "DROPPED: user: 4 B, FIN",
    },
    State.CUT: {
        "write": "CUT: bytes are lost", "close": "CLOSING", "close across a stall": "ORPHANED: user: lost",
        "abort": "ENDING: abort, bytes are lost", "abort across a stall": "ORPHANED: user: lost, bytes are lost",
        "the end comes": "CUT: close", "TCP is lost": "OVER: user: lost, bytes are lost",
        "no faults": "DROPPED: write 10, write 10, FIN", "reset": "ENDING: RST, abort, bytes are lost",
        "drop": "DROPPED: FIN, bytes are lost", "the last byte leaves": "CUT: bytes are lost",
    },
    State.CLOSING: {
        "write": "CLOSING: bytes are lost", "close across a stall": "ORPHANED: reads on, user: lost",
        "abort": "ENDING: abort, bytes are lost", "abort across a stall": "ORPHANED: reads on, user: lost",
        "TCP is lost": "OVER: user: lost, bytes are lost", "no faults": "ENDING: write 10, close",
        "reset": "ENDING: RST, abort, bytes are lost", "drop": "ENDING: FIN, reads on, bytes are lost",
        "the last byte leaves": "CLOSING: bytes are lost",
    },
    State.DROPPED: {
        "write": "DROPPED: bytes are lost", "close": "ENDING: close", "close across a stall": "ORPHANED: user: lost",
        "abort": "ENDING: abort", "abort across a stall": "ENDING: abort", "the end comes": "DROPPED: close",
        "TCP is lost": "OVER: user: lost", "reset": "ENDING: RST, abort", "drop": "DROPPED: FIN",
        "the last byte leaves": "DROPPED: bytes are lost",
    },
    State.ENDING: {
        "write": "ENDING: bytes are lost", "abort": "ENDING: abort", "abort across a stall": "ENDING: abort",
        "TCP is lost": "OVER: user: lost", "reset": "ENDING: RST, abort",
        "the last byte leaves": "ENDING: bytes are lost",
    },
    State.LOST: {
        "write": "LOST: bytes are lost", "abort": "OVER: user: lost", "abort across a stall": "OVER: user: lost",
        "no faults": "OVER: user: 10 B, user: lost", "the last byte leaves": "LOST: bytes are lost",
    },
    State.ORPHANED: {
        "the end comes": "ORPHANED: close", "TCP is lost": "OVER: bytes are lost",
        "a fault": "ORPHANED: write 10, close", "no faults": "ORPHANED: write 10, close",
    },
    State.OVER: {},
}  # fmt: skip
"""What then happens."""


async def turns() -> None:
    """Let whoever waits for a turn of the loop, or for a few, have it."""
    for _ in range(5):
        await asyncio.sleep(0)


async def outcome(state: State, happening: str) -> str:
    """What a happening leads to in a state, in the words of `WALK`."""
    it = Faulty()
    IN[state](it)
    await turns()
    assert it.link.state is state
    left = it.end.left
    it.said.clear()
    HAPPENINGS[happening](it)
    await turns()
    if it.end.left != left:
        it.said.append("bytes are lost")
    found = f"{it.link.state.name}: {', '.join(it.said)}".removesuffix(": ")
    it.lose()  # no task and no timer stays
    await turns()
    return found


@pytest.mark.parametrize("state", State)
async def test_what_happens_in_each_state(state: State) -> None:
    found = {name: await outcome(state, name) for name in HAPPENINGS}
    assert {name: said for name, said in found.items() if said != state.name} == WALK[state]


async def test_the_walk_goes_every_way_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: set[tuple[State, Event, State]] = set()
    go = FaultyLink._go

    def watched(link: FaultyLink, event: Event) -> bool:
        before = link.state
        if moved := go(link, event):
            gone.add((before, event, link.state))
        return moved

    monkeypatch.setattr(FaultyLink, "_go", watched)
    for state in State:
        for name in HAPPENINGS:
            await outcome(state, name)
    assert gone == {(state, event, to) for state in State for event, to in NEXT[state].items()}


async def test_a_link_that_is_taken_out_by_an_answer_to_the_last_bytes_still_ends_with_its_peer() -> None:
    it = Faulty()
    it.user.data_received = lambda data: it.tap.write(b"an answer")  # type: ignore[method-assign]
    it.link.corrupt("RSV", DOWN)
    it.real.protocol.data_received(b"\x81")  # the beginning of a header waits for the rest of it
    it.come_to_an_end()
    await turns()
    assert (it.link.state, it.said) == (State.OUT, ["write 9", "user: end", "close"])
