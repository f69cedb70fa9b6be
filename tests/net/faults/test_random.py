"""Faults of all kinds, at both ends, at random, while messages flow both ways.

What was delivered is always the beginning of what was sent, in order; once nothing is wrong any more all of it is delivered,
unless the connection was broken on purpose. Whatever was done, nothing stays: see `tests.net.harness.nothing_stays`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.net.harness import until
from wslab import Lab
from wslab.net.faults.settings import WAYS

if TYPE_CHECKING:
    from wslab.net import Faults

ENDS = st.sampled_from(["server", "client"])
DIRECTIONS = st.sampled_from([None, *WAYS])
SIZES = st.sampled_from([0, 1, 10, 125, 126, 3000, 70_000])


class Faulty(RuleBasedStateMachine):
    """A socket, a server, and everything that can go wrong between them without a byte being changed."""

    @initialize(compression=st.sampled_from([None, "deflate"]))
    def connect(self, compression: str | None) -> None:
        self.runner = asyncio.Runner()
        self.sent: dict[str, list[str]] = {"up": [], "down": []}
        self.got: dict[str, list[str]] = {"up": [], "down": []}
        self.broken = False
        self.runner.run(self._connect(compression))

    async def _connect(self, compression: str | None) -> None:
        links: list[Any] = []

        async def handler(websocket: Any) -> None:
            links.append(websocket)
            async for message in websocket:
                self.got["up"].append(message)

        self.lab = Lab("random faults")
        self.server = await self.lab.serve(handler, compression=compression)
        self.socket = self.lab.WebSocket(self.server.url)
        self.socket.onmessage = lambda event: self.got["down"].append(event.data)
        await self.socket.opened()
        await until(lambda: links)
        self.link = links[0]

    def faults(self, end: str) -> Faults:
        return self.server.faults if end == "server" else self.socket.faults

    def switch(self, work: Any) -> None:
        """Do something with faults, as a cell does; a connection that is over cannot be broken any more."""

        async def cell() -> None:
            try:
                work()
            except ValueError:
                assert self.broken
            await asyncio.sleep(0)

        self.runner.run(cell())

    @rule(sizes=st.lists(SIZES, min_size=1, max_size=5), down=st.booleans())
    def send(self, sizes: list[int], down: bool) -> None:
        async def cell() -> None:
            for size in sizes:
                sent = self.sent["down" if down else "up"]
                text = f"{len(sent)} " + "x" * size
                if down:
                    sent.append(text)
                    self.server.act(lambda text=text: self.link.send(text))  # type: ignore[misc]
                elif self.socket.readyState == self.socket.OPEN:
                    sent.append(text)
                    self.socket.send(text)
            await asyncio.sleep(0.002)

        self.runner.run(cell())

    @rule(end=ENDS, way=DIRECTIONS, latency=st.sampled_from([0, 0.001, 0.01, 30]), jitter=st.sampled_from([0, 0.01]))
    def delay(self, end: str, way: Any, latency: float, jitter: float) -> None:
        self.switch(lambda: self.faults(end).set(latency=latency, jitter=jitter, direction=way))

    @rule(
        end=ENDS,
        way=DIRECTIONS,
        bandwidth=st.sampled_from([None, 50, 100_000, 10_000_000]),
        size=st.sampled_from([None, 100, 5000]),
    )
    def narrow(self, end: str, way: Any, bandwidth: int | None, size: int | None) -> None:
        self.switch(lambda: self.faults(end).set(bandwidth=bandwidth, slice=size, direction=way))

    @rule(end=ENDS, way=DIRECTIONS, resume=st.booleans())
    def stall(self, end: str, way: Any, resume: bool) -> None:
        faults = self.faults(end)
        self.switch(lambda: faults.resume(way) if resume else faults.stall(way))

    @rule(end=ENDS)
    def clear(self, end: str) -> None:
        self.switch(self.faults(end).clear)

    @precondition(lambda self: len(self.sent["up"]) + len(self.sent["down"]) > 4)
    @rule(end=ENDS, how=st.sampled_from(["reset", "drop", "half_close", "bytes", "seconds", "close"]))
    def break_it(self, end: str, how: str) -> None:
        self.broken = True
        faults = self.faults(end)
        if how == "bytes":
            self.switch(lambda: faults.drop_after(bytes=500))
        elif how == "seconds":
            self.switch(lambda: faults.drop_after(seconds=0.01))
        elif how == "close":
            self.switch(self.socket.close)
        else:
            self.switch(getattr(faults, how))

    @invariant()
    def what_was_delivered_is_the_beginning_of_what_was_sent(self) -> None:
        for way in ("up", "down"):
            got = list(self.got[way])
            assert got == self.sent[way][: len(got)]

    def teardown(self) -> None:
        if not hasattr(self, "lab"):
            return
        try:
            self.runner.run(self._end())
            self.what_was_delivered_is_the_beginning_of_what_was_sent()
            if not self.broken:
                assert self.got == self.sent
        finally:
            self.runner.close()

    async def _end(self) -> None:
        if not self.broken:
            self.server.faults.clear()
            self.socket.faults.clear()
            await until(lambda: self.got == self.sent)
            await self.lab.settled(10)
            self.socket.close()
            assert (await self.socket.closed()).wasClean
        await self.lab.close()
        await until(
            lambda: all(each.diagnosis for each in self.lab.timeline.connections()), "a diagnosis of every ending"
        )
        assert asyncio.all_tasks() == {asyncio.current_task()}


TestFaulty = Faulty.TestCase
TestFaulty.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
